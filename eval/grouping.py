"""Which figures belong together: of questions in one language, of articles in the same language, of others."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import TypeVar

from eval.resampling import Values
from eval.sets import TestSet

SAME, OTHER = "same language", "other languages"
T = TypeVar("T")


def of_each_language(test_set: TestSet, values: Mapping[str, Values]) -> dict[str, dict[str, Values]]:
    """Each measure by the language of the question; languages without judged queries are left out."""
    asked = {query.id: query.language for query in test_set.queries}
    out: dict[str, dict[str, Values]] = {language: {name: {} for name in values} for language in test_set.languages}
    for name, own in values.items():
        for key, value in own.items():
            out[asked[query_of(key, asked)]][name][key] = value
    return {language: own for language, own in out.items() if any(own.values())}


def judged_in(test_set: TestSet, language: str) -> dict[str, dict[str, int]]:
    """The grades of the articles in one language."""
    spoken = test_set.article_languages
    return {
        query: {article: grade for article, grade in grades.items() if spoken.get(article) == language}
        for query, grades in test_set.qrels.items()
    }


def groups(test_set: TestSet, values: Mapping[str, Values]) -> dict[str, dict[str, Values]]:
    """Figures of single pools by whether the pool is in the question's language; groups without any are left out."""
    asked = {query.id: query.language for query in test_set.queries}

    def is_same(key: str) -> bool:
        query, _, pool = key.rpartition(">")
        return asked[query] == pool

    def of(same: bool) -> dict[str, Values]:
        return {name: {key: v for key, v in own.items() if is_same(key) == same} for name, own in values.items()}

    out = {SAME: of(True), OTHER: of(False)}
    return {group: own for group, own in out.items() if any(own.values())}


def named(groups: Mapping[str, Mapping[str, T]]) -> dict[str, T]:
    """Every figure of every group, under the names of both."""
    return {f"{group}, {name}": of for group, own in groups.items() for name, of in own.items()}


def query_of(key: str, known: Container[str]) -> str:
    """The query that a key of figures is about; the key itself where it names no pool."""
    return key if key in known else key.rpartition(">")[0] or key
