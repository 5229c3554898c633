"""Reading: from files, folders, patterns, standard input and addresses to drafts and rejections, one at a time.

    files.py     what a path means          stream.py    bytes: looked at, counted, limited
    web.py       downloads, safely          kinds.py     what the bytes are
    dispatch.py  which reader gets them     charset.py   which encoding they are in
    fields.py    named fields to a draft    exported.py  records that an archive wrote

One file for each format, each the only one that knows its library.
"""

from __future__ import annotations

from index.reading.options import Limits, Progress, ReadOptions
from index.reading.reader import read

__all__ = ["Limits", "Progress", "ReadOptions", "read"]
