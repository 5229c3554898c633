"""An archive: one truth and what is derived from it, opened for reading or for writing, in a folder or on a server."""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Hashable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from index.embedded.followers import Followers
from index.encoders.encoder import BUNDLED, Encoder, load_encoder
from index.errors import (
    ArchiveDamaged,
    ArchiveError,
    ArchiveFull,
    ArchiveLocked,
    ArchiveReadOnly,
    ArchiveUnreachable,
)
from index.places.generations import discard, indexes_of, when_unused
from index.places.location import Location
from index.places.location import located as location_of
from index.places.manifest import Manifest, checked_size, located
from index.truth.history import Moment
from index.truth.store import Store
from index.view import DerivedDamaged, Indexes, Version, View

WAIT_FOR_WRITER = 10.0  # seconds
LOOKS, LOOK_AGAIN_AFTER = 5, 0.02  # seconds
LITTLE_WAIT = 2.0  # seconds, for another process of this machine that is catching indexes up
RETRIED_WITHIN = 1.0  # seconds
PATIENCE = 1.0  # seconds for which a search may go on with indexes that lag behind, while others catch them up


class Reading(NamedTuple):
    """The indexes at one state, and the manifest of the generation that they are of."""

    view: View
    manifest: Manifest


@dataclass(frozen=True, eq=False)
class _Loaded:
    """A state that was published, and what it is known by: the manifest, the files, what the truth keeps of it."""

    reading: Reading
    indexes: Indexes
    manifest: Hashable
    files: Version
    kept: str | None


class Archive:
    """An open archive. Any number of processes may read while one writes."""

    def __init__(self, where: Path | str) -> None:
        self.location: Location = location_of(where)
        self._lock = threading.RLock()
        self._views: weakref.WeakSet[View] = weakref.WeakSet()
        try:
            self._load_manifest()
        except BaseException:
            self.location.close()
            raise
        self._loaded: _Loaded | None = None
        self._lagging_until = 0.0

    @property
    def path(self) -> Path:
        """Where files on this machine belong: the archive's folder, or one in the cache for an archive on a server."""
        return self.location.folder(self.manifest)

    def _load_manifest(self) -> None:
        self._manifest_version: Hashable = self.location.version()
        self.manifest = self.location.manifest()
        try:
            self.store = Store(self.location.truth(self.manifest))
        except ArchiveDamaged:
            if self.location.version() == self._manifest_version:
                raise
            return self._load_manifest()  # re-embedded just now: the old generation is gone
        self.derived = indexes_of(self.location, self.manifest, self.store)

    @classmethod
    def create(
        cls,
        where: Path | str,
        encoder: Encoder,
        *,
        model: str = BUNDLED,
        chunk_tokens: int | None = None,
        index: str = "",
    ) -> Archive:
        """Make an empty archive; the folder or database may exist, but not hold an archive.

        Passages are of about `chunk_tokens` tokens: where none are given 200, or as many as the encoder can take.
        `index` is the URI of Milvus, where the derived indexes are not to be files, or "compact" for files without a
        copy of the vectors.
        """
        tokens = checked_size(chunk_tokens, encoder.window)
        manifest = Manifest(located(model), encoder.fingerprint, tokens, index=index, id=uuid4().hex)
        with closing(location_of(where)) as location, location.lock(WAIT_FOR_WRITER):
            if location.exists():
                raise ArchiveError(f"{location.name} already holds an archive: open it, or choose another place")
            location.make(manifest).close()
            location.publish(manifest)
        return cls(where)

    def close(self) -> None:
        """Close the files; mapped ones stay until no search uses them."""
        self._loaded = None
        self.derived.close()
        self.store.close()
        self.location.close()

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def writing(self, wait: float = WAIT_FOR_WRITER) -> Iterator[None]:
        """Hold the write lock; tables of an earlier form are upgraded, the indexes caught up before and after."""
        with self.location.lock(wait):
            self._follow_manifest()
            if self.manifest.generation > 1:  # a re-embedding may have been stopped before it had tidied up
                discard(self.location, replace(self.manifest, generation=self.manifest.generation - 1))
            self.store.upgrade()
            self.derived.catch_up()
            yield
            self._follow_manifest()
            self.derived.catch_up()

    def own_encoder(self) -> Encoder:
        """The encoder that the manifest names, loaded anew; refused where it is no longer what it was."""
        encoder = load_encoder(self.manifest.model)
        self.manifest.check_encoder(encoder, self.location.name, named=self.manifest.model)
        return encoder

    def view(self) -> View:
        """The indexes as they are now; a state that was published since, and what they lack of the truth, is loaded."""
        loaded = self._loaded
        if loaded is None or not self._holds(loaded):
            loaded = self._renewed()
        return loaded.reading.view

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """The indexes, and the truth held still at a moment when they were the published ones.

        So it still has every chunk that the view names, but for those of deleted articles: what is replaced is swept
        away only after the next state is published. Outside of this block a writer may sweep between the view and the
        first look at the truth. Everything is to be read in the one thread, by `view.store`, whose `snapshot` this is.
        """
        began = time.monotonic()
        for look in range(LOOKS):
            loaded = (self._loaded if look == 0 else None) or self._renewed()
            with ExitStack() as held:
                try:
                    holds = self._holds(loaded, held)
                except ArchiveUnreachable:
                    if look or time.monotonic() - began > RETRIED_WITHIN:
                        raise
                    continue  # a connection that was closed a moment ago
                # Where states follow each other faster than they can be loaded, a search may miss some passages.
                if holds or (holds is False and look == LOOKS - 1):
                    yield loaded.reading
                    return
        raise ArchiveLocked(f"{self.location.name} is made anew again and again: let the process that writes finish")

    def _holds(self, loaded: _Loaded, held: ExitStack | None = None) -> bool | None:
        """Whether a state is the published one, at the moment at which the truth is `held` still; None if it is gone.

        On a server this takes one question, and no lock of this process.
        """
        store = loaded.reading.view.store
        try:
            if held is not None:
                held.enter_context(store.snapshot())
            return self._is_of(self.location.moment(store, loaded.indexes.kept_as), loaded)
        except ArchiveUnreachable:
            raise
        except ArchiveError:
            if self.location.version() == loaded.manifest:
                raise
            return None  # with its generation

    def _is_of(self, moment: Moment, loaded: _Loaded) -> bool:
        same = loaded.indexes is self.derived and loaded.indexes.version() == loaded.files
        same = same and (moment.manifest, moment.index) == (loaded.manifest, loaded.kept)
        return same and not self._lags(moment, loaded)

    def _lags(self, moment: Moment, loaded: _Loaded) -> bool:
        """Whether nobody else on this machine would bring the indexes to what the truth holds at a moment."""
        if not isinstance(loaded.indexes, Followers) or time.monotonic() < self._lagging_until:
            return False
        return not _is_level(moment, loaded.reading.view)

    def _renewed(self) -> _Loaded:
        """What is published now; one thread at a time loads it, and catches the indexes up if need be."""
        with self._lock:
            self._follow_manifest()
            if self._loaded is None or not self._holds(self._loaded):
                self._loaded = self._fresh()
                self._views.add(self._loaded.reading.view)
            return self._loaded

    def _follow_manifest(self) -> bool:
        """Change over to another generation, if a manifest has been published that names it."""
        with self._lock:
            if self.location.version() == self._manifest_version:
                return False
            store, indexes = self.store, self.derived
            self._loaded = None
            self._load_manifest()
            when_unused([view for view in self._views if view.store is store], store.close, indexes.close)
            return True

    def _fresh(self) -> _Loaded:
        """Load the published state. Where it lags behind the truth, or is damaged, and nobody writes: mend it first."""
        found = self._looked()
        if found is None or not _is_level(self._moment(), found.reading.view):
            until = time.monotonic() + WAIT_FOR_WRITER
            mended = self._mended(LITTLE_WAIT)
            while found is None and not mended and time.monotonic() < until:  # a writer's first state may be on its way
                found = self._looked()
                mended = found is None and self._mended(LITTLE_WAIT)
            found = (self._looked() if mended else None) or found
            self._lagging_until = 0.0 if mended else time.monotonic() + PATIENCE
        if found is None:
            raise ArchiveLocked(
                f"the indexes of {self.location.name} are damaged, and cannot be made again now: let the process that "
                "writes to it finish, or give this one the right to write"
            )
        return found

    def published(self) -> View:
        """The published state as it is, damage not mended but raised as DerivedDamaged."""
        return self._look().reading.view

    def _look(self) -> _Loaded:
        """A writer may change files as they are read: look more than once."""
        for _ in range(LOOKS - 1):
            try:
                return self._look_once()
            except DerivedDamaged:
                time.sleep(LOOK_AGAIN_AFTER)
        return self._look_once()

    def _look_once(self) -> _Loaded:
        """The published state, known by what was before the look."""
        indexes, kept, files = self.derived, self._moment().index, self.derived.version()
        return _Loaded(Reading(indexes.load(), self.manifest), indexes, self._manifest_version, files, kept)

    def _moment(self) -> Moment:
        return self.location.moment(self.store, self.derived.kept_as)

    def _looked(self) -> _Loaded | None:
        try:
            return self._look()
        except DerivedDamaged:
            return None

    def is_written(self) -> bool:
        """Whether a process holds the write lock at this moment."""
        try:
            with self.location.lock(0):
                return False
        except ArchiveLocked:
            return True
        except (ArchiveReadOnly, OSError):  # a standby, or a read-only medium
            return False

    def _mended(self, wait: float) -> bool:
        """Whether the indexes could be caught up or made again: not while another writes, nor on a full disk."""
        try:
            if isinstance(self.derived, Followers):
                self.derived.catch_up(wait=wait)
                return True
            with self.writing(wait if wait > LITTLE_WAIT else 0):
                return True
        except (ArchiveLocked, ArchiveFull, ArchiveReadOnly, OSError):
            return False


def _is_level(moment: Moment, view: View) -> bool:
    """Whether a view lacks nothing that the truth held at a moment, and has nothing else."""
    return moment.is_of(view.state.sequence, view.state.mark)
