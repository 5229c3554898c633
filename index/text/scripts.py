"""Scripts written without spaces between words, as the inside of a character class of the `regex` library."""

from __future__ import annotations

UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"

# Korean has spaces, but not at every place where one word that is looked for ends.
UNSPACED_OR_KOREAN = UNSPACED + r"\p{Hangul}"
