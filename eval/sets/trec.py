"""TREC's form: topics in one file (SGML, XML, or tabs), judgements in another, documents wherever they are."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.sets.beir import read_queries
from eval.sets.documents import read_documents
from eval.sets.files import PACKED, files_in, numbered_lines, plain_name, text_of
from eval.sets.judgements import read_judgements
from eval.sets.records import Qrels, Query, TestSet
from index.errors import BadInput
from index.text.language import normalise_code
from retrieval.spoken import spoken

# <top> of TREC and CLEF, <topic> of most XML, <query> where nothing is around it. Elements may lack their ends.
_TOPIC = re.compile(r"<(top|topic|query)\b([^>]*)>(.*?)(?:</\1>|(?=<\1\b)|\Z)", re.S | re.I)
_FIELD = re.compile(r"<([a-z][\w-]*)[^>]*>([^<]*)", re.S | re.I)
_ATTRIBUTE = re.compile(r"([\w:-]+)\s*=\s*[\"']([^\"']*)[\"']")
_VERBATIM = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.S)
_COMMENT = re.compile(r"<!--.*?-->|<[?!][^>]*>", re.S)
_LABEL = re.compile(r"^\s*(?:number|topic|title|description|narrative|domain)\s*:\s*", re.I)
_IDS = ("num", "number", "identifier", "qid", "qno", "id", "topic-id")
_TEXTS = ("title", "query", "question", "content", "text", "desc", "description")


@dataclass(frozen=True)
class Topic:
    """One topic: its fields by name in lower case; `language` where the file says it."""

    id: str
    fields: dict[str, str]
    language: str | None

    def text(self, field: str | None) -> str:
        """What is asked: the field that is wanted, else the first of the usual ones."""
        names = (field.lower(),) if field else _TEXTS
        return next((self.fields[name] for name in names if self.fields.get(name)), "")


def read_trec(topics: Path, qrels: str | None, corpus: Sequence[Path] = (), field: str | None = None) -> TestSet:
    """The judged topics of a file; `field` is the one asked (title, desc, ...), `corpus` files or folders."""
    if not qrels or not Path(qrels).is_file():
        raise BadInput(f"{topics}: {qrels or 'nothing'} is given as judgements", "give their file with --qrels FILE")
    judged = read_judgements(Path(qrels))
    queries = _queries(topics, judged, field)
    if not queries:
        cure = "check that both come from one data set"
        raise BadInput(f"{topics}: {qrels} judges none of its topics, but for instance {min(judged)!r}", cure)
    files = tuple(file for path in corpus for file in files_in(path))
    return TestSet(
        plain_name(topics),
        plain_name(Path(qrels)),
        queries,
        {query.id: judged[query.id] for query in queries},
        (lambda: read_documents(corpus)) if corpus else None,
        origin=" ".join(str(path.resolve()) for path in corpus),
        files=files,
    )


def read_topics(file: Path) -> list[Topic]:
    """The topics of a file in whichever form they are; raises BadInput where it holds none."""
    text = text_of(file)
    found = list(_marked_up(text, file) if re.search(r"<(top|topic|query)\b", text, re.I) else _tabbed(file))
    if not found:
        raise BadInput(f"{file} holds no topic", "give topics as <top>, as XML, or as id, tab, text on each line")
    return found


def _queries(file: Path, judged: Qrels, field: str | None) -> tuple[Query, ...]:
    if file.name.removesuffix(PACKED).endswith((".jsonl", ".ndjson")):
        return read_queries([file], judged)
    out = []
    for topic in read_topics(file):
        name = topic.id if topic.id in judged else topic.id.lstrip("0")  # TREC's topic 051 is judged as 51
        if name not in judged:
            continue
        if not (text := topic.text(field)):
            known = ", ".join(topic.fields) or "none"
            raise BadInput(f"{file}: topic {topic.id} has no field to ask", f"give --topic-field one of {known}")
        out.append(Query(name, text, topic.language or spoken(text)[0]))
    return tuple(out)


def _marked_up(text: str, file: Path) -> Iterator[Topic]:
    text = _VERBATIM.sub(lambda found: html.escape(found[1]), text)
    text = _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text)
    for found in _TOPIC.finditer(text):
        kind, head, body = found[1].lower(), found[2], found[3]
        attributes = {name.lower(): value for name, value in _ATTRIBUTE.findall(head)}
        fields: dict[str, str] = {}
        for name, content in _FIELD.findall(body):
            fields.setdefault(_plain(name), _cleaned(content, labelled=kind == "top"))
        if not fields:
            fields = {"query": _cleaned(body, labelled=False)}
        identifier = next((v for source in (fields, attributes) for n in _IDS if (v := source.get(n, "").strip())), "")
        if not identifier:
            line = text.count("\n", 0, found.start()) + 1
            raise BadInput(f"{file}, line {line}: a topic without a number", "give it <num> or an attribute number")
        yield Topic(identifier, fields, _language(attributes))


def _tabbed(file: Path) -> Iterator[Topic]:
    for number, line in numbered_lines(file):
        name, tab, text = line.partition("\t")
        if not tab or not name.strip():
            raise BadInput(f"{file}, line {number}: {line[:60]!r} is no topic", "a line is: id, a tab, the text")
        yield Topic(name.strip(), {"text": text.strip()}, None)


def _plain(name: str) -> str:
    """CLEF writes a language before a field: EN-title."""
    return re.sub(r"^[a-z]{2}-", "", name.lower())


def _cleaned(text: str, labelled: bool) -> str:
    """On one line; TREC's SGML says "Number:" and "Description:" once more inside."""
    return " ".join(html.unescape(_LABEL.sub("", text) if labelled else text).split())


def _language(attributes: dict[str, str]) -> str | None:
    said = attributes.get("lang") or attributes.get("xml:lang")
    return normalise_code(said) if said else None
