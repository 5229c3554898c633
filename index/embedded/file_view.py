"""The embedded indexes at one state: FAISS over mapped rows for the dense leg, Tantivy for the lexical one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from index.documents import TermQuery
from index.embedded.rows import RowCounts
from index.embedded.seals import Seal
from index.embedded.terms import TermIndex
from index.embedded.vectors import LISTS_FOR_CHUNKS, VectorIndex
from index.scope import EVERYTHING, Scope
from index.truth.store import Store
from index.view import Floats, Keys, State

NO_ROWS = RowCounts()


@dataclass(frozen=True)
class FileState(State):
    """A state in files: which folder holds the rows, and how much of it; which file holds the lists.

    `trained` is how many rows there were when the centres of the lists were chosen. `checksum` is that of the lists'
    file. `seals` are those of all files but Tantivy's own list of them, by their paths in the folder.
    """

    folder: str = ""
    rows: RowCounts = NO_ROWS
    compact: bool = False
    lists: str = ""
    listed: int = 0
    trained: int = 0
    checksum: str = ""
    seals: dict[str, Seal] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class FileView:
    """Both indexes at one state, and the truth they were made from."""

    state: FileState
    vectors: VectorIndex
    terms: TermIndex
    store: Store

    @property
    def dimension(self) -> int:
        """How many components the vectors have."""
        return self.vectors.dimension

    def dense(self, vector: Floats, count: int, scope: Scope = EVERYTHING) -> tuple[Keys, Floats]:
        """The nearest chunks of a scope and their inner products."""
        return self.vectors.search(vector, count, scope)

    def alike(self, vector: Floats, count: int, scope: Scope = EVERYTHING) -> tuple[Keys, Floats]:
        """The nearest chunks of a scope to one of them, looked for in fewer lists."""
        return self.vectors.search(vector, count, scope, lists=LISTS_FOR_CHUNKS)

    def lexical(self, query: TermQuery, count: int, scope: Scope = EVERYTHING) -> tuple[Keys, Floats]:
        """The chunks of a scope with most of the question's words, and their BM25."""
        return self.terms.search(query, count, scope)

    def lexical_scores(self, query: TermQuery, keys: Keys) -> Floats:
        """The exact BM25 of each of some chunks; 0 where nothing matches."""
        return self.terms.scores(query, keys)

    def rarity(self, query: TermQuery) -> dict[str, float]:
        """The inverse document frequency of each of a question's terms."""
        return self.terms.rarity(query)

    def document_frequency(self, terms: Iterable[str]) -> dict[str, int]:
        """In the texts of how many chunks each term occurs."""
        return self.terms.document_frequency(terms)

    def indexed_keys(self) -> dict[str, Keys]:
        """The keys of all chunks that can be found, ascending, for each index by its name."""
        return {"vector": self.vectors.keys(), "term": self.terms.keys()}

    def among(self, keys: Keys) -> tuple[Keys, Floats]:
        """Those of some keys, ascending, that can be found by their vectors, and these vectors as they are indexed."""
        return self.vectors.among(keys)

    def search_exactly(self) -> None:
        """Compare every vector from now on."""
        self.vectors.search_every_list()
