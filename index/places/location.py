"""Where an archive is: a folder, or a database on a server. Both keep a manifest, a write lock and generations."""

from __future__ import annotations

from collections.abc import Hashable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from index.errors import ArchiveError
from index.places.folder import Folder
from index.places.manifest import Manifest

if TYPE_CHECKING:
    from index.truth.history import Moment
    from index.truth.postgres import PostgresSchema
    from index.truth.store import Store


class Location(Protocol):
    """Where one archive is. `name` is what errors call it; no password is in it."""

    @property
    def name(self) -> str:
        """What errors call it, and what can be given as --archive."""

    @property
    def is_local(self) -> bool:
        """Whether what is derived from the truth lies beside it, and is shared by all who read it."""

    def folder(self, manifest: Manifest) -> Path:
        """Where files on this machine belong: derived indexes, and what the service keeps."""

    def version(self) -> Hashable:
        """Changes whenever another manifest is published."""

    def moment(self, store: Store, index: str) -> Moment:
        """What the archive is now, with the `version` of its manifest and the state of the index of a name, if any.

        In a snapshot of the truth it is that state's. On a server it is one statement.
        """

    def manifest(self) -> Manifest:
        """The manifest; says plainly when there is none."""

    def publish(self, manifest: Manifest) -> None:
        """Put another manifest in place of the one that is there; readers change over to what it names."""

    def exists(self) -> bool:
        """Whether an archive is there."""

    def truth(self, manifest: Manifest) -> Path | PostgresSchema:
        """Where the tables are that a manifest names."""

    def make(self, manifest: Manifest) -> Store:
        """Make an empty truth; to be called under the lock. Until its manifest is published there is no archive."""

    def discard(self, manifest: Manifest) -> None:
        """Delete the generation that a manifest names, as far as it is there."""

    def remove(self, manifest: Manifest) -> None:
        """Delete the whole archive, but for indexes on another server; to be called under the lock."""

    def lock(self, wait: float) -> AbstractContextManager[None]:
        """Hold the write lock; raises ArchiveLocked where another process has it for longer than `wait` seconds."""

    def read(self, name: str) -> str | None:
        """A text that is kept under a name; None where there is none."""

    def keep(self, name: str, text: str) -> None:
        """Keep a text under a name, in place of what was there."""

    def drop(self, name: str) -> None:
        """Keep nothing under a name any more."""

    def size(self, manifest: Manifest) -> int:
        """How many bytes the archive takes up: the truth, and what this machine keeps besides."""

    def close(self) -> None:
        """Let go of what is open."""


def place(archive: str) -> Path | str:
    """A folder, or a URL as it is, from what was typed."""
    return archive if is_address(archive) else Path(archive)


def is_address(archive: Path | str) -> bool:
    """Whether an archive is given by a URL, and not by a folder."""
    return isinstance(archive, str) and archive.split(":")[0].partition("+")[0] in ("postgresql", "postgres")


def located(archive: Path | str) -> Location:
    """The location that a folder or a URL names; raises BadInput for a URL that cannot be read.

    For a URL without the package that talks to PostgreSQL it raises ArchiveError.
    """
    if not is_address(archive):
        return Folder(Path(archive))
    try:
        from index.places.server import Server
    except ModuleNotFoundError as error:
        raise ArchiveError(f"PostgreSQL needs another package: pip install 'zitat[postgres]' ({error})") from error
    return Server(str(archive))
