"""Whatever the text and whatever the question, a citation is the article's own text at the offsets it names."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retrieval import Searcher, SearchOptions, SearchResult
from tests.fakes import draft, stored
from tests.retrieval.conftest import words

ODD = {
    "emoji": "👩‍👩‍👧‍👦 marched 🇩🇪🇦🇿 through 🏳️‍🌈 Baku. 😀😀 said the crowd. 👍🏽 replied the mayor 🤷‍♂️ on Friday.",
    "marks": "Cafe\u0301 Mu\u0308nchen said na\u0308chste Woche. A\u030a\u0323 stands for itself. Zo\u0308e\u0301.",
    "thai": "รัฐมนตรีพลังงานของทั้งสองประเทศพบกันที่บากูเมื่อวันอังคาร และตกลงแผนฟาร์มกังหันลมในทะเลแคสเปียน โครงการจะเริ่มในปีหน้า",
    "arabic": "اجتمع وزراء الطاقة في البلدين في باكو يوم الثلاثاء. اتفقوا على خطة لمزارع الرياح! هل تبدأ في الربيع؟",
    "diacritics": "قَالَ الْوَزِيرُ إِنَّ الْمَشْرُوعَ سَيَبْدَأُ فِي الرَّبِيعِ. وَافَقَ الْجَمِيعُ عَلَى الْخُطَّةِ.",
    "newlines": "POLITIK\n\n\nBaku\r\nMinisters met.\r\rThey agreed.\u2028Then they left.\n\n\n\n- one\n\t- two\n",
    "wide": "\u3000巴库会谈。\u3000双方同意了计划！风电场将于明年春天开工？是的。「很好」他说。",
    "astral": "𝐁𝐚𝐤𝐮 𠀋𠮟 talks 𓀀𓀁. The 𝕨𝕚𝕟𝕕 was strong. 𐍈𐌰 said so.",
    "invisible": "soft\u00adhyphen zero\u200bwidth no\u00a0break \u202bfrom right\u202c Baku wind. \ufeffMark\u2060ed.",
    "hindi": "दोनों देशों के ऊर्जा मंत्री मंगलवार को बाकू में मिले। वे सहमत हुए। पवन फार्म बनेगा।",
    "turkish": "İSTANBUL'da IĞDIR ve Iğdır konuşuldu. İşçiler ıslandı. ǅungla ŉ ﬁne ẞ ß STRASSE.",
    "one word": "Baku",
    "no end": "wind " * 150 + "Baku",
    "one line": "x" * 3_000,
}
QUESTIONS = [
    "wind Baku",
    "👩‍👩‍👧‍👦",
    "café",
    "กังหันลม",
    "الرياح",
    "风电",
    "istanbul strasse",
    "???",
    "zero width",
    "पवन",
]


def check(searcher: Searcher, result: SearchResult) -> None:
    """Offsets cite; highlights lie inside their passage, in order, and mark something."""
    for passage in result.passages:
        stored_article = searcher.archive.store.article(passage.article.id)
        assert stored_article is not None
        text = stored_article.article.text
        assert text[passage.start : passage.end] == passage.text != ""
        assert passage.highlights
        at = passage.start
        for span in passage.highlights:
            assert at <= span.start < span.end <= passage.end
            assert text[span.start : span.end].strip()
            at = span.end
        assert passage.article.content_hash == stored_article.article.content_hash


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    folder = tmp_path_factory.mktemp("odd") / "odd.zitat"
    stored(folder, [draft(name, text, language="und") for name, text in ODD.items()], words())
    with Searcher(folder, words()) as searcher:
        yield searcher


@pytest.mark.parametrize("question", QUESTIONS)
def test_odd_texts_are_cited_to_the_character(odd: Searcher, question: str) -> None:
    result = odd.search(question, SearchOptions(count=100, per_article=None))
    assert {passage.article.id for passage in result.passages} == set(ODD)
    check(odd, result)


@pytest.mark.parametrize(
    "question",
    ["hydrogen diplomacy", "Wasserstoff", "日本とアゼルバイジャン", "أذربيجان", "🇩🇪", "ความร่วมมือ", "COP29 2024"],
)
def test_seeds_are_cited_to_the_character(seed_archive: Searcher, question: str) -> None:
    result = seed_archive.search(question, SearchOptions(count=50, per_article=None))
    assert len({passage.article.id for passage in result.passages}) == 3
    check(seed_archive, result)


_PIECES = st.sampled_from(
    [
        "wind",
        "Baku",
        "e\u0301",
        "👩‍👩‍👧",
        "กังหัน",
        "الرياح",
        "风电。",
        "\n",
        "\n\n",
        "\u2028",
        ". ",
        "! ",
        " ",
        "\t",
        "𝐁",
        "\u200b",
        "ß",
        "İ",
        "。",
        "٣",
        "- ",
    ]
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    texts=st.lists(st.lists(_PIECES, min_size=1, max_size=80).map("".join), min_size=1, max_size=3),
    question=st.lists(_PIECES, min_size=1, max_size=5).map("".join).filter(str.strip),
)
def test_any_text_is_cited_to_the_character_for_any_question(texts: list[str], question: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "any.zitat"
        stored(folder, [draft(f"a{n}", f"{text} wind", language="und") for n, text in enumerate(texts)], words())
        with Searcher(folder, words()) as searcher:
            result = searcher.search(question, SearchOptions(count=100, per_article=None, fold_duplicates=False))
            assert len({passage.article.id for passage in result.passages}) == len(texts)
            check(searcher, result)
