"""Sources that contradict each other are set side by side, and only they."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index.archive import Archive
from index.article import Draft
from index.encoders.bundled import BundledEncoder
from index.ingesting.ingest import ingest
from retrieval import Searcher
from retrieval.answering import Answer, Answerer
from retrieval.answering.confidence import Calibration
from tests.fakes import draft

Ask = Callable[..., Answer]
NEVER_REFUSES = Calibration(threshold=0.0)  # so few articles seldom hold an answer


@pytest.fixture(scope="module")
def encoder() -> BundledEncoder:
    return BundledEncoder(threads=1)


@pytest.fixture
def ask(folder: Path, encoder: BundledEncoder) -> Iterator[Ask]:
    """Ask an archive of the articles given."""
    opened: list[Searcher] = []

    def answer(question: str, *drafts: Draft) -> Answer:
        with Archive.create(folder, encoder) as archive, archive.writing():
            ingest(archive, encoder, drafts)
        opened.append(Searcher(folder, encoder))
        return Answerer(opened[-1], NEVER_REFUSES).ask(question)

    yield answer
    for one in opened:
        one.close()


def report(name: str, text: str, day: str = "2023-03-02", language: str = "en") -> Draft:
    return draft(name, text, published_at=day, language=language, title=f"Ferry {name}")


QUESTION = "How many people died when the ferry sank off Lampedusa?"
FIRST = "The ferry sank off Lampedusa on Wednesday night, and 42 people died, the coast guard said."
OTHER = "The ferry sank off Lampedusa on Wednesday, and 47 people died, according to the interior ministry."


def quoted(answer: Answer, number: int) -> str:
    return next(one.quote for one in answer.citations if one.n == number)


def test_different_figures_for_one_thing_are_shown_with_a_citation_each(ask: Ask) -> None:
    [found] = ask(QUESTION, report("a", FIRST), report("b", OTHER)).disagreements
    assert found.kind == "figures"
    assert sorted(found.values) == ["42", "47"]
    assert {"42", "47"} <= set(found.text.rstrip(".").split())


def test_each_value_stands_in_the_quotation_of_its_citation(ask: Ask) -> None:
    answer = ask(QUESTION, report("a", FIRST), report("b", OTHER))
    [found] = answer.disagreements
    assert all(value in quoted(answer, n) for value, n in zip(found.values, found.citations, strict=True))


def test_of_a_growing_toll_the_newest_report_comes_first(ask: Ask) -> None:
    [found] = ask(QUESTION, report("a", FIRST), report("b", OTHER, "2023-03-04")).disagreements
    assert found.values == ("47", "42")


def test_sources_in_two_languages_can_disagree(ask: Ask) -> None:
    german = "Die Fähre sank am Mittwoch vor Lampedusa, und 47 Menschen starben, wie das Innenministerium mitteilte."
    [found] = ask(QUESTION, report("a", FIRST), report("b", german, language="de")).disagreements
    assert sorted(found.values) == ["42", "47"]


@pytest.mark.parametrize(
    "other",
    [
        OTHER.replace("47", "more than 40"),  # holds as well
        OTHER.replace("47", "40-45"),
        OTHER.replace("47 people died", "47 lifeboats floated"),  # not the same thing
        OTHER.replace("47 people died", "47 people were injured"),
        OTHER.replace("Lampedusa", "Zanzibar").replace("interior ministry", "Tanzanian navy"),
        OTHER.replace("on Wednesday", "in 2014"),  # not the same time
        OTHER.replace("Wednesday", "Sunday"),
        OTHER.replace("47 people", "4,700 people"),  # so far apart that it is something else
    ],
)
def test_what_may_both_hold_is_no_disagreement(ask: Ask, other: str) -> None:
    assert ask(QUESTION, report("a", FIRST), report("b", other)).disagreements == ()


def test_reports_of_different_years_do_not_disagree(ask: Ask) -> None:
    assert ask(QUESTION, report("a", FIRST), report("b", OTHER, "2020-03-02")).disagreements == ()


def test_different_days_for_one_event_are_shown(ask: Ask) -> None:
    first = "The ferry sank off Lampedusa on 31 October after a fire in its engine room, the coast guard said."
    other = "The ferry sank off Lampedusa on 1 November after a fire in its engine room, the ministry said."
    answer = ask("When did the ferry sank off Lampedusa?", report("a", first), report("b", other))
    assert [(one.kind, sorted(one.values)) for one in answer.disagreements] == [("dates", ["1 November", "31 October"])]


def test_reports_of_an_unknown_time_do_not_disagree(ask: Ask) -> None:
    assert ask(QUESTION, draft("a", FIRST), draft("b", OTHER)).disagreements == ()


def test_values_of_reports_of_different_days_are_shown_with_their_days(ask: Ask) -> None:
    [found] = ask(QUESTION, report("a", FIRST), report("b", OTHER, "2023-03-04")).disagreements
    assert found.text == "The sources disagree: 47 (March 4, 2023) – 42 (March 2, 2023)."


DISAGREE = {
    "toll in Arabic": (
        "ar",
        "كم عدد قتلى تفجير المسجد في أبها؟",
        "قتل 13 شخصا في تفجير انتحاري استهدف مسجدا لقوات الطوارئ في أبها يوم الخميس، حسب وزارة الداخلية.",
        "قتل 17 شخصا في تفجير انتحاري استهدف مسجد قوات الطوارئ في أبها يوم الخميس، حسب مصادر طبية.",
        ["13", "17"],
    ),
    "people moved, in Chinese": (
        "zh",
        "涿州转移了多少群众？",
        "截至8月1日10时，涿州市共转移群众12.5万人。",
        "截至8月1日10时，据河北省防汛抗旱指挥部通报，涿州市共转移群众11.3万人。",
        ["12.5万", "11.3万"],
    ),
    "money in Portuguese": (
        "pt",
        "Qual foi o lucro da Petrobras no primeiro trimestre de 2017?",
        "A Petrobras teve lucro líquido de R$ 4,45 bilhões no primeiro trimestre de 2017, informou a empresa.",
        "A Petrobras teve lucro líquido de R$ 4,81 bilhões no primeiro trimestre de 2017, informou a estatal.",
        ["R$ 4,45 bilhões", "R$ 4,81 bilhões"],
    ),
    "date in Russian": (
        "ru",
        "Когда потерпел крушение самолёт под Саратовом?",
        "Пассажирский самолёт потерпел крушение под Саратовом 11 февраля 2018 года вскоре после взлёта.",
        "Пассажирский самолёт потерпел крушение под Саратовом 12 февраля 2018 года вскоре после взлёта.",
        ["11 февраля 2018 года", "12 февраля 2018 года"],
    ),
    "area in German": (
        "de",
        "Wie viel Hektar Wald verbrannten bei Beelitz?",
        "Bei dem Waldbrand in der Nähe von Beelitz verbrannten nach Angaben der Feuerwehr 215 Hektar Wald.",
        "Bei dem Waldbrand in der Nähe von Beelitz verbrannten nach Angaben des Landkreises 250 Hektar Wald.",
        ["215 Hektar", "250 Hektar"],
    ),
}
ONLY_LOOK_SO = {
    "one fire, told of what happened on two days": (
        "en",
        "When did the fire destroy the historic lodge?",
        "The historic lodge on the North Rim was destroyed by a wildfire, park officials announced July 13.",
        "The historic lodge on the North Rim was destroyed by a wildfire, which began July 4.",
    ),
    "two drawings of a lottery": (
        "en",
        "How much is the Mega Millions jackpot?",
        "The Mega Millions jackpot has reached $1.25 billion after no one matched all six numbers on Tuesday.",
        "The Mega Millions jackpot has reached $1.55 billion after no one matched all six numbers on Friday.",
    ),
    "two shares on one day": (
        "zh",
        "富春环保主力资金净卖出多少？",
        "截至2023年7月31日收盘，富春环保报收于4.93元，主力资金净卖出174.81万元。",
        "截至2023年7月31日收盘，新天药业报收于5.21元，主力资金净卖出236.34万元。",
    ),
    "the dead and the injured": (
        "es",
        "¿Cuántas personas murieron en el accidente de tren?",
        "El accidente de tren cerca de Santiago dejó 79 muertos, según las autoridades.",
        "El accidente de tren cerca de Santiago dejó 87 heridos, según las autoridades.",
    ),
    "one figure rounded": (
        "tr",
        "Depremde kaç kişi öldü?",
        "Hatay'daki depremde 1.248 kişi öldü, yetkililer açıkladı.",
        "Hatay'daki depremde yaklaşık 1.200 kişi öldü, yetkililer açıkladı.",
    ),
}


@pytest.mark.parametrize(("language", "question", "a", "b", "values"), DISAGREE.values(), ids=list(DISAGREE))
def test_news_that_disagrees_is_flagged(
    ask: Ask, language: str, question: str, a: str, b: str, values: list[str]
) -> None:
    answer = ask(question, report("a", a, language=language), report("b", b, language=language))
    assert [sorted(one.values) for one in answer.disagreements] == [sorted(values)]


@pytest.mark.parametrize(("language", "question", "a", "b"), ONLY_LOOK_SO.values(), ids=list(ONLY_LOOK_SO))
def test_news_that_only_looks_so_is_not(ask: Ask, language: str, question: str, a: str, b: str) -> None:
    answer = ask(question, report("a", a, language=language), report("b", b, "2023-03-03", language=language))
    assert answer.disagreements == ()


TRADE = "Trade between the two countries amounted to $626.8 million in 2020. "


def arithmetic(answer: Answer) -> list[tuple[str, ...]]:
    return [one.values for one in answer.disagreements if one.kind == "arithmetic"]


@pytest.mark.parametrize(
    ("parts", "values"),
    [
        ("Of the total, exports were $211.8 billion and imports $414.9 million.", ("$626.8 million", "$211.8 billion")),
        ("Of the total, exports were $211.8 million and imports $414.9 million.", None),
        ("Of the total, exports were $211.8 million and imports $14.9 million.",
         ("$626.8 million", "$211.8 million", "$14.9 million")),
        ("Some of which, it is said, was never paid: $900 million.", None),
    ],
)  # fmt: skip
def test_parts_that_their_total_cannot_have_are_flagged(ask: Ask, parts: str, values: tuple[str, ...] | None) -> None:
    answer = ask("How much was the trade between the two countries?", report("a", TRADE + parts))
    assert arithmetic(answer) == ([values] if values else [])


@pytest.mark.parametrize(
    "question",
    [
        "What was the trade turnover between Azerbaijan and Germany?",
        "Azərbaycan və Almaniya arasında ticarət dövriyyəsi nə qədər olub?",
        "アゼルバイジャンとドイツの貿易額はいくらでしたか？",
        "Каков был товарооборот между Азербайджаном и Германией?",
    ],
)
def test_the_seed_that_contradicts_itself_is_flagged_in_any_language(seed_archive: Searcher, question: str) -> None:
    answer = Answerer(seed_archive, NEVER_REFUSES).ask(question)
    [found] = [one for one in answer.disagreements if one.kind == "arithmetic"]
    assert found.values == ("$626.8 million", "$211.8 billion")
    assert [value in quoted(answer, n) for value, n in zip(found.values, found.citations, strict=True)] == [True, True]
