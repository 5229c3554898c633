"""Search from ten thousand to ten million chunks: latency, recall, memory, opening, building, adding and deleting.

    python -m benchmarks.scale SOURCE --folder DIR [--chunks 10000 100000 1000000] [--compact] [--keep]
    python -m benchmarks.scale --plot docs/scale.svg --folder DIR

SOURCE is a real archive; larger ones are resampled from it (benchmarks/scale_archive.py says how). Every step runs in a
process of its own, so that memory is that of one opening and some hundred searches. Questions are headlines of the
source, each asked once. Figures are added to DIR/results.jsonl.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

import index.embedded.derived
from benchmarks.scale_archive import Resampled, make_truth
from benchmarks.scale_base import base_of
from benchmarks.scale_measure import change_costs, measured
from index.archive import Archive
from index.embedded.derived import Derived
from index.embedded.vectors import EXACT_UP_TO
from index.encoders.encoder import load_encoder
from index.places.manifest import COMPACT


def main() -> None:
    """Make and measure archives of each size, or plot what was measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, nargs="?")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--chunks", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--compact", action="store_true", help="keep no copy of the vectors")
    parser.add_argument("--keep", action="store_true", help="do not delete an archive once it is measured")
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--step", choices=("make", "build", "measure", "change"), help="only this one; for itself")
    parser.add_argument("--plot", type=Path)
    args = parser.parse_args()
    if args.plot:
        from benchmarks.scale_plot import plot

        plot(args.folder / "results.jsonl", args.plot)
    elif args.step:
        print(json.dumps(step(args)), flush=True)
    else:
        for chunks in args.chunks:
            run(args, chunks)


def run(args: argparse.Namespace, chunks: int) -> None:
    """All steps for one size; what they tell is one line of the results."""
    base_of(args.source, args.folder)
    told: dict[str, object] = {"chunks": chunks, "compact": args.compact}
    for name in ("make", "build", "measure", "change"):
        command = [sys.executable, "-m", "benchmarks.scale", *map(str, sys.argv[1:]), "--step", name]
        command += ["--chunks", str(chunks)]
        out = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        told |= json.loads(out.splitlines()[-1])
        print(json.dumps(told, indent=1), flush=True)
    with open(args.folder / "results.jsonl", "a") as results:
        results.write(json.dumps(told) + "\n")
    if not args.keep:
        shutil.rmtree(place(args, chunks))


def place(args: argparse.Namespace, chunks: int) -> Path:
    """The folder of one archive."""
    return Path(args.folder / f"{chunks}{'-compact' if args.compact else ''}.z")


def step(args: argparse.Namespace) -> dict[str, float]:
    """One step for one size."""
    [chunks] = args.chunks
    folder = place(args, chunks)
    more = 10_000 if args.step == "change" else 0  # to be added
    resampled = Resampled(base_of(args.source, args.folder), chunks + more)
    vars(index.embedded.derived)["documents_after"] = lambda store, after: resampled.documents(
        after, max(change.last for change in store.changes(0))
    )
    with Archive(args.source) as source:
        encoder = load_encoder(source.manifest.model)
        titles = [stored.article.title for stored in source.store.each_article() if len(stored.article.title) > 15]
    questions = titles[:: max(len(titles) // args.questions, 1)][: args.questions]
    if args.step == "make":
        shutil.rmtree(folder, ignore_errors=True)
        started = time.perf_counter()
        make_truth(args.source, folder, resampled, encoder, COMPACT if args.compact else "")
        return {"make_s": time.perf_counter() - started}
    if args.step == "build":
        return build(folder)
    if args.step == "measure":
        del resampled
        return measured(folder, encoder, questions)
    return change_costs(folder)


def build(folder: Path) -> dict[str, float]:
    """Make the derived files, the lists apart from the rest."""
    with Archive(folder) as archive:
        derived = archive.derived
        assert isinstance(derived, Derived)
        vars(index.embedded.derived)["EXACT_UP_TO"] = 1 << 60
        started = time.perf_counter()
        derived.catch_up()
        rows_and_terms = time.perf_counter() - started
        vars(index.embedded.derived)["EXACT_UP_TO"] = EXACT_UP_TO
        started = time.perf_counter()
        derived.catch_up()
        view = derived.load()
        found = view.vectors.lists
        return {
            "rows_and_terms_s": rows_and_terms,
            "lists_s": time.perf_counter() - started,
            "lists": found.lists if found else 0,
            "probes": found.probes if found else 0,
            "build_peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "terms_mb": sum(file.stat().st_size for file in (folder / "derived" / "terms").iterdir()) / 1e6,
            "rows_mb": sum(file.stat().st_size for file in (folder / "derived" / view.state.folder).iterdir()) / 1e6,
            "lists_mb": (folder / "derived" / view.state.lists).stat().st_size / 1e6 if found else 0,
        }


if __name__ == "__main__":
    main()
