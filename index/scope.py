"""Which articles a search may look at: languages, sources, a range of days, article keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


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

    def where(self) -> tuple[str, list[object]]:
        """The scope as an SQL condition on the table of articles, with its parameters."""
        conditions, parameters = ["1"], list[object]()
        for column, values in (("language", self.languages), ("source", self.sources), ("key", self.articles)):
            if values:
                conditions.append(f"{column} IN ({','.join('?' * len(values))})")
                parameters += values
        if self.after:
            conditions.append("latest >= ?")
            parameters.append(self.after.toordinal())
        if self.before:
            conditions.append("earliest <= ?")
            parameters.append(self.before.toordinal())
        return " AND ".join(conditions), parameters


EVERYTHING = Scope()
