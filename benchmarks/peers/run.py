"""Zitat side by side with others: the same passages and vectors, the same questions, the same machine, one run.

    python benchmarks/peers/run.py XQUAD --archive ARCHIVE --environments FOLDER --work FOLDER

XQUAD is a test set for `zitat eval` with judgements "all" (its archive is made in the cache, unless --set-archive names
one): quality. ARCHIVE is an archive of news with the bundled encoder's vectors: speed, memory and disk, first with all
vectors ready, then on a few articles with each one's own embedding of passages and questions. Each peer runs in a
virtual environment of its own, made in --environments with the versions of benchmarks/peers/NAME/requirements.txt.
Tables go to stdout, all figures to results.json in the --work folder, rankings as TREC runs to its folder runs.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

if __name__ == "__main__":  # started as a file: what is imported is this repository
    sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks.peers.environments import interpreter
from benchmarks.peers.exporting import Asked, export, export_questions, headlines, with_plain_vectors
from benchmarks.peers.measuring import Setting, as_rows, ingest_all, search_all
from benchmarks.peers.process import HERE, Entrant
from benchmarks.peers.quality import beside_the_first, measured, of_peers
from benchmarks.peers.reporting import quality_table, speed_table
from eval.rankers.archive import VARIANTS, ArchiveRanker
from eval.rankers.building import archive_for
from eval.sets import TestSet
from eval.sets.opening import open_test_set
from index.archive import Archive
from index.encoders.bundled import BundledEncoder
from index.encoders.e5 import bundled_weights, read_weights
from index.encoders.e5_export import write_checkpoint
from index.encoders.sbert import SentenceTransformerEncoder

ZITAT, LEGS = "zitat", "zitat, legs alone"
PEERS = ("txtai", "haystack", "lancedb", "chromadb", "faiss", "bm25s")
LEXICAL = ("bm25s",)  # have no vectors, neither given nor of their own
PARTS = ("quality", "ready", "own")


def main() -> None:
    """Measure the parts that were asked for."""
    args = _arguments()
    args.work.mkdir(parents=True, exist_ok=True)
    entrants = [Entrant(name, HERE / name / "adapter.py", interpreter(name, args.environments)) for name in args.peer]
    entrants = [*ours(), *entrants]
    results: dict[str, Any] = {}
    for part in args.part:
        results[part] = {"quality": quality, "ready": ready, "own": own}[part](entrants, args)
        (args.work / "results.json").write_text(json.dumps(results, indent=1))


def ours() -> list[Entrant]:
    """Zitat, and its two legs alone."""
    here = Path(sys.executable)
    return [Entrant(ZITAT, HERE / ZITAT / "adapter.py", here), Entrant(LEGS, HERE / ZITAT / "legs.py", here, ZITAT)]


def quality(entrants: Sequence[Entrant], args: argparse.Namespace) -> dict[str, Any]:
    """Every entrant's rankings, once with the plain model's vectors and once with Zitat's."""
    test_set = open_test_set(args.test_set, "all")
    test_set = (test_set.fold(*args.fold) if args.fold else test_set).sample(args.sample)
    archive = archive_for(test_set, BundledEncoder(), given=args.set_archive)
    with_zitat_s, plain = _exported_set(test_set, archive, args.work)
    zitat = ArchiveRanker(archive, VARIANTS["zitat"])
    found = [measured(zitat, test_set, args.work / "runs")]
    zitat.close()
    dense = [one for one in entrants if one.name not in (ZITAT, LEGS, *LEXICAL)]
    lexical = [one for one in entrants if one.name in LEXICAL]
    setting = _setting(plain, args, model=None)
    for chosen, data, label in (
        (dense, plain, "plain"),
        (dense, with_zitat_s, "Zitat's vectors"),
        (lexical, plain, "words"),
    ):
        rankers = of_peers(chosen, replace(setting, data=data), test_set, label)
        found += [measured(ranker, test_set, args.work / "runs") for ranker in rankers]
    figures = beside_the_first(test_set, found)
    print(f"\n{len(test_set.queries)} questions of {test_set.name}\n\n{quality_table(figures)}", flush=True)
    return {name: {figure: asdict(one) for figure, one in row.items()} for name, row in figures.items()}


def ready(entrants: Sequence[Entrant], args: argparse.Namespace) -> dict[str, Any]:
    """Ingest and search where all vectors are given."""
    return _speed(entrants, _setting(_exported_news(args, 0), args, model=None), "with ready vectors")


def own(entrants: Sequence[Entrant], args: argparse.Namespace) -> dict[str, Any]:
    """Ingest of some articles, and search among them, each with its own embedding of passages and questions."""
    data = _exported_news(args, args.passages)
    return _speed(entrants, _setting(data, args, model=_checkpoint(args.work)), "each with its own embedding")


def _exported_news(args: argparse.Namespace, most: int) -> Path:
    data: Path = args.work / ("some-news" if most else "news")
    with Archive(args.archive) as archive:
        if not data.exists():
            export(archive, data, most)
        export_questions(headlines(archive, args.questions), data, BundledEncoder())
    return data


def _speed(entrants: Sequence[Entrant], setting: Setting, title: str) -> dict[str, Any]:
    speeds = search_all(entrants, setting, ingest_all(entrants, setting))
    print(f"\n{setting.data.name}, {title}\n\n{speed_table(speeds, ZITAT)}", flush=True)
    return as_rows(speeds)


def _setting(data: Path, args: argparse.Namespace, model: Path | None) -> Setting:
    left_out = ("PYTHONPATH", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")  # each has the threads that it takes by itself
    environment = {name: value for name, value in os.environ.items() if name not in left_out}
    environment |= {"TOKENIZERS_PARALLELISM": "true", "HF_HUB_OFFLINE": "1"}
    return Setting(data, args.work, model, environment, args.questions, args.rounds, args.count)


def _exported_set(test_set: TestSet, archive: Path, work: Path) -> tuple[Path, Path]:
    """The set's passages with Zitat's vectors, and with those of the plain model."""
    ours, plain = work / f"{test_set.name}-neutral", work / f"{test_set.name}-plain"
    model = SentenceTransformerEncoder(str(_checkpoint(work)))
    if not ours.exists():
        with Archive(archive) as opened:
            export(opened, ours)
    if not plain.exists():
        with_plain_vectors(ours, plain, model)
    questions = [Asked(query.text, query.language) for query in test_set.queries]
    export_questions(questions, ours, BundledEncoder())
    export_questions(questions, plain, model)
    return ours, plain


def _checkpoint(work: Path) -> Path:
    """The model in float32, as sentence-transformers loads it; unpacked once."""
    folder = work / "multilingual-e5-small"
    if not folder.exists():
        write_checkpoint(read_weights(bundled_weights()), folder)
    return folder


def _fold(text: str) -> tuple[int, int]:
    number, of = text.split("/")
    return int(number), int(of)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("test_set", metavar="XQUAD")
    parser.add_argument("--archive", type=Path, required=True)
    parser.add_argument("--environments", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--work", type=Path, required=True, metavar="FOLDER", help="exports, indexes, logs, results")
    parser.add_argument("--set-archive", type=Path, metavar="ARCHIVE", help="holds XQUAD's articles")
    parser.add_argument("--peer", action="append", choices=PEERS, help="repeatable (default all)")
    parser.add_argument("--part", action="append", choices=PARTS, help="repeatable (default all)")
    parser.add_argument("--sample", type=int, metavar="N", help="questions of each language (default all)")
    parser.add_argument("--fold", type=_fold, metavar="K/N", help="one part of N of the articles")
    parser.add_argument("--questions", type=int, default=300, metavar="N", help="searches whose time is taken")
    parser.add_argument("--rounds", type=int, default=10, metavar="N", help="in which they are asked")
    parser.add_argument("--passages", type=int, default=300, metavar="N", help="about so many to be embedded")
    parser.add_argument("--count", type=int, default=10, metavar="N", help="passages that a search returns")
    args = parser.parse_args()
    args.peer, args.part = args.peer or list(PEERS), args.part or list(PARTS)
    return args


if __name__ == "__main__":
    main()
