"""Near-duplicates: a copy with light edits shares a band and is similar; another article on the subject is not."""

from __future__ import annotations

import pytest
from datasketch import MinHashLSH

from index.text.duplicates import BANDS, PERMUTATIONS, ROWS, THRESHOLD, bands, signature, similarity

BODY = (
    "The energy ministers of both countries met in Baku on Tuesday and agreed on a plan for wind farms in the Caspian "
    "Sea. The first turbines are to be built in the spring of next year near the peninsula, a spokesman said. "
    "Germany will lend the money through its development bank, and a company from Hamburg will deliver the cables. "
    "Environmental groups welcomed the plan but asked for a study of the seal colonies. The ministry promised one "
    "before the summer. Opposition politicians said that the price of four billion euros had never been debated in "
    "parliament, and that the last project of this kind had been finished six years late. The minister answered that "
    "lessons had been learned, and that every payment would be published on the web site of the ministry. "
    "A second meeting is planned for March in Berlin, where the presidents of both countries will sign the contract. "
)
OTHER = (
    "Wind power in the Caspian Sea could meet a third of the demand of the country, a study says. Its authors, at the "
    "university of Baku, measured the wind at nine places for two years. The best of them lie far from the coast, "
    "where building is dear. Germany has shown interest in the energy, the ministry said, but no contract was signed. "
)


def found(a: str, b: str) -> bool:
    first, second = signature(a), signature(b)
    return bool(set(bands(first)) & set(bands(second))) and similarity(first, second) >= THRESHOLD


def test_a_wire_copy_with_light_edits_is_found() -> None:
    copy = "Baku and Berlin to build wind farms\n(Daily Courier) " + BODY + "The Daily Courier will report from Berlin."
    assert found("Ministers agree on plan\n(Agency) " + BODY, copy)


def test_a_chinese_copy_with_light_edits_is_found() -> None:
    body = (
        "新华社成都电每一名参加成都大运会报道的中外记者在报到时都收到了来自成都不同学校学生亲笔手写的给媒体记者的信。"
    )
    body += "对家乡的深情推介让人看到了每一位成都市民对即将举行的世界大学生夏季运动会的期盼，"
    body += "真挚的话语更让每位前来报道的记者感到温暖。"
    assert found(body, "原标题：" + body)


def test_case_width_and_accents_make_no_difference() -> None:
    assert similarity(signature(BODY), signature(BODY.upper())) == 1.0


def test_another_article_on_the_same_subject_is_not() -> None:
    assert not found(BODY, OTHER)


@pytest.mark.parametrize("text", ["", " ", "x", "Kurz gesagt", "短", "😀"])
def test_tiny_texts_have_signatures_and_equal_only_themselves(text: str) -> None:
    assert similarity(signature(text), signature(text)) == 1.0
    assert not found(text, "Something else entirely")


def test_signatures_do_not_change_between_releases() -> None:
    assert signature("one two three").dtype == "uint32"
    assert bands(signature("one two three"))[0].hex() == "0047ce62810ba3dab5"


def test_bands_are_what_datasketch_chooses() -> None:
    best = MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS, weights=(0.1, 0.9))
    assert (best.b, best.r) == (BANDS, ROWS)
