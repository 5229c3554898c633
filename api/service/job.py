"""What is told of a job: articles that were sent, and what became of them. Light, as the client has it, too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

JobState = Literal["queued", "running", "done", "failed"]


@dataclass(frozen=True)
class Remark:
    """About the article with this number, counted from 1: why it was rejected, or what of it was ignored."""

    number: int
    reason: str
    cure: str


@dataclass(frozen=True)
class Job:
    """`articles` were sent, and `done` of them looked at so far; the counts and `rejections` say what became of them.

    A job that was interrupted begins anew, and goes on counting. `notes` are about articles that were kept.
    `message` says what a job waits for, or why it failed and what to do. Times are UTC.
    """

    id: str
    state: JobState
    created: str
    articles: int
    started: str | None = None
    finished: str | None = None
    done: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    rejections: tuple[Remark, ...] = ()
    notes: tuple[Remark, ...] = ()
    message: str | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing more will become of it."""
        return self.state in ("done", "failed")
