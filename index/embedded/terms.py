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
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import tantivy
from numpy.typing import NDArray

from index.documents import TermDocument, TermQuery
from index.scope import EVERYTHING, Scope

WRITER_HEAP = 64_000_000  # bytes, for one thread; with much less the writer dies and says only "killed"
FOOTER_MAGIC, FOOTER_END = 1337, struct.Struct("<II")
READ_AT_ONCE = 1 << 24  # bytes
PAGE = 200_000  # keys
SEGMENT_FILES = ("term", "idx", "pos", "fieldnorm", "fast", "store")


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
        top = self._index.searcher().search(tantivy.Query.all_query(), 1, count=False, order_by_field="key").hits
        last = int(top[0][0]) if top else -1
        pages = [np.zeros(0, np.int64)]
        for first in range(0, last + 1, PAGE):  # hits are Python objects, a hundred times as large as their keys
            found, _ = self._run(self._keys_between(first, first + PAGE - 1), PAGE)
            pages.append(np.sort(found))
        return np.concatenate(pages)

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
        wanted = self._query(query)
        if limits := [(tantivy.Occur.Must, limit) for limit in self._limits(scope)]:  # even a lone Must takes longer
            wanted = tantivy.Query.boolean_query([(tantivy.Occur.Must, wanted), *limits])
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
        for field, word, boost in query.weighted():
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


def files_of(folder: Path) -> list[str]:
    """The names of the files that the last commit names."""
    meta = json.loads((folder / "meta.json").read_text())
    return [name for segment in meta["segments"] for name in _files_of(segment)]


def intact(folder: Path, only: Collection[str] | None = None) -> bool:
    """Whether every file that the last commit names, or some of them, is there and matches its footer's checksum."""
    try:
        return all(_matches_footer(folder / name) for name in files_of(folder) if only is None or name in only)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def _files_of(segment: dict[str, Any]) -> list[str]:
    name = segment["segment_id"].replace("-", "")
    deletes = [f"{segment['deletes']['opstamp']}.del"] if segment["deletes"] else []
    return [f"{name}.{part}" for part in (*SEGMENT_FILES, *deletes)]


def _matches_footer(path: Path) -> bool:
    """Read in pieces, as a file may be larger than what memory is left."""
    with open(path, "rb") as file:
        end = file.seek(0, os.SEEK_END) - FOOTER_END.size
        if end < 0:
            return False
        file.seek(end)
        size, magic = FOOTER_END.unpack(file.read())
        body = end - size
        if magic != FOOTER_MAGIC or body < 0:
            return False
        file.seek(body)
        footer = json.loads(file.read(size))
        file.seek(0)
        checksum = 0
        while body > 0 and (piece := file.read(min(body, READ_AT_ONCE))):
            checksum, body = zlib.crc32(piece, checksum), body - len(piece)
    return bool(checksum == footer["crc"])
