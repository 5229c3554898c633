"""Terms of the lexical leg: the same function for articles and for questions, so that the two cannot drift.

A word gives its Snowball stem, where its language has one; its first four folded letters, where it is longer; and
itself, where it does not begin with its stem. The stem is precise within a language. The four letters cover languages
without a stemmer, compound words, and endings that two languages cut differently. None is marked by language, so that
equal spellings meet across languages. What was measured is in docs/decisions/0003-lexical-analysis.md.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import regex

from index.text.folding import fold
from index.text.scripts import UNSPACED_OR_KOREAN

if TYPE_CHECKING:
    import Stemmer

LEADING = 4
SHORTEST_SKELETON = 4

_RUN = UNSPACED_OR_KOREAN
_WORD = regex.compile(
    rf"[[\p{{L}}\p{{M}}\p{{N}}_]--[{_RUN}]--[\p{{Nd}}]][[\p{{L}}\p{{M}}\p{{N}}_]--[{_RUN}]]*"
    r"(?:(?<=\p{Cyrillic})['’ʼ](?=\p{Cyrillic})\p{Cyrillic}+|(?<=\p{Hebrew})[\"'״׳](?=\p{Hebrew})\p{Hebrew}+)?"
    r"(?:(?<=\b\p{L})\.(?:\p{L}\.)+)?"
    r"|\p{Nd}+(?:[.,:/-]\p{Nd}+)+"
    rf"|[[\p{{L}}\p{{M}}\p{{N}}_]--[{_RUN}]]+"
    rf"|[{_RUN}][{_RUN}\p{{Mn}}\p{{Mc}}ー々]*",
    regex.V1,
)
_UNSPACED = regex.compile(rf"[{_RUN}]", regex.V1)
_HAN = regex.compile(r"\p{Han}")
_CLUSTER = regex.compile(r"\X")
_THOUSANDS = regex.compile(r"\d{1,3}(?:[.,]\d{3})+")
_STEMMERS = {
    "ar": "arabic", "hy": "armenian", "eu": "basque", "ca": "catalan", "cs": "czech", "da": "danish", "nl": "dutch",
    "en": "english", "eo": "esperanto", "et": "estonian", "fi": "finnish", "fr": "french", "de": "german",
    "el": "greek", "hi": "hindi", "hu": "hungarian", "id": "indonesian", "ga": "irish", "it": "italian",
    "lt": "lithuanian", "ne": "nepali", "no": "norwegian", "nb": "norwegian", "nn": "norwegian", "fa": "persian",
    "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "st": "sesotho",
    "es": "spanish", "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip


def analyse(text: str, language: str) -> list[str]:
    """Terms of `text`, in order, without spaces; `language` is an ISO 639-1 code or "und"."""
    return [term for word in _WORD.findall(text) for term in _terms(word, language)]


@lru_cache(maxsize=50_000)  # of about 500 bytes: a service of a multilingual archive fills it in an hour
def _terms(word: str, language: str) -> tuple[str, ...]:
    folded = fold(word)
    if _UNSPACED.match(folded):
        return _bigrams(folded)
    if any(letter.isdecimal() for letter in folded):
        return _figures(folded)
    folded = folded.replace(".", "")
    if language == "vi":
        return _vietnamese(word, folded)
    stem = _stem(word, language) if "." not in word else folded
    leading = (stem if language == "ar" else folded)[:LEADING]  # an Arabic word may begin with "and the"
    whole = folded if not folded.startswith(stem) else stem  # the German stem of Baerbock is "barbock"
    found = (stem, leading, whole) if len(folded) > LEADING else (stem, whole)
    return tuple(term for term in dict.fromkeys(found) if term)  # some stemmers leave nothing of a short word


def _vietnamese(word: str, folded: str) -> tuple[str, ...]:
    """The word with its tones, which tell words apart, and without, as it may be typed."""
    toned = unicodedata.normalize("NFC", word).casefold()
    return (toned, folded) if toned != folded else (toned,)


def _bigrams(run: str) -> tuple[str, ...]:
    """Overlapping pairs of letters; a Chinese character also by itself, since it is often a word."""
    letters = [run] if run.isascii() else _CLUSTER.findall(run)
    pairs = [first + second for first, second in pairwise(letters)]
    return (*pairs, *_HAN.findall(run)) if pairs else (run,)


def _figures(word: str) -> tuple[str, ...]:
    """Western digits; 1,000 and 1.000 alike; a date or range by itself and by its parts."""
    word = "".join(str(unicodedata.decimal(letter, letter)) for letter in word)
    if _THOUSANDS.fullmatch(word):
        return (word.replace(",", "").replace(".", ""),)
    parts = regex.split(r"[.,:/-]", word)
    if len(parts) > 2 or (len(parts) == 2 and not regex.search("[.,]", word)):
        return (word, *parts)
    return (word.replace(",", "."),)


def _stem(word: str, language: str) -> str:
    stemmer = _stemmer(language)
    if not stemmer:
        return fold(word)
    if language == "tr":
        word = word.replace("I", "ı")
    return fold(stemmer.stemWord(unicodedata.normalize("NFC", word.replace("İ", "i").lower())))


@cache
def _stemmer(language: str) -> Stemmer.Stemmer | None:
    import Stemmer

    name = _STEMMERS.get(language)
    return Stemmer.Stemmer(name) if name else None


def transliterated(text: str) -> list[str]:
    """Skeletons in Latin letters, under which a name written in several scripts meets itself.

    Words in Chinese, Japanese, Korean, Thai, Lao, Khmer and Burmese have none, nor have words whose skeleton would be
    shorter than four letters. A word that does not begin in lower case also has a skeleton of consonants, marked with
    "=": Arabic and Hebrew leave vowels out.
    """
    return [skeleton for word in _WORD.findall(text) for skeleton in _skeletons(word)]


@lru_cache(maxsize=100_000)  # of about 250 bytes; ten times as dear to make as terms
def _skeletons(word: str) -> tuple[str, ...]:
    if _UNSPACED.match(word) or not word[0].isalpha():
        return ()
    abjad = bool(_ABJAD.match(word))
    spoken = "" if abjad else _spoken(word)
    consonants = "=" + _consonants(_semitic(word) if abjad else spoken) if abjad or not word[0].islower() else ""
    found = (spoken,) if len(spoken) >= SHORTEST_SKELETON else ()
    return (*found, consonants) if len(consonants) > SHORTEST_SKELETON else found


_ABJAD = regex.compile(r"[\p{Arabic}\p{Hebrew}]")
_BEFORE_ASCII = {  # letters whose plain form has another sound
    "ş": "sh", "š": "sh", "ș": "sh", "ç": "ch", "č": "ch", "ć": "ch", "ž": "zh", "ż": "zh", "ə": "a", "ä": "e",
    "ё": "e", "ı": "i", "ц": "ts",
}  # fmt: skip
_SOUNDS = [
    (regex.compile(pattern), sound)
    for pattern, sound in [
        (r"[^a-z]+", ""),
        (r"dzh|dsch|dj", "y"),  # Azerbaijan, Aserbaidschan, Азербайджан: j is said both ways
        (r"schtsch|shch|tsch|tch|cz|(?<!s)ch", "kh"),  # Chavez, Чавес; Kharkiv, Charkiw, Харків: ch is said both ways
        (r"sch|sz|sh|zh|ts|tz|z|c(?=[eiy])", "s"),  # Zelensky, Selenskyj; Scholz, Шольц
        (r"kh|x", "h"),  # Khankendi, Xankəndi
        (r"(?<=[gdb])h", ""),  # Gandhi, Ганди
        (r"ck|[qc]", "k"),
        (r"ph|ff", "f"),
        (r"th", "t"),
        (r"w|f$", "v"),  # Aliyev, Aliew
        (r"ou|oo", "u"),  # Poutine
        (r"^[yj]+e|ae|(?<=[aeou])[yj]+e", "e"),  # Yerevan, Erevan; Baerbock, Бербок
        (r"[yij]+e?", "i"),  # Tokyo, Tokio; Selenskyj
        (r"ae", "e"),
        (r"(?<=...)e$", ""),
        (r"(.)\1+", r"\1"),
    ]
]


def _spoken(word: str) -> str:
    from anyascii import anyascii

    word = unicodedata.normalize("NFKC", word).replace("İ", "i").lower()
    skeleton = anyascii("".join(_BEFORE_ASCII.get(letter, letter) for letter in word)).lower()
    for pattern, sound in _SOUNDS:
        skeleton = pattern.sub(sound, skeleton)
    return skeleton


def _semitic(word: str) -> str:
    """An Arabic or Hebrew word in Latin consonants, without article and without the letters that stand for vowels."""
    from anyascii import anyascii

    bare = regex.sub(r"^ال(?=...)|[اىيعאיע]|(?<=.)[وו]|ه$", "", fold(word))
    return _spoken(anyascii(bare).replace("j", "g").replace("J", "g"))


def _consonants(skeleton: str) -> str:
    """Without vowels; p as b, v as f: Arabic has neither p nor v."""
    return re.sub("[aeiou]", "", skeleton).translate({ord("p"): "b", ord("v"): "f"})
