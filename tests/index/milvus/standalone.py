"""Run in a network namespace of its own: starts the Milvus of another interpreter's wheel, and tries the dense leg.

    python standalone.py INTERPRETER FOLDER

Prints a line of JSON. That server opens its ports on every interface, so only the loopback device may be up.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import numpy as np

from index.documents import TermDocument
from index.milvus.address import parse_address
from index.milvus.filters import condition
from index.milvus.server import Server
from index.milvus.steps import cells
from index.scope import Scope

STARTER = """
import sys, time
from milvus import default_server
default_server.set_base_dir(sys.argv[1])
default_server.listen_port = 19530
default_server.start()
print("started", flush=True)
sys.stdin.read()
default_server.stop()
"""
ROWS, DIMENSION = 600, 64
LANGUAGES, SOURCES = ("de", "en", "az"), ("dpa", 'so:"urce', None)
SCOPES = {
    "everything": Scope(),
    "language": Scope(languages=("de", "az")),
    "source": Scope(sources=('so:"urce',)),
    "article": Scope(articles=(3, 5, 8)),
    "after": Scope(after=date(2022, 6, 1)),
    "before": Scope(before=date(2021, 6, 1), languages=("en",)),
}
FIRST_DAY = date(2020, 1, 1).toordinal()


def document(key: int) -> TermDocument:
    day = None if key % 7 == 0 else FIRST_DAY + 2 * key
    return TermDocument(key, [], [], [], key // 4, LANGUAGES[key % 3], SOURCES[key % 5 % 3], day, day)


def passes(one: TermDocument, scope: Scope) -> bool:
    return (
        (not scope.languages or one.language in scope.languages)
        and (not scope.sources or one.source in scope.sources)
        and (not scope.articles or one.article in scope.articles)
        and (not scope.after or (one.latest is not None and one.latest >= scope.after.toordinal()))
        and (not scope.before or (one.earliest is not None and one.earliest <= scope.before.toordinal()))
    )


def tried(server: Server) -> dict[str, float]:
    """The share of the exact best ten that each scope finds, and what writing and deleting come to."""
    vectors = np.random.default_rng(0).standard_normal((ROWS + 1, DIMENSION)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    name = server.address.prefix
    server.create(name, DIMENSION, lexical=False)
    documents = [document(key) for key in range(1, ROWS + 1)]
    rows = [cells(one) | {"norms": 0, "dense": vectors[one.key]} for one in documents]
    server.upsert(name, rows[: ROWS // 2])
    server.upsert(name, rows[ROWS // 3 :])  # some of them twice
    server.load(name)
    out = {"rows": server.count(name, "key > 0")}
    for said, scope in SCOPES.items():
        allowed = np.array([one.key for one in documents if passes(one, scope)])
        scores = vectors[allowed] @ vectors[9]
        best = allowed[np.argsort(-scores)][:10]
        hits = server.search(name, "dense", vectors[9], 10, where=condition(scope), fresh=True)
        out[said] = len(np.intersect1d(best, hits.keys)) / len(best)
        out["error"] = max(out.get("error", 0), float(np.abs(hits.scores - vectors[hits.keys] @ vectors[9]).max()))
    server.delete(name, [9])
    server.delete_where(name, f"key > {ROWS - 10}")
    after = server.search(name, "dense", vectors[9], 10, fresh=True).keys
    out |= {"rows left": server.count(name, "key > 0"), "deleted found": int(9 in after)}
    return out


def main() -> None:
    interpreter, folder = sys.argv[1], Path(sys.argv[2])
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    began = time.monotonic()
    command = [interpreter, "-c", STARTER, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "started"
        started = time.monotonic() - began
        server = Server(parse_address("milvus://127.0.0.1:19530/drill"))
        out = tried(server) | {"started after": round(started, 1)}
        server.close()
        process.communicate()
    print(json.dumps(out))


if __name__ == "__main__":
    main()
