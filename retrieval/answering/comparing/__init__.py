"""Two sentences, in whatever languages, side by side: whether they say the same, or cannot both hold."""

from retrieval.answering.comparing.agreement import agree, similarity
from retrieval.answering.comparing.disagreement import disagreements

__all__ = ["agree", "disagreements", "similarity"]
