"""The query path: a question in, ranked passages out.

understand -> both legs at once -> union -> late interaction -> one score -> what says the same in other languages
-> fold and limit -> passages
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np

from index.archive import Archive
from index.encoders.encoder import Encoder, load_encoder
from index.errors import BadInput
from index.places.manifest import Manifest
from index.scope import Scope
from index.view import View
from retrieval.clock import Clock
from retrieval.comparing import Comparer, Comparison, Nominated, joined
from retrieval.found import Compared, Found
from retrieval.holdings import holdings
from retrieval.legs import Legs
from retrieval.options import SearchOptions, checked_question, language_code
from retrieval.passages import Presenter
from retrieval.question import Question, encode, understand
from retrieval.ranking import Floats, Ranking, best_first, first_stage, with_agreement
from retrieval.results import SearchResult
from retrieval.shortlist import Ranked, shortlist, spread
from retrieval.threads import one_thread

LEG_DEPTH = 100  # candidates nominated by each leg
DEEPEST = 1_600  # the same where copies of one story, or one long article, leave too few passages to show
RERANKED = 2 * LEG_DEPTH  # compared token by token at once: all that the legs nominate first (0005)
NEIGHBOURS = 50  # passages most like the first one, among which translations of it are looked for

NOTHING: frozenset[int] = frozenset()


class Searcher:
    """Searches one archive; safe to use from several threads."""

    def __init__(self, path: Path | str, encoder: Encoder | None = None, ranking: Ranking = Ranking()) -> None:
        self.archive = Archive(path)
        self.ranking = ranking
        self._given = encoder
        self.encoder = encoder or load_encoder(self.archive.manifest.model)
        self.holdings = lru_cache(maxsize=4)(holdings)
        self.archive.view()
        self._encoder_for(self.archive.manifest)
        self._threads = ThreadPoolExecutor(4, "leg")

    def close(self) -> None:
        """Let go of the archive's files."""
        self._threads.shutdown()
        self.archive.close()

    def __enter__(self) -> Searcher:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def search(self, question: str, options: SearchOptions | None = None, *, today: date | None = None) -> SearchResult:
        """Rank the archive's passages for a question in any language; raises BadInput for an unusable question."""
        return self.find(question, options, today=today).result

    def find(
        self,
        question: str,
        options: SearchOptions | None = None,
        *,
        today: date | None = None,
        without: frozenset[int] = NOTHING,
        presented: bool = True,
    ) -> Found:
        """Search, and keep what the result was made from.

        It is as if the articles of the clusters `without` were not there, which is how refusing is calibrated. Where it
        is not to be `presented`, the result has no passages, and `ranked` says what they would be.
        """
        options = options or SearchOptions()
        clock = Clock()
        text = checked_question(question)
        with one_thread(), self.archive.reading() as (view, manifest):
            held = self.holdings(view.store, view.state.sequence)
            asked = understand(text, options.question_language, today or date.today(), held.languages)
            clock.stage("understand")
            encoder = self._encoder_for(manifest)
            scope = _scope(view, options, asked)
            if scope is None:
                return Found(SearchResult(question, asked.understood, (), clock.taken()), asked, encoder, holdings=held)
            legs = Legs(view, asked.terms, scope, self.ranking, LEG_DEPTH, self._threads)
            query = encode(asked, encoder)
            clock.stage("encode")
            comparer = Comparer(view, asked, query, self.ranking, self._threads)
            chosen, compared = self._chosen(legs, comparer, options, without)
            clock.stage("rank")
            presenter = Presenter(view, encoder, asked, query)
            passages, texts = presenter.present(chosen, scope) if presented else ((), {})
        clock.stage("present")
        result = SearchResult(question, asked.understood, passages, clock.taken())
        return Found(result, asked, encoder, query, tuple(chosen), texts, compared, view.rarity(asked.terms), held)

    def _chosen(
        self, legs: Legs, comparer: Comparer, options: SearchOptions, without: frozenset[int]
    ) -> tuple[list[Ranked], Compared | None]:
        """The passages to show, best first; the first of them are the same however many are asked for.

        What the legs nominate first is ranked together. Where that is too few, as more are asked for or copies and one
        long article leave too few, the next are ranked and come behind them.
        """
        ranked: list[Ranked] = []
        compared: Compared | None = None
        for nominated in self._levels(legs, comparer, options, without):
            if compared is None:
                ranked, compared = self._ranked(nominated, legs, comparer, options, without)
            else:
                ranked += _behind(ranked, self._by_score(comparer.compared(nominated), comparer, options)[0])
            if len(shortlist(ranked, options)) == options.count:
                break
        return shortlist(ranked, options), compared

    def _levels(
        self, legs: Legs, comparer: Comparer, options: SearchOptions, without: frozenset[int]
    ) -> Iterator[Nominated]:
        """What the legs nominate, so many at a time by the first stage; then they look deeper."""
        depth, seen = LEG_DEPTH, set[int]()
        while True:
            of_legs = legs.at(depth, comparer.query.vector)
            new = set(np.concatenate(of_legs).tolist()) - seen
            if found := comparer.alive(new, without):
                nominated = comparer.nominated(found, legs.scores)
                first = first_stage(nominated.features, self.ranking)
                order = spread(best_first(nominated.features.keys, first), found, options)
                for at in range(0, len(order), RERANKED):
                    yield nominated.rows(order[at : at + RERANKED])
            if max(map(len, of_legs)) < depth or depth >= DEEPEST:
                return
            seen, depth = seen | new, 4 * depth

    def _encoder_for(self, manifest: Manifest) -> Encoder:
        """The encoder that the archive was made with: `zitat reembed` may have changed it."""
        if self._given is None and manifest.encoder != self.encoder.fingerprint:
            self.encoder = load_encoder(manifest.model)
        encoder = self.encoder
        manifest.check_encoder(encoder, self.archive.location.name, named=None if self._given else manifest.model)
        return encoder

    def _ranked(
        self,
        nominated: Nominated,
        legs: Legs,
        comparer: Comparer,
        options: SearchOptions,
        without: frozenset[int],
    ) -> tuple[list[Ranked], Compared]:
        """Candidates, and what says the same as the first of them in other languages, best first."""
        rows = comparer.compared(nominated)
        if len(options.languages) != 1:
            rows = self._with_translations(rows, comparer.scores(rows)[1], legs, comparer, without)
        return self._by_score(rows, comparer, options)

    def _by_score(self, rows: Comparison, comparer: Comparer, options: SearchOptions) -> tuple[list[Ranked], Compared]:
        late, score = comparer.scores(rows)
        final = with_agreement(rows.features, score, self.ranking)
        if options.preference == "mine-first":
            final += self.ranking.mine_first * (rows.features.languages == comparer.asked.understood.language)
        order = best_first(rows.features.keys, final)
        ranked = [Ranked(rows.found[row], float(final[row]), rows.codes[row]) for row in order]
        return ranked, Compared(rows.features.rows(order), late[order], final[order], rows.tokens[order])

    def _with_translations(
        self, rows: Comparison, score: Floats, legs: Legs, comparer: Comparer, without: frozenset[int]
    ) -> Comparison:
        """The candidates, and what neither leg nominated but says in another language what the first of them says."""
        features = rows.features
        first = int(best_first(features.keys, score)[0])
        near, cosines = comparer.view.alike(features.vectors[first], NEIGHBOURS, legs.scope)
        new = set(near[cosines > self.ranking.alike].tolist()) - set(features.keys.tolist())
        found = [one for one in comparer.alive(new, without) if one.language != features.languages[first]]
        return joined(rows, comparer.compared(comparer.nominated(found, legs.scores))) if found else rows


def _behind(before: Sequence[Ranked], ranked: Sequence[Ranked]) -> list[Ranked]:
    """What comes behind others never has a better score than they, as it was ranked among other candidates."""
    least = before[-1].score if before else float("inf")
    known = {one.chunk.key for one in before}
    return [replace(one, score=min(one.score, least)) for one in ranked if one.chunk.key not in known]


def _scope(view: View, options: SearchOptions, asked: Question) -> Scope | None:
    """The hard filter; None when nothing can pass: it names no article that is there, or no day."""
    keys = tuple(view.store.article_keys(options.article_ids)) if options.article_ids else ()
    if options.article_ids and not keys:
        return None
    after, before = options.after, options.before
    if options.dates_filter and asked.understood.dates:
        after = max(filter(None, (after, min(d.earliest for d in asked.understood.dates))))
        before = min(filter(None, (before, max(d.latest for d in asked.understood.dates))))
    if after and before and after > before:
        return None
    languages = tuple(language_code(language) for language in options.languages)
    return Scope(languages, _spellings(view, options.sources), after, before, keys)


def _spellings(view: View, sources: tuple[str, ...]) -> tuple[str, ...]:
    """The sources as the archive spells them, whatever case they are asked for in."""
    known = view.store.source_names() if sources else []
    out: list[str] = []
    for wanted in sources:
        same = [name for name in known if name.casefold() == wanted.casefold()]
        if not same:
            raise BadInput(
                f"there is no article from the source {wanted!r}", "see `zitat stats` for the names of sources"
            )
        out += same
    return tuple(out)
