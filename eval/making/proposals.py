"""Queries that an archive suggests: a headline for its article, a sentence for the article it is taken out of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import regex
from wcwidth import wcswidth

from eval.making.pool import copies, shuffled
from index.documents import TermQuery
from index.text.analyser import analyse, transliterated
from index.text.sentences import sentence_spans
from index.truth.schema import StoredArticle
from index.view import View

Kind = Literal["headline", "sentence", "translation"]

SHORTEST, LONGEST = 25, 250  # columns; a letter of Chinese or Japanese is two wide, and says as much
HEADLINE_SHORTEST = 16
RARE = 0.01  # a word in no more than this share of its language's chunks says what a text is about
RARE_WORDS: dict[Kind, int] = {"headline": 2, "sentence": 3, "translation": 2}
_CUT_OFF = regex.compile(r"(?:…|\.\.\.)\s*$")
_WHOLE = regex.compile(r"""[.!?。！？؟۔।॥։።៕๏][\p{Pf}\p{Pe}"'”’»]*$""")
_NO_PROSE = regex.compile(r"https?://|www\.|@|\||\p{Nd}{2}:\p{Nd}{2}|[<>{}]|©|\*[A-Z]+\*|&\w+;")
_FRAGMENT = regex.compile(r"[\W]*\p{Ll}")  # a sentence that begins small is the rest of one
_UNMARKED = frozenset({"th", "lo", "km", "my"})  # languages whose sentences need no mark at their end
_SPACE = regex.compile(r"\s+")
_NO_LETTERS = regex.compile(r"[^\p{L}\p{N}]+")


@dataclass(frozen=True)
class Proposal:
    """A query, and the articles that are taken to answer it, to be looked at by a person.

    `keep` is None where nobody should believe it unseen: such a query is left out until a person says yes. `cut` are
    the words as they stand in the article, which are taken out of it and its copies; None where it was a title.
    """

    id: str
    kind: Kind
    language: str
    query: str
    articles: tuple[str, ...]
    about: str
    keep: bool | None = True
    cut: str | None = None


class Proposer:
    """Proposes queries about a pool of articles; `view` says which words are rare in an archive of `spoken`.

    `spoken` is how many articles there are in each language.
    """

    def __init__(self, pool: Sequence[StoredArticle], view: View, spoken: Mapping[str, int], seed: int) -> None:
        self._pool, self._view, self._seed = pool, view, seed
        self._chunks = {name: view.state.documents * count / sum(spoken.values()) for name, count in spoken.items()}
        self._copies = copies(pool)
        self._seen = Counter(_plain(text) for one in pool for text in _said(one))

    def headlines(self, count: int) -> list[Proposal]:
        """Titles of articles, at most `count` of each language."""
        return list(self._of_each_language(count, self._headline))

    def sentences(self, count: int) -> list[Proposal]:
        """A sentence from within each of some articles, at most `count` of each language."""
        return list(self._of_each_language(count, self._sentence))

    def _of_each_language(self, count: int, propose: Callable[[StoredArticle], Proposal | None]) -> Iterator[Proposal]:
        by_id = {one.article.id: one for one in self._pool}
        had: Counter[str] = Counter()
        clusters: set[int] = set()  # one query about a story, however many copies it has
        for name in shuffled(by_id, self._seed):
            one = by_id[name]
            if had[one.article.language] < count and one.cluster not in clusters and (made := propose(one)):
                had[one.article.language] += 1
                clusters.add(one.cluster)
                yield made

    def _headline(self, one: StoredArticle) -> Proposal | None:
        title = one.article.title.strip()
        return self._proposal("headline", one, title, None) if self.has_headline(one) else None

    def has_headline(self, one: StoredArticle) -> bool:
        """Whether an article's title is whole, and says what the article is about."""
        title = one.article.title.strip()
        cut_off = _CUT_OFF.search(title) or _goes_on(one.article.text, title)
        return not cut_off and self._telling(title, one, "headline", HEADLINE_SHORTEST)

    def _sentence(self, one: StoredArticle) -> Proposal | None:
        """Any but the first and the last, which are summaries and farewells; which one, the seed decides."""
        spans = sentence_spans(one.article.text, one.article.language)[1:-1]
        for text in shuffled({one.article.text[start:end] for start, end in spans}, self._seed):
            ended = _WHOLE.search(text) or one.article.language in _UNMARKED
            if ended and not _FRAGMENT.match(text) and self._telling(text, one, "sentence", SHORTEST):
                return self._proposal("sentence", one, text, text)
        return None

    def _proposal(self, kind: Kind, one: StoredArticle, query: str, cut: str | None) -> Proposal:
        article = one.article
        return Proposal(
            f"{kind}-{article.id}", kind, article.language, _SPACE.sub(" ", query), self._copies[article.id],
            excerpt(one), True, cut,
        )  # fmt: skip

    def _telling(self, text: str, one: StoredArticle, kind: Kind, shortest: int) -> bool:
        """Whether a text is prose of a fair length, is said once, and has words that few others have."""
        if not shortest <= _columns(text) <= LONGEST or _NO_PROSE.search(text):
            return False
        if self._seen[_plain(text)] > len(self._copies[one.article.id]):
            return False
        language = one.article.language
        known = self._view.document_frequency(TermQuery(analyse(text, language), transliterated(text)).terms)
        most = max(2, RARE * self._chunks[language])
        return sum(frequency <= most for frequency in known.values()) >= RARE_WORDS[kind]


def excerpt(one: StoredArticle, length: int = 160) -> str:
    """The title and the first words of an article, on one line."""
    return _SPACE.sub(" ", f"{one.article.title} — {one.article.text[:length]}").strip(" —")


def _goes_on(text: str, title: str) -> bool:
    """Whether a title is only the first words of a longer first sentence."""
    return text.startswith(title) and not _WHOLE.search(title) and text[len(title) :].split("\n", 1)[0].strip() != ""


def _said(one: StoredArticle) -> Iterator[str]:
    yield one.article.title
    for start, end in sentence_spans(one.article.text, one.article.language):
        yield one.article.text[start:end]


def _plain(text: str) -> str:
    return _NO_LETTERS.sub(" ", text.casefold()).strip()


def _columns(text: str) -> int:
    return max(wcswidth(text), 0)
