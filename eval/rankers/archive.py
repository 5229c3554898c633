"""Rankers over an archive on this machine: Zitat itself, and the simpler things it is made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.rankers import legs
from eval.rankers.records import PAGE
from eval.runs import Ranking, in_order
from eval.sets import Query
from index.encoders.encoder import Encoder
from index.errors import BadInput
from index.scope import Scope
from retrieval import Searcher, SearchOptions, SearchResult
from retrieval.passages import MOST_COPIES
from retrieval.ranking import Ranking as Weights
from retrieval.shortlist import Ranked

_SHIPPED = Weights()
Leg = Callable[[Searcher, Query, tuple[str, ...], int], Ranking]


@dataclass(frozen=True)
class Variant:
    """A way to rank with an archive.

    `corrected` is whether its vectors have their language's offset taken away, `exact` whether every inverted list is
    searched. `lacks` names the part that this variant is Zitat without; it is empty for other variants.
    """

    title: str
    weights: Weights = _SHIPPED
    leg: Leg | None = None
    fold: bool = True
    corrected: bool = True
    exact: bool = False
    lacks: str = ""


NO_LEXICAL = Weights(lexical=0.0, lexical_elsewhere=0.0, first_lexical=0.0, lexical_leg=False)
NO_DENSE = Weights(dense=0.0, dense_leg=False)
NO_LATE = Weights(late=0.0, dense=1.0)
PRODUCT = "Zitat"
VARIANTS: dict[str, Variant] = {
    "zitat": Variant(PRODUCT),
    "no-late-interaction": Variant("without late interaction", NO_LATE, lacks="late interaction"),
    "no-lexical": Variant("without the lexical leg", NO_LEXICAL, lacks="lexical leg"),
    "no-dense": Variant("without the dense leg", NO_DENSE, lacks="dense leg"),
    "no-language-correction": Variant("without the language correction", corrected=False, lacks="language correction"),
    "no-agreement": Variant(
        "without agreement across languages", Weights(agreeing=0.0), lacks="agreement across languages"
    ),
    "no-folding": Variant("without folding duplicates", fold=False, lacks="folding of duplicates"),
    "exact": Variant("exact instead of approximate", exact=True),
    "dense": Variant("dense leg alone", leg=legs.dense),
    "dense-uncorrected": Variant("dense leg alone, as encoded", leg=legs.dense, corrected=False),
    "lexical": Variant("lexical leg alone", leg=legs.lexical),
    "hybrid": Variant("both legs, scaled, half and half", leg=legs.plain_hybrid),
}


def variants_named(names: list[str], *, ablate: bool) -> list[Variant]:
    """Those of VARIANTS, "all" for all; with `ablate` Zitat first, and then without each of its parts."""
    wanted = ["zitat", *(name for name, one in VARIANTS.items() if one.lacks)] if ablate else []
    wanted += [one for name in names for one in (VARIANTS if name == "all" else [name])]
    for name in wanted:
        if name not in VARIANTS:
            raise BadInput(f"there is no variant {name!r}", f"give all, or one of {', '.join(VARIANTS)}")
    return [VARIANTS[name] for name in dict.fromkeys(wanted or ["zitat"])]


class ArchiveRanker:
    """Ranks with one archive in one way; `named` goes behind the variant's title, to tell one model from another."""

    def __init__(self, archive: Path, variant: Variant, encoder: Encoder | None = None, named: str = "") -> None:
        self.name = f"{variant.title}, {named}" if named else variant.title
        self.searcher = Searcher(archive, encoder, variant.weights)
        self._variant = variant
        if variant.exact:
            self.searcher.archive.view().search_exactly()

    def rank(self, query: Query, languages: tuple[str, ...], depth: int) -> Ranking:
        """What `zitat search` would show, with nothing told about the question's language."""
        if self._variant.leg:
            return self._variant.leg(self.searcher, query, languages, depth)
        options = SearchOptions(count=depth, languages=languages, per_article=1, fold_duplicates=self._variant.fold)
        chosen = self.searcher.find(query.text, options, presented=False).ranked
        return in_order(self._with_copies(chosen, languages)[:depth])

    def _with_copies(self, chosen: Sequence[Ranked], languages: tuple[str, ...]) -> list[str]:
        """Articles as a reader meets them: copies folded into a passage come right behind it."""
        store = self.searcher.archive.store
        names = store.article_ids({one.chunk.article for one in chosen})
        mates = store.cluster_mates({one.chunk.cluster for one in chosen}, Scope(languages=languages))
        order = ((names[one.chunk.article], *mates[one.chunk.cluster][:MOST_COPIES]) for one in chosen)
        return list(dict.fromkeys(name for together in order for name in together))

    def show(self, query: Query, languages: tuple[str, ...]) -> None:
        """`zitat search` itself: passages with texts and highlights."""
        if self._variant.leg:
            self._variant.leg(self.searcher, query, languages, PAGE)
        else:
            options = SearchOptions(languages=languages, fold_duplicates=self._variant.fold)
            self.searcher.search(query.text, options)

    def close(self) -> None:
        """Close the archive."""
        self.searcher.close()


def ranking(result: SearchResult, depth: int) -> Ranking:
    """Articles as a reader meets them: copies folded into a passage come right behind it."""
    order = dict.fromkeys(article for one in result.passages for article in (one.article.id, *one.also_in))
    return in_order(list(order)[:depth])
