"""What kind of thing a question asks for, and the words of a sentence that name it."""

from retrieval.answering.marking.kinds import Kind, asked_for
from retrieval.answering.marking.names import Name, names_in
from retrieval.answering.marking.spans import answer_span, is_named

__all__ = ["Kind", "Name", "answer_span", "asked_for", "is_named", "names_in"]
