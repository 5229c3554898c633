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
import time
import weakref
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock, Timeout

from index.derived import Derived, DerivedDamaged, View
from index.encoder import BUNDLED, Encoder, load_encoder
from index.errors import ArchiveDamaged, ArchiveError, ArchiveFull, ArchiveLocked, BadInput
from index.files import full_disk_said, version_of
from index.manifest import NAME, Manifest, discard_generation, located, read_manifest, write_manifest
from index.store import Store

CHUNK_TOKENS, FEWEST_TOKENS = 200, 16
WAIT_FOR_WRITER = 10.0  # seconds
LOOKS, LOOK_AGAIN_AFTER = 5, 0.02  # seconds
_UNBORN = ".new"

Version = tuple[int, int]


class Reading(NamedTuple):
    """The indexes at one state, and the manifest of the generation that they are of."""

    view: View
    manifest: Manifest


class Archive:
    """An open archive. Any number of processes may read while one writes."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._lock = threading.RLock()
        self._views: weakref.WeakSet[View] = weakref.WeakSet()
        self._load_manifest()
        self._view: View | None = None
        self._version: Version = (0, 0)

    def _load_manifest(self) -> None:
        self._manifest_version = version_of(self.path / NAME)
        self.manifest = read_manifest(self.path)
        truth = self.path / self.manifest.truth
        if not truth.exists():
            with suppress(OSError):  # made, and named in the manifest, but not yet under its name
                os.rename(f"{truth}{_UNBORN}", truth)
        try:
            self.store = Store(truth)
        except ArchiveDamaged:
            if version_of(self.path / NAME) == self._manifest_version:
                raise
            return self._load_manifest()  # re-embedded just now: the old files are gone
        dimension = int(self.manifest.encoder["dimension"])
        self.derived = Derived(self.path / self.manifest.derived, self.store, dimension)

    @classmethod
    def create(
        cls, path: Path | str, encoder: Encoder, *, model: str = BUNDLED, chunk_tokens: int | None = None
    ) -> Archive:
        """Make an empty archive; the folder may exist, but not hold an archive.

        Passages are of about `chunk_tokens` tokens: where none are given 200, or as many as the encoder can take.
        """
        folder = Path(path)
        manifest = Manifest(located(model), encoder.fingerprint, _chunk_tokens(chunk_tokens, encoder.window))
        folder.mkdir(parents=True, exist_ok=True)
        with full_disk_said(folder), _write_lock(folder, WAIT_FOR_WRITER):
            if (folder / NAME).exists():
                raise ArchiveError(f"{folder} already holds an archive: open it, or choose another folder")
            fresh = folder / (manifest.truth + _UNBORN)
            for suffix in ("", "-wal", "-shm"):
                fresh.with_name(fresh.name + suffix).unlink(missing_ok=True)
            Store(fresh, create=True).close()
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
        with _write_lock(self.path, wait), full_disk_said(self.path):
            self._follow_manifest()
            if self.manifest.generation > 1:  # a re-embedding may have been stopped before it had tidied up
                discard_generation(self.path, replace(self.manifest, generation=self.manifest.generation - 1))
            self.derived.catch_up()
            yield
            self._follow_manifest()
            self.derived.catch_up()

    def own_encoder(self) -> Encoder:
        """The encoder that the manifest names, loaded anew; refused where it is no longer what it was."""
        encoder = load_encoder(self.manifest.model)
        self.manifest.check_encoder(encoder, self.path, named=self.manifest.model)
        return encoder

    def view(self) -> View:
        """The indexes as they are now; a state that another process has published since is loaded first."""
        return self._now().view

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """The indexes, and the truth held still at a moment when they were the published ones.

        So it still has every chunk that the view names, but for those of deleted articles: what is replaced is swept
        away only after the next state is published. Outside of this block a writer may sweep between the view and the
        first look at the truth. Everything is to be read in the one thread, by `view.store`, whose `snapshot` this is.
        """
        for look in range(LOOKS):
            reading = self._now()
            with ExitStack() as held:
                try:
                    held.enter_context(reading.view.store.snapshot())
                    reading.view.store.sequence()  # SQLite holds the state still from the first read on
                except ArchiveError:  # the files of an earlier generation may be gone
                    if self._is_published(reading):
                        raise
                    continue
                # Where states follow each other faster than they can be loaded, a search may miss some passages.
                if self._is_published(reading) or look == LOOKS - 1:
                    yield reading
                    return
        raise ArchiveLocked(f"{self.path} is made anew again and again: let the process that writes to it finish")

    def _now(self) -> Reading:
        with self._lock:
            self._follow_manifest()
            if self._view is None or self.derived.version() != self._version:
                self._version, self._view = self._fresh_view()
                self._views.add(self._view)
            return Reading(self._view, self.manifest)

    def _is_published(self, reading: Reading) -> bool:
        """Whether no other state, and no other generation, has been published since."""
        with self._lock:
            same = reading.view is self._view and version_of(self.path / NAME) == self._manifest_version
            return same and self.derived.version() == self._version

    def _follow_manifest(self) -> bool:
        """Change over to the files of another generation, if a manifest has been published that names them."""
        with self._lock:
            if version_of(self.path / NAME) == self._manifest_version:
                return False
            earlier = self.store
            self._view = None
            self._load_manifest()
            _close_when_unused(earlier, [view for view in self._views if view.store is earlier])
            return True

    def _fresh_view(self) -> tuple[Version, View]:
        """Load the published state. Where it lags behind the truth, or is damaged, and nobody writes: mend it first."""
        found = self._looked()
        if found is None or found[1].state.sequence < self.store.sequence():
            mended = self._mended(wait=0 if found else WAIT_FOR_WRITER)
            found = (self._looked() if mended else None) or found
        if found is None:
            raise ArchiveLocked(
                f"the indexes of {self.path} are damaged, and cannot be made again now: let the process that writes "
                "to it finish, or give this one the right to write"
            )
        return found

    def published(self) -> View:
        """The published state as it is, damage not mended but raised as DerivedDamaged."""
        return self._loaded()[1]

    def _loaded(self) -> tuple[Version, View]:
        """A writer may change files as they are read: look more than once. The version is that of before the look."""
        for _ in range(LOOKS - 1):
            version = self.derived.version()
            try:
                return version, self.derived.load()
            except DerivedDamaged:
                time.sleep(LOOK_AGAIN_AFTER)
        return self.derived.version(), self.derived.load()

    def _looked(self) -> tuple[Version, View] | None:
        try:
            return self._loaded()
        except DerivedDamaged:
            return None

    def is_written(self) -> bool:
        """Whether a process holds the write lock at this moment."""
        try:
            with _write_lock(self.path, 0):
                return False
        except ArchiveLocked:
            return True
        except OSError:  # a read-only medium
            return False

    def _mended(self, wait: float) -> bool:
        """Whether the indexes could be caught up or made again: not while another writes, nor on a full disk."""
        try:
            with self.writing(wait):
                return True
        except (ArchiveLocked, ArchiveFull, OSError):
            return False


def _close_when_unused(store: Store, views: list[View]) -> None:
    """Close the truth of an earlier generation with the last search that goes on in it."""
    using = {id(view) for view in views}

    def unused(view: int) -> None:
        using.discard(view)
        if not using:
            store.close()

    for view in views:
        weakref.finalize(view, unused, id(view))
    if not using:
        store.close()


def _chunk_tokens(wanted: int | None, window: int) -> int:
    if wanted is None:
        return min(CHUNK_TOKENS, window)
    if not FEWEST_TOKENS <= wanted <= window:
        cure = f"give a number from {FEWEST_TOKENS} to {window}, or leave it out"
        raise BadInput(f"passages of {wanted} tokens cannot be made with this model", cure)
    return wanted


@contextmanager
def _write_lock(folder: Path, wait: float) -> Iterator[None]:
    lock = FileLock(folder / "write.lock")
    try:
        lock.acquire(timeout=wait)
    except Timeout:
        raise ArchiveLocked(
            f"another process is writing to {folder} (waited {wait:g} s): let it finish, or stop it"
        ) from None
    try:
        yield
    finally:
        lock.release()
