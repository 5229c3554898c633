"""Terms of the lexical leg: the same function for articles and for questions, so that the two cannot drift.

A word gives its Snowball stem, where its language has one; its first four folded letters, where it is longer; and
itself, where it does not begin with its stem. The stem is precise within a language. The four letters cover languages
without a stemmer, compound words, and endings that two languages cut differently. None is marked by language, so that
equal spellings meet across languages. What was measured is in docs/decisions/0003-lexical-analysis.md.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import pairwise, repeat
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
# Letters that never join with the next one, for which there is no need to ask.
_STAND_ALONE = re.compile("[々\u3041-\u3096\u30a1-\u30faー\u4e00-\u9fa5\uac00-\ud7a3]+")
_COMMON_HAN = re.compile("[々\u4e00-\u9fa5]")
_BETWEEN_FIGURES = re.compile("[.,:/-]")
_THOUSANDS = regex.compile(r"\d{1,3}(?:[.,]\d{3})+")
_STEMMERS = {
    "ar": "arabic", "hy": "armenian", "eu": "basque", "ca": "catalan", "cs": "czech", "da": "danish", "nl": "dutch",
    "en": "english", "eo": "esperanto", "et": "estonian", "fi": "finnish", "fr": "french", "de": "german",
    "el": "greek", "hi": "hindi", "hu": "hungarian", "id": "indonesian", "ga": "irish", "it": "italian",
    "lt": "lithuanian", "ne": "nepali", "no": "norwegian", "nb": "norwegian", "nn": "norwegian", "fa": "persian",
    "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "st": "sesotho",
    "es": "spanish", "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip


def words_of(text: str) -> list[str]:
    """What terms and names are made of, in order."""
    found: list[str] = _WORD.findall(text)
    return found


def analyse(text: str, language: str) -> list[str]:
    """Terms of `text`, in order, without spaces; `language` is an ISO 639-1 code or "und"."""
    words = words_of(text)
    return in_order(words, terms_by_word(words, language))


def in_order(words: Iterable[str], made: Mapping[str, Sequence[str]]) -> list[str]:
    """What was made of each of some words, one after the other."""
    return [one for word in words for one in made[word]]


def terms_by_word(words: Iterable[str], language: str) -> dict[str, tuple[str, ...]]:
    """The terms of each of some words."""
    return _TERMS.of(words, language)


class _Remembered:
    """What was made of words, up to `most` of them. New words are made together: most of the cost is in the calls."""

    def __init__(self, make: Callable[[list[str], str], list[tuple[str, ...]]], most: int) -> None:
        self._make, self._most = make, most
        self._known: dict[tuple[str, str], tuple[str, ...]] = {}

    def of(self, words: Iterable[str], language: str) -> dict[str, tuple[str, ...]]:
        """What is made of each of some words."""
        known, found, new = self._known, dict[str, tuple[str, ...]](), list[str]()
        for word in set(words):
            made = known.get((word, language))
            if made is None:
                new.append(word)
            else:
                found[word] = made
        if new:
            fresh = dict(zip(new, self._make(new, language), strict=True))
            if len(known) >= self._most:
                self._known = known = {}
            known |= {(word, language): made for word, made in fresh.items()}
            found |= fresh
        return found


def _by_line(change: Callable[[str], str], words: Sequence[str]) -> list[str]:
    """What a change, to which a line is a text of its own, makes of each word."""
    changed = change("\n".join(words)).split("\n")
    return changed if len(changed) == len(words) else [change(word) for word in words]


def _terms(words: list[str], language: str) -> list[tuple[str, ...]]:
    all_folded = _by_line(fold, words)
    stems = _stems(words, language) or all_folded
    return list(map(_terms_of_word, words, all_folded, stems, repeat(language)))


def _terms_of_word(word: str, folded: str, stem: str, language: str) -> tuple[str, ...]:
    if not folded.isascii() and _UNSPACED.match(folded):
        return _bigrams(folded)
    if not folded.isalpha() and any(map(str.isdecimal, folded)):
        return _figures(folded)
    if "." in word:
        folded = stem = folded.replace(".", "")
    if language == "vi":
        return _vietnamese(word, folded)
    leading = (stem if language == "ar" else folded)[:LEADING]  # an Arabic word may begin with "and the"
    whole = folded if not folded.startswith(stem) else stem  # the German stem of Baerbock is "barbock"
    found = (stem, leading, whole) if len(folded) > LEADING else (stem, whole)
    return tuple(filter(None, dict.fromkeys(found)))  # some stemmers leave nothing of a short word


def _vietnamese(word: str, folded: str) -> tuple[str, ...]:
    """The word with its tones, which tell words apart, and without, as it may be typed."""
    toned = unicodedata.normalize("NFC", word).casefold()
    return (toned, folded) if toned != folded else (toned,)


def _bigrams(run: str) -> tuple[str, ...]:
    """Overlapping pairs of letters; a Chinese character also by itself, since it is often a word."""
    alone = _STAND_ALONE.fullmatch(run)
    letters: Sequence[str] = run if alone else _CLUSTER.findall(run)
    pairs = [first + second for first, second in pairwise(letters)]
    return (*pairs, *(_COMMON_HAN if alone else _HAN).findall(run)) if pairs else (run,)


def _figures(word: str) -> tuple[str, ...]:
    """Western digits; 1,000 and 1.000 alike; a date or range by itself and by its parts."""
    word = "".join(str(unicodedata.decimal(letter, letter)) for letter in word)
    if _THOUSANDS.fullmatch(word):
        return (word.replace(",", "").replace(".", ""),)
    parts = _BETWEEN_FIGURES.split(word)
    if len(parts) > 2 or (len(parts) == 2 and not ("." in word or "," in word)):
        return (word, *parts)
    return (word.replace(",", "."),)


def _stems(words: list[str], language: str) -> list[str]:
    """The folded stem of each word; none at all where the language has no stemmer."""
    stemmer = _stemmer(language)
    if not stemmer:
        return []
    text = "\n".join(words)
    if language == "tr":
        text = text.replace("I", "ı")
    text = unicodedata.normalize("NFC", text.replace("İ", "i").lower())
    return _by_line(fold, stemmer.stemWords(text.split("\n")))


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
    words = words_of(text)
    return in_order(words, names_by_word(words))


def names_by_word(words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The skeletons of each of some words."""
    return _NAMES.of(words, "")


def _skeletons(words: list[str], _: str) -> list[tuple[str, ...]]:
    letters = [word for word in words if word[0].isalpha() and not _UNSPACED.match(word)]
    abjads = [word for word in letters if _ABJAD.match(word)]
    others = [word for word in letters if not _ABJAD.match(word)]
    found = dict(zip(others, map(_named, others, _by_line(_spoken, others)), strict=True))
    found |= zip(abjads, map(_without_vowels, _by_line(_spoken, _by_line(_semitic, abjads))), strict=True)
    return [found.get(word, ()) for word in words]


def _named(word: str, spoken: str) -> tuple[str, ...]:
    found = (spoken,) if len(spoken) >= SHORTEST_SKELETON else ()
    consonants = "" if word[0].islower() else "=" + _consonants(spoken)
    return (*found, consonants) if len(consonants) > SHORTEST_SKELETON else found


def _without_vowels(spoken: str) -> tuple[str, ...]:
    consonants = "=" + _consonants(spoken)
    return (consonants,) if len(consonants) > SHORTEST_SKELETON else ()


_ABJAD = regex.compile(r"[\p{Arabic}\p{Hebrew}]")
_BEFORE_ASCII = {  # letters whose plain form has another sound
    "ş": "sh", "š": "sh", "ș": "sh", "ç": "ch", "č": "ch", "ć": "ch", "ž": "zh", "ż": "zh", "ə": "a", "ä": "e",
    "ё": "e", "ı": "i", "ц": "ts",
}  # fmt: skip
_WRITTEN_VOWELS = regex.compile(r"^ال(?=...)|[اىيعאיע]|(?<=.)[وו]|ه$", regex.M)
_PLAIN_FORMS = str.maketrans(_BEFORE_ASCII)
_UNVOWELLED = str.maketrans("pv", "bf", "aeiou")
_SOUNDS = [  # a word a line
    (re.compile(pattern, re.M), sound)
    for pattern, sound in [
        (r"[^a-z\n]+", ""),
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


def _spoken(text: str) -> str:
    """The skeleton of a word, or of one a line."""
    from anyascii import anyascii

    text = unicodedata.normalize("NFKC", text).replace("İ", "i").lower()
    skeleton = anyascii(text.translate(_PLAIN_FORMS)).lower()
    for pattern, sound in _SOUNDS:
        skeleton = pattern.sub(sound, skeleton)
    return skeleton


def _semitic(text: str) -> str:
    """An Arabic or Hebrew word, or one a line, in Latin letters, without article and letters that stand for vowels."""
    from anyascii import anyascii

    bare = _WRITTEN_VOWELS.sub("", fold(text))
    return anyascii(bare).replace("j", "g").replace("J", "g")


def _consonants(skeleton: str) -> str:
    """Without vowels; p as b, v as f: Arabic has neither p nor v."""
    return skeleton.translate(_UNVOWELLED)


_TERMS = _Remembered(_terms, 50_000)  # of about 500 bytes: a service of a multilingual archive fills it in an hour
_NAMES = _Remembered(_skeletons, 100_000)  # of about 250 bytes
