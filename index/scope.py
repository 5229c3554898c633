"""Which articles a search may look at: languages, sources, a range of days, article keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, true

from index.truth.tables import articles


@dataclass(frozen=True)
class Scope:
    """A hard filter; an empty part does not limit.

    With `after` or `before` an article passes when its date, at the precision it has, may lie in the range: one dated
    "2022-10" passes `after` 2022-10-15. Articles without a known year do not pass. `articles` are the archive's keys.
    """

    languages: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    after: date | None = None
    before: date | None = None
    articles: tuple[int, ...] = ()

    @property
    def limits(self) -> bool:
        """Whether this scope leaves anything out."""
        return bool(self.languages or self.sources or self.after or self.before or self.articles)

    def condition(self) -> ColumnElement[bool]:
        """The scope as a condition on the table of articles."""
        of = articles.c
        conditions: list[ColumnElement[bool]] = [true()]
        for column, values in ((of.language, self.languages), (of.source, self.sources), (of.key, self.articles)):
            if values:
                conditions.append(column.in_(values))
        if self.after:
            conditions.append(of.latest >= self.after.toordinal())
        if self.before:
            conditions.append(of.earliest <= self.before.toordinal())
        return and_(*conditions)


EVERYTHING = Scope()
