"""From an article to an entry of the truth: cut into chunks, encoded, signed. It reads and writes no archive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index.article import Article
from index.encoders.encoder import Encoder, Passage
from index.errors import BadInput
from index.text.chunks import Chunk, chunk
from index.text.duplicates import signature
from index.truth.schema import Entry


@dataclass(frozen=True)
class Cut:
    """An article cut into chunks, with everything known about it but its vectors."""

    article: Article
    chunks: Sequence[Chunk]
    draft_hash: str
    origin: str
    is_new: bool = True

    @property
    def tokens(self) -> int:
        """What encoding it will cost."""
        return sum(c.tokens for c in self.chunks)

    @property
    def passages(self) -> list[Passage]:
        """The chunks as the encoder sees them."""
        text, context = self.article.text, self.article.context
        return [Passage(text[c.start : c.end], context, c.language) for c in self.chunks]


def cut(article: Article, encoder: Encoder, size: int, draft_hash: str, origin: str) -> Cut:
    """Cut an article into chunks of about `size` of the encoder's tokens."""
    chunks = chunk(article.text, article.language, encoder, size=size, window=encoder.window)
    if not chunks:
        raise BadInput("there is no text in this record", "leave it out, or map the field that holds the text")
    return Cut(article, chunks, draft_hash, origin)


def encoded(encoder: Encoder, cuts: Sequence[Cut]) -> list[Entry]:
    """Encode the chunks of several articles together."""
    encodings = iter(encoder.encode_passages([passage for one in cuts for passage in one.passages]))
    return [
        Entry(
            article=one.article,
            chunks=one.chunks,
            encodings=[next(encodings) for _ in one.chunks],
            signature=signature(one.article.text),
            draft_hash=one.draft_hash,
            origin=one.origin,
        )
        for one in cuts
    ]
