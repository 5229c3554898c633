"""Addresses are taken apart, and what is secret in them is never shown."""

from __future__ import annotations

import pytest

from index.errors import BadInput
from index.milvus.address import parse_address


def test_a_server_has_a_port_and_a_prefix() -> None:
    address = parse_address("milvus://milvus.example:1234/news")
    assert (address.uri, address.prefix, address.token, address.is_file) == (
        "http://milvus.example:1234",
        "news",
        "",
        False,
    )
    assert parse_address("milvus://milvus.example").uri == "http://milvus.example:19530"
    assert parse_address("milvus://milvus.example").prefix == "zitat"
    assert parse_address("milvus://[::1]:19530/a").uri == "http://[::1]:19530"


def test_secrets_are_used_and_not_shown() -> None:
    address = parse_address("milvus+https://anna:s%40cret@milvus.example/news?db=archive&dense=IVF_SQ8")
    assert address.uri == "https://milvus.example:19530"
    assert address.token == "anna:s@cret"
    assert (address.database, address.dense) == ("archive", "IVF_SQ8")
    assert address.shown == "milvus+https://milvus.example/news?db=archive&dense=IVF_SQ8"
    assert parse_address("milvus://:a-token@milvus.example").token == "a-token"


def test_a_file_is_opened_in_this_process() -> None:
    address = parse_address("milvus:///srv/zitat%20index/milvus.db?prefix=two")
    assert (address.uri, address.prefix, address.is_file) == ("/srv/zitat index/milvus.db", "two", True)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("http://milvus.example", "http://milvus.example"),
        ("milvus://anna:secret@host/a b", "'a b'"),
        ("milvus://host/2nd", "'2nd'"),
        ("milvus://host:99999/a", "milvus://host:99999/a"),
        ("milvus:///srv/index", "milvus:///srv/index"),
        ("milvus://host/a?dens=FLAT", "'dens'"),
        ("milvus://host/a?dense=BEST", "'BEST'"),
        ("milvus:relative.db", "relative.db"),
        ("", "''"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_cure(text: str, seen: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse_address(text)
    assert seen in refused.value.reason
    assert refused.value.cure
    assert "secret" not in str(refused.value)
