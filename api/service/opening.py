"""An archive opened for a service: its questions encoded in batches, and everything loaded that a question needs."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import NamedTuple

from api.answerers import answerer_over
from api.service.batching import BatchingEncoder
from api.service.settings import Settings
from index.archive import Archive
from index.errors import BadInput
from index.files import version_of
from retrieval.answering import Answerer, AnswerOptions
from retrieval.answering.confidence import NAME, Calibration, calibration_of
from retrieval.searcher import Searcher

WARM_UP = "Who said what, and when?"

log = logging.getLogger("zitat.service")


class Version(NamedTuple):
    """The archive's state: what was found in one state may be shown again as long as it lasts.

    That is the generation, which file says when to refuse, the change up to which the indexes go, and the last change:
    an article that was deleted is gone from then on, before the indexes know of it.
    """

    generation: int
    calibration: tuple[int, int]
    indexed: int
    changed: int


class Opened:
    """The answerer over an archive, opened unless it is given, and the state the archive is in."""

    def __init__(
        self, settings: Settings, answerer: Answerer | None = None, batched: Callable[[int], None] = lambda _: None
    ) -> None:
        self._calibration_file = settings.archive / NAME
        fitted = version_of(self._calibration_file)  # looked at before it is read, so that none is missed
        self.answerer = answerer or answerer_over(Searcher(settings.archive), settings.llm)
        self._calibrated = (self.answerer.searcher.archive.manifest.generation, fitted)
        self._batched, self._patience = batched, settings.timeouts.encode
        self._lock = threading.Lock()
        self._batch()

    def version(self) -> Version:
        """The state that the archive is in now, and that the answerer follows from now on."""
        archive = self.answerer.searcher.archive
        view = archive.view()
        with self._lock:
            self._batch()
            self._calibrate(archive)
            return Version(*self._calibrated, view.state.sequence, view.store.sequence())

    def _batch(self) -> None:
        """Encode in batches; after a re-embedding the searcher has loaded another encoder."""
        searcher = self.answerer.searcher
        if not isinstance(searcher.encoder, BatchingEncoder):
            searcher.encoder = BatchingEncoder(searcher.encoder, self._patience, self._batched)

    def _calibrate(self, archive: Archive) -> None:
        """Refuse as `zitat calibrate` has said since; what it left does not count for a model changed to since."""
        found = (archive.manifest.generation, version_of(self._calibration_file))
        if found == self._calibrated:
            return
        try:
            self.answerer.calibration = calibration_of(archive)
        except BadInput as error:
            log.error("the archive's calibration is not used", exc_info=error)
            self.answerer.calibration = Calibration()
        self._calibrated = found

    def warm_up(self) -> None:
        """Ask something, so that the first to ask does not wait for what is loaded on first use."""
        self.answerer.ask(WARM_UP, AnswerOptions(mode="extractive"))

    def close(self) -> None:
        """Let the archive go."""
        searcher = self.answerer.searcher
        if isinstance(searcher.encoder, BatchingEncoder):
            searcher.encoder.close()
        searcher.close()
