"""A made test set on disk: the proposals a person looks through, and the BEIR folder that comes of them."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from eval.making.proposals import Proposal
from index.errors import BadInput
from index.truth.schema import StoredArticle

PROPOSALS, CORPUS = "proposals.jsonl", "corpus.jsonl.gz"
EVERY = "all"


def write_set(folder: Path, pool: Sequence[StoredArticle], proposals: Sequence[Proposal]) -> None:
    """Write everything: the articles without their titles and without the sentences that are queries."""
    if (folder / PROPOSALS).exists():
        cure = "choose another folder, or take your corrections over with --curated"
        raise BadInput(f"{folder} already holds proposals, perhaps curated ones", cure)
    folder.mkdir(parents=True, exist_ok=True)
    _write_corpus(folder / CORPUS, pool, proposals)
    with open(folder / PROPOSALS, "w", encoding="utf-8") as out:
        for one in proposals:
            shown = {name: value for name, value in asdict(one).items() if name != "cut"}
            print(json.dumps(shown, ensure_ascii=False), file=out)
    write_judgements(folder, proposals)


def curate(folder: Path) -> list[Proposal]:
    """Take over what a person made of the proposals: lines deleted, queries mended, `keep` set, articles added."""
    kept = read_proposals(folder / PROPOSALS)
    known = _article_ids(folder / CORPUS)
    for number, one in kept:
        for article in one.articles:
            if article not in known:
                cure = f"use ids of {folder / CORPUS}"
                raise BadInput(f"{folder / PROPOSALS}, line {number}: there is no article {article!r}", cure)
    proposals = [one for _, one in kept]
    write_judgements(folder, proposals)
    return proposals


def read_proposals(file: Path) -> list[tuple[int, Proposal]]:
    """The lines of a file of proposals, with their numbers; raises BadInput naming file, line and cure."""
    if not file.exists():
        raise BadInput(
            f"there is no {file}", "make the proposals first: zitat eval make-set --archive DIR --output FOLDER"
        )
    out = []
    for number, line in enumerate(file.read_text(encoding="utf-8").split("\n"), 1):
        if line.strip():
            try:
                row = json.loads(line)
                row["articles"] = tuple(row["articles"])
                out.append((number, Proposal(**row)))
            except (ValueError, KeyError, TypeError) as error:
                wanted = ", ".join(one.name for one in fields(Proposal) if one.name != "cut")
                cure = f"each line is a JSON object with the fields {wanted}"
                raise BadInput(f"{file}, line {number}: {error}", cure) from None
    return out


def write_judgements(folder: Path, proposals: Iterable[Proposal]) -> None:
    """queries.jsonl, and qrels for each kind and for all; only what is to be kept."""
    kept = [one for one in proposals if one.keep]
    with open(folder / "queries.jsonl", "w", encoding="utf-8") as out:
        for one in kept:
            print(
                json.dumps({"_id": one.id, "text": one.query, "language": one.language}, ensure_ascii=False), file=out
            )
    (folder / "qrels").mkdir(exist_ok=True)
    for name in (EVERY, *sorted({one.kind for one in kept})):
        with open(folder / "qrels" / f"{name}.tsv", "w", encoding="utf-8", newline="") as out:
            rows = csv.writer(out, delimiter="\t", lineterminator="\n")
            rows.writerow(["query-id", "corpus-id", "score"])
            rows.writerows(
                [one.id, article, 1] for one in kept if name in (EVERY, one.kind) for article in one.articles
            )


def _write_corpus(file: Path, pool: Sequence[StoredArticle], proposals: Sequence[Proposal]) -> None:
    cuts = {article: one.cut for one in proposals if one.cut for article in one.articles}
    with gzip.GzipFile(file, "wb", mtime=0) as out:
        for one in pool:
            line = json.dumps(_record(one, cuts.get(one.article.id)), ensure_ascii=False) + "\n"
            out.write(line.encode())


def _record(one: StoredArticle, cut: str | None) -> dict[str, Any]:
    article = one.article
    text = article.text.replace(cut, "") if cut else article.text
    if article.title and text.startswith(article.title):
        text = text[len(article.title) :].lstrip()
    known = {"language": article.language, "published_at": article.published_at, "source": article.source}
    return {"_id": article.id, "title": "", "text": text, **known, "url": article.url}


def _article_ids(file: Path) -> set[str]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return {json.loads(line)["_id"] for line in lines}
