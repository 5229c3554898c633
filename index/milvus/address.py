"""Where an index on Milvus is, as it is written in a manifest or in ZITAT_INDEX.

    milvus://[user:password@]host[:port][/prefix]     a server or a cluster; milvus+https:// with TLS
    milvus:///absolute/path/file.db                   milvus-lite inside this process, which no other can open

After "?" may come `db`, the server's database; `dense`, the kind of index over the vectors; `prefix`, for a file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from index.errors import BadInput

PORT, PREFIX = 19530, "zitat"
DENSE = ("HNSW", "FLAT", "IVF_FLAT", "IVF_SQ8", "DISKANN", "AUTOINDEX")
_FORMS = "write milvus://host:19530/prefix, milvus+https://user:password@host/prefix or milvus:///absolute/path/file.db"


@dataclass(frozen=True)
class Address:
    """`uri` is as pymilvus wants it, `shown` as a person may see it: without what is secret.

    `dense` is the kind of index over the vectors; empty where it is left to the kind of server.
    """

    uri: str
    shown: str
    prefix: str
    token: str
    database: str
    dense: str
    is_file: bool


def parse_address(text: str) -> Address:
    """An index's URI taken apart; raises BadInput for one that cannot be used."""
    parts = urlsplit(text)
    shown = re.sub(r"(?<=//)[^/@]*@", "", text)
    if parts.scheme not in ("milvus", "milvus+https"):
        raise BadInput(f"{shown!r} is no index on Milvus", _FORMS)
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    if unknown := sorted(set(options) - {"db", "dense", "prefix"}):
        raise BadInput(f"{shown!r} has an option {unknown[0]!r}", "db, dense and prefix are known")
    return _on_server(text, shown, options) if parts.hostname else _in_file(unquote(parts.path), shown, options)


def _in_file(path: str, shown: str, options: dict[str, str]) -> Address:
    if not path.startswith("/") or not path.endswith(".db"):
        raise BadInput(f"{shown!r} names neither a host nor an absolute path that ends in .db", _FORMS)
    prefix, dense = options.get("prefix", PREFIX), options.get("dense", "")
    return _checked(Address(path, shown, prefix, "", "", dense, is_file=True))


def _on_server(text: str, shown: str, options: dict[str, str]) -> Address:
    parts = urlsplit(text)
    try:
        port = parts.port or PORT
    except ValueError:
        raise BadInput(f"{shown!r} has a port that is not a number up to 65535", _FORMS) from None
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    scheme = "https" if parts.scheme == "milvus+https" else "http"
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    token = f"{user}:{password}" if user else password
    prefix = unquote(parts.path).strip("/") or options.get("prefix", PREFIX)
    database, dense = options.get("db", ""), options.get("dense", "")
    return _checked(Address(f"{scheme}://{host}:{port}", shown, prefix, token, database, dense, is_file=False))


def _checked(address: Address) -> Address:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,99}", address.prefix):
        raise BadInput(
            f"{address.prefix!r} cannot begin a collection's name",
            "use letters, digits and _, not a digit first, at most 100",
        )
    if address.dense and address.dense not in DENSE:
        raise BadInput(f"{address.dense!r} is no kind of index over vectors", f"choose one of {', '.join(DENSE)}")
    return address
