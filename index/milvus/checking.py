"""The rows of a collection against what they should hold of the words, and the truth's totals against a recount."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import numpy as np

from index.documents import TermDocument, documents_after
from index.milvus.ledger import Ledger, RemoteState
from index.milvus.server import Row, Server
from index.milvus.steps import cells
from index.milvus.weights import Counts, counted, counts_again
from index.truth.store import Store
from index.view import DerivedDamaged

PAGE = 500  # chunks that are in memory together


def check_words(state: RemoteState, store: Store, server: Server, ledger: Ledger) -> None:
    """Raises DerivedDamaged where rows that are there, or totals, differ from the articles' own."""
    documents = documents_after(store, 0)
    wrong = total = 0
    tokens = np.zeros(len(state.tokens))
    while page := list(islice(documents, PAGE)):
        counts = {one.key: counted(one) for one in page}
        wrong += sum(_wrong(state, page, counts, server))
        total += sum(len(one.dimensions) for one in counts.values())
        tokens += np.sum([one.tokens for one in counts.values()], axis=0)
    if wrong:
        raise DerivedDamaged(f"{wrong} rows of collection {state.collection} differ from the articles' own words")
    kept = (state.tokens, ledger.total())
    if state.sequence == store.sequence() and kept != (tuple(tokens.tolist()), total):
        raise DerivedDamaged("the counts of terms differ from the articles' own")


def _wrong(state: RemoteState, page: list[TermDocument], counts: dict[int, Counts], server: Server) -> Iterator[bool]:
    """For each of some chunks that have a row, whether it is wrong."""
    wanted = {one.key: cells(one) for one in page if one.key <= state.last_chunk}
    if not wanted:
        return
    named = ["norms", "weights", *next(iter(wanted.values()))]
    for row in server.rows(state.collection, list(wanted), named, fresh=True):
        yield not _same(row, wanted[row["key"]], counts[row["key"]], state)


def _same(row: Row, wanted: Row, counts: Counts, state: RemoteState) -> bool:
    try:
        found = counts_again(row["weights"], row["norms"], state.pivots)
    except IndexError:  # of a pivot that there is not
        return False
    words = np.array_equal(found.dimensions, counts.dimensions) and np.array_equal(found.counts, counts.counts)
    return words and found.codes == counts.codes and all(row[name] == value for name, value in wanted.items())
