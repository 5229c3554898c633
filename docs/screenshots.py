"""Take the pictures in docs/screenshots: the chat page over the seed articles, in its main states.

    python docs/screenshots.py

It needs the dev extra and Chromium (`apt-get install chromium`). Look at every picture before it is committed.
"""

from __future__ import annotations

import base64
import shutil
import struct
import sys
import tempfile
import zlib
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from api.cli import main  # noqa: E402
from api.service.settings import Settings  # noqa: E402
from tests.api.service.served import FREE, served  # noqa: E402

OUT = ROOT / "docs" / "screenshots"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"]
WIDE, LAPTOP, TABLET = ({"viewport": {"width": w, "height": h}} for w, h in ((1500, 860), (1280, 820), (900, 820)))
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DARK = {"color_scheme": "dark"}
TRADE = "Azərbaycan və Almaniya arasında ticarət dövriyyəsi nə qədər olub?"
ARABIC = "أين سيفتتح مكتب دبلوماسية الهيدروجين؟"
OFFICE = "Where is Germany planning to open an office of hydrogen diplomacy?"

READ = """async (picture) => {
  const image = new Image();
  image.src = `data:image/png;base64,${picture}`;
  await image.decode();
  const { width, height } = image, context = new OffscreenCanvas(width, height).getContext("2d");
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  let text = "";
  for (let at = 0; at < data.length; at += 32768) text += String.fromCharCode(...data.subarray(at, at + 32768));
  return [width, height, btoa(text)];
}"""


def asked(*questions: str) -> Callable[[Page], None]:
    """Ask, one after the other."""

    def act(page: Page) -> None:
        for number, question in enumerate(questions, 1):
            page.fill("#question", question)
            page.keyboard.press("Enter")
            page.locator(".turn").nth(number - 1).locator(".foot").wait_for()

    return act


def opened(question: str) -> Callable[[Page], None]:
    """Ask, and open the first citation."""

    def act(page: Page) -> None:
        asked(question)(page)
        page.locator(".answer .cite").first.click()
        page.locator("mark.quote").wait_for()

    return act


def listed(question: str, name: str) -> Callable[[Page], None]:
    """Ask, and open a list below the answer; its button is named in the language of the question."""

    def act(page: Page) -> None:
        asked(question)(page)
        page.locator(f".turn:last-child [data-name={name}]").click()

    return act


def carded(page: Page) -> None:
    """The card at a number."""
    asked(OFFICE)(page)
    page.locator(".answer .cite").first.hover()
    page.locator("#card:popover-open").wait_for()


def filtered(page: Page) -> None:
    """The filters, with a range of dates chosen."""
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("From", exact=True).fill("2022-01-01")
    page.locator("dialog .bar.out").first.wait_for(state="attached")


SHOTS: dict[str, tuple[dict[str, Any], Callable[[Page], None]]] = {
    "welcome": (LAPTOP, lambda page: None),
    "answer": (LAPTOP, asked("Who took part in the meeting of the energy ministry and the German Energy Agency?")),
    "card": (LAPTOP, carded),
    "disagreement": (LAPTOP, asked(TRADE)),
    "panel": (LAPTOP, opened(TRADE)),
    "panel-dark": (WIDE | DARK, opened(OFFICE)),
    "refusal": (LAPTOP, asked("Who won the football World Cup in 1954?")),
    "timeline": (LAPTOP, listed(TRADE, "timeline")),
    "filters": (LAPTOP, filtered),
    "conversation-dark": (
        LAPTOP | DARK,
        asked("Which aluminium company works with Azerbaijan?", "And how much did the two countries trade?"),
    ),
    "arabic": (LAPTOP | {"locale": "ar"}, opened(ARABIC)),
    "japanese": (TABLET | {"locale": "ja"}, asked("「水素外交」の事務所はどこに開設されますか？")),
    "phone": (PHONE, asked(OFFICE)),
    "phone-panel": (PHONE | DARK, opened(OFFICE)),
    "phone-arabic": (PHONE | {"locale": "ar"}, asked(ARABIC)),
}


def shoot(browser: Browser, address: str, name: str) -> None:
    """Take one picture."""
    profile, act = SHOTS[name]
    page = browser.new_context(**({"locale": "en-GB", "reduced_motion": "reduce"} | profile)).new_page()
    page.goto(address)
    page.locator(".histogram").first.wait_for()
    act(page)
    page.evaluate("document.fonts.ready")
    pixels = unpacked(page, page.screenshot(caret="hide"))
    (OUT / f"{name}.png").write_bytes(packed(pixels))
    page.context.close()


def unpacked(page: Page, picture: bytes) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """The pixels of a picture, shape (height, width, 3): the browser has taken it, and can read it."""
    page.goto("about:blank")
    width, height, data = page.evaluate(READ, base64.b64encode(picture).decode())
    return np.frombuffer(base64.b64decode(data), np.uint8).reshape(height, width, 4)[:, :, :3]


def packed(pixels: np.ndarray[Any, np.dtype[np.uint8]]) -> bytes:
    """A PNG of the 256 most frequent colours: a page has few, and the file becomes a third as large."""
    coded = pixels.astype(np.uint32) @ np.array([65_536, 256, 1], np.uint32)
    colours, place, counts = np.unique(coded, return_inverse=True, return_counts=True)
    kept = np.sort(np.argsort(-counts, kind="stable")[:256])
    parts = np.stack([colours >> 16, colours >> 8 & 255, colours & 255], 1).astype(np.int32)
    nearest = np.array([int(np.abs(parts[kept] - one).sum(1).argmin()) for one in parts], np.uint8)
    rows = nearest[place].reshape(coded.shape)
    lines = np.concatenate([np.zeros((len(rows), 1), np.uint8), rows], 1).tobytes()
    height, width = pixels.shape[:2]
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    palette = parts[kept].astype(np.uint8).tobytes()
    pieces = [(b"IHDR", head), (b"PLTE", palette), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, data) for kind, data in pieces)


def chunk(kind: bytes, data: bytes) -> bytes:
    """A part of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@contextmanager
def service() -> Any:
    """A service over the seeds."""
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "seeds.zitat"
        main(["ingest", str(ROOT / "seeds" / "articles"), "--archive", str(archive)])
        with served(Settings(archive=archive, limits=FREE)) as address:
            yield address


if __name__ == "__main__":
    OUT.mkdir(exist_ok=True)
    chromium = shutil.which("chromium") or sys.exit("there is no Chromium: install it with `apt-get install chromium`")
    with service() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for name in sys.argv[1:] or SHOTS:
            shoot(browser, address, name)
            print(f"{name}.png", (OUT / f"{name}.png").stat().st_size // 1024, "KB")
        browser.close()
