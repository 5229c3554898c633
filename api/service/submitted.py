"""Articles as a program sends them: what they may say, and the draft that each becomes.

The document path is that of `zitat ingest` from here on, so both store the same article, under the same id.
"""

from __future__ import annotations

from typing import Annotated, Any, Union

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationError
from pydantic.config import JsonDict

from index.article import Draft, Rejection
from index.reading.exported import exported

MOST_ARTICLES = 1_000
ORIGIN = "POST /v1/articles"
SHOWN = 100  # characters of a value in a message
CURE = "send the article as /docs says, again by itself"
EXAMPLE: JsonDict = {
    "id": "apa-2022-118",
    "title": "Trade with Kazakhstan grows",
    "text": "Azerbaijan's trade with Kazakhstan grew in October.",
    "language": "en",
    "published_at": "2022-10-31",
    "source": "APA",
    "url": "https://news.example.org/118",
}


class ArticleIn(BaseModel):
    """An article. What is left out is read from its text; without an id it goes by its url, or by its content."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    text: str = Field(description="The whole text; paragraphs end in line feeds.")
    id: str | None = Field(default=None, description="An article with this id is replaced where the content differs.")
    title: str | None = None
    language: str | None = Field(default=None, description="ISO 639 code or English name.")
    published_at: str | None = Field(default=None, description="A date in any usual form; best is ISO 8601.")
    source: str | None = None
    author: str | None = None
    url: str | None = None
    content_hash: str | None = Field(
        default=None, description="As `zitat export` wrote it: an article that still has it is taken just as it is."
    )
    language_confidence: float | None = Field(default=None, description="As `zitat export` wrote it.")


class ArticlesIn(BaseModel):
    """Several articles. One that cannot be used is rejected in the job, by its number; the others go on."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"articles": [EXAMPLE]}]})

    # Published as taking anything, since it does: what is no article becomes a rejection in the job.
    articles: list[Any] = Field(
        min_length=1, max_length=MOST_ARTICLES, description="Each as when it is sent by itself (ArticleIn)."
    )


def _many_or_one(body: Any) -> str:
    return "many" if isinstance(body, ArticlesIn) or (isinstance(body, dict) and "articles" in body) else "one"


Submission = Annotated[
    Union[Annotated[ArticleIn, Tag("one")], Annotated[ArticlesIn, Tag("many")]],  # noqa: UP007 - a field of its own
    Discriminator(_many_or_one),
]


def records_of(body: ArticleIn | ArticlesIn) -> list[Any]:
    """The articles of a request as plain JSON values, those of a list not yet looked at."""
    if isinstance(body, ArticleIn):
        return [body.model_dump(exclude_none=True)]
    return list(body.articles)


def draft_of(number: int, record: object) -> Draft | Rejection:
    """The draft of an article, or what is wrong with it; numbers count from 1."""
    if isinstance(record, dict) and (known := exported(record, ORIGIN, number)) is not None:
        return known
    try:
        said = ArticleIn.model_validate(record)
    except ValidationError as error:
        return Rejection(ORIGIN, number, _reason(error), CURE)
    return Draft(
        text=said.text,
        origin=ORIGIN,
        record=number,
        id=said.id,
        title=said.title,
        language=said.language,
        published_at=said.published_at,
        source=said.source,
        author=said.author,
        url=said.url,
    )


def _reason(error: ValidationError) -> str:
    """Every fault of an article, with the field and the value seen."""
    faults = []
    for one in error.errors(include_url=False):
        where = ".".join(map(str, one["loc"])) or "the article"
        seen = "" if one["type"] == "missing" else f", not {one['input']!r:.{SHOWN}}"
        faults.append(f"{where}: {one['msg'][:1].lower()}{one['msg'][1:]}{seen}")
    return "; ".join(faults)
