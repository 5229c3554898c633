"""Entities of HTML in what should be plain text: feeds and exports often hold fields escaped once too often."""

from __future__ import annotations

import re
from html import unescape
from html.entities import html5

_ENTITY = re.compile(r"&(#[0-9]{1,7};|#[xX][0-9a-fA-F]{1,6};|[A-Za-z][A-Za-z0-9]{1,31};)")


def unescaped(text: str) -> str:
    """The text without its entities, once, where it was escaped: it has no "<", and every "&" in it begins an entity.

    Whoever writes of HTML and means "&amp;" seldom does so without a "<" or another "&": such a text stays as it is.
    """
    if "&" not in text or "<" in text:
        return text
    names = _ENTITY.findall(text)
    escaped = len(names) == text.count("&") and all(name[0] == "#" or name in html5 for name in names)
    return unescape(text) if escaped else text
