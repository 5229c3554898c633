"""Follow-ups made into questions that stand alone, and the small words of questions by which they are known."""

from retrieval.answering.following.conversation import Standalone, standalone
from retrieval.answering.following.small_words import known_languages, plain, words_of

__all__ = ["Standalone", "known_languages", "plain", "standalone", "words_of"]
