"""Figures as papers print them."""

from __future__ import annotations

from eval.resampling import Interval

MINUS = "−"


def figure(value: float | None) -> str:
    """A share of one: .973; nothing where it is not known."""
    return "" if value is None else f"{value:.3f}".removeprefix("0") if value < 1 else f"{value:.3f}"


def gain(value: float) -> str:
    """A difference of shares, with its sign: +.012."""
    told = f"{abs(value):.3f}".removeprefix("0")
    return told if float(told) == 0 else ("+" if value > 0 else MINUS) + told


def interval(bounds: Interval | None, signed: bool = False) -> str:
    """Both ends: ".951 to .974", or with signs; nothing where it is not known."""
    if bounds is None:
        return ""
    low, high = (gain(bound) if signed else figure(bound) for bound in bounds)
    return f"{low} to {high}"


def p_value(value: float) -> str:
    """.012, or <.001: with 10,000 permutations more is not known well."""
    return "<.001" if value < 0.001 else figure(value)


def quantity(name: str, value: float | None) -> str:
    """A figure of answers: times and counts by their names, else a share."""
    if value is None:
        return ""
    if name.startswith("ms") or name == "questions":
        return f"{value:,.0f}"
    return f"{value:.2f}" if name == "sentences" else figure(value)
