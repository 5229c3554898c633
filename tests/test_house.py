"""What holds for the whole house: who may import whom, how long a file may be, what lies in seeds."""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
STAGES = {"index": set(), "retrieval": {"index"}, "api": {"index", "retrieval"}, "eval": {"index", "retrieval", "api"}}
EXCEPTIONS = {"api/cli.py": {"eval"}}  # hands `zitat eval` on
OTHERS = ["benchmarks", "tests"]
SEEDS = {
    "000_b30b566b1bc0daf0.txt": "74d7165902ed2f7024f2cfe8d7b73c7364476f8adc6fb7d4b47e7a080e1b18cd",
    "001_b4c85a9a8ed16f0b.txt": "0ca45ffbee9c50eb51a826016259869800a6b13696b78f2336f29088166c0106",
    "002_1a23c33c51771ff2.txt": "8539fc898038f4007b90d768530b521639e298a87165a895b692802367a4c017",
}
# Spelt so that this file holds none of them.
ABSOLUTE = re.compile("|".join(f"/{name}/" for name in ("work", "tmp", "home", "root", "Users")))


def files(*folders: str) -> list[Path]:
    return sorted(file for folder in folders for file in (ROOT / folder).rglob("*.py"))


def named(files: list[Path]) -> dict[str, Path]:
    return {str(file.relative_to(ROOT)): file for file in files}


CODE, ALL = named(files(*STAGES)), named(files(*STAGES, *OTHERS))


def imported(file: Path) -> Iterator[str]:
    """The top-level names that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: a relative import"
            yield (node.module or "").split(".")[0]


def modules(file: Path, package: str) -> set[str]:
    """The modules of a package that a file imports from."""
    nodes = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    return {str(n.module) for n in nodes if isinstance(n, ast.ImportFrom) and str(n.module).split(".")[0] == package}


@pytest.mark.parametrize("name", CODE)
def test_a_stage_imports_only_those_before_it(name: str) -> None:
    stage = name.split("/")[0]
    ours = set(imported(CODE[name])) & {*STAGES, *OTHERS}
    assert ours <= STAGES[stage] | {stage} | EXCEPTIONS.get(name, set())


def test_the_harness_knows_of_the_service_only_its_client() -> None:
    of_api = {module for name in CODE if name.startswith("eval/") for module in modules(CODE[name], "api")}
    assert of_api <= {"api.client"}


def test_every_stage_is_looked_at() -> None:
    assert {name.split("/")[0] for name in CODE} == set(STAGES)
    assert len(CODE) > 30


@pytest.mark.parametrize("name", CODE)
def test_a_file_of_code_has_at_most_300_lines(name: str) -> None:
    assert len(CODE[name].read_text(encoding="utf-8").splitlines()) <= 300


@pytest.mark.parametrize("name", ALL)
def test_no_file_knows_where_it_lies(name: str) -> None:
    assert ABSOLUTE.findall(ALL[name].read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("name", [name for name in ALL if not name.endswith("__init__.py")])
def test_every_file_opens_with_what_it_does(name: str) -> None:
    assert ast.get_docstring(ast.parse(ALL[name].read_text(encoding="utf-8")))


def test_the_seed_articles_are_as_they_came() -> None:
    found = {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in (ROOT / "seeds" / "articles").iterdir()
    }
    assert found == SEEDS


def test_what_python_callers_get_is_what_is_promised() -> None:
    import retrieval

    assert {"open_archive", "SearchOptions", "SearchResult", "Passage"} <= set(retrieval.__all__)
    assert all(hasattr(retrieval, name) for name in retrieval.__all__)
