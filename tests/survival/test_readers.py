"""Readers while another process writes: each batch whole, or not at all, on every leg."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from index.archive import Archive
from index.documents import TermQuery
from index.view import View
from tests.fakes import WordEncoder
from tests.survival.writer import Batches

pytestmark = pytest.mark.slow


def _seen(view: View, word: str, per_batch: int) -> dict[str, int]:
    """In how many articles of the state a leg finds the word."""
    vector = WordEncoder(dimension=1024).encode_query(word, "en").vector
    keys, scores = view.dense(vector, 4 * per_batch)
    dense = keys[scores > 0.05]
    lexical, _ = view.lexical(TermQuery([word], []), 4 * per_batch)
    return {
        leg: len(view.store.candidates(found[found <= view.state.last_chunk].tolist()))
        for leg, found in (("dense", dense), ("lexical", lexical))
    }


def test_readers_never_see_half_a_batch(tmp_path: Path) -> None:
    job = Batches(tmp_path / "news.zitat", batches=30, articles=15)
    Archive.create(job.folder, job.encoder(), model="words", chunk_tokens=50).close()
    process = job.start()
    polls, moments = 0, set()
    with Archive(job.folder) as archive:
        while process.is_alive() or polls == 0:
            with archive.reading() as (view, _):
                counts = [_seen(view, job.word(batch), job.articles) for batch in range(job.batches)]
            for batch, count in enumerate(counts):
                assert set(count.values()) <= {0, job.articles}, (batch, count)
            whole = sum(count["dense"] == job.articles for count in counts)
            assert whole == sum(count["lexical"] == job.articles for count in counts)
            moments.add(whole)
            polls += 1
    process.join()
    assert process.exitcode == 0
    assert len(moments) >= 4, f"{polls} looks saw only {moments}"


def test_a_reader_opened_at_any_moment_of_a_write_finds_a_sound_state(tmp_path: Path) -> None:
    job = Batches(tmp_path / "news.zitat", batches=40, articles=15)
    Archive.create(job.folder, job.encoder(), model="words", chunk_tokens=50).close()
    process = job.start()
    opened, slowest = 0, 0.0
    while process.is_alive():
        start = time.monotonic()
        with Archive(job.folder) as archive:
            archive.view()
        slowest = max(slowest, time.monotonic() - start)
        opened += 1
    process.join()
    assert process.exitcode == 0
    assert opened > 5
    assert slowest < 5, "a reader waited for the writer"


def test_a_reader_of_a_killed_writer_takes_over_its_work(tmp_path: Path) -> None:
    job = Batches(tmp_path / "news.zitat", batches=40, articles=10)
    Archive.create(job.folder, job.encoder(), model="words", chunk_tokens=50).close()
    process = job.start()
    with Archive(job.folder) as archive:
        while archive.store.sequence() < 50:
            time.sleep(0.005)
        os.kill(process.pid, signal.SIGKILL)  # type: ignore[arg-type]
        process.join()
        assert archive.view().state.sequence == archive.store.sequence()
