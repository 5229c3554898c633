"""An archive opened for a service: its questions encoded in batches, and everything loaded that a question needs."""

from __future__ import annotations

import threading
from collections.abc import Callable

from api.answerers import answerer_over
from api.service.batching import BatchingEncoder
from api.service.settings import Settings
from retrieval.answering import Answerer, AnswerOptions
from retrieval.searcher import Searcher

WARM_UP = "Who said what, and when?"


class Opened:
    """The answerer over an archive, and the state the archive is in."""

    def __init__(self, answerer: Answerer, batched: Callable[[int], None], patience: float) -> None:
        self.answerer = answerer
        self._seen, self._patience = batched, patience
        self._lock = threading.Lock()
        self._batch()

    def version(self) -> tuple[int, int, int]:
        """The archive's state: what was found in one state may be shown again as long as it lasts.

        That is the generation, the change up to which the indexes go, and the last change: an article that was deleted
        is gone from then on, before the indexes know of it.
        """
        archive = self.answerer.searcher.archive
        view = archive.view()
        self._batch()
        return archive.manifest.generation, view.state.sequence, view.store.sequence()

    def _batch(self) -> None:
        """Encode in batches; after a re-embedding the searcher has loaded another encoder."""
        searcher = self.answerer.searcher
        with self._lock:
            if not isinstance(searcher.encoder, BatchingEncoder):
                searcher.encoder = BatchingEncoder(searcher.encoder, self._patience, self._seen)

    def warm_up(self) -> None:
        """Ask something, so that the first to ask does not wait for what is loaded on first use."""
        self.answerer.ask(WARM_UP, AnswerOptions(mode="extractive"))

    def close(self) -> None:
        """Let the archive go."""
        searcher = self.answerer.searcher
        if isinstance(searcher.encoder, BatchingEncoder):
            searcher.encoder.close()
        searcher.close()


def open_answerer(settings: Settings) -> Answerer:
    """The answerer that the settings describe; takes a second or two."""
    return answerer_over(Searcher(settings.archive), settings.llm)
