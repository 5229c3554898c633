"""Measures whether the words that a refusal names are those that are missing.

    python -m eval.missing FOLDER --archive DIR --foreign FOLDER [--sample N]

Each question of a BEIR folder whose articles the archive holds is put to the articles of its language three times: as
it is, so that nothing is missing; with one of its words swapped for a foreign one, which is missing; and as it is, but
without its articles. A foreign word is one of the questions of another folder that occurs nowhere in the archive.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

from eval.refusal import clusters
from eval.sets import Query
from eval.sets.beir import read_beir
from index.text.analyser import analyse
from retrieval import Searcher, SearchOptions
from retrieval.answering.asked_words import cut
from retrieval.answering.confidence import Calibration
from retrieval.answering.evidence import sentences_of
from retrieval.answering.following.small_words import UNSPACED
from retrieval.answering.unmet import unmet

SHORTEST = 4  # letters of a foreign word; half as many in scripts without spaces


class Asked(NamedTuple):
    """A question in one of three ways, where its foreign word stands, and the clusters taken as not there."""

    way: str
    text: str
    planted: tuple[int, int] | None = None
    without: frozenset[int] = frozenset()


def content(text: str, language: str) -> list[tuple[int, int]]:
    """Where the words stand that are not small ones."""
    return [(start, end) for start, end, small in cut(text, language) if not small]


def foreign_words(searcher: Searcher, queries: list[Query], language: str) -> list[str]:
    """Words of some questions, of which the archive has not even the stem."""
    least = SHORTEST // 2 if language in UNSPACED else SHORTEST
    found = {one.text[slice(*span)] for one in queries for span in content(one.text, language)}
    long = sorted(word for word in found if len(word) >= least and analyse(word, language))
    stems = {word: analyse(word, language)[0] for word in long}
    often = searcher.archive.view().document_frequency(set(stems.values()))
    return [word for word in long if not often[stems[word]]]


def ways(searcher: Searcher, query: Query, gold: list[str], foreign: list[str]) -> Iterator[Asked]:
    """The question as it is, with a foreign word, and without what answers it."""
    chance, spans = Random(query.id), content(query.text, query.language)
    yield Asked("as it is", query.text)
    if foreign and spans:
        (start, end), word = chance.choice(spans), chance.choice(foreign)
        text = query.text[:start] + word + query.text[end:]
        yield Asked("foreign word", text, (start, start + len(word)))
    yield Asked("article removed", query.text, None, clusters(searcher.archive, gold))


def outcome(searcher: Searcher, asked: Asked, language: str) -> Iterator[str]:
    """What of it is counted."""
    options = SearchOptions(languages=(language,), question_language=language)
    found = searcher.find(asked.text, options, without=asked.without)
    sentences = sentences_of(found)
    yield "asked"
    if Calibration().confidence(found, sentences) >= Calibration.threshold:
        return
    yield "refused"
    named = unmet(found, sentences)
    if named:
        yield "names something"
    if asked.planted:
        start, end = asked.planted
        right = [one.start < end and start < one.end for one in named]
        yield from (["names the foreign word"] if any(right) else []) + (["names another"] if not all(right) else [])


def measured(searcher: Searcher, folder: Path, foreign: Path, sample: int) -> dict[str, Counter[str]]:
    """Counts by way."""
    dataset, other = read_beir(folder, "all"), read_beir(foreign, "mono")
    there, out = searcher.archive.store.languages_by_id(), dict[str, Counter[str]]()
    words = {
        language: foreign_words(searcher, [one for one in other.queries if one.language == language], language)
        for language in dataset.languages
    }
    for query in dataset.sample(sample).queries:
        gold = sorted(dataset.qrels[query.id])
        if all(one in there for one in gold):
            for asked in ways(searcher, query, gold, words[query.language]):
                out.setdefault(asked.way, Counter()).update(outcome(searcher, asked, query.language))
    return out


def main() -> None:
    """Parse, measure, print a line for each way."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--archive", type=Path, required=True)
    parser.add_argument("--foreign", type=Path, required=True, help="a folder with questions in the same languages")
    parser.add_argument("--sample", type=int, default=40, help="questions in each language")
    args = parser.parse_args()
    with Searcher(args.archive) as searcher:
        for way, counts in measured(searcher, args.folder, args.foreign, args.sample).items():
            print(json.dumps({"way": way} | counts))


if __name__ == "__main__":
    main()
