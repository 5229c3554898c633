"""The comparison with other search libraries: its protocol and arithmetic on a fake peer, and the real ones if there.

The real ones need their environments (benchmarks/peers/run.py makes them): $ZITAT_PEERS names the folder they are in.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from benchmarks.peers.exporting import Asked, export, export_questions, headlines, spread
from benchmarks.peers.measuring import Setting, ingest_all, rounds, search_all, times_of
from benchmarks.peers.process import HERE, Entrant, PeerFailed, Process, size_of
from benchmarks.peers.quality import Figure, PeerRanker
from benchmarks.peers.reporting import quality_table, speed_table
from benchmarks.peers.run import LEGS, LEXICAL, PEERS, ZITAT, ours
from benchmarks.peers.worker import read_passages, read_questions
from eval.rankers import RankingFailed
from eval.sets import Query
from index.archive import Archive
from tests.fakes import WordEncoder, stored, story

PASSAGES = [
    {"id": "x#0", "article": "x", "language": "en", "text": "banana"},
    {"id": "x#1", "article": "x", "language": "en", "text": "apple"},
    {"id": "y#0", "article": "y", "language": "de", "text": "Ananas"},
]
VECTORS = [[1.0, 0.0], [0.8, 0.6], [0.0, 1.0]]
QUESTIONS = ["first", "second", "fail", "die"]
QUESTION_VECTORS = [[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 0.0]]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "passages.jsonl").write_text("".join(json.dumps(row) + "\n" for row in PASSAGES))
    asked = [{"text": text, "language": "en"} for text in QUESTIONS]
    (folder / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in asked))
    np.save(folder / "vectors.npy", np.array(VECTORS, np.float32))
    np.save(folder / "question_vectors.npy", np.array(QUESTION_VECTORS, np.float32))
    return folder


@pytest.fixture
def setting(data: Path, tmp_path: Path) -> Setting:
    return Setting(data, tmp_path, None, dict(os.environ), questions=2, rounds=2, count=2)


@pytest.fixture
def fake() -> Entrant:
    return Entrant("fake", Path(__file__).with_name("fake_peer.py"), Path(sys.executable))


@pytest.fixture
def opened(fake: Entrant, setting: Setting) -> Iterator[Process]:
    """A process of the fake peer that has ingested and opened its index."""
    ingest_all([fake], setting)
    with setting.process(fake) as process:
        process.tell("open", index=str(setting.index(fake)), **setting.told)
        yield process


def test_a_peer_answers_with_what_it_ingested_in_another_process(opened: Process) -> None:
    answer = opened.tell("search", questions=[0, 1], count=2)
    assert answer["hits"] == [[["x#0", 1.0], ["x#1", pytest.approx(0.8)]], [["y#0", 1.0], ["x#1", pytest.approx(0.6)]]]
    assert [set(one) for one in answer["times"]] == [{"seconds", "busy"}] * 2
    assert all(0 < one["seconds"] < 5 for one in answer["times"])


def test_a_language_limits_what_is_found(opened: Process) -> None:
    assert opened.tell("search", questions=[0], count=2, language="de")["hits"] == [[["y#0", 0.0]]]


def test_without_vectors_a_peer_embeds_by_itself(fake: Entrant, setting: Setting, tmp_path: Path) -> None:
    own = Setting(setting.data, tmp_path, tmp_path / "model", setting.environment, questions=2, rounds=1, count=1)
    speeds = search_all([fake], own, ingest_all([fake], own))
    assert speeds["fake"].ingested.passages == 3
    assert own.index(fake) != setting.index(fake)
    with own.process(fake) as process:
        process.tell("open", index=str(own.index(fake)), **own.told)
        assert process.tell("search", questions=[1], count=1)["hits"] == [[["x#0", 3.0]]]


def test_what_a_peer_cannot_do_is_told_with_its_reason(opened: Process) -> None:
    with pytest.raises(PeerFailed, match=r"fake could not search: ValueError\('no such question'\)"):
        opened.tell("search", questions=[2], count=1)
    assert opened.tell("search", questions=[0], count=1)["hits"][0][0][0] == "x#0"


def test_a_peer_that_dies_is_noticed(opened: Process) -> None:
    with pytest.raises(PeerFailed, match="fake ended while it should search"):
        opened.tell("search", questions=[3], count=1)


def test_memory_and_disk_are_measured(opened: Process, tmp_path: Path) -> None:
    assert 5 < opened.memory() < 2_000
    (tmp_path / "some" / "deeper").mkdir(parents=True)
    (tmp_path / "some" / "deeper" / "file").write_bytes(b"x" * 1_500_000)
    assert size_of(tmp_path / "some") == 1.5


def test_speed_is_of_every_question_once(fake: Entrant, setting: Setting) -> None:
    speed = search_all([fake], setting, ingest_all([fake], setting))["fake"]
    assert speed.times.searches == 2
    assert speed.times.p50 <= speed.times.p95
    assert speed.ingested.passages == 3
    assert speed.ingested.seconds > 0
    assert speed.ingested.disk == size_of(setting.index(fake)) > 0


def test_each_round_has_everyone_and_each_question_comes_once() -> None:
    made = list(rounds(["a", "b", "c"], 10, 4, seed=0))
    assert sorted(number for _, questions in made for number in questions) == list(range(10))
    assert all(sorted(order) == ["a", "b", "c"] for order, _ in made)
    assert len({tuple(order) for order, _ in made}) > 1
    assert made == list(rounds(["a", "b", "c"], 10, 4, seed=0))


def test_percentiles_are_in_milliseconds() -> None:
    taken = [{"seconds": number / 1000, "busy": 0.004} for number in range(1, 102)]
    times = times_of(taken)
    assert (times.p50, times.p95, times.searches) == (pytest.approx(51), pytest.approx(96), 101)
    assert times.busy == pytest.approx(4)
    with pytest.raises(ValueError, match="1 searches were timed"):
        times_of(taken[:1])


def test_ratios_are_to_the_first(fake: Entrant, setting: Setting) -> None:
    speed = search_all([fake], setting, ingest_all([fake], setting))["fake"]
    lines = speed_table({"zitat": speed, "other": speed}, "zitat").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert len({len(row) for row in cells}) == 1
    named = dict(zip(cells[0], cells[3], strict=True))
    assert named["× Zitat"] == named["p50, × Zitat"] == "1.00"


def test_the_lead_stands_beside_each_figure() -> None:
    rows = {"Zitat": {"AP": Figure(0.9)}, "other": {"AP": Figure(0.7, 0.2, (0.15, 0.25))}}
    assert "| other | 0.700 | +0.200 (+0.150 to +0.250) |" in quality_table(rows)


def test_an_article_is_as_good_as_its_best_passage(opened: Process) -> None:
    ranker = PeerRanker("fake", opened, {text: number for number, text in enumerate(QUESTIONS)})
    assert ranker.rank(Query("q", "first", "en"), (), 3) == {"x": 1.0, "y": 0.0}
    assert ranker.rank(Query("q", "first", "en"), ("de",), 3) == {"y": 0.0}
    with pytest.raises(RankingFailed, match="no such question"):
        ranker.rank(Query("q", "fail", "en"), (), 3)


def test_what_is_exported_is_what_the_archive_holds(folder: Path, encoder: WordEncoder, tmp_path: Path) -> None:
    stored(folder, [story(1), story(2)])
    with Archive(folder) as archive:
        asked = headlines(archive, 2)
        export(archive, tmp_path / "out")
        keys = archive.store.chunk_keys()
        _, vectors = archive.store.vectors(int(keys[0]), int(keys[-1]))
    passages = read_passages(tmp_path / "out", with_vectors=True)
    assert passages.ids == [f"story-{article}#{part}" for article in (1, 2) for part in range(3)]
    assert all("Report 1" in text for text in passages.texts[:3])
    assert passages.vectors is not None
    assert passages.vectors == pytest.approx(vectors, abs=1e-3)
    assert np.linalg.norm(passages.vectors, axis=1) == pytest.approx(np.ones(6), abs=1e-6)
    export_questions(asked, tmp_path / "out", encoder)
    questions = read_questions(tmp_path / "out", with_vectors=True)
    assert [one.text for one in questions] == ["About story-1", "About story-2"]
    assert questions[0].vector == pytest.approx(encoder.encode_query("About story-1", "en").vector)


def test_a_sample_of_articles_has_about_as_many_passages_as_wanted(folder: Path, encoder: WordEncoder) -> None:
    stored(folder, [story(number) for number in range(10)])
    with Archive(folder) as archive:
        assert len(spread(archive, 0)) == 10
        assert len(spread(archive, 9)) == 4  # every third; three passages each


@pytest.mark.parametrize("name", PEERS)
def test_each_peer_s_versions_are_pinned(name: str) -> None:
    lines = (HERE / name / "requirements.txt").read_text().splitlines()
    assert lines
    assert all(line.count("==") == 1 and "+" not in line for line in lines)
    assert (HERE / name / "adapter.py").is_file()


@pytest.mark.parametrize("name", [ZITAT, LEGS, *PEERS])
def test_each_real_peer_finds_a_passage_by_its_vector_and_its_words(
    name: str, tmp_path: Path, real_data: Callable[[], Path]
) -> None:
    known = {one.name: one for one in ours()}
    entrant = known.get(name) or Entrant(name, HERE / name / "adapter.py", _python(name))
    setting = Setting(real_data(), tmp_path, None, dict(os.environ), questions=3, rounds=1, count=3)
    ingested = ingest_all([known[ZITAT], entrant] if entrant.reads else [entrant], setting)
    assert ingested[name].passages == 3
    with setting.process(entrant) as process:
        process.tell("open", index=str(setting.index(entrant)), **setting.told)
        found = process.tell("search", questions=[0, 1, 2], count=3)["hits"]
        limited = process.tell("search", questions=[0], count=3, language="de")["hits"]
    assert [hits[0][0] for hits in found] == ["rain#0", "bank#0", "regen#0"]
    assert all(name == "regen#0" for [hits] in [limited] for name, _ in hits)
    assert limited[0] or name in LEXICAL


def _python(name: str) -> Path:
    python = Path(os.environ.get("ZITAT_PEERS", "")) / name / "bin" / "python"
    if "ZITAT_PEERS" not in os.environ or not python.exists():
        pytest.skip(f"$ZITAT_PEERS has no environment for {name}: benchmarks/peers/run.py makes them")
    return python


@pytest.fixture
def real_data(tmp_path: Path) -> Callable[[], Path]:
    """Three short articles with the vectors of the bundled encoder; made only where a test is not skipped."""

    def made() -> Path:
        from index.encoders.bundled import BundledEncoder
        from index.ingesting.ingest import ingest
        from tests.fakes import draft

        encoder = BundledEncoder()
        drafts = [
            draft("rain", "Heavy rain flooded the streets of the old harbour on Monday evening."),
            draft("bank", "The central bank raised its interest rate by half a point to slow inflation."),
            draft("regen", "Starker Regen hat am Montag mehrere Keller in der Altstadt überflutet.", language="de"),
        ]
        with Archive.create(tmp_path / "archive", encoder) as archive:
            with archive.writing():
                ingest(archive, encoder, drafts)
            asked = [
                Asked("rain in the harbour", "en"),
                Asked("interest rate of the central bank", "en"),
                Asked("Keller in der Altstadt überflutet", "de"),
            ]
            export(archive, tmp_path / "real")
        export_questions(asked, tmp_path / "real", encoder)
        return tmp_path / "real"

    return made
