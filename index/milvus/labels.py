"""Whose a collection is: its row 0 says it, as not every server keeps what else could be said of a collection.

The label has the stamp of the state that was last written, and that of the state before. A killed writer leaves a
collection whose state was never published: its label still has the published one as the stamp before.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from index.errors import ArchiveError
from index.milvus.filters import NO_EARLIEST, NO_LATEST
from index.milvus.ledger import RemoteState
from index.milvus.server import LABEL_KEY, Server
from index.milvus.weights import EMPTY
from index.view import DerivedDamaged

Label = Mapping[str, Any]


class Labels:
    """The labels of one archive's collections."""

    def __init__(self, server: Server, archive_id: str, dimension: int) -> None:
        self.server, self.archive_id, self.dimension = server, archive_id, dimension

    def write(self, state: RemoteState, before: str) -> None:
        """Label the collection of a state that is about to be published; `before` is the stamp of the published one."""
        label = {"archive": self.archive_id, "dimension": self.dimension, "edition": state.edition}
        said = json.dumps(label | {"stamp": state.stamp, "before": before})
        cells = {"article": 0, "language": "", "source": said, "earliest": NO_EARLIEST, "latest": NO_LATEST, "norms": 0}
        vectors = {"dense": np.zeros(self.dimension, np.float32), "weights": {EMPTY: 1.0}}
        self.server.upsert(state.collection, [{"key": LABEL_KEY, **cells, **vectors}])

    def check(self, state: RemoteState, *, reading: bool) -> None:
        """Raises DerivedDamaged for a collection of another time, ArchiveError for one of another archive."""
        name, shown = state.collection, self.server.address.shown
        label = self._of(name)
        if not label:
            raise DerivedDamaged(f"collection {name} at {shown} is not there, or has no label")
        self.refuse_other(name, label)
        if (label.get("archive"), label.get("dimension")) != (self.archive_id, self.dimension):
            raise DerivedDamaged(f"collection {name} at {shown} has other vectors: {dict(label)}")
        later = reading and label.get("edition", 0) > state.edition  # the writer has gone on since
        if not later and state.stamp not in (label.get("stamp"), label.get("before")):
            raise DerivedDamaged(f"collection {name} at {shown} is of another time than the archive")

    def are_ours(self, state: RemoteState) -> bool:
        """Whether a collection may be dropped: it is of this archive, and no copy of the archive writes to it."""
        label = self._of(state.collection)
        stamps = (label.get("stamp"), label.get("before"))
        return label.get("archive") == self.archive_id and state.stamp in stamps

    def free_name(self) -> str:
        """The first number after those in use with the prefix, where none of them is another archive's."""
        numbers = [0]
        for name in self.server.collections():
            prefix, _, number = name.rpartition("_")
            if prefix == self.server.address.prefix and number.isdecimal():
                self.refuse_other(name, self._of(name))
                numbers.append(int(number))
        return f"{self.server.address.prefix}_{max(numbers) + 1}"

    def refuse_other(self, name: str, label: Label) -> None:
        """Raises ArchiveError where a label is another archive's; that of its other generation may stand beside."""
        owner = label.get("archive", self.archive_id)
        if _without_generation(owner) != _without_generation(self.archive_id):
            shown = self.server.address.shown
            cure = "write another prefix behind the host, or drop that collection"
            raise ArchiveError(
                f"collection {name} at {shown} belongs to archive {owner}, this one is {self.archive_id}: {cure}"
            )

    def _of(self, name: str) -> Label:
        """What is said of a collection; nothing where it is not there or not one of ours."""
        try:
            rows = self.server.rows(name, [LABEL_KEY], ["source"], fresh=True)
            return dict(json.loads(rows[0]["source"])) if rows else {}
        except (DerivedDamaged, ValueError, TypeError):
            return {}


def _without_generation(archive_id: str) -> str:
    """An archive's id is followed by "_" and how often it was re-embedded."""
    return archive_id.rpartition("_")[0] or archive_id


def stamped(state: RemoteState) -> RemoteState:
    """The next edition, under a stamp of its own."""
    return replace(state, edition=state.edition + 1, stamp=secrets.token_hex(8))
