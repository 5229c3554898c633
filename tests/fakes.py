"""An encoder that a person can compute by hand, and articles to go with it.

A word is a token is a dimension: `WordEncoder` counts, for each of 64 components, the words that hash to it. So the
cosine of two texts is what you get by counting the words they share, and a word's token code has one bit set.
"""

from __future__ import annotations

import re
import signal
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import xxhash
from numpy.typing import NDArray
from sqlalchemy import Executable

from index.archive import Archive
from index.article import Draft
from index.encoders.codes import normalise, pack
from index.encoders.encoder import EncodedPassage, EncodedQuery, Passage, Vectors
from index.errors import EncoderError
from index.ingesting.ingest import Summary, ingest
from index.places.location import located
from index.truth.store import Store

Place = Path | str  # a folder, or a URL

_WORD = re.compile(r"\S+")


class WordEncoder:
    """Keeps the encoder protocol; `seen` are the texts it was given to encode."""

    def __init__(self, dimension: int = 64, window: int = 60, *, name: str = "words") -> None:
        self.dimension, self.window = dimension, window
        self.fingerprint: dict[str, str | int] = {"model": name, "dimension": dimension, "pooling": "sum"}
        self.seen: list[str] = []

    def component(self, word: str) -> int:
        return xxhash.xxh32_intdigest(word.strip('.,"').casefold().encode()) % self.dimension

    def tokens(self, text: str) -> Vectors:
        out = np.zeros((len(words := _WORD.findall(text)), self.dimension), np.float32)
        out[range(len(words)), [self.component(word) for word in words]] = 1
        return out

    def token_ends(self, text: str) -> NDArray[np.int64]:
        return np.array([match.end() for match in _WORD.finditer(text)], np.int64)

    def encode_passages(self, passages: Sequence[Passage]) -> list[EncodedPassage]:
        return [self._encoded(passage) for passage in passages]

    def _encoded(self, passage: Passage) -> EncodedPassage:
        tokens = self.tokens(passage.text)
        if len(tokens) > self.window:
            raise EncoderError(f"a passage of {len(tokens)} tokens is longer than the window of {self.window}")
        self.seen.append(passage.text)
        return EncodedPassage(normalise(tokens.sum(0)), pack(tokens))

    def encode_query(self, question: str, language: str) -> EncodedQuery:
        tokens = self.tokens(question)
        return EncodedQuery(normalise(tokens.sum(0)), tokens)


def draft(name: str, text: str, **fields: str) -> Draft:
    """A draft from a file of that name, in English and with a title, unless said otherwise."""
    said = {"title": f"About {name}", "language": "en", "origin": f"{name}.txt"} | fields
    return Draft(text=text, record=1, name=name, **said)  # type: ignore[arg-type]


def story(number: int, *words: str) -> Draft:
    """An article of three chunks that resembles no other one; each sentence ends in the given words."""
    mark = " ".join(words)
    sentences = [
        f"Report {number} part {part} tells of " + " ".join(f"w{number}x{part}x{at}" for at in range(9)) + f" {mark}."
        for part in range(6)
    ]
    return draft(f"story-{number}", " ".join(sentences), origin="stories.jsonl", published_at="2022-10-31")


def stored(place: Place, drafts: Iterable[Draft], encoder: WordEncoder | None = None) -> Summary:
    """Ingest into the archive in a folder or a database, which is made when there is none."""
    encoder = encoder or WordEncoder()
    with closing(located(place)) as location:
        is_there = location.exists()
    if not is_there:
        Archive.create(place, encoder, model="words", chunk_tokens=30).close()
    with Archive(place) as archive, archive.writing():
        return ingest(archive, encoder, drafts)


def altered(store: Store, *statements: Executable) -> None:
    """Change tables behind the archive's back."""
    with store.transaction() as db:
        for statement in statements:
            db.execute(statement)


def interruptible() -> None:
    """Run in a new process, so that SIGINT reaches it even where the tests run in the background and ignore it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
