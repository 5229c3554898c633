"""The query path: a question in, ranked passages out.

understand -> both legs at once -> union -> late interaction -> one score -> what says the same in other languages
-> fold and limit -> passages
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.archive import Archive
from index.derived import View
from index.encoder import Encoder, load_encoder
from index.errors import BadInput
from index.manifest import Manifest
from index.schema import Candidate
from index.scope import Scope
from index.store import Store
from retrieval.clock import Clock
from retrieval.comparing import Comparer, Comparison, joined
from retrieval.found import Compared, Found
from retrieval.options import SearchOptions, checked_question, language_code
from retrieval.passages import Presenter
from retrieval.question import Question, encode, understand
from retrieval.ranking import Floats, Ranking, best_first, first_stage, with_agreement
from retrieval.results import SearchResult
from retrieval.shortlist import Ranked, shortlist, spread

LEG_DEPTH = 100  # candidates nominated by each leg
DEEPEST = 1_600  # the same where copies of one story, or one long article, leave too few passages to show
RERANKED = 100  # candidates compared token by token
NEIGHBOURS = 50  # passages most like the first one, among which translations of it are looked for

Keys = NDArray[np.int64]
NOTHING: frozenset[int] = frozenset()


class Searcher:
    """Searches one archive; safe to use from several threads."""

    def __init__(self, path: Path | str, encoder: Encoder | None = None, ranking: Ranking = Ranking()) -> None:
        self.archive = Archive(path)
        self.ranking = ranking
        self._given = encoder
        self.encoder = encoder or load_encoder(self.archive.manifest.model)
        self.chunks_in = lru_cache(maxsize=64)(_chunks_in)
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
        asked = understand(checked_question(question), options.question_language, today or date.today())
        clock.stage("understand")
        with self.archive.reading() as (view, manifest):
            encoder = self._encoder_for(manifest)
            scope = _scope(view, options, asked)
            if scope is None:
                return Found(SearchResult(question, asked.understood, (), clock.taken()), asked, encoder)
            query = encode(asked, encoder)
            clock.stage("encode")
            comparer = Comparer(view, asked, query, self.ranking)
            chosen, compared = self._chosen(scope, comparer, options, without)
            clock.stage("rank")
            presenter = Presenter(view, encoder, asked, query)
            passages, texts = presenter.present(chosen, scope) if presented else ((), {})
        clock.stage("present")
        result = SearchResult(question, asked.understood, passages, clock.taken())
        return Found(result, asked, encoder, query, tuple(chosen), texts, compared, view.terms.rarity(asked.terms))

    def _chosen(
        self, scope: Scope, comparer: Comparer, options: SearchOptions, without: frozenset[int]
    ) -> tuple[list[Ranked], Compared | None]:
        """The passages to show, best first; legs look deeper where copies or one long article leave too few."""
        depth = max(LEG_DEPTH, options.count)
        while True:
            legs = self._legs_at(depth, scope, comparer)
            ranked, compared = self._ranked(np.union1d(*legs), scope, comparer, options, without)
            chosen = shortlist(ranked, options)
            if len(chosen) == options.count or max(map(len, legs)) < depth or depth >= DEEPEST:
                return chosen, compared
            depth *= 4

    def _legs_at(self, depth: int, scope: Scope, comparer: Comparer) -> list[Keys]:
        """What each leg nominates, both working at once."""
        view = comparer.view
        lexical = self._threads.submit(view.terms.search, comparer.asked.terms, depth, scope)
        dense, _ = view.vectors.search(comparer.query.vector, depth, self._allowed(view, scope))
        none, ranking = np.zeros(0, np.int64), self.ranking
        return [dense if ranking.dense_leg else none, lexical.result()[0] if ranking.lexical_leg else none]

    def _allowed(self, view: View, scope: Scope) -> Keys | None:
        return self.chunks_in(view.store, scope, view.state.sequence) if scope.limits else None

    def _encoder_for(self, manifest: Manifest) -> Encoder:
        """The encoder that the archive was made with: `zitat reembed` may have changed it."""
        if self._given is None and manifest.encoder != self.encoder.fingerprint:
            self.encoder = load_encoder(manifest.model)
        encoder = self.encoder
        manifest.check_encoder(encoder, self.archive.path, named=None if self._given else manifest.model)
        return encoder

    def _ranked(
        self, nominated: Keys, scope: Scope, comparer: Comparer, options: SearchOptions, without: frozenset[int]
    ) -> tuple[list[Ranked], Compared | None]:
        """The nominated chunks that still exist, best first; those far behind in the first stage are dropped."""
        found = _alive(comparer.view, nominated, without)
        if not found:
            return [], None
        features = comparer.features(found)
        order = best_first(features.keys, first_stage(features, self.ranking))
        kept = spread(order, found, options)[: max(RERANKED, 2 * options.count)]
        rows = comparer.compared([found[row] for row in kept], features.rows(kept))
        late, score = comparer.scores(rows)
        if len(options.languages) != 1:
            rows = self._with_translations(rows, score, scope, comparer, without)
            late, score = comparer.scores(rows)
        final = with_agreement(rows.features, score, self.ranking)
        if options.preference == "mine-first":
            final += self.ranking.mine_first * (rows.features.languages == comparer.asked.understood.language)
        order = best_first(rows.features.keys, final)
        ranked = [Ranked(rows.found[row], float(final[row]), rows.codes[row]) for row in order]
        return ranked, Compared(rows.features.rows(order), late[order], final[order], rows.tokens[order])

    def _with_translations(
        self, rows: Comparison, score: Floats, scope: Scope, comparer: Comparer, without: frozenset[int]
    ) -> Comparison:
        """The candidates, and what neither leg nominated but says in another language what the first of them says."""
        view, features = comparer.view, rows.features
        first = int(best_first(features.keys, score)[0])
        near, cosines = view.vectors.search(features.vectors[first], NEIGHBOURS, self._allowed(view, scope))
        new = np.setdiff1d(near[cosines > self.ranking.alike], features.keys)
        found = [one for one in _alive(view, new, without) if one.language != features.languages[first]]
        return joined(rows, comparer.compared(found, comparer.features(found))) if found else rows


def _alive(view: View, keys: Keys, without: frozenset[int]) -> list[Candidate]:
    """The chunks that still exist, in the order of their keys."""
    found = view.store.candidates(keys[keys <= view.state.last_chunk].tolist())
    return [one for one in found if one.cluster not in without]


def _chunks_in(store: Store, scope: Scope, sequence: int) -> Keys:
    """The keys of all chunks in a scope, ascending; `sequence` tells one state of the archive from the next."""
    parts = [np.arange(first, last + 1) for first, last in sorted(store.chunk_ranges(scope))]
    return np.concatenate(parts) if parts else np.zeros(0, np.int64)


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
