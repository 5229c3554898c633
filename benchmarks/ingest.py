"""Ingest end to end, against the bare model and against sentence-transformers, alternating in one run.

    python -m benchmarks.ingest ARTICLES.jsonl.gz [--articles 40] [--rounds 5] [--no-peer]
    python -m benchmarks.ingest ARTICLES.jsonl.gz --articles 150 --rounds 7 --no-peer    # the share: about five minutes

All sides get the same articles. The bare model is the ONNX session alone, on the same token rows, with their embeddings
looked up beforehand and as many threads as there are cores: what it takes is what no program around it can save. The
peer runs the same weights in float32 with torch, on passages that are cut already, and only adds the vectors to an
index in memory. Zitat reads the file, cleans and dates the articles, finds near-duplicates, cuts, encodes vectors and
token codes, and stores and indexes everything.

A round is an ingest between two bare runs, of which the mean counts: what else the machine does meanwhile comes and
goes for both. Medians over the rounds are told with their quartiles, for the clock and for processor time, and each
round with the load of the machine. The clock's figure wants a machine with nothing else to do; processor time varies
less where there is.
"""

from __future__ import annotations

import argparse
import gzip
import os
import resource
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from index.archive import Archive
from index.encoders.bundled import BundledEncoder, TokenRow
from index.encoders.e5 import bundled_weights, read_weights
from index.encoders.e5_export import write_checkpoint
from index.encoders.encoder import Passage
from index.ingesting.ingest import ingest
from index.reading import ReadOptions, read

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

COMPARED = 100  # passages whose vectors are compared with float32


class Took(NamedTuple):
    """Seconds of the clock, and of all processors."""

    clock: float
    processors: float


def timed(work: Callable[[], object]) -> Took:
    """Run it once."""
    clock, processors = time.perf_counter(), time.process_time()
    work()
    return Took(time.perf_counter() - clock, time.process_time() - processors)


def sampled(source: Path, count: int, folder: Path) -> Path:
    """A file with `count` articles spread evenly over the source."""
    with gzip.open(source, "rt", encoding="utf-8") as lines:
        rows = list(lines)
    step = max(len(rows) // count, 1)
    out = folder / "articles.jsonl"
    out.write_text("".join(rows[::step][:count]), encoding="utf-8")
    return out


def ours(articles: Path, encoder: BundledEncoder, folder: Path) -> Took:
    """What a whole ingest takes."""
    with Archive.create(folder, encoder) as archive, archive.writing():
        return timed(lambda: ingest(archive, encoder, read([str(articles)], ReadOptions())))


class Bare:
    """The model's session alone, fed the rows of an archive; their embeddings lie in memory beforehand."""

    def __init__(self, encoder: BundledEncoder, rows: list[TokenRow]) -> None:
        self.session = encoder.passage_model.session
        self.embeddings = [encoder.passage_model.embeddings(row.ids) for row in rows]
        self.pool = ThreadPoolExecutor(os.cpu_count() or 1)

    def __call__(self) -> None:
        """Run every row."""
        for _ in self.pool.map(lambda row: self.session.run(None, {"embeddings": row}), self.embeddings):
            pass


def theirs(model: SentenceTransformer, passages: list[str]) -> None:
    """Encode the passages and add them to a flat index."""
    import faiss

    vectors = model.encode_document(passages, batch_size=32, show_progress_bar=False, normalize_embeddings=True)
    faiss.IndexFlatIP(vectors.shape[1]).add(vectors)


def passages_of(archive: Archive) -> list[Passage]:
    """Every chunk as the encoder saw it."""
    return [
        Passage(stored.article.text[chunk.start : chunk.end], stored.article.context, chunk.language)
        for stored in archive.store.each_article()
        for chunk in archive.store.chunks_between(stored.first_chunk, stored.last_chunk)
    ]


def cosines(encoder: BundledEncoder, model: SentenceTransformer, passages: list[str]) -> str:
    """How near the plain vectors come to those of float32."""
    chosen = passages[:: max(len(passages) // COMPARED, 1)][:COMPARED]
    exact = model.encode_document(chosen, show_progress_bar=False, normalize_embeddings=True)
    mine = np.array([encoder.plain_vectors(text, "passage:")[0] for text in chosen])
    found = (mine * exact).sum(1) / np.linalg.norm(mine, axis=1)
    return f"mean {found.mean():.4f}, least {found.min():.4f} of {len(chosen)}"


def peer(folder: Path, encoder: BundledEncoder, passages: list[str]) -> SentenceTransformer:
    """The same weights in float32, warm; prints how near the vectors are."""
    from sentence_transformers import SentenceTransformer

    write_checkpoint(read_weights(bundled_weights()), folder / "checkpoint")
    model = SentenceTransformer(str(folder / "checkpoint"), device="cpu")
    theirs(model, passages[:64])
    print(f"cosine to float32: {cosines(encoder, model, passages)}", flush=True)
    return model


class Round(NamedTuple):
    """One ingest, what the bare model takes for it, and the peer where there is one."""

    mine: Took
    bare: Took
    peer: Took | None
    load: float

    @property
    def shares(self) -> Took:
        """The bare model's time as a share of ours: of 1, nothing is lost."""
        return Took(self.bare.clock / self.mine.clock, self.bare.processors / self.mine.processors)

    @property
    def ratios(self) -> Took | None:
        """The peer's time as a multiple of ours."""
        return self.peer and Took(self.peer.clock / self.mine.clock, self.peer.processors / self.mine.processors)


def measured(mine: Callable[[], Took], bare: Callable[[], None], peer: Callable[[], None] | None) -> Round:
    """One round: bare, ingest, bare, and the peer behind."""
    before, own, after = timed(bare), mine(), timed(bare)
    both = Took((before.clock + after.clock) / 2, (before.processors + after.processors) / 2)
    return Round(own, both, timed(peer) if peer else None, os.getloadavg()[0])


def told(name: str, values: Sequence[Took]) -> str:
    """Median, quartiles and extremes, of the clock and of processor time."""
    clock, processors = (spread(own) for own in zip(*values, strict=True))
    return f"{name}: {clock} of the clock, {processors} of processor time"


def spread(values: Iterable[float]) -> str:
    """Median, quartiles and extremes of a few values."""
    least, low, middle, high, most = np.quantile(list(values), [0, 0.25, 0.5, 0.75, 1])
    return f"{middle:.3f} ({low:.3f} to {high:.3f}, all {least:.3f} to {most:.3f})"


def main() -> None:
    """Run the rounds and print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path)
    parser.add_argument("--articles", dest="count", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--no-peer", action="store_true", help="without sentence-transformers")
    args = parser.parse_args()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as `zitat` sets it
    with tempfile.TemporaryDirectory() as name:
        rounds(sampled(args.articles, args.count, Path(name)), Path(name), args.rounds, with_peer=not args.no_peer)


def rounds(source: Path, folder: Path, count: int, *, with_peer: bool) -> None:
    """An ingest to warm up, which gives the token rows; then the rounds, each told at once."""
    encoder = BundledEncoder()
    ours(source, encoder, folder / "warm")
    with Archive(folder / "warm") as archive:
        passages, articles = passages_of(archive), len(archive.store.languages_by_id())
    rows = encoder.rows(passages)
    tokens = sum(len(row.ids) for row in rows)
    print(about(folder / "warm", articles, len(rows), tokens), flush=True)
    texts, bare = [passage.text for passage in passages], Bare(encoder, rows)
    model = peer(folder, encoder, texts) if with_peer else None
    done = list[Round]()
    for at in range(1, count + 1):
        own = folder / f"round{at}"
        asked = partial(theirs, model, texts) if model else None
        done.append(measured(partial(ours, source, encoder, own), bare, asked))
        print(f"round {at}: {line(done[-1], articles, tokens)}", flush=True)
        shutil.rmtree(own)
    print(told("share of the bare model's throughput, median (quartiles, extremes)", [one.shares for one in done]))
    if model:
        print(told("sentence-transformers, its time as a multiple", [one.ratios for one in done if one.ratios]))


def about(archive: Path, articles: int, passages: int, tokens: int) -> str:
    """What is ingested, and what it takes of disk and memory."""
    size = sum(path.stat().st_size for path in archive.rglob("*") if path.is_file())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return (
        f"{articles} articles, {passages} passages, {tokens:,} tokens; {size / 1e6:.1f} MB on disk, "
        f"{peak:.0f} MB of memory at most; {os.cpu_count()} cores"
    )


def line(one: Round, articles: int, tokens: int) -> str:
    """A round in figures."""
    said = (
        f"{articles / one.mine.clock:.1f} articles/s, {tokens / one.mine.clock:,.0f} tokens/s; "
        f"bare model {tokens / one.bare.clock:,.0f} tokens/s; share {one.shares.clock:.3f} of the clock, "
        f"{one.shares.processors:.3f} of processor time; load {one.load:.1f}"
    )
    return f"{said}; sentence-transformers {one.ratios.clock:.2f} times as long" if one.ratios else said


if __name__ == "__main__":
    main()
