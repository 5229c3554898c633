"""EDTF dates (ISO 8601-2) as ranges of days."""

from __future__ import annotations

import calendar
import re
from datetime import date

_EDTF = re.compile(r"(\d{4})\??(?:-(\d{2})(?:-(\d{2}))?)?(?=$|[T ])")


def date_range(published_at: str | None) -> tuple[date, date] | None:
    """The first and last day an EDTF date may mean; None where the year is not known."""
    found = _EDTF.match(published_at or "")
    if not found:
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    assert year is not None
    try:
        if month is None:
            return date(year, 1, 1), date(year, 12, 31)
        if day is None:
            return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
        return date(year, month, day), date(year, month, day)
    except ValueError:
        return None
