"""An archive: one truth and what is derived from it, opened for reading or for writing, in a folder or on a server."""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Hashable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from index.embedded.derived import Derived
from index.embedded.followers import Followers
from index.encoders.encoder import BUNDLED, Encoder, load_encoder
from index.errors import (
    ArchiveDamaged,
    ArchiveError,
    ArchiveFull,
    ArchiveLocked,
    ArchiveReadOnly,
    ArchiveUnreachable,
    BadInput,
)
from index.places.location import Location
from index.places.location import located as location_of
from index.places.manifest import COMPACT, Manifest, located
from index.truth.store import Store
from index.view import DerivedDamaged, Indexes, Version, View

CHUNK_TOKENS, FEWEST_TOKENS = 200, 16
WAIT_FOR_WRITER = 10.0  # seconds
LOOKS, LOOK_AGAIN_AFTER = 5, 0.02  # seconds
LITTLE_WAIT = 2.0  # seconds, for another process of this machine that is catching indexes up
PATIENCE = 1.0  # seconds for which a search may go on with indexes that lag behind, while others catch them up


class Reading(NamedTuple):
    """The indexes at one state, and the manifest of the generation that they are of."""

    view: View
    manifest: Manifest


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
        self._view: View | None = None
        self._version: Version = (0, 0)
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
        tokens = _chunk_tokens(chunk_tokens, encoder.window)
        manifest = Manifest(located(model), encoder.fingerprint, tokens, index=index, id=uuid4().hex)
        with closing(location_of(where)) as location, location.lock(WAIT_FOR_WRITER):
            if location.exists():
                raise ArchiveError(f"{location.name} already holds an archive: open it, or choose another place")
            location.make(manifest).close()
            location.publish(manifest)
        return cls(where)

    def close(self) -> None:
        """Close the files; mapped ones stay until no search uses them."""
        self._view = None
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
        self.manifest.check_encoder(encoder, self.path, named=self.manifest.model)
        return encoder

    def view(self) -> View:
        """The indexes as they are now; a state that was published since, and what they lack of the truth, is loaded."""
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
                    reading.view.store.sequence()  # the state is held still from the first read on
                except ArchiveUnreachable:
                    raise
                except ArchiveError:  # the earlier generation may be gone
                    if self._is_published(reading):
                        raise
                    continue
                # Where states follow each other faster than they can be loaded, a search may miss some passages.
                if self._is_published(reading) or look == LOOKS - 1:
                    yield reading
                    return
        raise ArchiveLocked(f"{self.location.name} is made anew again and again: let the process that writes finish")

    def _now(self) -> Reading:
        with self._lock:
            self._follow_manifest()
            if self._view is None or self.derived.version() != self._version or self._lags(self._view):
                self._version, self._view = self._fresh_view()
                self._views.add(self._view)
            return Reading(self._view, self.manifest)

    def _lags(self, view: View) -> bool:
        """Whether nobody else on this machine would bring the indexes to what the truth holds now."""
        if not isinstance(self.derived, Followers) or time.monotonic() < self._lagging_until:
            return False
        return view.state.sequence < view.store.sequence()

    def _is_published(self, reading: Reading) -> bool:
        """Whether no other state, and no other generation, has been published since."""
        with self._lock:
            same = reading.view is self._view and self.location.version() == self._manifest_version
            return same and self.derived.version() == self._version and not self._lags(reading.view)

    def _follow_manifest(self) -> bool:
        """Change over to another generation, if a manifest has been published that names it."""
        with self._lock:
            if self.location.version() == self._manifest_version:
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


def indexes_of(location: Location, manifest: Manifest, store: Store) -> Indexes:
    """The derived indexes that a manifest names: on a server, or in files of this machine."""
    dimension = int(manifest.encoder["dimension"])
    if manifest.index not in ("", COMPACT):
        from index.milvus import on_milvus

        return on_milvus(manifest, store)
    folder = location.folder(manifest) / manifest.derived
    derived = Derived(folder, store, dimension, compact=manifest.index == COMPACT)
    return derived if location.is_local else Followers(derived, location.name)


def discard(location: Location, manifest: Manifest) -> None:
    """Delete a generation, as far as it is there, and its collection where its indexes are on Milvus."""
    if manifest.index not in ("", COMPACT):
        from index.milvus import on_milvus

        with suppress(ArchiveDamaged), closing(Store(location.truth(manifest))) as store:
            on_milvus(manifest, store).drop()
    location.discard(manifest)


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
