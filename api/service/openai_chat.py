"""What a chat asks: its last question, the turns before it, or an errand that a chat program runs for itself.

Chat programs send more than questions: they ask the same model for a title of the chat, for tags, for questions to
suggest. None of that is in an archive of news. The title is the chat's first question; the other lists are empty.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from api.markdown import spoken
from api.service.openai_errors import WrongParameter
from api.service.openai_models import Message
from api.wording import shorter
from index.errors import BadInput
from retrieval.answering import Turn
from retrieval.answering.options import MOST_TURNS
from retrieval.options import LONGEST_QUESTION, checked_question

LONGEST_TITLE = 60  # code points
LONGEST_ANSWER = 4_000  # code points of an earlier answer that a follow-up can lean on
LONGEST_ERRAND = 200_000

# Open WebUI begins its errands so, and says in JSON what it wants back.
_TASK = re.compile(r"\s*### Task:")
_WANTED = re.compile(r"\{+\s*\"(title|tags|follow_ups|queries|text|prompt)\"\s*:")
_NOTHING: dict[str, object] = {"tags": [], "follow_ups": [], "queries": [], "text": "", "prompt": ""}
# LibreChat and others ask for a title in words of their own, in the first words of a message or in one to the system.
_ASKS_TITLE = re.compile(
    r"\s*(?:please\s+)?(?:generate|provide|create|write|suggest|make|analyze this conversation)\b[\s\S]{0,200}?"
    r"\btitle\b[\s\S]{0,80}?\b(?:conversation|chat|language)\b",
    re.IGNORECASE,
)
_TITLE_MAKER = re.compile(
    r"\b(?:chat|conversation) titles?\b|\btitles? (?:for|of) (?:the|this|a) (?:chat|conversation)", re.IGNORECASE
)
_TRANSCRIPT = re.compile(
    r"(?:^|\n|>)\s*(?:USER|User|Human)\s*:\s*([\s\S]+?)(?=\n\s*(?:ASSISTANT|Assistant|AI)\s*:|</|$)"
)


@dataclass(frozen=True)
class Chat:
    """A question and the turns before it."""

    question: str
    turns: tuple[Turn, ...]


def chat_of(messages: Sequence[Message]) -> Chat:
    """The last message from the user, and the turns before it, the latest as many as a conversation may have."""
    last = max((at for at, message in enumerate(messages) if message.role == "user"), default=None)
    if last is None:
        raise WrongParameter("messages", "none is from the user", 'add {"role": "user", "content": "..."}')
    asked = messages[last]
    if isinstance(asked.content, list):
        unread = sorted({part.type for part in asked.content} - {"text", "input_text"})
        if unread:
            raise WrongParameter("messages", f"the question has parts of type {', '.join(unread)}", "send text alone")
    try:
        return Chat(checked_question(asked.text), _turns(messages[:last])[-MOST_TURNS:])
    except BadInput as error:
        raise WrongParameter("messages", error.reason, error.cure) from None


def errand(messages: Sequence[Message]) -> str | None:
    """The reply to what a chat program asks for itself; None for a question."""
    asked = next((one.text for one in reversed(messages) if one.role == "user"), "")[:LONGEST_ERRAND]
    if _TASK.match(asked) and (wanted := _WANTED.search(asked)):
        key = wanted.group(1)
        return json.dumps({key: _title(messages) if key == "title" else _NOTHING[key]}, ensure_ascii=False)
    if _ASKS_TITLE.match(asked):
        return _title(messages)
    told = (one.text[:LONGEST_QUESTION] for one in messages if one.role in ("system", "developer"))
    return _title(messages) if any(_TITLE_MAKER.search(text) for text in told) else None


def _turns(messages: Sequence[Message]) -> tuple[Turn, ...]:
    """Each question with what was answered to it; empty messages are passed over."""
    turns: list[Turn] = []
    for message in messages:
        text = message.text.strip()
        if message.role == "user" and text:
            turns.append(Turn(text[:LONGEST_QUESTION]))
        elif message.role == "assistant" and text and turns:
            said = f"{turns[-1].answer} {spoken(text)}".strip()
            turns[-1] = Turn(turns[-1].question, said[:LONGEST_ANSWER])
    return tuple(turns)


def _title(messages: Sequence[Message]) -> str:
    """The chat's first question, cut to a title."""
    questions = [one.text for one in messages if one.role == "user"]
    transcript = _TRANSCRIPT.search(questions[-1][:LONGEST_ERRAND]) if questions else None
    first = transcript.group(1) if transcript else questions[0] if len(questions) > 1 else ""
    line = " ".join(first.split())
    if not line and questions and not _ASKS_TITLE.match(questions[0]):
        line = " ".join(questions[0].split())  # the system message asks for a title of this
    return shorter(line, LONGEST_TITLE)
