"""Milvus through pymilvus; the only file that knows either. Its errors become ours, without what is secret.

Rows of a collection: `key` is the chunk's; row 0 is the collection's label. Writes come from the one writer of the
archive alone, so that they are in order.
"""

from __future__ import annotations

import logging
import threading
import warnings
import weakref
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from index.errors import ArchiveError, ArchiveLocked, ArchiveUnreachable
from index.milvus.address import Address
from index.view import DerivedDamaged

if TYPE_CHECKING:
    from pymilvus import MilvusClient

Keys = NDArray[np.int64]
Floats = NDArray[np.float32]
Row = dict[str, Any]
T = TypeVar("T")

LABEL_KEY = 0
TIMEOUT = 20.0  # seconds for one request and all that it is tried again
LONG = 600.0  # the same where much is read into memory, or indexed
CONNECT_WITHIN = 10.0
PAGE, KEYS_PAGE = 1_000, 10_000  # rows, or keys alone, read together
LONGEST_TEXT = 4_096  # bytes
NOT_FOUND, NOT_LOADED = 100, 101  # Milvus's codes for a collection that is not there, or not in memory
UNREACHED = 2  # pymilvus's own for a server that does not answer
# Its own pings while nothing is asked are so frequent that a server of plain gRPC hangs up.
QUIET = {"grpc.keepalive_permit_without_calls": 0, "grpc.keepalive_time_ms": 60_000}
LOST = ("UNAVAILABLE", "DEADLINE_EXCEEDED", "connect")
RESTART = "start it or wait for it, or say with ZITAT_INDEX where it is now"
GONE = ("collection not found", "can't find collection", "not exist")
BUILDING: dict[str, dict[str, int]] = {
    "HNSW": {"M": 16, "efConstruction": 200},
    "IVF_FLAT": {"nlist": 1024},
    "IVF_SQ8": {"nlist": 1024},
}


@dataclass(frozen=True)
class Hits:
    """What a leg finds, best first; `rows` are what else was asked for of each."""

    keys: Keys
    scores: Floats
    rows: list[Row]


class Server:
    """One Milvus, connected to when it is first needed."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._lock = threading.Lock()
        self._connected: MilvusClient | None = None
        self._kinds: dict[str, str] = {}  # of the indexes over vectors, by collection

    @cached_property
    def is_lite(self) -> bool:
        """Whether it is milvus-lite: what is not flushed is searched slowly there, and a flush costs little."""
        return self.address.is_file or "milvus_lite" in self._ask(lambda client: client.get_server_version(TIMEOUT))

    def close(self) -> None:
        """Let go of the connection."""
        with self._lock:
            if self._connected is not None:
                self._connected.close()
            self._connected = None

    @property
    def _client(self) -> MilvusClient:
        with self._lock:
            if self._connected is None:
                self._connected = _connected(self.address)
                weakref.finalize(self, self._connected.close)
            return self._connected

    def _ask(self, request: Callable[[MilvusClient], T], collection: str = "") -> T:
        """What the server answers; every request may be repeated.

        A connection that is lost is made again once, and a `collection` loaded that a server has not loaded since it
        was started.
        """
        client = self._client
        from grpc import RpcError
        from pymilvus.exceptions import MilvusException

        try:
            return request(client)
        except (MilvusException, RpcError) as error:
            first = error
        try:
            if _is_lost(first):
                self.close()
            elif collection and getattr(first, "code", 0) == NOT_LOADED:
                client.load_collection(collection, timeout=LONG)
            else:
                raise first
            return request(self._client)
        except (MilvusException, RpcError) as error:
            raise self._explained(error) from error

    def _explained(self, error: Exception) -> Exception:
        """An error of pymilvus as ours."""
        said, shown = str(getattr(error, "message", "") or error), self.address.shown
        if getattr(error, "code", 0) == NOT_FOUND or any(sign in said.lower() for sign in GONE):
            return DerivedDamaged(f"a collection at {shown} is gone ({said})")
        if _is_lost(error):
            return ArchiveUnreachable(f"Milvus at {shown} was lost ({said}): {RESTART}")
        return ArchiveError(f"Milvus at {shown} refused ({said}): look into its own log, or run it again")

    # -- collections

    def collections(self) -> list[str]:
        """The names of all collections."""
        return list(self._ask(lambda client: client.list_collections(timeout=TIMEOUT)))

    def create(self, name: str, dimension: int, *, lexical: bool = True) -> None:
        """Make an empty collection and load it; without the `lexical` leg for servers before 2.4."""
        # A filter makes milvus-lite's HNSW miss most of what it should find.
        kind = self.address.dense or ("FLAT" if self.is_lite else "HNSW")
        schema, indexes = _layout(dimension, kind, lexical=lexical)
        self._ask(lambda client: client.create_collection(name, schema=schema, index_params=indexes, timeout=LONG))

    def load(self, name: str) -> None:
        """Make a collection ready to be searched; nothing happens where it is."""
        self._ask(lambda client: client.load_collection(name, timeout=LONG))
        described = self._ask(lambda client: client.describe_index(name, "dense", timeout=TIMEOUT))
        self._kinds[name] = described["index_type"]

    def drop(self, name: str) -> None:
        """Take a collection away, if it is there."""
        self._ask(lambda client: client.drop_collection(name, timeout=TIMEOUT))

    # -- rows

    def upsert(self, name: str, rows: list[Row]) -> None:
        """Write rows; those with the same keys are replaced."""
        self._ask(lambda client: client.upsert(name, rows, timeout=TIMEOUT))

    def delete(self, name: str, keys: Sequence[int]) -> None:
        """Remove rows, those that are there."""
        for some in _pages(keys):
            self._ask(lambda client, some=some: client.delete(name, ids=some, timeout=TIMEOUT))  # type: ignore[misc]

    def delete_where(self, name: str, condition: str) -> None:
        """Remove the rows that meet a condition."""
        self._ask(lambda client: client.delete(name, filter=condition, timeout=TIMEOUT))

    def settle(self, name: str) -> None:
        """Have milvus-lite index what was written; a real server does so by itself and wants no flushes."""
        if self.is_lite:
            self._ask(lambda client: client.flush(name, timeout=LONG))

    def rows(self, name: str, keys: Sequence[int], fields: list[str], *, fresh: bool = False) -> list[Row]:
        """Some fields of the rows with these keys, in no order; `fresh` waits for all that was written before."""
        return [row for some in _pages(keys) for row in self._queried(name, fields, fresh, ids=some)]

    def count(self, name: str, condition: str) -> int:
        """How many rows there are, all that was written before included."""
        return int(self._queried(name, ["count(*)"], True, filter=condition)[0]["count(*)"])

    def keys(self, name: str, last: int) -> Keys:
        """The keys of all chunks up to a last one that have rows, ascending."""
        found: list[int] = []
        for first in range(LABEL_KEY + 1, last + 1, KEYS_PAGE):  # Milvus pages in no order: by ranges, then
            where = f"key >= {first} and key < {min(first + KEYS_PAGE, last + 1)}"
            found += [row["key"] for row in self._queried(name, ["key"], True, filter=where)]
        return np.sort(np.array(found, np.int64))

    def _queried(self, name: str, fields: list[str], fresh: bool, **which: Any) -> list[Row]:
        which |= _consistency(fresh) | {"output_fields": fields, "timeout": TIMEOUT}
        return list(self._ask(lambda client: client.query(name, **which), name))

    # -- search

    def search(
        self,
        name: str,
        field: str,
        query: Floats | dict[int, float],
        count: int,
        *,
        where: str = "",
        fields: Sequence[str] = (),
        fresh: bool = False,
        exact: bool = False,
    ) -> Hits:
        """The rows with the highest inner products, with some of their fields."""
        kind = self._kinds.get(name, "") if isinstance(query, np.ndarray) else ""
        parameters = {"metric_type": "IP", "params": _search_parameters(kind, count, exact)}
        asked: Row = {"data": [query], "anns_field": field, "limit": count, "filter": where, "timeout": TIMEOUT}
        asked |= {"output_fields": ["key", *fields], "search_params": parameters} | _consistency(fresh)
        [found] = self._ask(lambda client: client.search(name, **asked), name)
        hits = [(hit["key"], hit["distance"], dict(hit["entity"])) for hit in found]
        keys = np.array([key for key, _, _ in hits], np.int64)
        return Hits(keys, np.array([score for _, score, _ in hits], np.float32), [row for _, _, row in hits])


def _layout(dimension: int, kind: str, *, lexical: bool) -> tuple[Any, Any]:
    """The fields of a collection and the indexes over them."""
    from pymilvus import DataType, MilvusClient

    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("key", DataType.INT64, is_primary=True)
    for field in ("article", "earliest", "latest", "norms"):
        schema.add_field(field, DataType.INT64)
    for field in ("language", "source"):
        schema.add_field(field, DataType.VARCHAR, max_length=LONGEST_TEXT)
    schema.add_field("dense", DataType.FLOAT_VECTOR, dim=dimension)
    indexes = MilvusClient.prepare_index_params()
    indexes.add_index("dense", index_type=kind, metric_type="IP", params=BUILDING.get(kind, {}))
    if lexical:
        schema.add_field("weights", DataType.SPARSE_FLOAT_VECTOR)
        indexes.add_index("weights", index_type="SPARSE_INVERTED_INDEX", metric_type="IP")
    return schema, indexes


def _pages(keys: Sequence[int]) -> Iterator[list[int]]:
    for at in range(0, len(keys), PAGE):
        yield list(keys[at : at + PAGE])


def _is_lost(error: Exception) -> bool:
    """Whether nobody answered, or the connection broke."""
    said = str(getattr(error, "message", "") or error)
    return getattr(error, "code", 0) == UNREACHED or any(sign in said for sign in LOST)


def _connected(address: Address) -> MilvusClient:
    """A client, or an error that says what to do."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of its dependencies, on import
            from pymilvus import MilvusClient
            from pymilvus.exceptions import MilvusException
    except ImportError as error:
        raise ArchiveError(f"an index on Milvus needs pymilvus: pip install 'zitat[milvus]' ({error})") from error
    logging.getLogger("pymilvus").setLevel(logging.CRITICAL)  # what it logs, it also raises
    try:
        return MilvusClient(
            address.uri,
            token=address.token,
            db_name=address.database,
            timeout=CONNECT_WITHIN,
            dedicated=True,  # pymilvus would share a connection, and with it a broken one
            grpc_options=QUIET,
        )
    except MilvusException as error:
        said = str(error.message).replace(address.token or "\0", "***")
        if address.is_file:
            cure = "let the process that has it open finish; for more than one process run `milvus-lite server`"
            raise ArchiveLocked(f"{address.shown} cannot be opened ({said}): {cure}") from error
        raise ArchiveUnreachable(f"Milvus at {address.shown} cannot be reached ({said}): {RESTART}") from error


def _consistency(fresh: bool) -> dict[str, str]:
    """Strong waits for whatever was written before, in any process; Bounded for what is some seconds old."""
    return {"consistency_level": "Strong" if fresh else "Bounded"}


def _search_parameters(kind: str, count: int, exact: bool) -> dict[str, int]:
    if kind == "HNSW":
        return {"ef": min(max(2 * count, 4_096 if exact else 128), 32_768)}
    if kind in ("IVF_FLAT", "IVF_SQ8"):
        return {"nprobe": 1024 if exact else 64}
    if kind == "DISKANN":
        return {"search_list": max(2 * count, 4_096 if exact else 100)}
    return {}
