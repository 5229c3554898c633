"""An archive in a folder.

archive/
    manifest.json     how it was made
    archive.sqlite    the truth
    derived/          vectors and terms, made again whenever they are missing or damaged
    write.lock        held by the one writer
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from filelock import FileLock, Timeout

from index.errors import ArchiveDamaged, ArchiveLocked, ArchiveMissing
from index.files import full_disk_said, version_of, write_atomically
from index.places.manifest import NAME, Manifest, missing, read_manifest
from index.truth.history import Moment
from index.truth.store import Store

_UNBORN = ".new"


class Folder:
    """The folder of an archive, which may not be there yet."""

    is_local = True

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = str(path)

    def folder(self, _: Manifest) -> Path:
        """The same folder."""
        return self.path

    def version(self) -> tuple[int, int]:
        """Changes whenever another manifest takes the place of this one."""
        return version_of(self.path / NAME)

    def moment(self, store: Store, index: str) -> Moment:
        """What the truth says, and the version of the manifest's file."""
        return replace(store.moment(index=index), manifest=self.version())

    def exists(self) -> bool:
        """Whether an archive is there."""
        return (self.path / NAME).exists()

    def manifest(self) -> Manifest:
        """The manifest; says plainly when there is none."""
        if (text := self.read("manifest")) is not None:
            return read_manifest(text, str(self.path / NAME))
        if any(self.path.glob("archive*.sqlite")):
            raise ArchiveDamaged(
                f"{self.path / NAME} is missing though the articles are there: restore it from a backup"
            )
        raise missing(self.name)

    def publish(self, manifest: Manifest) -> None:
        """Put another manifest in place."""
        self.keep("manifest", manifest.text)

    def truth(self, manifest: Manifest) -> Path:
        """The file of the truth, under its own name."""
        truth = self.path / manifest.truth
        if not truth.exists():
            with suppress(OSError):  # made, and named in the manifest, but not yet under its name
                os.rename(f"{truth}{_UNBORN}", truth)
        return truth

    def make(self, manifest: Manifest) -> Store:
        """Make an empty truth; it gets its name when its manifest is published."""
        fresh = self.path / (manifest.truth + _UNBORN)
        _unlink(fresh)
        return Store(fresh, create=True)

    def discard(self, manifest: Manifest) -> None:
        """Delete the files of a generation, as far as they are there."""
        shutil.rmtree(self.path / manifest.derived, ignore_errors=True)
        _unlink(self.path / manifest.truth)

    def remove(self, manifest: Manifest) -> None:
        """Delete what an archive is made of, and the folder, if nothing else is in it."""
        (self.path / NAME).unlink(missing_ok=True)
        self.discard(manifest)
        _unlink(self.path / (manifest.truth + _UNBORN))
        (self.path / "write.lock").unlink(missing_ok=True)
        with suppress(OSError):
            self.path.rmdir()

    @contextmanager
    def lock(self, wait: float) -> Iterator[None]:
        """Hold the write lock, and say it plainly where the disk is full."""
        self.path.mkdir(parents=True, exist_ok=True)
        with full_disk_said(self.path), file_lock(self.path / "write.lock", wait, self.name):
            yield

    def read(self, name: str) -> str | None:
        """The content of a small file; what is no text comes as what cannot be parsed."""
        try:
            return (self.path / f"{name}.json").read_bytes().decode("utf-8", "replace")
        except FileNotFoundError:
            return None

    def keep(self, name: str, text: str) -> None:
        """Write a small file, whole or not at all."""
        write_atomically(self.path / f"{name}.json", text)

    def drop(self, name: str) -> None:
        """Delete a small file."""
        (self.path / f"{name}.json").unlink(missing_ok=True)

    def size(self, _: Manifest) -> int:
        """The bytes of all files."""
        return bytes_in(self.path)

    def close(self) -> None:
        """Nothing is open."""


def bytes_in(folder: Path) -> int:
    """How many bytes the files of a folder have."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _unlink(truth: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        truth.with_name(truth.name + suffix).unlink(missing_ok=True)


def in_use(name: str, waited: float) -> ArchiveLocked:
    """The error for what another process writes to for longer than was waited."""
    return ArchiveLocked(f"another process is writing to {name} (waited {waited:g} s): let it finish, or stop it")


@contextmanager
def file_lock(path: Path, wait: float, name: str) -> Iterator[None]:
    """Hold a lock that is a file; raises ArchiveLocked, and ArchiveMissing where its folder goes meanwhile."""
    lock = FileLock(path)
    try:
        lock.acquire(timeout=wait)
    except Timeout:
        raise in_use(name, wait) from None
    except FileNotFoundError:
        gone = f"another process took {name} away, as it ended before anything was stored there: run this again"
        raise ArchiveMissing(gone) from None
    try:
        yield
    finally:
        lock.release()
