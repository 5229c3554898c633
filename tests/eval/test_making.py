"""Test sets made from an archive: which queries are proposed, and how a person's corrections are taken over."""

from __future__ import annotations

import gzip
import json
from argparse import Namespace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from eval.making.command import make_set
from eval.making.folder import CORPUS, PROPOSALS
from eval.making.parallels import mutual
from eval.making.pool import shares, shuffled
from eval.sets.beir import read_beir
from index.article import Draft
from index.errors import BadInput
from tests.fakes import WordEncoder, stored

PLACES = "Ashford|Bromley|Crewe|Dover|Epsom|Frome|Goole|Hove".split("|")
TOPICS = "wind turbines|harbour strike|coral reefs|solar panels|school meals|night trains|river floods|wheat prices"
COPY = 0  # the topic whose article is there twice


def text(topic: str, number: int) -> str:
    one, two = topic.split()
    return (
        f"A report of the week came out on {topic}.\n"
        f"Experts in {PLACES[number]} measured {one} near the old {two} bridge with care.\n"
        f"Subscribe to our newsletter and never miss another wonderful story again.\n"
        f"and later the {one} of the {two} was forgotten by nearly everyone there.\n"
        f"That was all that could be said about {topic} on the day."
    )


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("making") / "news.zitat"
    topics = TOPICS.split("|")
    drafts = [
        Draft(text(topic, n), "made", n, id=f"en-{n}", title=f"Everything about {topic} now", language="en")
        for n, topic in enumerate(topics)
    ]
    again = Draft(
        text(topics[COPY], COPY), "made", 99, id="en-copy", title="Another headline altogether", language="en"
    )
    cut = Draft(
        "A title that was cut off somewhere.", "made", 100, id="en-cut", title="Coral reefs are …", language="en"
    )
    assert stored(folder, [*drafts, again, cut], WordEncoder(4096)).added == len(drafts) + 2  # type: ignore[list-item]
    return folder


def options(archive: Path | None, output: Path, **changed: Any) -> Namespace:
    usual = {"archive": archive, "output": output, "queries": 20, "articles": 100, "seed": 0, "curated": False}
    return Namespace(**{**usual, **changed})


def proposals(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / PROPOSALS).read_text(encoding="utf-8").splitlines()]


def corpus(folder: Path) -> dict[str, dict[str, Any]]:
    with gzip.open(folder / CORPUS, "rt", encoding="utf-8") as lines:
        return {row["_id"]: row for row in map(json.loads, lines)}


@pytest.fixture
def made(archive: Path, tmp_path: Path) -> Path:
    assert make_set(options(archive, tmp_path / "set")) == 0
    return tmp_path / "set"


def test_headlines_and_sentences_are_proposed_and_measured_like_any_set(made: Path) -> None:
    assert {one["kind"] for one in proposals(made)} == {"headline", "sentence"}
    test_set = read_beir(made, "all")
    assert len(test_set.queries) == len(proposals(made)) > 8
    assert {query.language for query in test_set.queries} == {"en"}


def test_what_is_asked_for_does_not_stand_in_the_articles(made: Path) -> None:
    articles = corpus(made)
    assert all(article["title"] == "" for article in articles.values())
    for one in proposals(made):
        for article in one["articles"]:
            assert one["query"] not in articles[article]["text"]


def test_copies_of_the_article_answer_as_well(made: Path) -> None:
    found = next(one for one in proposals(made) if "en-copy" in one["articles"])
    assert set(found["articles"]) == {"en-0", "en-copy"}


def test_dull_sentences_are_not_proposed(made: Path) -> None:
    queries = " ".join(one["query"] for one in proposals(made))
    assert "newsletter" not in queries  # in every article
    assert "and later" not in queries  # the rest of a sentence
    assert "…" not in queries


def test_the_same_seed_proposes_the_same_and_another_seed_something_else(archive: Path, tmp_path: Path) -> None:
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        make_set(options(archive, tmp_path / name, seed=seed, queries=3))
    said = {name: (tmp_path / name / PROPOSALS).read_text(encoding="utf-8") for name in "abc"}
    assert said["a"] == said["b"] != said["c"]
    assert (tmp_path / "a" / CORPUS).read_bytes() == (tmp_path / "b" / CORPUS).read_bytes()


def test_corrections_are_taken_over(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, second, third, *rest = proposals(made)
    second["query"] = "what happened to the strike"
    third["keep"] = False
    lines = [json.dumps(one) for one in (second, third, *rest)]
    (made / PROPOSALS).write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert make_set(options(None, made, curated=True)) == 0
    queries = {query.id: query.text for query in read_beir(made, "all").queries}
    assert len(queries) == len(rest) + 1
    assert queries[second["id"]] == "what happened to the strike"
    assert f"{len(queries)} queries" in capsys.readouterr().out


def test_a_mistake_in_the_corrections_is_named(made: Path) -> None:
    before = (made / "queries.jsonl").read_bytes()
    lines = [json.dumps({**one, "articles": ["nobody"]}) for one in proposals(made)[:1]]
    (made / PROPOSALS).write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(BadInput, match=r"line 1: there is no article 'nobody'"):
        make_set(options(None, made, curated=True))
    (made / PROPOSALS).write_text("{}\n", encoding="utf-8")
    with pytest.raises(BadInput, match=r"line 1"):
        make_set(options(None, made, curated=True))
    assert (made / "queries.jsonl").read_bytes() == before


def test_curated_proposals_are_never_overwritten(archive: Path, made: Path) -> None:
    with pytest.raises(BadInput, match="already holds proposals"):
        make_set(options(archive, made))


def test_small_languages_get_all_and_large_ones_share_the_rest() -> None:
    assert shares({"en": 100, "de": 3, "ja": 50}, 43) == {"de": 3, "ja": 20, "en": 20}
    assert shares({"en": 2}, 10) == {"en": 2}


def test_order_is_the_seeds_alone() -> None:
    assert shuffled(["a", "b", "c"], 1) == shuffled(["c", "a", "b"], 1)
    assert {tuple(shuffled("abcdef", seed)) for seed in range(5)} != {tuple(shuffled("abcdef", 0))}


def test_twins_are_nearest_to_each_other_and_nearer_than_usual() -> None:
    left = np.eye(6, dtype=np.float32)
    right = np.roll(left, 1, axis=0)
    found = mutual(left, right)
    assert {(row, column) for _, row, column in found} == {(n, (n + 1) % 6) for n in range(6)}
    assert mutual(np.ones((6, 6), np.float32), np.ones((6, 6), np.float32)) == []
