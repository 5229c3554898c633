"""A retriever of one's own: any Python function that ranks articles for a question.

    def search(question: str, count: int) -> list[tuple[str, float]]:
        '''The ids of the best `count` articles, each with a score, higher is better.'''

    zitat eval SET --ranker mine:search       # mine.py in this folder, or an installed module
    zitat eval SET --ranker code/mine.py:search

With a third parameter the function is also given the languages to search in, a tuple of codes; an empty one means all.
It may be a generator, is called from as many threads as --threads says, and what it raises counts as a query that
failed.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import math
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

from eval.rankers.records import PAGE, RankingFailed
from eval.runs import Ranking
from eval.sets import Query
from index.errors import BadInput

Found = Iterable[tuple[str, float]]
_FORM = "it returns a list of (article id, score)"


class FunctionRanker:
    """Ranks with a function (question, count) or (question, count, languages)."""

    def __init__(self, function: Callable[..., Found], name: str) -> None:
        self.name = name
        self._function = function
        self._knows_languages = _parameters(function, name) == 3

    def rank(self, query: Query, languages: tuple[str, ...], depth: int) -> Ranking:
        """What the function returns; more than was asked for is cut off."""
        if languages and not self._knows_languages:
            raise RankingFailed(f"{self.name} cannot be limited to a language: give it a third parameter, languages")
        arguments = (query.text, depth, languages)[: 3 if self._knows_languages else 2]
        try:
            found = list(self._function(*arguments))
        except Exception as error:
            raise RankingFailed(f"{self.name} raised {error!r}: see to it, or leave such queries out") from error
        return checked(found, depth, f"{self.name} returned", _FORM)

    def show(self, query: Query, languages: tuple[str, ...]) -> None:
        """As many as a page has."""
        self.rank(query, languages, PAGE)

    def close(self) -> None:
        """There is nothing to be let go."""


def load_function(given: str) -> FunctionRanker:
    """The ranker that "module:function" or "file.py:function" names; raises BadInput where there is none."""
    module, colon, name = given.rpartition(":")
    if not colon or not module or not name:
        raise BadInput(f"{given!r} names no function", "give module:function, or path/to/file.py:function")
    function = getattr(_module(module), name, None)
    if not callable(function):
        raise BadInput(f"{module} has no function {name!r}", "check its name; it is defined at the top level")
    return FunctionRanker(function, given)


def checked(found: list[Any], depth: int, what: str, form: str) -> Ranking:
    """Pairs of id and score as a ranking, the first `depth` by score; raises RankingFailed where they are none."""
    out: Ranking = {}
    for one in found:
        try:
            article, score = one
            value = float(score)
        except (TypeError, ValueError):
            raise RankingFailed(f"{what} {one!r:.80}: {form}") from None
        if isinstance(article, bool) or not isinstance(article, (str, int)) or not math.isfinite(value):
            raise RankingFailed(f"{what} {one!r:.80}: an id is a text or a number, and a score is finite")
        out[str(article)] = max(value, out.get(str(article), value))
    return dict(sorted(out.items(), key=lambda item: -item[1])[:depth])


def _module(name: str) -> ModuleType:
    try:
        if name.endswith(".py"):
            return _from_file(Path(name))
        if "" not in sys.path and str(Path.cwd()) not in sys.path:
            sys.path.insert(0, str(Path.cwd()))  # as `python -m` would have it
        return importlib.import_module(name)
    except Exception as error:
        raise BadInput(f"{name} cannot be imported ({error!r})", "mend it, or give the path of its file") from error


def _from_file(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(file.stem, file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[file.stem] = module  # dataclasses and pickles look their module up
    spec.loader.exec_module(module)
    return module


def _parameters(function: Callable[..., Found], name: str) -> int:
    """How many arguments it is given: 2 or 3."""
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    taken = [one for one in inspect.signature(function).parameters.values() if one.kind in kinds]
    needed = sum(one.default is one.empty for one in taken)
    if needed > 3 or len(taken) < 2:
        raise BadInput(f"{name} takes {len(taken)} arguments", "it is called with question, count[, languages]")
    return 3 if len(taken) >= 3 and (needed == 3 or taken[2].name == "languages") else 2
