"""Test sets: questions, judgements, and the articles they are about, in the forms that others publish them in."""

from eval.sets.records import Gold, Query, TestSet

__all__ = ["Gold", "Query", "TestSet"]
