"""Ingest end to end, against sentence-transformers feeding a flat FAISS index, in the same run.

    python benchmarks/ingest.py ARTICLES.jsonl.gz [--articles 300] [--rounds 3]

Both sides get the same articles and the same model: the other side runs its weights in float32 with torch, on passages
that are cut already, and only adds the vectors to an index in memory. Zitat reads the file, cleans and dates the
articles, finds near-duplicates, cuts, encodes vectors and token codes, and stores everything. The rounds alternate.
"""

from __future__ import annotations

import argparse
import gzip
import resource
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from index.archive import Archive
from index.bundled import BundledEncoder
from index.e5 import bundled_weights, read_weights
from index.e5_export import write_checkpoint
from index.ingest import ingest
from index.reading import ReadOptions, read

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


def sampled(source: Path, count: int, folder: Path) -> Path:
    """A file with `count` articles spread evenly over the source."""
    with gzip.open(source, "rt", encoding="utf-8") as lines:
        rows = list(lines)
    step = max(len(rows) // count, 1)
    out = folder / "articles.jsonl"
    out.write_text("".join(rows[::step][:count]), encoding="utf-8")
    return out


def ours(articles: Path, encoder: BundledEncoder, folder: Path) -> tuple[float, Archive]:
    """Seconds, and the archive that came of them."""
    archive = Archive.create(folder, encoder)
    started = time.perf_counter()
    with archive.writing():
        ingest(archive, encoder, read([str(articles)], ReadOptions()))
    return time.perf_counter() - started, archive


def theirs(model: SentenceTransformer, passages: list[str]) -> float:
    """Seconds to encode the passages and add them to a flat index."""
    import faiss

    started = time.perf_counter()
    vectors = model.encode_document(passages, batch_size=32, show_progress_bar=False, normalize_embeddings=True)
    faiss.IndexFlatIP(vectors.shape[1]).add(vectors)
    return time.perf_counter() - started


def passages_of(archive: Archive) -> list[str]:
    """The text of every chunk."""
    return [
        stored.article.text[chunk.start : chunk.end]
        for stored in archive.store.each_article()
        for chunk in archive.store.chunks_between(stored.first_chunk, stored.last_chunk)
    ]


def main() -> None:
    """Run the rounds and print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path)
    parser.add_argument("--articles", dest="count", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = sampled(args.articles, args.count, folder)
        encoder = BundledEncoder()
        _, archive = ours(source, encoder, folder / "warm")
        passages, articles = passages_of(archive), len(archive.store.languages_by_id())
        size = sum(path.stat().st_size for path in archive.path.rglob("*") if path.is_file())
        print(f"{articles} articles, {len(passages)} passages; {size / 1e6:.1f} MB on disk", flush=True)
        print(f"peak memory of ingest: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB", flush=True)
        write_checkpoint(read_weights(bundled_weights()), folder / "checkpoint")
        from sentence_transformers import SentenceTransformer

        model = SentenceTransformer(str(folder / "checkpoint"), device="cpu")
        theirs(model, passages[:64])
        ratios = []
        for round_ in range(args.rounds):
            mine, _ = ours(source, encoder, folder / f"round{round_}")
            peer = theirs(model, passages)
            ratios.append(peer / mine)
            print(
                f"round {round_ + 1}: Zitat {articles / mine:.1f} articles/s, {len(passages) / mine:.1f} passages/s; "
                f"sentence-transformers {articles / peer:.1f} articles/s; ratio {peer / mine:.2f}",
                flush=True,
            )
        print(f"median ratio {median(ratios):.2f}")


if __name__ == "__main__":
    main()
