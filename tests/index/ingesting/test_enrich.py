"""From drafts to articles: what is normalised, what is filled in, and what stays as it was."""

from __future__ import annotations

import random
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.article import Article, Draft
from index.errors import BadInput
from index.ingesting.enrich import article_from, is_mojibake, normal_text
from index.reading import read

SEEDS = Path(__file__).parents[3] / "seeds" / "articles"


def draft(text: str, **given: str) -> Draft:
    """A draft of a text."""
    return Draft(text=text, origin="test", record=1, **given)


def seed(number: str) -> Article:
    """The article made of one of the seeds."""
    [path] = SEEDS.glob(f"{number}_*.txt")
    [found] = read([str(path)])
    assert isinstance(found, Draft)
    return article_from(found).article


def exported(article: Article) -> Draft:
    """The draft that an export of the article gives when it is read again."""
    return Draft(
        text=article.text,
        origin="export.jsonl",
        record=1,
        id=article.id,
        title=article.title,
        language=article.language,
        published_at=article.published_at,
        source=article.source,
        author=article.author,
        url=article.url,
    )


def test_the_first_seed_gives_date_and_author() -> None:
    article = seed("000")
    assert (article.published_at, article.author, article.source) == ("2020-11-13", "Ayya Lmahamad", None)
    assert article.title.startswith("Opportunities for cooperation in the field of renewable energy")
    assert article.text.startswith(" date 2020-11-13 By Ayya Lmahamad\n\nOpportunities")
    assert article.language == "en"


def test_the_second_seed_gives_date_and_agency() -> None:
    article = seed("001")
    assert (article.published_at, article.author, article.source) == ("2022-10-31", None, "Trend")
    assert article.title.startswith('An office of "hydrogen diplomacy" is planned')
    assert len(article.title) <= 200


def test_the_third_seed_gives_a_date_without_a_year() -> None:
    article = seed("002")
    assert (article.published_at, article.source, article.language) == ("XXXX-11-29", "AZERTAC", "de")
    assert article.title == "Aserbaidschan und Japan erörtern Möglichkeiten für humanitäre Zusammenarbeit"
    assert article.text.startswith("POLITIK\nAserbaidschan")


def test_what_the_file_says_goes_before_what_the_text_says() -> None:
    text = "Baku, 29. November, AZERTAC\nDer Minister sprach über Energie."
    article = article_from(
        draft(text, id="7", title="T", language="German", published_at="28.11.2024", source="S", author="A", url="u")
    ).article
    assert article == Article("7", "T", text, "de", 1.0, "2024-11-28", "S", "A", "u")


def test_an_article_that_says_nothing_gets_nothing() -> None:
    article = article_from(draft("The ministers met in Baku to talk about wind power in 2020.")).article
    assert (article.published_at, article.source, article.author, article.url) == (None, None, None, None)


@pytest.mark.parametrize("text", ["", " \n ", "\0\0", "—…", "\ud800"])
def test_a_text_without_letters_is_bad_input(text: str) -> None:
    with pytest.raises(BadInput, match="no letter"):
        article_from(draft(text))


def test_an_absurd_date_is_dropped_and_reported_with_its_cure() -> None:
    enriched = article_from(draft("The ministers met.", published_at="3024-13-45", language="klingonish"))
    assert enriched.article.published_at is None
    assert enriched.article.language == "en"
    date_note, language_note = sorted(enriched.notes)
    assert "'3024-13-45' ignored" in date_note
    assert "'klingonish' ignored" in language_note


@pytest.mark.parametrize("source", ["russian.rt.comhttps:", "a.example.orghttp://a.example.org", "https://a.dehttps:"])
def test_a_broken_address_is_no_source_and_is_reported(source: str) -> None:
    enriched = article_from(draft("Baku, 29. November, AZERTAC\nDer Minister sprach.", source=source, language="de"))
    assert enriched.article.source == "AZERTAC"
    assert enriched.notes == (f"source {source!r} ignored: it is a broken address; give the publisher's name",)


@pytest.mark.parametrize("source", ["rt.com", "https://www.bbc.com/", "a.example:8080", "Die Zeit: Online", "HTTPS"])
def test_any_other_source_stays_as_it_is_given(source: str) -> None:
    enriched = article_from(draft("The ministers met in Baku.", source=source))
    assert (enriched.article.source, enriched.notes) == (source, ())


def test_an_article_without_a_name_is_named_by_its_content() -> None:
    one, same, other = (article_from(draft(text)).article.id for text in ("Text one", "Text one", "Text two"))
    assert one == same != other
    assert one.startswith("sha-")
    assert len(one) == 20
    assert article_from(draft("Text", name="a/b")).article.id == "a/b"
    assert article_from(draft("Text", name="a/b", url="https://a.example/1")).article.id == "https://a.example/1"


def test_copies_of_a_text_from_other_sources_dates_or_authors_have_ids_of_their_own() -> None:
    given = [{}, {"source": "A"}, {"source": "B"}, {"author": "A"}, {"published_at": "2020"}, {"language": "en"}]
    assert len({article_from(draft("Text one", **fields)).article.id for fields in given}) == len(given)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("A headline of a few words\nThe text that follows it is longer, and it ends.", "A headline of a few words"),
        ("# Wind power grows fast\n\nThe text that follows it is longer, and ends.", "Wind power grows fast"),
        ("The first sentence of it. The second sentence.", "The first sentence of it."),
        ("Prof. Dr. Müller sprach in Köln. Danach regnete es.", "Prof. Dr. Müller sprach in Köln."),
        (
            "部长在巴库就可再生能源发表了讲话，双方就合作交换了意见。会议结束。",
            "部长在巴库就可再生能源发表了讲话，双方就合作交换了意见。",
        ),
        ("Short text", "Short text"),
        ("word " * 100, ("word " * 40).strip()),
        ("x" * 500, "x" * 200),
    ],
)
def test_the_title_is_the_headline_or_the_first_sentence(text: str, title: str) -> None:
    assert article_from(draft(text)).article.title == title


def test_mojibake_is_repaired_but_nothing_else_is_changed() -> None:
    assert normal_text("Der AuÃŸenminister sprach Ã¼ber KÃ¶ln") == "Der Außenminister sprach über Köln"
    assert normal_text("连衣裙? ×“哇！从 2") == "连衣裙? ×“哇！从 2"
    kept = "“Quotes” ‘and’ ﬁ ＡＢＣ １２３ &amp; … ½ № می‌خواهم 👩‍👩‍👧 e²"
    assert normal_text(kept) == kept


def test_line_ends_and_control_characters_are_normalised() -> None:
    assert normal_text("\ufeff\r\n \n  a\r\nb\rc\u2028d\0e\x07 \n\n") == "  a\nb\nc\nde"
    assert normal_text("e\u0301 \ud83d\ude00 \udc00") == "é 😀 \ufffd"


ODD = st.text(
    alphabet=st.one_of(
        st.characters(),
        st.sampled_from("\r\n\u2028\u2029\x85\0\ufeff\ud83d\ude00\u0301Ã¼â€œÂ\xa0ﬁＡ \t.。0123456789-"),
    ),
    max_size=80,
)


@settings(max_examples=300, deadline=None)
@given(ODD)
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normal_text(text)
    assert normal_text(once) == once
    assert unicodedata.is_normalized("NFC", once)
    once.encode("utf-8")


@settings(max_examples=3000, deadline=None)
@given(
    text=ODD, title=st.none() | ODD, identifier=st.none() | ODD, date=st.sampled_from([None, "13.11.2020", "2022", "?"])
)
def test_an_exported_article_comes_back_the_same(
    text: str, title: str | None, identifier: str | None, date: str | None
) -> None:
    given = replace(draft("Baku: " + text), title=title, id=identifier, published_at=date)
    first = article_from(given).article
    again = article_from(exported(first)).article
    assert again.id == first.id
    assert again.content_hash == first.content_hash


def test_an_article_whose_language_is_unknown_comes_back_unknown() -> None:
    unknown = replace(draft("Baku: ꪀA0<A"), language="und")
    assert article_from(unknown).article.language == "und"


def test_exported_seeds_come_back_the_same() -> None:
    for number in ("000", "001", "002"):
        article = seed(number)
        assert article_from(exported(article)).article.content_hash == article.content_hash


def test_mojibake_is_seen_where_ftfy_sees_it() -> None:
    from ftfy.badness import MOJIBAKE_CATEGORIES, is_bad

    inside = "".join(MOJIBAKE_CATEGORIES.values()) + "ŒœÙØàÎÐ×²³√≈‚Äóв€ЂГўВβΒΞΟРС°µ¼½¾āÂÃ"
    signs = sorted({*inside, *"\x80\x9f\xa0±∂†≠®™´≤≥¥øìîïòôúùû¡¢àä"})
    draw = random.Random(1)
    texts = ["".join(draw.choices(signs + list(" aZ.,?!1\n"), k=draw.randint(1, 12))) for _ in range(20_000)]
    texts += [before + a + b for before in ("", "x ") for a in signs for b in signs]
    seen = [is_bad(text) for text in texts]
    assert 0 < sum(seen) < len(texts)
    assert [is_mojibake(text) for text in texts] == seen


def test_mojibake_is_seen_far_into_a_text() -> None:
    plain = "«Er sagte: “Köln und Łódź sind schön.”» " * 200
    assert not is_mojibake(plain)
    assert is_mojibake(plain + "ГўВЂВ� ")
    assert is_mojibake(plain + "CafÃ© " + plain)
