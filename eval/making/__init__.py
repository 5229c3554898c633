"""Proposing a test set from one's own archive, for a person to curate."""
