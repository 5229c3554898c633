"""What is measured: anything that ranks articles for a question."""

from eval.rankers.records import Ranker

__all__ = ["Ranker"]
