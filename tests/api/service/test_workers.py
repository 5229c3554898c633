"""Two workers on one socket: what `zitat keys` and `zitat calibrate` change while they run holds in both at once."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from retrieval import Answerer, open_archive
from tests.api.conftest import Zitat
from tests.api.service.processes import Serving, serving

pytestmark = pytest.mark.slow

ASKED = {"question": "How large was the trade turnover between Kazakhstan and Azerbaijan?"}
ANSWERABLE = ["What is planned to be opened in Astana?", "Who spoke about green hydrogen?", ASKED["question"]]
UNANSWERABLE = [
    "Who won the chess championship of Iceland?",
    "How deep is Lake Baikal?",
    "Wer erfand den Reissverschluss?",
]

Outside = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def service(python: list[str], seeds: Path) -> Iterator[Serving]:
    with serving(python, seeds, "--workers", "2") as service:
        yield service


def told_by_each(service: Serving, route: str, ask: Callable[[], Any]) -> list[Any]:
    """What is told, one new connection after the other, until both workers have taken one."""
    workers, before, end = service.workers(2), len(service.lines), time.monotonic() + 60
    told = []
    while service.answered_by(route, before) != workers:
        assert time.monotonic() < end
        told.append(ask())
    return told


def test_a_key_counts_in_every_worker_from_the_next_request_on_and_no_longer_once_revoked(
    service: Serving, zitat: Zitat, seeds: Path
) -> None:
    def made(role: str) -> tuple[str, str]:
        said = zitat("keys", "add", "--role", role, "--archive", seeds)
        return said.out.strip(), said.err.split()[1]

    def statuses(token: str | None) -> set[int]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        ask = lambda: httpx.get(f"{service.address}/v1/stats", headers=headers, timeout=60).status_code  # noqa: E731
        return set(told_by_each(service, "/v1/stats", ask))

    assert statuses(None) == {200}  # on this machine, without keys
    (first, revoked), (other, _) = made("read"), made("admin")
    assert (statuses(None), statuses(first), statuses(other)) == ({401}, {200}, {200})
    assert zitat("keys", "revoke", revoked, "--archive", seeds).status == 0
    assert (statuses(first), statuses(other)) == ({401}, {200})
    assert statuses(made("read")[0]) == {200}


def test_a_new_calibration_counts_in_every_worker_and_what_was_answered_before_is_not_shown_again(
    service: Serving, outside: Outside, seeds: Path, tmp_path: Path
) -> None:
    def confidences() -> set[float]:
        ask = lambda: httpx.post(f"{service.address}/v1/ask", json=ASKED, timeout=60).json()["confidence"]  # noqa: E731
        return set(told_by_each(service, "/v1/ask", ask))

    def in_process() -> float:
        with open_archive(seeds) as archive:
            return Answerer(archive).ask(ASKED["question"]).confidence

    assert confidences() == {before := in_process()}
    questions = tmp_path / "judged.jsonl"
    judged = [(one, True) for one in ANSWERABLE * 4] + [(one, False) for one in UNANSWERABLE * 4]
    questions.write_text("".join(json.dumps({"question": q, "answerable": a}) + "\n" for q, a in judged))
    outside("-m", "api.cli", "calibrate", "--archive", seeds, "--questions", questions).check_returncode()
    assert confidences() == {after := in_process()}
    assert after != before
    (seeds / "calibration.json").unlink()
    assert confidences() == {before}
