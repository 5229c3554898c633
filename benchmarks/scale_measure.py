"""What searching one archive costs: each leg and the whole, with filters that leave much and little, and memory."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from benchmarks.scale_archive import FIRST_DAY
from index.archive import Archive
from index.embedded.derived import Derived
from index.embedded.file_view import FileView
from index.embedded.lists import best_of_all
from index.encoders.encoder import Encoder
from index.scope import EVERYTHING, Scope
from retrieval import Searcher, SearchOptions
from retrieval.question import encode, understand

WARMED_UP_BY = 30  # questions
EXACT_FOR = 200  # questions whose exact results are looked for: all vectors are read for it
SHARES = {"0.1%": 1, "10%": 100, "50%": 500}  # days of a thousand


def measured(folder: Path, encoder: Encoder, texts: Sequence[str]) -> dict[str, float]:
    """Open the archive and search it; milliseconds, megabytes and shares."""
    encode(understand(texts[0], None, date.today()), encoder)
    before = psutil.Process().memory_info()
    started = time.perf_counter()
    searcher = Searcher(folder, encoder)
    told = {"open_ms": 1000 * (time.perf_counter() - started)}
    warm, asked = texts[:WARMED_UP_BY], texts[WARMED_UP_BY:]
    for text in warm:
        searcher.search(text)
    told |= quantiles("search", [partial(searcher.search, text) for text in asked])
    told |= _memory(before) | _mapped_of(folder / "derived")
    told |= quantiles("search_again", [partial(searcher.search, text) for text in asked])  # their pages are in memory
    for name, days in SHARES.items():
        options = SearchOptions(after=date.fromordinal(FIRST_DAY), before=_last(days))
        searcher.search(warm[0], options)
        told |= quantiles(f"search_{name}", [partial(searcher.search, text, options) for text in asked[:100]])
    with searcher.archive.reading() as (view, _):
        assert isinstance(view, FileView)
        told |= _legs(view, encoder, texts)
    return told


def _legs(view: FileView, encoder: Encoder, texts: Sequence[str]) -> dict[str, float]:
    questions = [understand(text, None, date.today()) for text in texts]
    vectors = np.stack([encode(one, encoder).vector for one in questions]).astype(np.float32)
    asked = vectors[WARMED_UP_BY:]
    for vector in vectors[:WARMED_UP_BY]:
        view.dense(vector, 100)
    told = quantiles("dense", [partial(view.dense, vector, 100) for vector in asked])
    told |= quantiles("lexical", [partial(view.lexical, one.terms, 100) for one in questions[WARMED_UP_BY:]])
    told |= _recall("", view, asked, EVERYTHING)
    for name, days in SHARES.items():
        scope = Scope(after=date.fromordinal(FIRST_DAY), before=_last(days))
        started = time.perf_counter()
        view.dense(vectors[0], 100, scope)
        told[f"dense_{name}_first_ms"] = 1000 * (time.perf_counter() - started)
        told |= quantiles(f"dense_{name}", [partial(view.dense, vector, 100, scope) for vector in asked[:100]])
        told |= _recall(f"_{name}", view, asked[:50], scope)
    return told


def _recall(name: str, view: FileView, vectors: np.ndarray, scope: Scope) -> dict[str, float]:
    """Against comparing every vector."""
    rows, asked = view.vectors.rows, vectors[:EXACT_FOR]
    mask = rows.within(scope) if scope.limits else None
    wanted = best_of_all(rows, asked, 100, mask)
    found = [np.searchsorted(rows.keys, view.dense(vector, 100, scope)[0]) for vector in asked]
    pairs = [(one[one >= 0], there) for one, there in zip(wanted, found, strict=True)]
    at_10 = np.mean([np.isin(one[:10], there[:10]).mean() for one, there in pairs])
    at_100 = np.mean([np.isin(one, there).mean() for one, there in pairs])
    return {f"recall{name}@10": float(at_10), f"recall{name}@100": float(at_100)}


def quantiles(name: str, calls: Sequence[Callable[[], object]]) -> dict[str, float]:
    """The shortest, p50 and p95 of some calls, in milliseconds."""
    times = []
    for call in calls:
        started = time.perf_counter()
        call()
        times.append(1000 * (time.perf_counter() - started))
    low, middle, high = np.quantile(times, [0.0, 0.5, 0.95])
    return {f"{name}_min_ms": float(low), f"{name}_p50_ms": float(middle), f"{name}_p95_ms": float(high)}


def _memory(before: Any) -> dict[str, float]:
    """What the process has of its own, and the pages of mapped files it has looked at, above what the model takes."""
    now = psutil.Process().memory_info()
    return {
        "private_mb": (now.rss - now.shared - before.rss + before.shared) / 1e6,
        "mapped_mb": (now.shared - before.shared) / 1e6,
    }


def _mapped_of(derived: Path) -> dict[str, float]:
    """How much of the terms, rows and lists the process has looked at."""
    out = {"terms_mapped_mb": 0.0, "rows_mapped_mb": 0.0, "lists_mapped_mb": 0.0}
    for file in psutil.Process().memory_maps():
        if Path(file.path).is_relative_to(derived.resolve()):
            part = Path(file.path).relative_to(derived.resolve()).parts[0].split("-")[0]
            out[f"{part}_mapped_mb"] += file.rss / 1e6
    return out


def _last(days: int) -> date:
    return date.fromordinal(FIRST_DAY) + timedelta(days=days - 1)


def change_costs(folder: Path) -> dict[str, float]:
    """Seconds to bring the indexes up to an article more, a thousand chunks more, and as many deleted; to load them."""
    told: dict[str, float] = {}
    with Archive(folder) as archive:
        derived = archive.derived
        assert isinstance(derived, Derived)
        derived.load()
        derived.catch_up()
        for name, count in (("one", 5), ("thousand", 1_000)):
            first = _added(folder, count)
            started = time.perf_counter()
            derived.catch_up()
            told[f"add_{name}_s"] = time.perf_counter() - started
            started = time.perf_counter()
            derived.load()
            told[f"load_after_{name}_s"] = time.perf_counter() - started
            _deleted(folder, first, count)
            started = time.perf_counter()
            derived.catch_up()
            told[f"delete_{name}_s"] = time.perf_counter() - started
    return told


def _added(folder: Path, count: int) -> int:
    """Copies of the first chunks, as new articles; the first of their keys."""
    with sqlite3.connect(folder / "archive.sqlite") as db:
        top = int(db.execute("SELECT max(chunk) FROM own_vectors").fetchone()[0])
        query = "INSERT INTO own_vectors SELECT chunk + ?, vector, base, checksum FROM own_vectors WHERE chunk <= ?"
        db.execute(query, (top, count))
        db.execute("INSERT INTO log (removed, first_chunk, last_chunk) VALUES (0, ?, ?)", (top + 1, top + count))
    return top + 1


def _deleted(folder: Path, first: int, count: int) -> None:
    with sqlite3.connect(folder / "archive.sqlite") as db:
        db.execute("DELETE FROM own_vectors WHERE chunk >= ?", (first,))
        db.execute("INSERT INTO log (removed, first_chunk, last_chunk) VALUES (1, ?, ?)", (first, first + count - 1))
