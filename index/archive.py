"""An archive on disk: one truth and what is derived from it, opened for reading or for writing.

    archive/
        manifest.json     how it was made
        archive.sqlite    the truth
        derived/          vectors and terms, made again whenever they are missing or damaged
        write.lock        held by the one writer
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from index.derived import Derived, DerivedDamaged, View
from index.encoder import BUNDLED, Encoder
from index.errors import ArchiveError, ArchiveLocked
from index.files import full_disk_said
from index.manifest import NAME, Manifest, read_manifest, write_manifest
from index.store import Store

CHUNK_TOKENS = 200
WAIT_FOR_WRITER = 10.0  # seconds


class Archive:
    """An open archive. Any number of processes may read while one writes."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._lock = threading.Lock()
        self._load_manifest()
        self._view: View | None = None
        self._version = (0, 0)

    def _load_manifest(self) -> None:
        self.manifest = read_manifest(self.path)
        self._manifest_version = _version(self.path / NAME)
        self.store = Store(self.path / self.manifest.truth)
        dimension = int(self.manifest.encoder["dimension"])
        self.derived = Derived(self.path / self.manifest.derived, self.store, dimension)

    @classmethod
    def create(cls, path: Path | str, encoder: Encoder, *, model: str = BUNDLED, chunk_tokens: int = CHUNK_TOKENS) -> Archive:
        """Make an empty archive; the folder may exist, but not hold an archive."""
        folder = Path(path)
        if (folder / NAME).exists():
            raise ArchiveError(f"{folder} already holds an archive: open it, or choose another folder")
        folder.mkdir(parents=True, exist_ok=True)
        with full_disk_said(folder):
            manifest = Manifest(model, encoder.fingerprint, min(chunk_tokens, encoder.window))
            Store(folder / manifest.truth, create=True).close()
            write_manifest(folder, manifest)
        return cls(folder)

    def close(self) -> None:
        """Close the files; mapped ones stay until no search uses them."""
        self._view = None
        self.store.close()

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def writing(self, wait: float = WAIT_FOR_WRITER) -> Iterator[None]:
        """Hold the write lock; the indexes are caught up before and after."""
        lock = FileLock(self.path / "write.lock")
        try:
            lock.acquire(timeout=wait)
        except Timeout:
            raise ArchiveLocked(
                f"another process is writing to {self.path} (waited {wait:g} s): let it finish, or stop it"
            ) from None
        try:
            if _version(self.path / NAME) != self._manifest_version:
                self._load_manifest()
            with full_disk_said(self.path):
                self.derived.catch_up()
                yield
        finally:
            lock.release()

    def view(self) -> View:
        """The indexes as they are now; a state that another process has published since is loaded first."""
        with self._lock:
            if _version(self.path / NAME) != self._manifest_version:
                self._load_manifest()
                self._view = None
            if self._view is None or self.derived.version() != self._version:
                self._view = self._fresh_view()
            return self._view

    def _fresh_view(self) -> View:
        """Load the published state. Where it lags behind the truth, or is damaged, and nobody writes: mend it first."""
        version = self.derived.version()
        try:
            view = self.derived.load()
            behind = view.state.sequence < self.store.sequence()
        except DerivedDamaged:
            behind = True
            view = None
        if behind:
            with suppress(ArchiveLocked, OSError), self.writing(wait=0 if view else WAIT_FOR_WRITER):
                pass
            version = self.derived.version()
            view = self.derived.load()
        self._version = version
        assert view is not None
        return view


def _version(path: Path) -> tuple[int, int]:
    try:
        status = os.stat(path)
    except OSError:
        return (0, 0)
    return status.st_ino, status.st_mtime_ns
