"""Terms and skeletons: every script has some, and spellings of one word meet."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.text import analyser
from index.text.analyser import analyse, transliterated
from index.text.folding import fold

NAMES = [  # one person or place a line; each spelling must share a skeleton with the first
    "Aliyev Алиев Əliyev Aliev Aliew Alijew",
    "Zelensky Zelenskyy Selenskyj Зеленский Зеленський Zelenskiy",
    "Khankendi Xankəndi Ханкенди",
    "Baerbock Бербок",
    "Putin Poutine Путин Путін",
    "Netanyahu Nétanyahou Netanjahu Нетаньяху نتنياهو נתניהו",
    "Erdoğan Erdogan Эрдоган Ердоган أردوغان",
    "Tokyo Tokio Токио",
    "Lukashenko Lukaschenko Lukašenko Лукашенко",
    "Gorbachev Gorbatschow Gorbatchev Горбачёв",
    "Yeltsin Jelzin Eltsine Ельцин",
    "Medvedev Medwedew Медведев",
    "Lavrov Lawrow Лавров لافروف",
    "Pashinyan Paschinjan Paşinyan Пашинян",
    "Kocharyan Kotscharjan Köçəryan Кочарян",
    "Shusha Schuscha Şuşa Шуша",
    "Azerbaijan Aserbaidschan Azerbaïdjan Азербайджан",
    "Merkel Меркель ميركل Μέρκελ",
    "Macron Макрон ماكرون Μακρόν",
    "Trump Трамп ترامب Τραμπ",
    "Guterres Гутерреш غوتيريش",
    "Kharkiv Charkiw Харків Харьков",
    "Modi Моди मोदी",
    "Mubarak Мубарак مبارك",
    "Saakashvili Saakaschwili Саакашвили სააკაშვილი",
    "Nazarbayev Nasarbajew Назарбаев",
    "Tokayev Tokajew Токаев",
    "Yerevan Jerewan Erevan Ереван Երևան",
    "Stoltenberg Столтенберг ستولتنبرغ",
    "Tsipras Ципрас Τσίπρας",
    "Shevardnadze Schewardnadse Шеварднадзе შევარდნაძე",
    "Kaczynski Kaczyński Качиньский",
]


@pytest.mark.parametrize("spellings", NAMES)
def test_spellings_of_a_name_meet(spellings: str) -> None:
    first, *others = spellings.split()
    skeletons = set(transliterated(first))
    assert [other for other in others if not skeletons & set(transliterated(other))] == []


def test_unlike_names_do_not_meet() -> None:
    names = ["Putin", "Macron", "Merkel", "Erdogan", "Aliyev", "Zelensky", "Trump", "Netanyahu", "Modi", "Tokyo"]
    assert all(not set(transliterated(a)) & set(transliterated(b)) for a, b in combinations(names, 2))


def test_short_words_figures_and_unspaced_scripts_have_no_skeleton() -> None:
    assert transliterated("the und при 2020 COP 東京 서울 ไทย カタカナ") == []


@pytest.mark.parametrize(
    ("language", "text", "terms"),
    [
        ("en", "The meetings of COP29", ["the", "meet", "of", "cop29"]),
        (
            "en",
            "U.S. troops, 1,000 in 2020-11-13",
            ["us", "troop", "troo", "1000", "in", "2020-11-13", "2020", "11", "13"],
        ),
        ("de", "Häuser", ["haus"]),
        ("tr", "IŞIK ışık İstanbul'da", ["isik", "isik", "istanbul", "ista", "da"]),
        ("zh", "中国", ["中国", "中", "国"]),
        ("zh", "中", ["中"]),
        ("ja", "カタカナ", ["カタ", "タカ", "カナ"]),
        ("th", "สวัสดี", ["สวั", "วัส", "สดี"]),
        ("ko", "서울에서", ["서울", "울에", "에서"]),
        ("vi", "Phạm", ["phạm", "pham"]),
        ("ru", "йод", ["йод"]),
        ("uk", "п'ять", ["п'ять", "п'ят"]),
        ("am", "ሰላም", ["ሰላም"]),
        ("und", "Baerbock", ["baerbock", "baer"]),
        ("xx", "", []),
    ],
)
def test_worked_examples(language: str, text: str, terms: list[str]) -> None:
    assert analyse(text, language) == terms


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("ÉCOLE", "école"),
        ("ﬁnal", "final"),
        ("ＣＯＰ２９", "cop29"),
        ("Erdoğan", "erdogan"),
        ("Straße", "strasse"),
        ("ΆΝΘΡΩΠΟΣ", "ανθρωπος"),
        ("مُحَمَّد", "محمد"),
        ("إسلام", "اسلام"),
        ("שָׁלוֹם", "שלום"),
        ("Ёлка", "елка"),
    ],
)
def test_what_readers_take_for_the_same_word_folds_alike(a: str, b: str) -> None:
    assert fold(a) == fold(b)


@pytest.mark.parametrize(("a", "b"), [("йод", "иод"), ("कि", "की"), ("มา", "ม่า"), ("か", "が")])
def test_marks_that_make_another_sound_are_kept(a: str, b: str) -> None:
    assert fold(a) != fold(b)


def test_a_question_meets_an_article_in_another_language() -> None:
    article = set(analyse("Annalena Baerbock spoke about COP29 in Azerbaijan in 2024.", "en"))
    question = set(analyse("Was sagte Baerbock 2024 zur COP29?", "de"))
    assert {"baerbock", "cop29", "2024"} <= article & question


def test_digits_of_any_script_meet() -> None:
    assert analyse("٢٠٢٠", "ar") == analyse("2020", "en") == analyse("२०२०", "hi")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), st.sampled_from(["en", "tr", "ar", "vi", "zh", "und"]))
def test_terms_hold_no_whitespace_and_folding_is_stable(text: str, language: str) -> None:
    for term in [*analyse(text, language), *transliterated(text)]:
        assert term
        assert term.split() == [term]
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(("word", "language"), [("όταν", "el"), ("को", "ne")])
def test_a_word_of_which_the_stemmer_leaves_nothing_gives_no_empty_term(word: str, language: str) -> None:
    assert "" not in analyse(word, language)


ODD = (
    "Zelenskyj Зеленський Κωνσταντίνος ΟΔΟΣ İstanbul ISPARTA Straße naïve ＦＵＬＬ ﬁne e\u0301tude l’homme O'Neill "
    "U.S.A. "
    "الرئيس محمد وزارة שלום ירושלים 1,000 1.000 3:45 ٣٤٥ x 习近平 東京タワー 한국어 ข่าวไทย लोकतंत्र "
    "ქართული አማርኛ 𝔘𝕟 vi_x tiếng Việt"
)


@pytest.mark.parametrize("language", ["en", "de", "tr", "ar", "el", "vi", "zh", "und"])
def test_words_looked_up_together_give_what_each_gives_alone(language: str) -> None:
    words = analyser.words_of(ODD)
    together = analyser._Remembered(analyser._terms, 1_000).of(words, language)
    names = analyser._Remembered(analyser._skeletons, 1_000).of(words, "")
    alone, named = analyser._Remembered(analyser._terms, 3), analyser._Remembered(analyser._skeletons, 3)
    for word in words:
        assert alone.of([word], language) == {word: together[word]}
        assert named.of([word], "") == {word: names[word]}
    assert len(alone._known) <= 3
