"""The page that describes the service works where there is no network."""

from __future__ import annotations

import re

import httpx


def test_the_page_takes_everything_from_the_service_itself(client: httpx.Client) -> None:
    page = client.get("/docs").raise_for_status().text
    taken = re.findall(r"""(?:src|href)=["']([^"']+)""", page)
    assert len(taken) >= 2
    for place in taken:
        assert place.startswith("/docs-files/"), place
        assert len(client.get(place).raise_for_status().content) > 500


def test_the_page_describes_the_routes_with_examples(client: httpx.Client) -> None:
    assert "/openapi.json" in client.get("/docs").text
    described = client.get("/openapi.json").json()
    assert {"/v1/ask", "/v1/search", "/v1/articles", "/v1/chat/completions"} <= set(described["paths"])
