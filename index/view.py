"""What a search needs of the indexes, whichever engines hold them: in files beside the truth, or on a server.

`Indexes` follow the change log of the truth, and publish one state after another. A `View` is one such state: both
legs, and the truth they were made from.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from index.documents import TermQuery
from index.scope import EVERYTHING, Scope
from index.truth.store import Store

Keys = NDArray[np.int64]
Floats = NDArray[np.float32]
Version = tuple[int, int]


class DerivedDamaged(Exception):
    """A derived index is missing, torn or altered; never shown to a user, as it is rebuilt."""


@dataclass(frozen=True)
class State:
    """What the indexes hold: the truth up to change `sequence`, that is, chunks up to `last_chunk`.

    `mark` is the stamp of that change, where indexes could follow one truth and then another.
    """

    sequence: int = 0
    last_chunk: int = 0
    documents: int = 0
    mark: int | None = None


class View(Protocol):
    """Both legs at one state. It is never changed once made: a search may go on with it while a newer one is loaded.

    Whatever a leg finds comes best first, ties by key.
    """

    @property
    def state(self) -> State:
        """Which state it is."""

    @property
    def store(self) -> Store:
        """The truth that the indexes were made from."""

    @property
    def dimension(self) -> int:
        """How many components the vectors have."""

    def dense(self, vector: Floats, count: int, scope: Scope = EVERYTHING) -> tuple[Keys, Floats]:
        """The chunks of a scope whose vectors are nearest to one of shape (d,), and their inner products."""

    def alike(self, vector: Floats, count: int, scope: Scope = EVERYTHING) -> tuple[Keys, Floats]:
        """The same for the vector of a chunk, whose neighbours are easier to find than what a question looks for."""

    def lexical(self, query: TermQuery, count: int, scope: Scope = EVERYTHING) -> tuple[Keys, Floats]:
        """The chunks of a scope that have most of a question's words, and their BM25."""

    def lexical_scores(self, query: TermQuery, keys: Keys) -> Floats:
        """The exact BM25 of each of some chunks; 0 where nothing matches."""

    def rarity(self, query: TermQuery) -> dict[str, float]:
        """The weight that BM25 gives each of a question's terms: its inverse document frequency."""

    def document_frequency(self, terms: Iterable[str]) -> dict[str, int]:
        """In the texts of how many chunks each term occurs."""

    def indexed_keys(self) -> dict[str, Keys]:
        """The keys of all chunks that can be found, ascending, for each index by its name."""

    def among(self, keys: Keys) -> tuple[Keys, Floats]:
        """Those of some keys, ascending, that can be found by their vectors, and these vectors as they are indexed."""

    def search_exactly(self) -> None:
        """Compare every vector from now on, and be slower: what approximations miss is measured so."""


class Indexes(Protocol):
    """The derived indexes of one truth.

    `kept_as` is the name under which the truth keeps their state; empty where they keep it themselves.
    """

    kept_as: ClassVar[str] = ""

    def version(self) -> Version:
        """Changes whenever another state is published, unless the truth says so."""

    def load(self) -> View:
        """Open the published state; raises DerivedDamaged."""

    def catch_up(self, *, finished: bool = True) -> None:
        """Bring them to the truth's last change, as the one writer; `finished` when no more is about to come."""

    def check(self) -> None:
        """Look at what neither opening does nor `verify` compares with the truth; raises DerivedDamaged."""

    def rebuild(self) -> None:
        """Throw them away and make them again from the truth."""

    def close(self) -> None:
        """Let go of connections; files are let go with the last view of them."""
        return
