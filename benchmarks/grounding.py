"""How well the checks of generated sentences tell what a passage says from what it does not.

    python benchmarks/grounding.py XQUAD_R_FOLDER --sentences 400 --without en,de,es,ru,ar,hi,zh,tr

The folder holds corpus.jsonl.gz in BEIR's form, parallel sentences with ids such as "de-0012-03" (language, paragraph,
sentence); a passage is the sentences of a paragraph in one language. Claims are true sentences of it, those of the same
language shortened, and the same with a fault put in. Printed is which share of each is shown as proved. Sentences are
taken as parallel where a paragraph has as many in both languages; `--without` leaves out the paragraphs that have as
many in all of these: the thresholds were set on them.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import regex

from index.encoders.bundled import BundledEncoder
from retrieval.answering.evidence import Sentence
from retrieval.answering.generative.anchors import anchors_of
from retrieval.answering.generative.grounding import Prover
from retrieval.answering.generative.negation import denials

SEED = 7
SHORTEST = 25  # code points of a claim
FEWEST = 3  # sentences of a paragraph
_BRACKETS = regex.compile(r"\s*[(（][^)）]*[)）]")
_COMMA = regex.compile(r"(?<=\w)[,，،、](?!\d)")
# Where a verb is denied in each language, and how.
_DENIED = {
    "ar": (r"\b(كان|كانت|يمكن)\b", r"لا \1"), "de": (r"\b(war|ist|waren|sind|hat|kann|wird|wurden?)\b", r"\1 nicht"),
    "el": (r"\b(ήταν|είναι|έχει|είχε|μπορεί)\b", r"δεν \1"),
    "en": (r"\b(was|is|were|are|had|has|can|will)\b", r"\1 not"),
    "es": (r"\b(era|es|fue|son|fueron|ha|han|puede|tiene)\b", r"no \1"), "hi": (r"\b(है|था|थे|थी|हैं)(?!\p{M})", r"नहीं \1"),
    "ru": (r"\b(был|была|было|были|является|может)\b", r"не \1"), "th": (r"(เป็น|มี|ได้รับ)", r"ไม่\1"),
    "vi": (r"\b(được|có|phải)\b", r"không \1"), "zh": (r"(是|会|能|可以)", r"不\1"),
}  # fmt: skip

Parallel = dict[str, list[str]]  # the sentences of one paragraph, by language


@dataclass(frozen=True)
class Case:
    """A claim in a language, and the passage that it cites."""

    kind: str
    text: str
    language: str
    passage: list[Sentence]


def paragraphs(folder: Path) -> list[Parallel]:
    """All paragraphs, in the order of their names."""
    found: dict[str, dict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    with gzip.open(folder / "corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            language, paragraph, number = record["_id"].split("-")
            found[paragraph][language][number] = record["text"].strip()
    return [
        {language: [texts[number] for number in sorted(texts)] for language, texts in sorted(by.items())}
        for _, by in sorted(found.items())
    ]


def are_parallel(paragraph: Parallel, languages: Collection[str]) -> bool:
    """Whether it has as many sentences in each of the languages, and enough for one to be taken out."""
    counts = {len(paragraph.get(language, ())) for language in languages}
    return len(counts) == 1 and counts.pop() >= FEWEST


def cases(parallel: list[Parallel], sentences: int) -> Iterator[Case]:
    """For so many sentences, half of them with a passage in their own language: the true claim, and faulty ones."""
    draw = random.Random(SEED)
    while sentences:
        paragraph, elsewhere = draw.sample(parallel, 2)
        language, other = draw.sample(sorted(paragraph), 2)
        other = language if sentences % 2 else other
        if are_parallel(paragraph, (language, other)) and language in elsewhere:
            at = draw.randrange(len(paragraph[language]))
            true = paragraph[language][at]
            claim = shortened(true, language) if other == language else true
            if len(claim) >= SHORTEST:
                sentences -= 1
                passage = [sentence(one, other) for one in paragraph[other]]
                where = "same language" if other == language else "another language"
                yield Case(f"{where}: true", claim, language, passage)
                yield Case(f"{where}: true sentence taken out", claim, language, passage[:at] + passage[at + 1 :])
                for fault, wrong in faults(claim, language, paragraph[language], elsewhere[language], draw):
                    yield Case(f"{where}: {fault}", wrong, language, passage)


def faults(
    text: str, language: str, paragraph: list[str], elsewhere: list[str], draw: random.Random
) -> Iterator[tuple[str, str]]:
    """The claim with a figure or name exchanged, or denied."""
    if figures := list(regex.finditer(r"\d+", text)):
        one = draw.choice(figures)
        yield "figure changed", text[: one.start()] + str(int(one[0]) + draw.choice([1, 2, 10])) + text[one.end() :]
    if names := [one for one in anchors_of(text, language, "") if one.kind == "name"]:
        chosen = draw.choice(names)
        for fault, source in (("name from elsewhere", elsewhere), ("name of the same paragraph", paragraph)):
            if others := [name for name in names_in(source, language) if name not in text]:
                yield fault, text[: chosen.start] + draw.choice(others) + text[chosen.end :]
    if language in _DENIED and not denials(text, language):
        denied = regex.sub(*_DENIED[language], text, count=1)
        if denied != text:
            yield "denied", denied


def names_in(sentences: list[str], language: str) -> list[str]:
    """Names in sentences, without the first words."""
    found = [(one, text) for text in sentences for one in anchors_of(text, language, "")]
    return [text[one.start : one.end] for one, text in found if one.kind == "name" and one.start > 0]


def shortened(text: str, language: str) -> str:
    """The sentence without brackets, and without what follows its last comma where it has several."""
    text = _BRACKETS.sub("", text)
    parts = _COMMA.split(text)
    text = ",".join(parts[:-1]) if len(parts) > 2 else text
    return text.rstrip(".。।") + ("。" if language == "zh" else ".")


def sentence(text: str, language: str) -> Sentence:
    """Evidence as an answer has it, without what only selection looks at."""
    ends, codes = np.zeros(0, np.int64), np.zeros((0, 48), np.uint8)
    return Sentence(0, 0, len(text), text, language, 0.0, np.zeros((0, 0), np.float32), ends, codes)


def main() -> None:
    """Make the cases, check each, print the shares."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sentences", type=int, default=200)
    parser.add_argument("--without", type=lambda listed: listed.split(","), metavar="LANGUAGES")
    asked = parser.parse_args()
    read = paragraphs(asked.folder)
    parallel = [one for one in read if not (asked.without and are_parallel(one, asked.without))]
    prover = Prover(BundledEncoder())
    made: Counter[str] = Counter()
    shown: Counter[str] = Counter()
    for case in cases(parallel, asked.sentences):
        made[case.kind] += 1
        shown[case.kind] += bool(prover.proof(case.text, case.language, case.passage))
    print(f"{len(parallel)} of {len(read)} paragraphs, {asked.sentences} sentences; share shown as proved:")
    for kind in sorted(made):
        print(f"{shown[kind] / made[kind]:6.2f} of {made[kind]:4}  {kind}")


if __name__ == "__main__":
    main()
