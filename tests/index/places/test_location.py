"""Where an archive is: what is said where the package for a server is missing."""

from __future__ import annotations

import sys

import pytest

from index.errors import ArchiveError
from index.places.location import located


def test_an_address_without_its_package_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith(("index.places.server", "index.truth.postgres"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(ArchiveError, match=r"pip install 'zitat\[postgres\]'"):
        located("postgresql://127.0.0.1/news")
