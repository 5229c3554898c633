"""A data set of the package ir_datasets, by its id, such as "beir/scifact/test". The only file that knows the package.

What the package has not yet downloaded, it downloads by itself, and says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

from eval.sets.records import Qrels, Query, TestSet
from index.article import Draft, Rejection
from index.errors import BadInput
from retrieval.spoken import spoken


def read_ir_dataset(name: str) -> TestSet:
    """Its judged queries; raises BadInput where the package, the data set, or a part of it is missing."""
    try:
        ir_datasets: Any = import_module("ir_datasets")
    except ModuleNotFoundError:
        raise BadInput(
            f"{name} is no file or folder, and no id either, as ir_datasets is not installed",
            "give a BEIR folder or a file of topics, or `pip install ir-datasets`",
        ) from None
    try:
        found = ir_datasets.load(name)
    except KeyError:
        cure = "give a BEIR folder, a file of topics, or an id listed at https://ir-datasets.com"
        raise BadInput(f"{name} is no file or folder, and no id of ir_datasets", cure) from None
    return set_from(found, name)


def set_from(found: Any, name: str) -> TestSet:
    """A test set of any object with the package's interface, for instance what `ir_datasets.create_dataset` gives."""
    for part in ("queries", "qrels"):
        if not getattr(found, f"has_{part}")():
            cure = "give the id of one of its parts, which often end in /test or /dev"
            raise BadInput(f"{name} has no {part}", cure)
    qrels: Qrels = {}
    for judged in found.qrels_iter():
        qrels.setdefault(judged.query_id, {})[judged.doc_id] = int(judged.relevance)
    language = found.queries_lang()
    queries = tuple(_query(one, language) for one in found.queries_iter() if one.query_id in qrels)
    known = {query.id for query in queries}
    return TestSet(
        name,
        "qrels",
        queries,
        {query: grades for query, grades in qrels.items() if query in known},
        (lambda: _drafts(found, name)) if found.has_docs() else None,
        origin=f"ir_datasets:{name}",
    )


def _query(one: Any, language: str | None) -> Query:
    text = one.default_text()
    return Query(one.query_id, text, language or spoken(text)[0])


def _drafts(found: Any, name: str) -> Iterator[Draft | Rejection]:
    language = found.docs_lang()
    for record, one in enumerate(found.docs_iter(), 1):
        title = _said(one, "title")
        text = _said(one, "text") or _said(one, "body") or one.default_text()
        if text.strip():
            yield Draft(text, name, record, id=one.doc_id, title=title, language=language, url=_said(one, "url"))
        else:
            yield Rejection(name, record, f"{one.doc_id} has no text", "leave it out")


def _said(one: Any, field: str) -> str | None:
    """A field that not every kind of document has."""
    value = getattr(one, field, None)
    return value if isinstance(value, str) and value.strip() else None
