"""The lexical leg's index: Tantivy, fed with terms from our own analyser; its own tokenizer only splits at spaces.

Tantivy ends every file with a checksum of it, but does not look at it when it opens the file: `intact` does.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import struct
import tempfile
import weakref
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tantivy
from numpy.typing import NDArray

from index.scope import EVERYTHING, Scope

WRITER_HEAP = 64_000_000  # bytes, for one thread; with much less the writer dies and says only "killed"
FOOTER_MAGIC, FOOTER_END = 1337, struct.Struct("<II")
SEGMENT_FILES = ("term", "idx", "pos", "fieldnorm", "fast", "store")
CONTEXT_BOOST, NAME_BOOST = 0.4, 0.3


@dataclass(frozen=True)
class TermDocument:
    """What is indexed of a chunk: `terms` of its text, `context` of its title and source, `names` transliterated.

    The other fields are what filters look at; `earliest` and `latest` are proleptic ordinals of days.
    """

    key: int
    terms: Sequence[str]
    context: Sequence[str]
    names: Sequence[str]
    article: int
    language: str
    source: str | None
    earliest: int | None
    latest: int | None


@dataclass(frozen=True)
class TermQuery:
    """The same of a question."""

    terms: Sequence[str]
    names: Sequence[str]

    @property
    def blind(self) -> bool:
        """Whether there is nothing to look for."""
        return not self.terms and not self.names


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for name in ("key", "article"):
        builder.add_unsigned_field(name, stored=False, indexed=True, fast=True)
    for name in ("earliest", "latest"):
        builder.add_integer_field(name, stored=False, indexed=True, fast=True)
    for name in ("language", "source"):
        builder.add_text_field(name, stored=False, tokenizer_name="raw", index_option="basic")
    for name in ("terms", "context", "names"):
        builder.add_text_field(name, stored=False, tokenizer_name="whitespace", index_option="freq")
    return builder.build()


class TermIndex:
    """An inverted index in a folder; one writer, many readers."""

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        self.folder = folder
        self._schema = _schema()
        if create:
            folder.mkdir(parents=True, exist_ok=True)
            self._index = tantivy.Index(self._schema, path=str(folder), reuse=False)
        else:
            self._index = tantivy.Index.open(str(folder if os.access(folder, os.W_OK) else self._linked()))
        self._index.config_reader(reload_policy="manual")

    def _linked(self) -> str:
        """A folder of links to the files: Tantivy makes a lock file even to read, which a read-only medium refuses."""
        links = tempfile.mkdtemp(prefix="zitat-terms-")
        weakref.finalize(self, shutil.rmtree, links, ignore_errors=True)
        for path in self.folder.absolute().iterdir():
            if path.suffix != ".lock":
                os.symlink(path, os.path.join(links, path.name))
        return links

    @property
    def size(self) -> int:
        """The number of chunks that can be found."""
        return int(self._index.searcher().num_docs)

    def keys(self) -> NDArray[np.int64]:
        """All keys that can be found, ascending."""
        found, _ = self._run(tantivy.Query.all_query(), max(self.size, 1))
        return np.sort(found)

    def update(self, removed: Iterable[tuple[int, int]], added: Iterable[TermDocument]) -> None:
        """Remove ranges of keys, first to last, then add documents; visible and on disk when this returns."""
        writer = self._index.writer(heap_size=WRITER_HEAP, num_threads=1)
        writer.garbage_collect_files()  # a killed run leaves files whose names this one would choose, too
        for first, last in removed:
            writer.delete_documents_by_query(self._keys_between(first, last))
        for document in added:
            writer.add_document(_document(document))
        writer.commit()
        writer.wait_merging_threads()
        # Tantivy makes this file for its owner alone; whoever may read the folder may read the archive.
        (self.folder / "meta.json").chmod(self.folder.stat().st_mode & 0o666)
        self._index.reload()

    def search(
        self, query: TermQuery, count: int, scope: Scope = EVERYTHING
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The keys and BM25 scores of the best `count`, best first, ties by key; `scope` limits the articles."""
        if query.blind:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        limits = [(tantivy.Occur.Must, limit) for limit in self._limits(scope)]
        wanted = tantivy.Query.boolean_query([(tantivy.Occur.Must, self._query(query)), *limits])
        keys, found = self._run(wanted, count)
        order = np.lexsort((keys, -found))
        return keys[order], found[order]

    def scores(self, query: TermQuery, keys: NDArray[np.int64]) -> NDArray[np.float32]:
        """The BM25 score of each key; 0 where nothing matches."""
        out = np.zeros(len(keys), np.float32)
        if query.blind or not len(keys):
            return out
        chosen = tantivy.Query.term_set_query(self._schema, "key", keys.tolist())
        limit = tantivy.Query.const_score_query(chosen, 0.0)
        both = [(tantivy.Occur.Must, self._query(query)), (tantivy.Occur.Must, limit)]
        found, values = self._run(tantivy.Query.boolean_query(both), len(keys))
        rows = {key: row for row, key in enumerate(keys.tolist())}
        out[[rows[key] for key in found.tolist()]] = values
        return out

    def _run(self, query: tantivy.Query, count: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        searcher = self._index.searcher()
        hits = searcher.search(query, count, count=False).hits
        addresses = [address for _, address in hits]
        keys = np.array(searcher.fast_field_values("key", addresses) if addresses else [], np.int64)
        return keys, np.array([score for score, _ in hits], np.float32)

    def ideal_score(self, query: TermQuery) -> float:
        """The BM25 score of a passage of average length in which each of the question's terms occurs once."""
        return sum(self.rarity(query).values())

    def rarity(self, query: TermQuery) -> dict[str, float]:
        """The weight that BM25 gives each of a question's terms: its inverse document frequency."""
        found = self.document_frequency(set(query.terms))
        return {term: math.log(1.0 + (self.size - n + 0.5) / (n + 0.5)) for term, n in found.items()}

    def document_frequency(self, terms: Iterable[str]) -> dict[str, int]:
        """In how many chunks each term occurs."""
        searcher = self._index.searcher()
        return {term: int(searcher.doc_freq("terms", term)) for term in terms}

    def _query(self, query: TermQuery) -> tantivy.Query:
        parts = []
        for field, words, boost in (
            ("terms", query.terms, 1.0),
            ("context", query.terms, CONTEXT_BOOST),
            ("names", query.names, NAME_BOOST),
        ):
            for word in dict.fromkeys(words):
                one = tantivy.Query.term_query(self._schema, field, word, index_option="freq")
                parts.append((tantivy.Occur.Should, tantivy.Query.boost_query(one, boost)))
        return tantivy.Query.boolean_query(parts)

    def _limits(self, scope: Scope) -> Iterator[tantivy.Query]:
        """One query for each part of the scope; none of them adds to the score."""
        sets = (("language", scope.languages), ("source", scope.sources), ("article", scope.articles))
        for field, values in sets:
            if values:
                chosen = tantivy.Query.term_set_query(self._schema, field, list(values))
                yield tantivy.Query.const_score_query(chosen, 0.0)
        number = tantivy.FieldType.Integer
        if scope.after:
            since = tantivy.Query.range_query(self._schema, "latest", number, scope.after.toordinal(), None)
            yield tantivy.Query.const_score_query(since, 0.0)
        if scope.before:
            until = tantivy.Query.range_query(self._schema, "earliest", number, None, scope.before.toordinal())
            yield tantivy.Query.const_score_query(until, 0.0)

    def _keys_between(self, first: int, last: int) -> tantivy.Query:
        return tantivy.Query.range_query(self._schema, "key", tantivy.FieldType.Unsigned, first, last)


def _document(document: TermDocument) -> tantivy.Document:
    made = tantivy.Document()
    made.add_unsigned("key", document.key)
    made.add_unsigned("article", document.article)
    made.add_text("language", document.language)
    if document.source:
        made.add_text("source", document.source)
    if document.earliest is not None and document.latest is not None:
        made.add_integer("earliest", document.earliest)
        made.add_integer("latest", document.latest)
    made.add_text("terms", " ".join(document.terms))
    made.add_text("context", " ".join(document.context))
    made.add_text("names", " ".join(document.names))
    return made


def intact(folder: Path) -> bool:
    """Whether every file that the last commit names is there and matches the checksum in its footer."""
    try:
        meta = json.loads((folder / "meta.json").read_text())
        return all(_matches_footer(folder / name) for segment in meta["segments"] for name in _files_of(segment))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def _files_of(segment: dict[str, Any]) -> list[str]:
    name = segment["segment_id"].replace("-", "")
    deletes = [f"{segment['deletes']['opstamp']}.del"] if segment["deletes"] else []
    return [f"{name}.{part}" for part in (*SEGMENT_FILES, *deletes)]


def _matches_footer(path: Path) -> bool:
    content = memoryview(path.read_bytes())
    if len(content) < FOOTER_END.size:
        return False
    size, magic = FOOTER_END.unpack(content[-FOOTER_END.size :])
    body = len(content) - FOOTER_END.size - size
    if magic != FOOTER_MAGIC or body < 0:
        return False
    footer = json.loads(bytes(content[body : -FOOTER_END.size]))
    return bool(zlib.crc32(content[:body]) == footer["crc"])
