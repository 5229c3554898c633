"""The word lists that lie as TOML beside the code that reads them."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def word_list(package: str, name: str) -> dict[str, Any]:
    """The file `name` of a package, read once; nobody changes what is returned."""
    return tomllib.loads(files(package).joinpath(name).read_text(encoding="utf-8"))
