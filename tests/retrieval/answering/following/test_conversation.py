"""Follow-ups in many languages, questions that stand alone, and the conversations about the seed articles."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from pathlib import Path

import pytest

from index.errors import BadInput
from index.text.language import detect
from retrieval import Searcher
from retrieval.answering.following.conversation import LONGEST_TOPIC, standalone
from retrieval.answering.following.small_words import known_languages, words_of
from retrieval.answering.options import Turn
from retrieval.options import language_code

ROOT = Path(__file__).parents[4]
XQUAD = ROOT.parent / "shared" / "data" / "eval" / "xquad" / "queries.jsonl.gz"
CONVERSATIONS = [json.loads(line) for line in (ROOT / "seeds" / "conversations.jsonl").read_text("utf-8").splitlines()]
TRADE = "How large was the trade between Azerbaijan and Germany in 2020?"
NEWS_LANGUAGES = "en zh es ar fr ru pt de ja hi id tr fa it ko vi pl uk th nl az kk sv".split()


def understood(question: str, *before: str) -> str:
    return standalone(question, tuple(map(Turn, before))).question


@pytest.mark.parametrize(
    ("before", "question", "meant"),
    [
        (TRADE, "And with Japan?", "How large was the trade between Azerbaijan and Japan in 2020?"),
        (TRADE, "And in 2021?", "How large was the trade between Azerbaijan and Germany in 2021?"),
        (TRADE, "Japan?", "How large was the trade between Azerbaijan and Japan in 2020?"),
        ("Wie hoch ist die Inflation in Frankreich?", "Und in Wien?", "Wie hoch ist die Inflation in Wien?"),
        ("Каким был товарооборот с Германией?", "А с Японией?", "Каким был товарооборот с Японией?"),
        ("Каким был товарооборот в 2020 году?", "И в 2021 году?", "Каким был товарооборот в 2021 году?"),
        ("¿Cuál es la inflación en Alemania?", "¿Y en Francia?", "¿Cuál es la inflación en Francia?"),
        ("Que prévoit l'Allemagne en Italie ?", "Et au Japon ?", "Que prévoit l'Allemagne en Japon ?"),
        ("Azerbaycan Almanya ile ne konuştu?", "ve Japonya ile?", "Azerbaycan Japonya ile ne konuştu?"),
        ("ドイツとの貿易額はいくらですか？", "では日本とは？", "日本との貿易額はいくらですか？"),
        ("与德国的贸易额是多少？", "那日本呢？", "与日本的贸易额是多少？"),
        ("독일의 무역액은 얼마입니까?", "그럼 일본은?", "일본의 무역액은 얼마입니까?"),
        ("ما حجم التجارة بين أذربيجان وألمانيا؟", "وماذا عن اليابان؟", "ما حجم التجارة بين أذربيجان واليابان؟"),
        ("जर्मनी के साथ व्यापार कितना था?", "और जापान के साथ?", "जापान के साथ व्यापार कितना था?"),
        ("Apa yang dibahas dengan Jerman?", "Bagaimana dengan Jepang?", "Apa yang dibahas dengan Jepang?"),
        ("Co planują w Niemczech?", "A w Japonii?", "Co planują w Japonii?"),
        ("Mitä Saksassa suunnitellaan?", "Entä Japanissa?", "Mitä Japanissa suunnitellaan?"),
        ("What did Baerbock announce?", "And Mukhtar Tileuberdi?", "What did Mukhtar Tileuberdi announce?"),
        ("What did the minister Baerbock say?", "And Tileuberdi?", "What did the minister Tileuberdi say?"),
    ],
)
def test_a_follow_up_puts_its_part_in_place_of_the_earlier_one(before: str, question: str, meant: str) -> None:
    assert understood(question, before) == meant


@pytest.mark.parametrize(
    ("before", "question"),
    [
        ("神舟十八号返回舱什么时候着陆？", "乘组有谁？"),
        (TRADE, "When was that?"),
        (TRADE, "Why?"),
        (TRADE, "And what were the imports?"),
        ("Who is Annalena Baerbock?", "What did she say about hydrogen?"),
        ("Worüber sprachen Aserbaidschan und Japan?", "Wann war das?"),
        ("Кто такая Анналена Бербок?", "Что она сказала?"),
        ("ما حجم التجارة؟", "متى كان ذلك؟"),
        ("谁是贝尔伯克？", "她宣布了什么计划？"),
        ("平木隆三氏とは誰ですか？", "彼は何歳でしたか？"),
        ("Quem é Baerbock?", "Quando foi isso?"),
        ("Ai là Baerbock?", "Ông ấy nói gì?"),
        ("แบร์บอคคือใคร", "เมื่อไหร่"),
        (TRADE, "Wann war das?"),
    ],
)
def test_what_a_follow_up_adds_comes_after_its_topic(before: str, question: str) -> None:
    alone = standalone(question, (Turn(before),))
    topic, own = alone.question[: alone.since].rstrip(": "), alone.question[alone.since :]
    assert len(topic) > 2
    assert topic in before
    assert own.casefold() == question.removeprefix("And ").casefold()


@pytest.mark.parametrize(
    ("before", "question", "meant"),
    [
        (TRADE, "When was that?", "trade between Azerbaijan and Germany in 2020: When was that?"),
        ("Who is Annalena Baerbock?", "What did she say?", "Annalena Baerbock: What did she say?"),
        ("Wann sprach Baerbock in Astana?", "Wer war noch da?", "sprach Baerbock in Astana: Wer war noch da?"),
        ("谁是贝尔伯克？", "她宣布了什么计划？", "贝尔伯克: 她宣布了什么计划？"),
        ("Кто такая Бербок?", "Когда это было?", "такая Бербок: Когда это было?"),
        ("KOAH kaç kişinin ölümüne neden oluyor?", "Ne zaman?", "KOAH kaç kişinin ölümüne neden oluyor: Ne zaman?"),
    ],
)
def test_an_earlier_question_word_does_not_ask_again(before: str, question: str, meant: str) -> None:
    assert understood(question, before) == meant


@pytest.mark.parametrize(
    "question",
    [
        "Who won the 2022 World Cup?",
        "hydrogen office Astana",
        "Baku",
        "What did Kazakhstan say about hydrogen?",
        "When was the treaty signed?",
        "And who won the World Cup final in Qatar against France?",
        "Wer lobte die Präsidentschaft der COP29?",
        "Что такое электричество?",
        "什么是光合作用？",
        "...",
        "😀",
        "and",
        "x" * 4000,
    ],
)
def test_a_question_that_stands_alone_is_left_as_it_is(question: str) -> None:
    assert standalone(question, (Turn(TRADE),)).question == question
    assert standalone(question, (Turn(TRADE),)).language is None


def test_a_first_question_is_left_as_it_is() -> None:
    assert understood("And with Japan?") == "And with Japan?"
    assert understood("And with Japan?", "", "...") == "And with Japan?"


def test_a_topic_lasts_over_several_turns() -> None:
    assert understood("And in 2021?", TRADE, "And with Japan?", "Why?") == (
        "How large was the trade between Azerbaijan and Japan in 2021?"
    )


def test_a_new_topic_ends_the_one_before() -> None:
    assert understood("And in France?", TRADE, "What is the inflation in Germany?") == (
        "What is the inflation in France?"
    )


def test_a_follow_up_in_another_language_is_answered_in_that_one() -> None:
    alone = standalone("¿Y con Japón?", (Turn(TRADE),))
    assert alone.question == "How large was the trade between Azerbaijan and Japan in 2020?"
    assert alone.language == "es"


@pytest.mark.parametrize(
    ("before", "question", "meant", "language"),
    [
        ("Wer traf wen in Japan?", "Und in Deutschland?", "Wer traf wen in Deutschland?", "de"),
        ("Wer war in Baku?", "Und wo war Merkel?", "Baku: Wo war Merkel?", "de"),
        ("Ni nani Kenya?", "Na Uganda?", "Ni nani Uganda?", "sw"),
    ],
)
def test_a_topic_of_few_words_is_in_the_language_of_its_small_words(
    before: str, question: str, meant: str, language: str
) -> None:
    assert detect(before)[0] != language  # what the models that tell the language of articles say of it
    alone = standalone(question, (Turn(before),))
    assert (alone.question, alone.language) == (meant, language)


def test_of_two_languages_a_follow_up_may_be_in_the_archive_has_one() -> None:
    turns = (Turn("Who won in Lisbon?"),)
    assert [standalone("Quando?", turns, kept=kept).language for kept in ({"it"}, {"pt"})] == ["it", "pt"]


def test_two_parts_replace_two() -> None:
    assert understood("And between Japan and Kazakhstan?", "What is the trade between Italy and Spain?") == (
        "What is the trade between Japan and Kazakhstan?"
    )


def test_a_long_topic_is_cut() -> None:
    assert len(understood("Why?", "word " * 700)) < LONGEST_TOPIC + 10


def test_the_language_that_a_caller_names_is_believed() -> None:
    assert standalone("Und Japan?", (Turn(TRADE),), "de").language == "de"
    with pytest.raises(BadInput, match="klingonish"):
        standalone("Und Japan?", (Turn(TRADE),), "klingonish")


def test_the_largest_languages_of_news_have_small_words() -> None:
    assert set(NEWS_LANGUAGES) <= set(known_languages())
    for language in known_languages():
        words = words_of(language)
        assert words is not None
        assert words.questions
        assert words.small > words.questions
        assert language_code(language) == language


@pytest.mark.skipif(not XQUAD.exists(), reason="the evaluation data in ../shared is not here")
def test_questions_that_stand_alone_are_rarely_taken_for_follow_ups() -> None:
    asked: dict[str, list[str]] = defaultdict(list)
    with gzip.open(XQUAD, "rt", encoding="utf-8") as lines:
        for line in lines:
            query = json.loads(line)
            asked[query["language"]].append(query["text"])
    for language, questions in asked.items():
        chosen = questions[::20][:60]
        changed = [q for q, before in zip(chosen, reversed(chosen), strict=True) if understood(q, before) != q]
        assert len(changed) <= 0.03 * len(chosen), (language, changed)


@pytest.fixture(scope="module")
def firsts(seed_archive: Searcher) -> dict[str, tuple[int, int]]:
    """How many conversations have the right passage first, and among three: as asked, and made to stand alone."""
    counts = {"asked": [0, 0], "alone": [0, 0]}
    for one in CONVERSATIONS:
        for name, question in (("asked", one["question"]), ("alone", understood(one["question"], *one["turns"]))):
            passages = seed_archive.search(question).passages[:3]
            right = [p.article.id == one["article"] and one["contains"] in p.text for p in passages]
            counts[name][0] += right[0]
            counts[name][1] += any(right)
    return {name: (first, three) for name, (first, three) in counts.items()}


def test_the_conversations_are_in_many_languages_and_ask_what_the_articles_say() -> None:
    assert len(CONVERSATIONS) >= 60
    assert len({one["language"] for one in CONVERSATIONS}) >= 12
    for one in CONVERSATIONS:
        assert one["contains"] in (ROOT / "seeds" / "articles" / f"{one['article']}.txt").read_text(encoding="utf-8")


@pytest.mark.slow
def test_follow_ups_find_the_right_passage(firsts: dict[str, tuple[int, int]]) -> None:
    assert firsts["alone"][0] >= 0.88 * len(CONVERSATIONS)
    assert firsts["alone"][1] >= 0.97 * len(CONVERSATIONS)
    assert firsts["alone"][0] > firsts["asked"][0] + 20
