"""A passage in another language than its article is indexed, encoded and ranked in its own."""

from __future__ import annotations

from pathlib import Path

from index.archive import Archive
from index.documents import TermQuery
from index.scope import Scope
from index.text.chunks import chunk
from tests.fakes import WordEncoder, draft, stored

GERMAN = (
    "Der Minister hat am Dienstag in Berlin eine Rede über die Zukunft der Windenergie gehalten. Er sagte, dass die "
    "Bundesregierung im kommenden Jahr neue Flächen ausschreiben werde. Die Opposition kritisierte die Pläne als "
    "verspätet und verlangte, dass die Mittel dafür im Haushalt offengelegt werden."
)
ENGLISH = (
    "The ministers have agreed that both countries will be building turbines along the coast, and that the companies "
    "which were chosen last year are going to deliver the cables before the summer. None of us believed that the "
    "negotiations would be finished so quickly, but everybody was willing to compromise."
)
TEXT = f"{GERMAN}\n\n{ENGLISH}\n\n{GERMAN}"


def test_a_long_quotation_in_another_language_is_a_passage_of_that_language() -> None:
    chunks = chunk(TEXT, "de", WordEncoder(), size=45, window=60)
    [english] = [one for one in chunks if one.language != "de"]
    assert english.language == "en"
    assert TEXT[english.start : english.end] in ENGLISH


def test_a_few_foreign_words_leave_a_passage_in_the_language_of_its_article() -> None:
    chunks = chunk(f"{GERMAN}\n\nThe winner takes it all.\n\n{GERMAN}", "de", WordEncoder(), size=45, window=60)
    assert {one.language for one in chunks} == {"de"}


def test_the_language_of_a_passage_reaches_ranking_and_terms_and_not_the_filter(folder: Path) -> None:
    stored(folder, [draft("rede", TEXT, language="de")], WordEncoder(window=120))
    with Archive(folder) as archive:
        keys = archive.store.chunk_keys().tolist()
        languages = [one.language for one in archive.store.candidates(keys)]
        assert {"de", "en"} == set(languages)
        assert [one.language for one in archive.store.chunks_between(keys[0], keys[-1])] == languages
        english = [key for key, language in zip(keys, languages, strict=True) if language == "en"]
        view = archive.view()
        stemmed = TermQuery(["turbin"], [])  # as English words are stemmed
        assert set(view.lexical(stemmed, 9, Scope(languages=("de",)))[0].tolist()) <= set(english)
        assert len(view.lexical(stemmed, 9, Scope(languages=("de",)))[0])
        assert len(view.lexical(stemmed, 9, Scope(languages=("en",)))[0]) == 0
