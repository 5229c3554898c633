"""Rankers over an archive on this machine: Zitat itself, and the simpler things it is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from eval.rankers import legs
from eval.runs import Ranking
from eval.sets import Query
from index.encoder import Encoder
from index.errors import BadInput
from retrieval import Searcher, SearchOptions, SearchResult
from retrieval.ranking import Ranking as Weights

_SHIPPED = Weights()
Leg = Callable[[Searcher, Query, tuple[str, ...], int], Ranking]


@dataclass(frozen=True)
class Variant:
    """A way to rank with an archive. `corrected` is whether its vectors have their language's offset taken away."""

    title: str
    weights: Weights = _SHIPPED
    leg: Leg | None = None
    fold: bool = True
    corrected: bool = True


NO_LEXICAL = Weights(lexical=0.0, lexical_elsewhere=0.0, first_lexical=0.0)
VARIANTS: dict[str, Variant] = {
    "zitat": Variant("Zitat"),
    "no-late-interaction": Variant("without late interaction", Weights(late=0.0, dense=1.0)),
    "no-lexical": Variant("without the lexical leg", NO_LEXICAL),
    "no-language-correction": Variant("without the language correction", corrected=False),
    "no-folding": Variant("without folding duplicates", fold=False),
    "dense": Variant("dense leg alone", leg=legs.dense),
    "lexical": Variant("lexical leg alone", leg=legs.lexical),
    "hybrid": Variant("both legs, scaled, half and half", leg=legs.plain_hybrid),
}


def variant_named(name: str) -> Variant:
    """One of VARIANTS; raises BadInput for another name."""
    if name not in VARIANTS:
        raise BadInput(f"there is no variant {name!r}", f"give one of {', '.join(VARIANTS)}")
    return VARIANTS[name]


class ArchiveRanker:
    """Ranks with one archive in one way."""

    def __init__(self, archive: Path, variant: Variant, encoder: Encoder | None = None) -> None:
        self.name = variant.title
        self.searcher = Searcher(archive, encoder, variant.weights)
        self._variant = variant

    def rank(self, query: Query, languages: tuple[str, ...], depth: int) -> Ranking:
        """What `zitat search` would show, with nothing told about the question's language."""
        if self._variant.leg:
            return self._variant.leg(self.searcher, query, languages, depth)
        options = SearchOptions(count=depth, languages=languages, per_article=1, fold_duplicates=self._variant.fold)
        return ranking(self.searcher.search(query.text, options), depth)

    def close(self) -> None:
        """Close the archive."""
        self.searcher.close()


def ranking(result: SearchResult, depth: int) -> Ranking:
    """Articles as a reader meets them: copies folded into a passage come right behind it. Scores are 1 / rank."""
    order: dict[str, None] = {}
    for passage in result.passages:
        order |= dict.fromkeys((passage.article.id, *passage.also_in))
    return {article: 1.0 / rank for rank, article in enumerate(list(order)[:depth], 1)}
