"""What a process holds in memory, and what of it is shared, as Linux tells it (/proc/PID/smaps).

RSS counts every page that is there. PSS shares a page among the processes that map it; USS counts only pages that
nobody else maps: what one more worker costs. Of the files in a folder, such as an archive's vectors, `mapped` is the
RSS and `mapped_pss` the share: where two workers map them once, each has half.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

MIB = 1024  # in the kilobytes of smaps
_HEAD = re.compile(r"^[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \S+\s*(.*)$")


class Held(NamedTuple):
    """Megabytes of one process."""

    rss: float
    pss: float
    uss: float
    mapped: float
    mapped_pss: float


def held_by(process: int, folder: Path) -> Held:
    """What a process holds, and of that the files in a folder."""
    return totals(Path(f"/proc/{process}/smaps").read_text(), str(folder.resolve()))


def totals(smaps: str, folder: str) -> Held:
    """The sums over all mappings of a process."""
    rss = pss = uss = mapped = mapped_pss = 0
    inside = False
    for line in smaps.splitlines():
        if head := _HEAD.match(line):
            inside = head[1].startswith(f"{folder}/")
            continue
        name, _, rest = line.partition(":")
        if name not in ("Rss", "Pss", "Private_Clean", "Private_Dirty"):
            continue
        kilobytes = int(rest.split()[0])
        if name == "Rss":
            rss, mapped = rss + kilobytes, mapped + inside * kilobytes
        elif name == "Pss":
            pss, mapped_pss = pss + kilobytes, mapped_pss + inside * kilobytes
        else:
            uss += kilobytes
    return Held(*(round(sum_ / MIB, 1) for sum_ in (rss, pss, uss, mapped, mapped_pss)))
