"""The lexical leg: what is indexed is found, within its scope, and a damaged file is noticed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from index.documents import TermDocument, TermQuery
from index.embedded.terms import TermIndex, intact
from index.scope import Scope


def document(key: int, words: str, **fields: object) -> TermDocument:
    said: dict[str, object] = {"context": [], "names": [], "article": key, "language": "en", "source": None}
    said |= {"earliest": None, "latest": None} | fields
    return TermDocument(key, words.split(), **said)  # type: ignore[arg-type]


def asked(words: str, names: str = "") -> TermQuery:
    return TermQuery(words.split(), names.split())


@pytest.fixture
def terms(tmp_path: Path) -> TermIndex:
    index = TermIndex(tmp_path / "terms", create=True)
    octobers = {"earliest": date(2022, 10, 1).toordinal(), "latest": date(2022, 10, 31).toordinal()}
    day = date(2020, 11, 13).toordinal()
    index.update(
        [],
        [
            document(1, "wind energy wind", language="en", source="dpa", earliest=day, latest=day),
            document(2, "wind", language="de", source="AP", **octobers),
            document(3, "solar", language="en", source="dpa", context=["wind"], article=77),
            document(4, "solar", language="az", source="Trend", names=["aliyev"], article=77),
        ],
    )
    return index


def test_the_chunk_that_says_it_most_comes_first(terms: TermIndex) -> None:
    keys, scores = terms.search(asked("wind"), 10)
    assert set(keys[:2].tolist()) == {1, 2}
    assert keys.tolist()[2] == 3  # only its title says so
    assert (np.diff(scores) <= 0).all()
    assert terms.search(asked("wind"), 1)[0].tolist() == keys[:1].tolist()


def test_names_are_found_in_their_own_field(terms: TermIndex) -> None:
    assert terms.search(asked("алиев", "aliyev"), 10)[0].tolist() == [4]


def test_a_blind_question_finds_nothing(terms: TermIndex) -> None:
    assert asked("").blind
    assert terms.search(asked(""), 10)[0].tolist() == []
    assert terms.scores(asked(""), np.array([1, 2])).tolist() == [0, 0]
    assert terms.search(asked("unheard"), 10)[0].tolist() == []


@pytest.mark.parametrize(
    ("scope", "found"),
    [
        (Scope(), [1, 2, 3]),
        (Scope(languages=("de",)), [2]),
        (Scope(languages=("de", "en")), [1, 2, 3]),
        (Scope(languages=("en",), sources=("AP",)), []),
        (Scope(sources=("dpa", "AP")), [1, 2, 3]),
        (Scope(articles=(77,)), [3]),
        (Scope(after=date(2022, 10, 15)), [2]),
        (Scope(before=date(2022, 10, 15)), [1, 2]),
        (Scope(before=date(2022, 9, 30)), [1]),
        (Scope(after=date(2022, 11, 1)), []),
    ],
)
def test_a_scope_limits_what_is_found_and_leaves_scores_alone(terms: TermIndex, scope: Scope, found: list[int]) -> None:
    keys, scores = terms.search(asked("wind"), 10, scope)
    assert sorted(keys.tolist()) == found
    assert np.allclose(scores, terms.scores(asked("wind"), keys))


def test_scores_answer_for_exactly_the_keys_asked_about(terms: TermIndex) -> None:
    keys, scores = terms.search(asked("wind energy"), 10)
    by_key = dict(zip(keys.tolist(), scores.tolist(), strict=True))
    asked_for = np.array([4, 2, 1, 99])
    assert np.allclose(terms.scores(asked("wind energy"), asked_for), [0, by_key[2], by_key[1], 0])


def test_what_is_removed_is_gone_and_what_is_added_again_is_there_once(terms: TermIndex) -> None:
    terms.update([(1, 2)], [document(2, "wind"), document(5, "wind")])
    assert terms.keys().tolist() == [2, 3, 4, 5]
    assert terms.size == 4
    assert 1 not in terms.search(asked("wind"), 10)[0].tolist()


def test_a_reader_keeps_its_state_until_it_is_opened_again(terms: TermIndex) -> None:
    reader = TermIndex(terms.folder)
    terms.update([(1, 4)], [document(9, "wind")])
    assert reader.keys().tolist() == [1, 2, 3, 4]
    assert TermIndex(terms.folder).keys().tolist() == [9]


def test_document_frequencies_count_chunks(terms: TermIndex) -> None:
    assert terms.document_frequency(["wind", "solar", "unheard"]) == {"wind": 2, "solar": 2, "unheard": 0}


def test_many_terms_in_odd_scripts_are_no_harm(terms: TermIndex) -> None:
    odd = ["😀", "ไทย", "الله", "a" * 5000, "\u0301", '"', "AND", "wind:", "*"]
    terms.update([], [TermDocument(20, odd, odd, odd, 20, "und", 'so:urce "x"', None, None)])
    assert terms.search(TermQuery(odd[:1], []), 5)[0].tolist() == [20]
    assert terms.search(TermQuery(odd, odd), 5, Scope(sources=('so:urce "x"',)))[0].tolist() == [20]


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def test_every_file_is_looked_at(terms: TermIndex) -> None:
    files = _files(terms.folder)
    kinds = {path.suffix for path in files}
    assert kinds >= {".term", ".idx", ".pos", ".fieldnorm", ".fast", ".store", ".json"}
    assert intact(terms.folder)
    for path in files:
        content = path.read_bytes()
        spoilt = [b"", content[: len(content) // 2], content[:5], content[1:]]
        spoilt += [_flipped(content, at) for at in (0, 5, -1)]
        for damaged in spoilt if path.suffix != ".json" else spoilt[:4]:
            path.write_bytes(damaged)
            assert not intact(terms.folder), (path.name, damaged[:20])
        path.unlink()
        assert not intact(terms.folder), path.name
        path.write_bytes(content)
        assert intact(terms.folder)


def _flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 4]) + content[at:][1:]


def test_a_file_of_deletions_is_looked_at(terms: TermIndex) -> None:
    terms.update([(1, 1)], [])
    [deletions] = terms.folder.glob("*.del")
    deletions.write_bytes(_flipped(deletions.read_bytes(), 1))
    assert not intact(terms.folder)


def test_what_a_killed_run_left_behind_is_neither_damage_nor_in_the_way(terms: TermIndex) -> None:
    segment = next(terms.folder.glob("*.term")).stem
    (terms.folder / f"{segment}.99.del").write_bytes(b"half")
    assert intact(terms.folder)
