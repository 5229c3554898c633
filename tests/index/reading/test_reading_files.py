"""What a path means, what an article is called, and what happens to files that cannot be had."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from index.article import Draft, Rejection
from index.errors import BadInput
from index.reading import Progress, ReadOptions, read
from tests.fakes import interruptible
from tests.index.reading.samples import drafts, rejections

ROOT = Path(__file__).parents[3]


def test_a_single_file_is_named_after_itself(tmp_path: Path) -> None:
    (tmp_path / "baku.txt").write_text("Ein Artikel.", encoding="utf-8")
    [draft] = drafts(tmp_path / "baku.txt")
    assert (draft.name, draft.id, draft.text, draft.record) == ("baku", None, "Ein Artikel.", 1)


def test_a_folder_is_read_in_order_and_names_are_paths_below_it(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.md", "a/y.html.txt", ".hidden.txt", ".git/x.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"Text of {name}", encoding="utf-8")
    assert [draft.name for draft in drafts(tmp_path)] == ["b", "a/y.html", "a/z.md"]


def test_a_pattern_names_articles_below_its_fixed_part(tmp_path: Path) -> None:
    (tmp_path / "2020").mkdir()
    (tmp_path / "2020" / "a.txt").write_text("One", encoding="utf-8")
    assert [draft.name for draft in drafts(tmp_path / "*" / "*.txt")] == ["2020/a"]


def test_the_prefix_stands_before_ids_and_names(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("One", encoding="utf-8")
    (tmp_path / "b.jsonl").write_text('{"id": 7, "text": "Two"}\n{"text": "Three"}\n', encoding="utf-8")
    found = drafts(tmp_path, options=ReadOptions(id_prefix="dpa-"))
    assert [(draft.id, draft.name) for draft in found] == [(None, "dpa-a"), ("dpa-7", None), (None, None)]


@pytest.mark.parametrize("path", ["nowhere.txt", "*.nothing", "", "a\0b"])
def test_a_path_that_means_nothing_is_a_rejection(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    [rejection] = rejections(path)
    assert rejection.cure


def test_an_empty_folder_is_a_rejection(tmp_path: Path) -> None:
    assert "no files" in rejections(tmp_path)[0].reason


def test_a_file_that_vanishes_is_rejected_and_the_rest_goes_on(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.txt").write_text(name, encoding="utf-8")
    items = read([str(tmp_path)])
    assert isinstance(next(items), Draft)
    (tmp_path / "b.txt").unlink()
    vanished, last = list(items)
    assert isinstance(vanished, Rejection)
    assert "vanished" in vanished.reason
    assert isinstance(last, Draft)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("One", encoding="utf-8")
    (tmp_path / "a.txt").chmod(0)
    assert "permission" in rejections(tmp_path)[0].cure


def test_a_device_is_rejected() -> None:
    assert "device" in rejections("/dev/null")[0].reason


def test_of_a_beir_folder_only_the_corpus_is_read(tmp_path: Path) -> None:
    (tmp_path / "qrels").mkdir()
    (tmp_path / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n", encoding="utf-8")
    (tmp_path / "corpus.jsonl").write_text('{"_id": "d1", "title": "T", "text": "Body"}\n', encoding="utf-8")
    (tmp_path / "queries.jsonl").write_text('{"_id": "q1", "text": "A question?"}\n', encoding="utf-8")
    [draft] = drafts(tmp_path)
    assert (draft.id, draft.title, draft.text) == ("d1", "T", "Body")


def test_standard_input_is_read_without_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"An article from a pipe.")))
    [draft] = drafts("-")
    assert (draft.text, draft.name, draft.origin) == ("An article from a pipe.", None, "standard input")


def test_an_interrupt_while_standard_input_is_waited_for_ends_at_once() -> None:
    code = "from index.ingesting.prefetch import prefetch; from index.reading import read; print(1, flush=True)\n"
    code += "for item in prefetch(read(['-'])): pass"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    begun = {"cwd": ROOT, "preexec_fn": interruptible}
    with subprocess.Popen([sys.executable, "-c", code], **pipes, **begun) as reader:  # type: ignore[call-overload]
        assert reader.stdout.read(1) == b"1"
        time.sleep(1)
        reader.send_signal(signal.SIGINT)
        assert reader.wait(5) == -signal.SIGINT
        assert b"KeyboardInterrupt" in (said := reader.stderr.read())
        assert b"Fatal" not in said


def test_standard_input_of_a_process_is_read_to_its_end() -> None:
    code = "from index.reading import read; print([item.text for item in read(['-'])])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, input=b"From a pipe.", capture_output=True, check=True
    )
    assert done.stdout.strip() == b"['From a pipe.']"


def test_a_file_given_twice_or_under_two_names_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text("One", encoding="utf-8")
    (tmp_path / "link.txt").symlink_to(tmp_path / "a.txt")
    monkeypatch.chdir(tmp_path)
    [draft] = drafts("a.txt", "./a.txt", tmp_path, "*.txt")
    assert (draft.name, draft.origin) == ("a", str(tmp_path / "a.txt"))


def test_names_in_several_folders_begin_with_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("2020/news/a.txt", "2021/news/a.txt", "old/a.html.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"Text of {name}", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert [draft.name for draft in drafts("2020/news", "old")] == ["news/a", "old/a.html"]
    assert [draft.name for draft in drafts("2020/news", "2021/news")] == ["2020/news/a", "2021/news/a"]
    assert [draft.name for draft in drafts("2020/news", "2020/news/")] == ["a"]


def test_a_file_name_that_is_no_utf8_is_shown_with_escapes(tmp_path: Path) -> None:
    (tmp_path / "caf\udce9\n.txt").write_text("One", encoding="utf-8")
    [draft] = drafts(tmp_path)
    assert (draft.name, draft.origin) == ("caf\\udce9\\n", f"{tmp_path}/caf\\udce9\\n.txt")


def test_progress_reaches_its_total(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("One", encoding="utf-8")
    (tmp_path / "b.jsonl").write_text('{"text": "Two"}\n' * 9000, encoding="utf-8")
    progress = Progress()
    items = read([str(tmp_path)], ReadOptions(), progress)
    next(items)
    assert progress.bytes_total == 3 + 16 * 9000
    assert 0 < progress.bytes_done < progress.bytes_total
    list(items)
    assert progress.bytes_done == progress.bytes_total


@pytest.mark.parametrize(
    ("options", "value"),
    [({"fields": {"headlin": "h"}}, "headlin"), ({"encoding": "klingon-8"}, "klingon"), ({"delimiter": ";;"}, ";;")],
)
def test_an_option_that_cannot_be_meant_is_refused(options: dict[str, object], value: str) -> None:
    with pytest.raises(BadInput, match=value):
        ReadOptions(**options)  # type: ignore[arg-type]
