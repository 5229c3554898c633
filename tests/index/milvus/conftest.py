"""One server for the tests of a module; each test has a prefix of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("pymilvus", reason="pymilvus is not here: pip install 'zitat[milvus]'")
pytest.importorskip("milvus_lite", reason="milvus-lite is not here: pip install 'zitat[milvus]'")

from tests.index.milvus.servers import Lite


@pytest.fixture(scope="module")
def lite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lite]:
    server = Lite(tmp_path_factory.mktemp("lite") / "data")
    yield server
    server.stop()


@pytest.fixture
def uri(lite: Lite, request: pytest.FixtureRequest) -> str:
    return lite.uri("t" + "".join(letter for letter in request.node.name if letter.isalnum())[:60])


@pytest.fixture
def file_uri(tmp_path: Path) -> str:
    """milvus-lite within this process."""
    return f"milvus://{tmp_path}/index.db"
