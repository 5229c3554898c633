"""Follow-ups made into questions that stand alone, and the small words of questions by which they are known.

Nothing is imported here: the small words are needed by every search, and what rewrites follow-ups is slow to import.
"""
