"""Whatever the OpenAPI page allows, and much that it does not, is answered as the page says, and never with a 5xx."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode, checks
from schemathesis.specs.openapi import checks as openapi

from api.service.settings import Settings
from tests.api.service.served import FREE, served

EXAMPLES = 8  # of each route
CHECKS = [
    checks.not_a_server_error,
    openapi.status_code_conformance,
    openapi.content_type_conformance,
    openapi.response_headers_conformance,
    openapi.response_schema_conformance,
    openapi.negative_data_rejection,
]


@pytest.fixture(scope="module")
def address(_made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("openapi") / "seeds.zitat"
    shutil.copytree(_made, folder)
    with served(Settings(archive=folder, limits=FREE)) as address:
        yield address


@pytest.fixture(scope="module")
def page(address: str) -> Any:
    return schemathesis.openapi.from_url(f"{address}/openapi.json")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Do not use the `random` module inside strategies")  # schemathesis does
@pytest.mark.parametrize("mode", GenerationMode)
def test_every_route_keeps_to_the_page(page: Any, mode: GenerationMode) -> None:
    tried = 0
    for operation in (one.ok() for one in page.get_all_operations()):
        if mode is GenerationMode.NEGATIVE and not operation.body:
            continue  # there is little that could be wrong

        @settings(max_examples=EXAMPLES, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy(generation_mode=mode))
        def keeps(case: Any) -> None:
            nonlocal tried
            tried += 1
            case.call_and_validate(checks=CHECKS, timeout=60)

        keeps()
    assert tried >= 4 * EXAMPLES


def test_the_page_has_an_example_for_every_question(address: str) -> None:
    schemas = httpx.get(f"{address}/openapi.json").json()["components"]["schemas"]
    for name in ("AskRequest", "SearchRequest", "BatchRequest"):
        assert schemas[name]["examples"]
        assert schemas[name]["additionalProperties"] is False
    assert {"cure", "request_id"} <= set(schemas["ProblemBody"]["required"])
