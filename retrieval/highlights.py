"""Which words of a passage answer to which words of the question, in whatever language each of them is.

Late interaction already pairs every token of the question with a token of the passage; a word is marked when such a
pair is close, or when the lexical leg counts it as the same word.
"""

from __future__ import annotations

import numpy as np
import regex
from numpy.typing import NDArray

from index.analyser import analyse
from index.codes import alignment
from index.encoder import Codes, EncodedQuery, Vectors
from index.sentences import sentence_spans
from retrieval.results import Span

CLOSE = 0.55  # estimated cosine from which two tokens mean the same
SHORTEST = 4  # letters; shorter words are mostly grammar, and are marked only where the lexical leg counts them
_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_WORD = regex.compile(rf"[{_UNSPACED}]|(?:(?![{_UNSPACED}])[\p{{L}}\p{{M}}\p{{N}}])+")
_IS_UNSPACED = regex.compile(rf"[{_UNSPACED}]")


def highlights(
    text: str, language: str, query: EncodedQuery, codes: Codes, ends: NDArray[np.int64], terms: set[str]
) -> list[Span]:
    """Spans of `text` to be marked, in order: the words that match, or else the sentence that matches best.

    `ends` are the ends of the passage's tokens, one for each row of `codes`; `terms` those of the question that are
    rare enough to tell something.
    """
    pairs = alignment(query.tokens, codes) if len(query.tokens) and len(codes) else np.zeros((0, 0), np.float32)
    close = _close_spans(pairs, ends)
    marked = np.zeros(len(text), bool)
    for word in _WORD.finditer(text):
        start, end = word.span()
        aligned = close[start:end].any() and (end - start >= SHORTEST or _IS_UNSPACED.match(word[0]))
        if aligned or terms.intersection(analyse(word[0], language)):
            marked[start:end] = True
    return _runs(text, marked) or _best_sentence(text, language, pairs, ends)


def _close_spans(pairs: Vectors, ends: NDArray[np.int64]) -> NDArray[np.bool_]:
    """For each code point before the last token's end, whether it is part of a token's close counterpart."""
    out = np.zeros(int(ends[-1]) if len(ends) else 0, bool)
    if pairs.size:
        for token in np.unique(pairs.argmax(1)[pairs.max(1) >= CLOSE]):
            out[ends[token - 1] if token else 0 : ends[token]] = True
    return out


def _runs(text: str, marked: NDArray[np.bool_]) -> list[Span]:
    """Marked stretches; two with nothing but white space between them become one."""
    out: list[Span] = []
    edges = np.flatnonzero(np.diff(np.concatenate([[0], marked.astype(np.int8), [0]])))
    for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if out and text[out[-1].end : start].isspace():
            out[-1] = Span(out[-1].start, end)
        else:
            out.append(Span(start, end))
    return out


def _best_sentence(text: str, language: str, pairs: Vectors, ends: NDArray[np.int64]) -> list[Span]:
    def closeness(sentence: tuple[int, int]) -> float:
        inside = (ends > sentence[0]) & (ends <= sentence[1])
        return float(pairs[:, inside].max(1).mean()) if inside.any() and pairs.size else -1.0

    sentences = sentence_spans(text, language)
    return [Span(*max(sentences, key=closeness))] if sentences else []
