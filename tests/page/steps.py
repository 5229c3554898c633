"""What a reader does again and again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Locator, Page, expect

MESSAGES = Path(__file__).parents[2] / "api" / "page" / "messages"


def said(key: str, language: str, **values: object) -> str:
    """What the page says in a language: a turn speaks that of its question."""
    messages: dict[str, str] = json.loads((MESSAGES / f"{language}.json").read_text(encoding="utf-8"))
    return messages[key].format(**values)


def turn(page: Page, number: int = 1) -> Locator:
    """A turn of the conversation, counted from 1."""
    return page.locator("article.turn").nth(number - 1)


def ask(page: Page, question: str) -> Locator:
    """Type a question, press Enter, and wait for the whole answer: its turn."""
    before = page.locator("article.turn").count()
    field = page.locator("#question")
    field.fill(question)
    field.press("Enter")
    asked = turn(page, before + 1)
    expect(asked.locator(".foot")).to_be_visible()
    return asked


def open_citation(page: Page, asked: Locator, number: int = 1) -> Locator:
    """Follow a number: the panel, once the article is there."""
    asked.locator(".answer .cite", has_text=str(number)).first.click()
    panel = page.locator("#panel")
    expect(panel.locator(".article-text")).to_be_visible()
    return panel


def answer(address: str, question: str) -> dict[str, Any]:
    """What the service itself answers: the page has to show just that, however good it is."""
    told: dict[str, Any] = httpx.post(f"{address}/v1/ask", json={"question": question}).raise_for_status().json()
    return told


def words(citation: dict[str, Any]) -> str:
    """The words of a quotation that answer."""
    start, end = (citation["span"][name] - citation["start"] for name in ("start", "end"))
    return str(citation["quote"][start:end])
