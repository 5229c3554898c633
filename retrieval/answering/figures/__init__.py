"""Quantities in running text, of any language: where they stand, what they are worth, and how exact they mean to be."""

from retrieval.answering.figures.exactness import can_agree
from retrieval.answering.figures.figure import Figure, find_figures, plain
from retrieval.answering.figures.words import figure_words

__all__ = ["Figure", "can_agree", "figure_words", "find_figures", "plain"]
