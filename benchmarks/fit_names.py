"""Fits the direction that ships as retrieval/answering/data/names.npz: which tokens are of names, in any language.

    python benchmarks/fit_names.py PARALLEL.jsonl.gz

Languages that write names, and little else, with a capital letter teach it; as token vectors mean much the same in
every language, it then finds names in those that have no capitals. The first words of sentences teach nothing.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import regex
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from index.encoders.bundled import BundledEncoder
from index.encoders.encoder import Codes, Passage

OUT = Path(__file__).parent.parent / "retrieval" / "answering" / "data" / "names.npz"
TEACHERS = ("en", "es", "fr", "ru", "tr", "ro", "el", "pl", "fi", "id", "sw", "uk", "az", "hu")
HELD_OUT = 4  # every so many-th sentence, in all languages, is kept for the figure that is printed
STRENGTH = 0.01  # inverse of the L2 penalty
_WORD = regex.compile(r"\p{L}[\p{L}\p{M}\p{N}]*")
_BEGINS = regex.compile(r'(?:^|[.!?:"“«„(])\s*$')


def labelled(encoder: BundledEncoder, text: str, language: str) -> Iterator[tuple[Codes, bool]]:
    """Codes of the tokens of one sentence, and whether each is of a word with a capital letter."""
    codes = encoder.encode_passages([Passage(text, "", language)])[0].codes
    ends = encoder.token_ends(text)
    starts = np.concatenate([[0], ends[:-1]])
    for word in _WORD.finditer(text):
        if not _BEGINS.search(text, 0, word.start()):
            inside = (starts < word.end()) & (ends > word.start())
            for code in codes[inside]:
                yield code, word[0][0].isupper()


def main() -> None:
    """Read, fit, say how well it tells names on sentences it has not seen, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parallel", type=Path)
    with gzip.open(parser.parse_args().parallel, "rt", encoding="utf-8") as lines:
        sentences = [json.loads(line) for line in lines]
    encoder = BundledEncoder()
    rows = [
        (number, code, capital)
        for number, parallel in enumerate(sentences)
        for language in TEACHERS
        for code, capital in labelled(encoder, parallel[language], language)
    ]
    signs = np.unpackbits(np.array([code for _, code, _ in rows]), axis=-1).astype(np.float32) * 2 - 1
    names = np.array([capital for _, _, capital in rows])
    kept = np.array([number % HELD_OUT == 0 for number, _, _ in rows])
    unseen = _fitted(signs[~kept], names[~kept]).decision_function(signs[kept])
    print(f"held out: AUC {roc_auc_score(names[kept], unseen):.3f}")
    fitted = _fitted(signs, names)
    direction = np.append(fitted.coef_[0], fitted.intercept_).astype(np.float32)
    np.savez(OUT, direction=direction, codes=json.dumps(encoder.fingerprint, sort_keys=True))


def _fitted(signs: NDArray[np.float32], names: NDArray[np.bool_]) -> LogisticRegression:
    return LogisticRegression(C=STRENGTH, max_iter=500).fit(signs, names)


if __name__ == "__main__":
    main()
