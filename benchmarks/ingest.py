"""Ingest end to end, against the bare model and against sentence-transformers, alternating in one run.

    python benchmarks/ingest.py ARTICLES.jsonl.gz [--articles 300] [--rounds 3] [--no-peer]

All sides get the same articles. The bare model is the ONNX session alone, on the same token rows, with their embeddings
looked up beforehand and as many threads as there are cores: what it takes is what no program around it can save. The
peer runs the same weights in float32 with torch, on passages that are cut already, and only adds the vectors to an
index in memory. Zitat reads the file, cleans and dates the articles, finds near-duplicates, cuts, encodes vectors and
token codes, and stores and indexes everything. Processor seconds are told beside the clock's: on a machine that others
use, too, they vary less.
"""

from __future__ import annotations

import argparse
import gzip
import os
import resource
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
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


def main() -> None:
    """Run the rounds and print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path)
    parser.add_argument("--articles", dest="count", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-peer", action="store_true", help="without sentence-transformers")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, encoder = Path(name), BundledEncoder()
        source = sampled(args.articles, args.count, folder)
        ours(source, encoder, folder / "warm")
        with Archive(folder / "warm") as archive:
            passages, articles = passages_of(archive), len(archive.store.languages_by_id())
        size = sum(path.stat().st_size for path in (folder / "warm").rglob("*") if path.is_file())
        rows = encoder.rows(passages)
        tokens = sum(len(row.ids) for row in rows)
        print(f"{articles} articles, {len(rows)} passages, {tokens:,} tokens; {size / 1e6:.1f} MB on disk", flush=True)
        print(f"peak memory of ingest: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB", flush=True)
        texts, bare = [passage.text for passage in passages], Bare(encoder, rows)
        model = None if args.no_peer else peer(folder, encoder, texts)
        shares, ratios = [], []
        for at in range(1, args.rounds + 1):
            mine, least = ours(source, encoder, folder / f"round{at}"), timed(bare)
            shares.append(Took(least.clock / mine.clock, least.processors / mine.processors))
            print(
                f"round {at}: Zitat {articles / mine.clock:.1f} articles/s, {tokens / mine.clock:,.0f} tokens/s; "
                f"bare model {tokens / least.clock:,.0f} tokens/s; share {shares[-1].clock:.2f} of the clock, "
                f"{shares[-1].processors:.2f} of processor time",
                flush=True,
            )
            if model:
                other = timed(lambda model=model: theirs(model, texts))  # type: ignore[misc]
                ratios.append(other.clock / mine.clock)
                print(
                    f"  sentence-transformers {articles / other.clock:.1f} articles/s; ratio {ratios[-1]:.2f}",
                    flush=True,
                )
        print(
            f"median share of the bare model's throughput: {median(s.clock for s in shares):.2f} of the clock, "
            f"{median(s.processors for s in shares):.2f} of processor time"
        )
        if ratios:
            print(f"median ratio to sentence-transformers: {median(ratios):.2f}")


if __name__ == "__main__":
    main()
