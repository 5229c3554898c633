"""An archive opened for a service: its questions encoded in batches, and everything loaded that a question needs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

import numpy as np

from api.answerers import answerer_over
from api.refitting import Refitting, basis
from api.service.batching import BatchingEncoder
from api.service.settings import Settings
from index.errors import ZitatError
from index.places.manifest import COMPACT
from retrieval.answering import Answerer, AnswerOptions
from retrieval.searcher import Searcher

WARM_UP = "Who said what, and when?"


class Version(NamedTuple):
    """The archive's state: what was found in one state may be shown again as long as it lasts.

    That is the generation, what was said of when to refuse, the change up to which the indexes go, and the last change:
    an article that was deleted is gone from then on, before the indexes know of it.
    """

    generation: int
    calibration: str | None
    indexed: int
    changed: int


class Opened:
    """The answerer over an archive, opened unless it is given, and the state the archive is in."""

    def __init__(
        self, settings: Settings, answerer: Answerer | None = None, batched: Callable[[int], None] = lambda _: None
    ) -> None:
        searcher = answerer.searcher if answerer else Searcher(settings.archive)
        since = basis(searcher.archive)
        self.answerer = answerer or answerer_over(searcher, settings.llm)
        self._refitting = Refitting(self.answerer, since)
        self._batched, self._patience = batched, settings.timeouts.encode
        self._lock = threading.Lock()
        self._batch()

    def version(self) -> Version:
        """The state that the archive is in now, and that the answerer follows from now on."""
        view = self.answerer.searcher.archive.view()
        with self._lock:
            self._batch()
            return Version(*self._refitting.follow(), view.state.sequence, view.store.sequence())

    @property
    def is_remote(self) -> bool:
        """Whether something of the archive is on a server, which may stop to answer."""
        archive = self.answerer.searcher.archive
        return not archive.location.is_local or archive.manifest.index not in ("", COMPACT)

    def look(self) -> None:
        """Ask the servers of the archive for a little; raises ArchiveUnreachable where one of them does not answer."""
        archive = self.answerer.searcher.archive
        archive.location.version()
        if archive.manifest.index not in ("", COMPACT):
            view = archive.view()
            view.dense(np.full(view.dimension, view.dimension**-0.5, np.float32), 1)

    def follow(self) -> None:
        """Bring the indexes to the last change, should nobody ask; what goes wrong is said to whoever does."""
        with suppress(ZitatError):
            self.version()

    def _batch(self) -> None:
        """Encode in batches; after a re-embedding the searcher has loaded another encoder."""
        searcher = self.answerer.searcher
        if not isinstance(searcher.encoder, BatchingEncoder):
            searcher.encoder = BatchingEncoder(searcher.encoder, self._patience, self._batched)

    def warm_up(self) -> None:
        """Ask something, so that the first to ask does not wait for what is loaded on first use."""
        self.answerer.ask(WARM_UP, AnswerOptions(mode="extractive"))

    def close(self) -> None:
        """Let the archive go."""
        searcher = self.answerer.searcher
        if isinstance(searcher.encoder, BatchingEncoder):
            searcher.encoder.close()
        searcher.close()
