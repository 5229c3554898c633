"""Scores are those of Tantivy, whatever the averages were when a chunk was written."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.documents import TermDocument, TermQuery
from index.embedded.terms import TermIndex
from index.milvus.weights import (
    EMPTY,
    FIELDS,
    LENGTHS,
    Counts,
    Weighted,
    counted,
    counts_again,
    dimension_of,
    length_code,
    packed,
    rare_weight,
    stored_weights,
    unpacked,
    usable_pivot,
)

WORDS = [f"word{number}" for number in range(300)]


def document(key: int, terms: list[str], context: list[str] | None = None, names: list[str] | None = None):
    return TermDocument(key, terms, context or [], names or [], key, "en", None, None, None)


@pytest.fixture(scope="module")
def documents() -> list[TermDocument]:
    """Of all lengths up to 3,000 terms, the most frequent word in most of them."""
    random = np.random.default_rng(0)
    share = 1 / np.arange(1, len(WORDS) + 1)

    def words(count: int) -> list[str]:
        return random.choice(WORDS, count, p=share / share.sum()).tolist()

    lengths = [*range(60), *random.integers(60, 3_000, 60).tolist()]
    return [document(key, words(n), words(n % 11), words(n // 2)) for key, n in enumerate(lengths, 1)]


def averages_of(counts: list[Counts]) -> tuple[float, ...]:
    return tuple(np.mean([one.tokens for one in counts], axis=0).tolist())


def weighted(query: TermQuery, counts: list[Counts]) -> Weighted:
    containing = Counter(dimension for one in counts for dimension in one.dimensions.tolist())
    pairs = [(dimension_of(field, word), boost) for field, word, boost in query.weighted()]
    weights = [boost * rare_weight(len(counts), containing[dimension]) for dimension, boost in pairs]
    return Weighted(np.array([dimension for dimension, _ in pairs], np.uint32), np.array(weights))


@pytest.mark.parametrize(
    "query",
    [TermQuery(["word0"], []), TermQuery(["word250", "word3", "unheard", "word3"], ["word7", "word290"])],
)
def test_scores_are_those_of_tantivy(documents: list[TermDocument], query: TermQuery, tmp_path: Path) -> None:
    tantivy = TermIndex(tmp_path / "terms", create=True)
    tantivy.update([], documents)
    wanted = tantivy.scores(query, np.array([one.key for one in documents]))
    counts = [counted(one) for one in documents]
    asked, averages = weighted(query, counts), averages_of(counts)
    assert (wanted > 0).sum() > 20
    assert np.allclose([asked.score(one, averages) for one in counts], wanted, rtol=1e-5, atol=1e-6)


def test_what_the_server_adds_up_is_the_same_while_averages_stay(documents: list[TermDocument]) -> None:
    counts = [counted(one) for one in documents]
    averages = averages_of(counts)
    asked = weighted(TermQuery(["word1", "word9"], ["word2"]), counts)
    for one in counts:
        weights, query = stored_weights(one, averages), asked.sparse()
        product = sum(query[dimension] * weights[dimension] for dimension in query.keys() & weights.keys())
        assert product == pytest.approx(asked.score(one, averages), rel=1e-5)


def test_lengths_are_kept_as_lucene_keeps_them() -> None:
    assert LENGTHS[:44].tolist() == [*range(41), 42, 44, 46]
    assert LENGTHS[-1] == 2_013_265_944
    assert [length_code(n) for n in (0, 40, 41, 42, 43)] == [0, 40, 40, 41, 41]
    assert (np.diff(LENGTHS) > 0).all()


@given(
    st.dictionaries(st.sampled_from(WORDS), st.integers(1, 2_000), max_size=20),
    st.tuples(*[st.floats(1, 5_000) for _ in FIELDS]),
)
def test_counts_come_back_from_what_is_stored(counts: dict[str, int], pivot: tuple[float, ...]) -> None:
    terms = [word for word, count in counts.items() for _ in range(count)]
    one = counted(document(1, terms, terms[:9], terms[::2]))
    stored = {dimension: float(np.float32(weight)) for dimension, weight in stored_weights(one, pivot).items()}
    again = counts_again(stored, packed(one.codes, 1), [(1.0, 1.0, 1.0), pivot])
    assert np.array_equal(again.dimensions, one.dimensions)
    assert np.array_equal(again.counts, one.counts)
    assert again.codes == one.codes
    assert again.tokens == (len(terms), len(terms[:9]), len(terms[::2]))


def test_a_chunk_without_terms_still_has_a_weight_and_no_counts() -> None:
    nothing = counted(document(1, []))
    stored = stored_weights(nothing, usable_pivot((0.0, 0.0, 0.0)))
    assert stored == {EMPTY: 1.0}
    assert len(counts_again(stored, packed(nothing.codes, 0), [(1.0, 1.0, 1.0)]).dimensions) == 0
    assert weighted(TermQuery(["word1"], []), [nothing]).score(nothing, (0.0, 0.0, 0.0)) == 0


def test_a_word_has_a_dimension_of_its_own_in_each_field() -> None:
    found = {dimension_of(field, word) for field in FIELDS for word in [*WORDS, "战争", "", "=brbk"]}
    assert len(found) == len(FIELDS) * (len(WORDS) + 3)
    assert EMPTY not in found
    assert max(found) < 2**32 - 1  # Milvus has no more


def test_lengths_and_pivot_share_a_number() -> None:
    assert unpacked(packed((255, 0, 17), 254)) == ((255, 0, 17), 254)
