"""Measuring answers: are their citations true, do they hold what is asked for, are they refused when they should be."""
