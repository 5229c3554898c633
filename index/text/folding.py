"""Folding: one spelling for what readers take for the same word, in every script.

Folded are case, width and compatibility forms, the diacritics of Latin, Greek and Cyrillic, Hebrew points and final
letters, Arabic vowel signs and letter variants. Kept are marks that make another sound or syllable: the vowel signs
of Indic and South-East Asian scripts, Japanese voicing marks, and the breve of Cyrillic й.
"""

from __future__ import annotations

import re
import unicodedata

_STRIPPABLE = re.compile(
    r"[\u0300-\u036f"  # Latin, Greek and Cyrillic only: other scripts have marks of their own
    r"\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0640"
    r"\u200b-\u200f\u2060\ufeff\u00ad]+"
)
_LETTERS = str.maketrans(
    {
        "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ħ": "h",
        "ə": "e",
        "ё": "е", "ґ": "г",
        "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ئ": "ي", "ؤ": "و", "ة": "ه", "ک": "ك",
        "ہ": "ه", "ھ": "ه",
        "ך": "כ", "ם": "מ", "ן": "נ", "ף": "פ", "ץ": "צ",
        "ς": "σ", "’": "'", "ʼ": "'", "`": "'", "‘": "'",
    }
)  # fmt: skip
_KEPT_SHORT = "\u0439"
_HOLD = "\ue000"


def fold(text: str) -> str:
    """`text` in its folded spelling; NFC, and stable: folding twice changes nothing."""
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKC", text).replace("İ", "i").casefold()
    text = text.replace(_KEPT_SHORT, _HOLD).translate(_LETTERS)
    text = _STRIPPABLE.sub("", unicodedata.normalize("NFD", text))
    return unicodedata.normalize("NFC", text).translate(_LETTERS).replace(_HOLD, _KEPT_SHORT)
