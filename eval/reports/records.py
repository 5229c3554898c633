"""What a report is about: how it was measured, and for each test set the runs and their comparisons."""

from __future__ import annotations

import argparse
import contextlib
import platform
import re
import shlex
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version

from eval.arguments import add_arguments
from eval.comparing import Comparison
from eval.measuring import Evaluation
from eval.sets import TestSet

PACKAGES = ("zitat", "ir_measures", "pytrec_eval-terrier", "numpy", "faiss-cpu", "tantivy", "onnxruntime")


@dataclass(frozen=True)
class How:
    """All that is needed to measure the same again; `when` is in UTC."""

    command: str
    when: str
    seed: int
    depth: int
    threads: int
    sample: int | None
    versions: dict[str, str]


@dataclass(frozen=True)
class Section:
    """One test set: the runs on it; `compared` are (run, baseline), and `comparisons` what came of each."""

    test_set: TestSet
    runs: tuple[Evaluation, ...]
    compared: tuple[tuple[Evaluation, Evaluation], ...]
    comparisons: tuple[Comparison, ...]


@dataclass(frozen=True)
class Report:
    """Everything that one command measured."""

    how: How
    sections: tuple[Section, ...]

    @property
    def runs(self) -> list[Evaluation]:
        """The runs on all test sets."""
        return [run for section in self.sections for run in section.runs]

    @property
    def comparisons(self) -> list[Comparison]:
        """The comparisons on all test sets."""
        return [one for section in self.sections for one in section.comparisons]


def how_measured(args: argparse.Namespace) -> How:
    """The command as it could be typed again, and the versions of what was used."""
    when = datetime.now(UTC).strftime("%Y-%m-%d %H:%M")
    return How(command(args), when, args.seed, args.depth, args.threads, args.sample, _versions())


def command(args: argparse.Namespace) -> str:
    """What was typed, put together again from what it was read as; what is the default is left out."""
    usual = argparse.ArgumentParser()
    add_arguments(usual)
    words = ["zitat", "eval", *args.datasets]
    for action in usual._actions:
        value = getattr(args, action.dest, action.default)
        option = (action.option_strings or [""])[-1]
        if option and value != action.default:
            for one in value if isinstance(value, list) else [value]:
                words += [option] if one is True else [option, _typed(one, option)]
    return shlex.join(words)


def _typed(value: object, option: str) -> str:
    """As it was typed, but for what lets someone in: values of headers, and who is named in an address."""
    told = str(value)
    if option == "--header" and "$" not in told:
        return f"{told.partition(':')[0]}: …"
    return re.sub(r"(?<=://)[^/@\s]+@", "…@", told)


def _versions() -> dict[str, str]:
    out = {"Python": platform.python_version(), "system": f"{platform.system()} {platform.machine()}"}
    for name in PACKAGES:
        with contextlib.suppress(PackageNotFoundError):  # Zitat itself may be run from a working copy
            out[name] = version(name)
    return out
