"""Plain text and its encodings, and files that are not what their names say."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from index.reading import Limits, ReadOptions
from tests.index.reading.samples import drafts, rejections

RUSSIAN = "Президент России провёл в Москве встречу с министром иностранных дел Азербайджана. " * 6
TURKISH = "Cumhurbaşkanı Ankara'da dışişleri bakanıyla görüştü, ığdır ve şırnak illerine gitti. " * 6
CHINESE = "新华社北京八月一日电，国家主席在人民大会堂会见了阿塞拜疆外交部长，双方就合作交换了意见。" * 6
JAPANESE = "首相は東京でアゼルバイジャンの外相と会談し、エネルギー分野での協力について意見を交換した。" * 6
KOREAN = "대통령은 서울에서 아제르바이잔 외교부 장관을 만나 에너지 협력에 대해 의견을 나누었다. " * 6
ARABIC = "التقى الرئيس في الرياض وزير خارجية أذربيجان وبحثا التعاون في مجال الطاقة المتجددة. " * 6
GREEK = "Ο πρωθυπουργός συναντήθηκε στην Αθήνα με τον υπουργό Εξωτερικών του Αζερμπαϊτζάν. " * 6
POLISH = "Premier spotkał się w Warszawie z ministrem spraw zagranicznych, żeby omówić współpracę. " * 6
GERMAN = "Der Außenminister hat in Köln über die Förderung erneuerbarer Energien für Bürger gesprochen. " * 6


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (RUSSIAN, "utf-16"),
        (RUSSIAN, "utf-16-le"),
        (CHINESE, "utf-16-le"),
        (CHINESE, "utf-16-be"),
        (JAPANESE, "utf-16-le"),
        (JAPANESE, "utf-16-be"),
        ("第一。\u3000" + JAPANESE + "\n2020年", "utf-16-le"),
        (KOREAN, "utf-16-be"),
        (KOREAN, "utf-16-le"),
        (TURKISH, "cp1254"),
        (CHINESE, "gb18030"),
        (CHINESE, "big5"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "euc_jp"),
        (JAPANESE, "iso2022_jp"),
        (KOREAN, "cp949"),
        (ARABIC, "cp1256"),
        (GREEK, "cp1253"),
        (POLISH, "cp1250"),
        (GERMAN, "cp1252"),
        (GERMAN, "utf-8-sig"),
        (GERMAN, "utf-16-be"),
        (GERMAN, "utf-32"),
    ],
)
def test_a_text_is_decoded_in_its_own_encoding(text: str, encoding: str, tmp_path: Path) -> None:
    if encoding == "big5":
        text = "總統今天在臺北會見了外交部長，雙方就再生能源合作交換了意見，並簽署協議。" * 6
    (tmp_path / "a.txt").write_bytes(text.encode(encoding))
    [draft] = drafts(tmp_path / "a.txt")
    assert draft.text == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Grüße aus Köln", "cp1252"),
        ("Türkiye'de ışık", "cp1254"),
        ("Привет из Москвы", "cp1251"),
        ("Élections à Évry, près de Paris", "cp1252"),
    ],
)
def test_a_few_words_are_enough(text: str, encoding: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(text.encode(encoding))
    assert drafts(tmp_path)[0].text == text


def test_a_named_encoding_overrules_the_guess(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("Kısa".encode("cp1254"))
    [draft] = drafts(tmp_path / "a.txt", options=ReadOptions(encoding="cp1254"))
    assert draft.text == "Kısa"


def test_bytes_in_no_encoding_are_rejected(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(GERMAN.encode() + b"\xff\xfe\x81\x8d" + RUSSIAN.encode("koi8-r") + b"\x9d\xc3")
    items = rejections(tmp_path / "a.txt")
    assert len(items) <= 1  # either it is refused, or an 8-bit encoding happens to fit: never an exception


def test_utf8_that_breaks_late_is_rejected_with_the_place(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(("ö" * 50_000).encode() + b"\xff")
    [rejection] = rejections(tmp_path / "a.txt")
    assert "byte 100,001" in rejection.reason


@pytest.mark.parametrize("content", [b"", b"  \n\n \t", codecs.BOM_UTF8])
def test_an_empty_file_is_rejected(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(content)
    assert "empty" in rejections(tmp_path)[0].reason


def test_a_picture_is_rejected_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 9)
    assert "Network Graphics" in rejections(tmp_path)[0].reason


def test_bytes_without_meaning_are_rejected_as_binary(tmp_path: Path) -> None:
    (tmp_path / "noise").write_bytes(bytes(range(256)) * 40)
    assert rejections(tmp_path)


def test_a_text_too_large_for_one_article_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("word " * 1000, encoding="utf-8")
    assert "larger than" in rejections(tmp_path, options=ReadOptions(limits=Limits(whole=1000)))[0].reason


def test_a_text_file_of_json_lines_is_read_as_json_lines(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text('{"id": "x", "text": "A"}\n{"id": "y", "text": "B"}\n', encoding="utf-8")
    assert [draft.id for draft in drafts(tmp_path)] == ["x", "y"]


def test_a_text_file_with_a_header_of_known_fields_is_a_table(tmp_path: Path) -> None:
    (tmp_path / "export").write_text("title;text\nT;Der Text\n", encoding="utf-8")
    [draft] = drafts(tmp_path)
    assert (draft.title, draft.text) == ("T", "Der Text")


@pytest.mark.parametrize("text", ["[Baku] Der Minister sprach.", "{Anmerkung} Ein Text.", "<3 Liebe in Baku", "1,2,3"])
def test_text_that_only_begins_like_a_format_stays_text(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    assert drafts(tmp_path)[0].text == text


def test_front_matter_of_markdown_gives_fields(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("---\ntitle: 'Wind'\ndate: 2020-11-13\n---\n# Wind\n\nBody\n", encoding="utf-8")
    [draft] = drafts(tmp_path)
    assert (draft.title, draft.published_at, draft.name) == ("Wind", "2020-11-13", "a.md")
    assert draft.text == "# Wind\n\nBody\n"


def test_entities_in_a_text_file_are_its_text(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Tom &amp; Jo", encoding="utf-8")
    assert drafts(tmp_path)[0].text == "Tom &amp; Jo"


def test_odd_characters_come_through_reading(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Emoji 👩‍👩‍👧, \u200fעברית\u200e, ＡＢＣ, ﬁ, \u2028 end", encoding="utf-8")
    assert "👩‍👩‍👧" in drafts(tmp_path)[0].text


@pytest.mark.parametrize("text", ["BZh, said the bee. It flew on.", "The magic word of a PDF is %PDF- as all know."])
def test_text_that_names_the_mark_of_a_format_stays_text(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    assert drafts(tmp_path)[0].text == text


def test_a_file_of_zero_bytes_is_empty(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\0" * 5000)
    assert rejections(tmp_path)[0].reason == "the file is empty (only zero bytes)"
