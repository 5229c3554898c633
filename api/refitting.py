"""An answerer that goes on for long, and refuses as `zitat calibrate` has said since it began."""

from __future__ import annotations

import logging
import threading

from index.archive import Archive
from index.errors import BadInput
from retrieval.answering import Answerer
from retrieval.answering.confidence import NAME, Calibration, calibration_of

log = logging.getLogger("zitat.calibration")

Basis = tuple[int, str | None]  # the generation, and what `zitat calibrate` left


def basis(archive: Archive) -> Basis:
    """By what an answerer over the archive refuses; to be looked at before one is made, so that none is missed."""
    return archive.manifest.generation, archive.location.read(NAME)


class Refitting:
    """Keeps the calibration of one answerer; safe to use from several threads."""

    def __init__(self, answerer: Answerer, since: Basis) -> None:
        self._answerer, self._basis = answerer, since
        self._lock = threading.Lock()

    def follow(self) -> Basis:
        """Refuse as is said now; what a calibration left does not count for a model that was changed to since."""
        archive = self._answerer.searcher.archive
        archive.view()  # another generation is followed first
        with self._lock:
            found = basis(archive)
            if found != self._basis:
                self._answerer.calibration = _calibration(archive)
                self._basis = found
            return found


def _calibration(archive: Archive) -> Calibration:
    try:
        return calibration_of(archive)
    except BadInput as error:
        log.error("the archive's calibration is not used", exc_info=error)
        return Calibration()
