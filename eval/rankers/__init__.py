"""What is measured: anything that ranks articles for a question."""

from eval.rankers.records import PAGE, Ranker, RankingFailed

__all__ = ["PAGE", "Ranker", "RankingFailed"]
