"""The chat page in a real Chromium: how soon the first sentence of an answer is seen, and what the page weighs.

    python benchmarks/page.py ARCHIVE [--questions 40]

The questions are headlines of the archive's own articles, none asked twice. The clock runs in the page: from the Enter
key to the frame after the first sentence is there. Questions that are refused have no sentence, and are counted apart.
The weight is what a first visit sends over the wire, headers left out; a second visit asks for the page alone.
"""

from __future__ import annotations

import argparse
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from playwright.sync_api import Page, sync_playwright

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
WATCH = """() => document.getElementById("question").addEventListener("keydown", ({ key }) => {
  if (key !== "Enter") return;
  const started = performance.now(), turns = document.getElementById("turns");
  window.seen = new Promise((resolve) => {
    const watching = new MutationObserver(() => {
      const found = turns.lastElementChild.querySelector(".sentence, .refusal, .problem");
      if (!found) return;
      watching.disconnect();
      const seen = () => resolve(found.matches(".sentence") ? performance.now() - started : null);
      requestAnimationFrame(() => setTimeout(seen));
    });
    watching.observe(turns, { childList: true, subtree: true });
  });
}, true)"""
WEIGHT = """() => [performance.getEntriesByType("navigation"), performance.getEntriesByType("resource")].flat()
  .filter((one) => !one.name.includes("/v1/")).map((one) => [one.name, one.encodedBodySize, one.decodedBodySize])"""


@contextmanager
def service(archive: str) -> Iterator[str]:
    """The address of `zitat serve`, once it is ready."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "api.cli", "serve", "--archive", archive, "--port", str(port)]
    address = f"http://127.0.0.1:{port}"
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            while not _ready(address):
                if process.poll() is not None:
                    sys.exit(f"`{' '.join(command)}` ended with {process.returncode}: run it to see why")
                time.sleep(0.1)
            yield address
        finally:
            process.terminate()


def _ready(address: str) -> bool:
    try:
        return httpx.get(f"{address}/readyz", timeout=5).is_success
    except httpx.TransportError:
        return False


@contextmanager
def chat(address: str) -> Iterator[Page]:
    """The page, open and ready."""
    chromium = shutil.which("chromium") or sys.exit("there is no Chromium: install it with `apt-get install chromium`")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_context(viewport={"width": 1280, "height": 860}, locale="en").new_page()
        page.goto(address, wait_until="networkidle")
        yield page
        browser.close()


def first_sentence(page: Page, question: str) -> float | None:
    """Milliseconds from Enter until a sentence is seen; None where the answer is refused."""
    page.fill("#question", question)
    page.press("#question", "Enter")
    seen: float | None = page.evaluate("window.seen")
    page.locator("#composer .send[aria-label=Ask]").wait_for()
    page.locator("#top button[aria-label='New conversation']").click()
    return seen


def headlines(address: str, count: int) -> list[str]:
    """Titles of as many articles, from all over the archive."""
    listed = (
        httpx.get(f"{address}/v1/articles", params={"limit": 500}, timeout=60).raise_for_status().json()["articles"]
    )
    titles = list(dict.fromkeys(one["title"][:200] for one in listed))
    return titles[:: max(1, len(titles) // count)][:count]


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archive")
    parser.add_argument("--questions", type=int, default=40)
    given = parser.parse_args()
    with service(given.archive) as address, chat(address) as page:
        files = page.evaluate(WEIGHT)
        print(f"{len(files)} files, {sum(one[1] for one in files) / 1024:.1f} KiB over the wire,", end=" ")
        print(f"{sum(one[2] for one in files) / 1024:.1f} KiB unpacked")
        page.evaluate(WATCH)
        times = [first_sentence(page, question) for question in headlines(address, given.questions)]
    seen = sorted(time for time in times if time is not None)
    print(f"{len(seen)} answered, {len(times) - len(seen)} refused")
    if len(seen) > 1:
        tenths = statistics.quantiles(seen, n=20)
        print(f"first sentence after Enter: p50 {statistics.median(seen):.0f} ms, p95 {tenths[-1]:.0f} ms")


if __name__ == "__main__":
    main()
