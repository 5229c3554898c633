"""A date of publication taken apart: EDTF (ISO 8601-2) as the archive keeps it. The only file that knows its marks.

"2020-11-13", "2022-10" and "2022" have the precision they were given with; in "XXXX-11-29" no year is shown, in
"2024?-11-29" it was inferred. A whole day may be followed by "T" and a time.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

_EDTF = re.compile(r"(?:(\d{4})|XXXX(?=\??-))(\?)?(?:-(\d\d)(?:-(\d\d))?)?(?:[T ](.+))?")


@dataclass(frozen=True)
class Published:
    """What is known of a date: `year` is None where none is shown, `inferred` when it was found elsewhere."""

    year: int | None
    month: int | None = None
    day: int | None = None
    inferred: bool = False
    time: str | None = None

    @property
    def plain(self) -> str:
        """The date without marks and time: "2020-11-13", "2022-10", "11-29"."""
        widths = ((self.year, 4), (self.month, 2), (self.day, 2))
        return "-".join(f"{part:0{width}}" for part, width in widths if part is not None)

    @property
    def edtf(self) -> str:
        """As the archive keeps it."""
        year = "XXXX" if self.year is None else f"{self.year:04}"
        rest = [f"{part:02}" for part in (self.month, self.day) if part is not None]
        return "-".join([year + "?" * self.inferred, *rest]) + (f"T{self.time}" if self.time else "")

    @property
    def remark(self) -> str | None:
        """What a person must know of the year."""
        if self.year is None:
            return "year not given"
        return "year inferred" if self.inferred else None

    @property
    def days(self) -> tuple[date, date] | None:
        """The first and last day it may mean; None where the year is not known, or there is no such day."""
        if self.year is None:
            return None
        first, last = (1, 12) if self.month is None else (self.month, self.month)
        try:
            if self.day is not None:
                return date(self.year, first, self.day), date(self.year, last, self.day)
            return date(self.year, first, 1), date(self.year, last, calendar.monthrange(self.year, last)[1])
        except ValueError:
            return None


def parsed(published_at: str | None) -> Published | None:
    """An EDTF date taken apart; None for anything else. Whether there is such a day is not looked at."""
    found = _EDTF.fullmatch(published_at or "")
    if not found:
        return None
    year, month, day = (int(part) if part else None for part in found.group(1, 3, 4))
    return Published(year, month, day, inferred=bool(found[2]), time=found[5])


def ordinals(published_at: str | None) -> tuple[int, int] | tuple[None, None]:
    """The first and last day a date may mean, as proleptic ordinals."""
    known = parsed(published_at)
    days = known.days if known else None
    return (days[0].toordinal(), days[1].toordinal()) if days else (None, None)


def shown(published_at: str | None) -> str | None:
    """A date for a person: as it is kept, but with its marks put into words."""
    known = parsed(published_at)
    return f"{known.plain}, {known.remark}" if known and known.remark else published_at
