"""What Zitat says itself around quotations, in the question's language."""

from __future__ import annotations


def say(language: str, phrase: str, **values: object) -> str:
    """A phrase of the catalogue in a language, or in English where it has none; `values` fill its fields."""
    return phrase.format(**values)
