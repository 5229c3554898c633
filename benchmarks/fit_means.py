"""Fits the language means and draws the rotation that ship as index/data/neutral.npz.

    python benchmarks/fit_means.py PARALLEL.jsonl.gz

The file holds parallel sentences, one JSON object a line, language code -> sentence. Each language's mean over the
same sentences differs from the others only by what the language itself adds.
"""

from __future__ import annotations

import argparse
import gzip
import json
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from pathlib import Path
from typing import Any

import numpy as np

from index.encoders.bundled import BundledEncoder
from index.encoders.codes import normalise
from index.encoders.encoder import Vectors

OUT = Path(__file__).parent.parent / "index" / "data" / "neutral.npz"


def means(encoder: BundledEncoder, sentences: list[str], prefix: str) -> tuple[Vectors, Vectors]:
    """The mean unit pooled vector and the mean unit token vector of the sentences, each shape (d,)."""
    with ThreadPoolExecutor() as threads:
        vectors = list(threads.map(encoder.plain_vectors, sentences, repeat(prefix)))
    pooled = [normalise(one) for one, _ in vectors]
    tokens = [normalise(own) for _, own in vectors]
    return np.mean(pooled, 0), np.concatenate(tokens).mean(0)


def main() -> None:
    """Read, fit, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parallel", type=Path)
    with gzip.open(parser.parse_args().parallel, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    encoder = BundledEncoder()
    languages = sorted(rows[0])
    fitted: dict[str, list[Vectors]] = {}
    for language in languages:
        sentences = [row[language] for row in rows if row.get(language)]
        for side in ("passage", "query"):
            pooled, tokens = means(encoder, sentences, f"{side}:")
            fitted.setdefault(f"{side}_pooled", []).append(pooled)
            fitted.setdefault(f"{side}_tokens", []).append(tokens)
        print(language, len(sentences), flush=True)
    dimension = encoder.dimension
    rotation, _ = np.linalg.qr(np.random.default_rng(384).standard_normal((dimension, dimension)))
    arrays: dict[str, Any] = {name: np.stack(values).astype(np.float16) for name, values in fitted.items()}
    np.savez_compressed(OUT, languages=np.array(languages), rotation=rotation.astype(np.float16), **arrays)


if __name__ == "__main__":
    main()
