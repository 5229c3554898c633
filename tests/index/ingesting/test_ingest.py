"""Articles in: what is new is stored, what is the same costs nothing, what has changed or gone is not found again."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from index.archive import Archive
from index.article import Draft, Rejection
from index.errors import EncoderMismatch
from index.ingesting.ingest import ingest
from index.reading import ReadOptions, read
from index.verify import verify
from retrieval import Searcher, SearchOptions
from tests.fakes import Place, WordEncoder, draft, stored, story

Find = Callable[..., list[str]]

WIRE = (
    "The energy ministers of both countries met in Baku on Tuesday and agreed on a plan for wind farms in the Caspian "
    "Sea. The first turbines are to be built in the spring of next year near the peninsula, a spokesman said. "
    "Germany will lend the money through its development bank, and a company from Hamburg will deliver the cables. "
    "Environmental groups welcomed the plan but asked for a study of the seal colonies."
)


def indexed(place: Place) -> tuple[list[int], list[int], list[int]]:
    """The chunk keys that the truth, the vectors and the terms hold."""
    with Archive(place) as archive:
        indexed = archive.view().indexed_keys()
        return archive.store.chunk_keys().tolist(), indexed["vector"].tolist(), indexed["term"].tolist()


def test_an_unchanged_article_is_not_encoded_again(place: Place) -> None:
    stored(place, map(story, range(5)))
    again = WordEncoder()
    summary = stored(place, map(story, range(5)), again)
    assert (summary.added, summary.changed, summary.unchanged, again.seen) == (0, 0, 5, [])


def test_an_article_under_another_form_of_its_file_is_recognised_and_then_known_by_its_hash(place: Place) -> None:
    first = story(1)
    stored(place, [first])
    rewritten = replace(first, text=first.text + "\n\n")  # the same article, once it is normalised
    encoder = WordEncoder()
    assert stored(place, [rewritten], encoder).unchanged == 1
    assert encoder.seen == []
    with Archive(place) as archive:
        assert archive.store.versions() == []
        assert archive.store.made_from(1) != ("", "")
    assert stored(place, [rewritten], encoder).unchanged == 1


def test_a_changed_article_is_found_only_as_it_is_now(place: Place, found: Find) -> None:
    stored(place, [story(1, "aardvark"), story(2)])
    with Archive(place) as archive:
        before = archive.store.article("story-1")
    summary = stored(place, [story(1, "zebra"), story(2)])
    assert (summary.added, summary.changed, summary.unchanged) == (0, 1, 1)
    assert found(place, "zebra")[0].startswith("story-1#")
    with Searcher(place, WordEncoder()) as archive:
        assert not any("aardvark" in p.text for p in archive.search("aardvark").passages)
        assert before is not None
        assert [v[:2] for v in archive.archive.store.versions("story-1")] == [("story-1", before.content_hash)]
    truth, vectors, terms = indexed(place)
    assert truth == vectors == terms
    assert min(truth) > before.last_chunk - 3  # nothing of the first form is left
    assert not set(truth) & set(range(before.first_chunk, before.last_chunk + 1))


def test_a_deleted_article_is_never_found(place: Place, found: Find) -> None:
    stored(place, [story(1, "aardvark"), story(2, "zebra")])
    with Archive(place) as archive, archive.writing():
        assert archive.store.delete(["story-1", "nobody"]) == 1
    assert {chunk.split("#")[0] for chunk in found(place, "aardvark zebra report")} == {"story-2"}
    truth, vectors, terms = indexed(place)
    assert truth == vectors == terms
    with Archive(place) as archive:
        assert [article for article, _, _ in archive.store.versions()] == ["story-1"]
        assert verify(archive) == []


def test_everything_can_be_deleted_and_added_again(place: Place, found: Find) -> None:
    stored(place, map(story, range(3)))
    with Archive(place) as archive, archive.writing():
        assert archive.store.delete([f"story-{n}" for n in range(3)]) == 3
    assert found(place, "report") == []
    assert indexed(place) == ([], [], [])
    assert stored(place, map(story, range(3))).added == 3
    assert len(found(place, "report")) > 0


def test_near_duplicates_are_kept_in_one_cluster_and_shown_in_one_slot(place: Place) -> None:
    copies = [draft("agency", WIRE), draft("courier", WIRE + " The Courier will report."), story(7)]
    stored(place, copies)
    with Searcher(place, WordEncoder()) as archive:
        [first, *others] = archive.search("wind farms in the Caspian Sea").passages
        assert {first.article.id, *first.also_in} == {"agency", "courier"}
        assert {p.article.id for p in others} <= {first.article.id, "story-7"}
        both = archive.search("wind farms", SearchOptions(fold_duplicates=False)).passages
        assert {"agency", "courier"} <= {p.article.id for p in both}


def test_a_cluster_outlives_its_oldest_member(place: Place) -> None:
    stored(place, [draft(name, WIRE + f" {name}") for name in ("agency", "courier", "herald")])
    with Archive(place) as archive, archive.writing():
        archive.store.delete(["agency"])
    with Archive(place) as archive:
        clusters = {a.article.id: a.cluster for a in archive.store.each_article()}
        oldest = archive.store.article("courier")
    assert oldest is not None
    assert clusters == {"courier": oldest.key, "herald": oldest.key}
    stored(place, [draft("times", WIRE + " times")])
    with Archive(place) as archive:
        joined = archive.store.article("times")
    assert joined is not None
    assert joined.cluster == oldest.key


def test_a_name_taken_by_a_file_elsewhere_is_rejected_with_a_cure(place: Place) -> None:
    stored(place, [draft("baku", "The first article of this name.", origin="a/baku.txt")])
    summary = stored(place, [draft("baku", "Another one altogether.", origin="b/baku.txt")])
    [rejection] = summary.rejected
    assert "a/baku.txt" in rejection.reason
    assert rejection.origin == "b/baku.txt"
    assert "--id-prefix" in rejection.cure
    with Archive(place) as archive:
        kept = archive.store.article("baku")
    assert kept is not None
    assert kept.article.text == "The first article of this name."


def test_a_file_is_the_same_however_its_path_is_written_but_not_another_of_its_name(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for where in ("one", "two"):
        (tmp_path / where).mkdir()
        (tmp_path / where / "baku.txt").write_text(f"The first form, in {where}.", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert stored(place, read(["one"])).added == 1  # type: ignore[arg-type]
    (tmp_path / "one" / "baku.txt").write_text("The second form.", encoding="utf-8")
    monkeypatch.chdir(tmp_path / "two")
    assert stored(place, read(["../one/baku.txt"])).changed == 1  # type: ignore[arg-type]
    [rejection] = stored(place, read(["baku.txt"])).rejected  # type: ignore[arg-type]
    assert (rejection.origin, "--id-prefix" in rejection.cure) == (str(tmp_path / "two" / "baku.txt"), True)


def files(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(f"The article of {name}.", encoding="utf-8")


def ids(place: Place) -> list[str]:
    with Archive(place) as archive:
        return [stored.article.id for stored in archive.store.each_article()]


def test_a_file_given_again_through_another_of_its_folders_is_the_same_article(folder: Path, tmp_path: Path) -> None:
    root = tmp_path / "news"
    files(root, "de/2020/baku.txt", "de/oslo.txt", "fr/oslo.txt")
    assert stored(folder, read([str(root / "de")])).added == 2  # type: ignore[arg-type]
    encoder = WordEncoder()
    summary = stored(folder, read([str(root)]), encoder)  # type: ignore[arg-type]
    assert (summary.added, summary.unchanged, encoder.seen) == (1, 2, ["The article of fr/oslo.txt."])
    for given in ([root / "de", root / "fr"], [root / "de" / "2020"], [root / "de" / "*" / "*.txt"], [root]):
        summary = stored(folder, read(list(map(str, given))))  # type: ignore[arg-type]
        assert (summary.added, summary.changed, summary.rejected) == (0, 0, [])
    assert ids(folder) == ["oslo", "2020/baku", "fr/oslo"]


def test_a_file_that_changed_and_is_given_through_another_folder_replaces_its_article(
    folder: Path, tmp_path: Path
) -> None:
    files(tmp_path / "news", "de/baku.txt")
    stored(folder, read([str(tmp_path / "news")]))  # type: ignore[arg-type]
    (tmp_path / "news" / "de" / "baku.txt").write_text("Another text.", encoding="utf-8")
    assert stored(folder, read([str(tmp_path / "news" / "de")])).changed == 1  # type: ignore[arg-type]
    assert ids(folder) == ["de/baku"]


def test_a_file_given_with_a_prefix_is_an_article_of_its_own(folder: Path, tmp_path: Path) -> None:
    files(tmp_path / "news", "de/baku.txt")
    stored(folder, read([str(tmp_path / "news")]))  # type: ignore[arg-type]
    again = read([str(tmp_path / "news")], ReadOptions(id_prefix="again/"))
    assert stored(folder, again).added == 1  # type: ignore[arg-type]
    assert ids(folder) == ["de/baku", "again/de/baku"]


def test_a_member_of_an_archive_given_through_another_folder_is_the_same_article(place: Place, tmp_path: Path) -> None:
    (tmp_path / "news" / "de").mkdir(parents=True)
    with zipfile.ZipFile(tmp_path / "news" / "de" / "all.zip", "w") as packed:
        packed.writestr("2020/baku.txt", "The article of a member.")
    stored(place, read([str(tmp_path / "news" / "de")]))  # type: ignore[arg-type]
    summary = stored(place, read([str(tmp_path / "news")]))  # type: ignore[arg-type]
    assert (summary.added, summary.unchanged) == (0, 1)
    assert ids(place) == ["all.zip/2020/baku"]


def test_a_record_with_an_id_of_its_own_may_come_from_another_file(place: Place) -> None:
    stored(place, [draft("x", "The first form.", id="dpa-1", origin="monday.jsonl")])
    assert stored(place, [draft("x", "The second form.", id="dpa-1", origin="tuesday.jsonl")]).changed == 1


def test_a_record_with_an_address_may_come_from_another_file_and_then_replaces_the_first(place: Place) -> None:
    address = "https://a.example/1"
    stored(place, [draft("x", "The first form.", url=address, origin="monday.jsonl")])
    assert stored(place, [draft("y", "The second form.", url=address, origin="tuesday.jsonl")]).changed == 1


def test_within_a_run_the_same_id_with_another_text_is_rejected_and_says_where_the_first_was(place: Place) -> None:
    forms = [draft("x", text, id="dpa\u00a01", origin="a.jsonl") for text in ("One form.", "Another form.")]
    summary = stored(place, [forms[0], replace(forms[1], id="dpa 1", record=2)])
    [rejection] = summary.rejected
    assert (summary.added, rejection.record) == (1, 2)
    assert "a.jsonl (record 1)" in rejection.reason
    assert "--id-prefix" in rejection.cure


def test_within_a_run_the_same_id_is_rejected_even_when_the_first_was_stored_long_ago(place: Place) -> None:
    stored(place, [draft("x", "The old form.", id="1")])
    summary = stored(place, [draft("x", "The old form.", id="1"), draft("x", "The new form.", id="1")])
    assert (summary.unchanged, len(summary.rejected)) == (1, 1)
    summary = stored(place, [draft("x", "The new form.", id="1"), draft("x", "The old form.", id="1")])
    assert (summary.changed, len(summary.rejected)) == (1, 1)


def test_the_same_article_twice_in_a_run_is_encoded_once(place: Place) -> None:
    encoder = WordEncoder()
    again = replace(story(1), text=story(1).text + "\n", record=2)
    summary = stored(place, [story(1), story(1), again], encoder)
    assert (summary.added, summary.unchanged, summary.rejected) == (1, 2, [])
    assert len(encoder.seen) == len(set(encoder.seen)) == summary.chunks
    summary = stored(place, [story(1), replace(story(1), text=story(1).text + "\n\n")])
    assert (summary.unchanged, summary.rejected) == (2, [])


def test_copies_of_one_text_from_several_sources_are_all_kept(place: Place) -> None:
    copies = [Draft(WIRE, "wire.jsonl", n, source=f"Paper {n}", language="en") for n in range(1, 8)]
    assert stored(place, copies).added == 7
    assert stored(place, [replace(copy, record=9) for copy in copies]).unchanged == 7


def test_one_bad_record_does_not_take_its_batch_with_it(place: Place) -> None:
    odd = [
        replace(story(1), text=None),
        replace(story(2), published_at="２０２０-１１-１３"),
        replace(story(3), id=7),
        draft("caf\udce9", "An article in a file with a name that is no UTF-8.", origin="/caf\udce9.txt"),
    ]
    summary = stored(place, [story(0), *odd, story(4)])  # type: ignore[list-item]
    assert (summary.added, len(summary.rejected)) == (4, 2)
    with Archive(place) as archive:
        kept = {a.article.id: a.article for a in archive.store.each_article()}
        assert archive.store.article_origin("caf\ufffd").origin == "/caf\\udce9.txt"  # type: ignore[union-attr]
    assert kept["story-2"].published_at == "2020-11-13"


def test_rejections_and_notes_are_reported_as_they_occur(place: Place) -> None:
    told: list[Rejection] = []
    seen_at: list[int] = []

    def items() -> Iterator[Draft]:
        yield replace(story(1), published_at="someday")
        yield draft("empty", " ")
        seen_at.append(len(told))
        yield story(2)

    stored(place, [])
    encoder = WordEncoder()
    with Archive(place) as archive, archive.writing():
        summary = ingest(archive, encoder, items(), report=told.append)
    assert seen_at == [2]
    assert told == summary.notes + summary.rejected


def test_rejections_and_empty_texts_are_counted_and_the_batch_goes_on(place: Place) -> None:
    broken = Rejection("broken.txt", 3, "not text", "leave it out")
    summary = stored(place, [story(1), broken, draft("empty", " \n "), story(2)])  # type: ignore[list-item]
    assert (summary.added, [r.origin for r in summary.rejected]) == (2, ["broken.txt", "empty.txt"])
    assert summary.seen == 4


def test_progress_is_told_after_each_batch_is_stored(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.ingesting.batches.BATCH_TOKENS", 100)
    encoder = WordEncoder()
    told = []
    with Archive.create(place, encoder, model="words") as archive, archive.writing(), Archive(place) as reader:

        def progress(summary: object) -> None:
            told.append((archive.store.sequence(), len(list(reader.store.each_article()))))

        ingest(archive, encoder, map(story, range(6)), progress)
    assert len(told) > 2
    assert all(sequence == articles for sequence, articles in told)


def test_an_error_in_the_source_comes_out_and_what_was_stored_stays(
    place: Place, monkeypatch: pytest.MonkeyPatch, found: Find
) -> None:
    monkeypatch.setattr("index.ingesting.batches.BATCH_TOKENS", 1)

    def failing() -> Iterator[Draft]:
        yield from map(story, range(4))
        raise ConnectionError("the feed went away")

    with pytest.raises(ConnectionError, match="feed went away"):
        stored(place, failing())
    with Archive(place) as archive:
        archive.view()
        assert verify(archive) == []
    assert stored(place, map(story, range(6))).added >= 2
    assert len(found(place, "report")) > 0


def test_ingesting_with_another_encoder_is_refused_before_anything_is_stored(place: Place) -> None:
    stored(place, [story(1)])
    with pytest.raises(EncoderMismatch, match="reembed"):
        stored(place, [story(2)], WordEncoder(32))
    with Archive(place) as archive:
        assert archive.store.article("story-2") is None


def test_an_interrupt_ends_cleanly_and_the_next_run_does_only_the_rest(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.ingesting.batches.BATCH_TOKENS", 1)
    encoder = WordEncoder()
    Archive.create(place, encoder, model="words", chunk_tokens=30).close()

    def stop_at_four(summary: object) -> None:
        if summary.added == 4:  # type: ignore[attr-defined]
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), Archive(place) as archive, archive.writing():
        ingest(archive, encoder, map(story, range(20)), stop_at_four)
    with Archive(place) as archive:
        archive.view()
        kept = len(list(archive.store.each_article()))
        assert verify(archive) == []
    assert 4 <= kept < 20
    rest = stored(place, map(story, range(20)))
    assert (rest.unchanged, rest.added) == (kept, 20 - kept)
