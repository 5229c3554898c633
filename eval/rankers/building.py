"""The archive of a test set: made once, kept in the user's cache folder, and gone on with where it was stopped.

A file beside the articles says which files they came from, how long and how old these are: where that is still so, the
archive is used as it is; where not, what is new is added and what is gone is deleted. An archive without that file is
someone's own, and is never written to.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tqdm import tqdm

from eval.sets import TestSet
from index.archive import Archive
from index.article import Draft, Rejection
from index.encoders.bundled import cache_folder
from index.encoders.encoder import BUNDLED, Encoder
from index.errors import ArchiveMissing, BadInput
from index.files import write_atomically
from index.ingesting.enrich import identity
from index.ingesting.ingest import Summary, ingest

STAMP = "test-set.json"


def archive_for(
    test_set: TestSet,
    encoder: Encoder | None,
    model: str = BUNDLED,
    given: Path | None = None,
    progress: bool = True,
) -> Path:
    """The archive of a set: the one at `given`, made there where there is none, else one for set and encoder.

    `encoder` may be None where the archive is there: its own is taken then.
    """
    folder = given or cached_folder(test_set, encoder)
    if not given:
        _tell_once(f"{test_set.name}: its articles are kept in {folder}")
    stamp = _read_stamp(folder)
    if given and stamp is None and any(folder.glob("archive*.sqlite")):
        return folder
    if stamp is not None and stamp == {**_stamp(test_set), "whole": True}:
        return folder
    if given and stamp is not None and stamp.get("origin") != test_set.origin:
        return folder  # of another set, perhaps with the same articles: it is looked into later
    build(test_set, folder, encoder, model, progress)
    return folder


@cache
def _tell_once(line: str) -> None:
    """However many variants use the same archive."""
    print(line, file=sys.stderr)


def cached_folder(test_set: TestSet, encoder: Encoder | None) -> Path:
    """Where the archive of a set and an encoder is kept."""
    told = json.dumps([encoder.fingerprint if encoder else None, test_set.origin], sort_keys=True)
    name = re.sub(r"[^\w.-]+", "-", test_set.name)
    return cache_folder() / "eval" / f"{name}-{hashlib.sha256(told.encode()).hexdigest()[:12]}"


def build(
    test_set: TestSet, folder: Path, encoder: Encoder | None, model: str = BUNDLED, progress: bool = True
) -> None:
    """Make the archive in `folder` hold the set's articles and no others; those that are there already cost little."""
    if test_set.corpus is None:
        raise BadInput(f"{test_set.name} comes without articles", "give --corpus, --archive, --url or --run")
    _tell_once(f"{test_set.name}: its articles are kept in {folder}")
    archive = _opened(folder, encoder, model)
    stamp = _stamp(test_set)
    _write_stamp(folder, {**stamp, "whole": False})
    hidden = None if progress else True  # None: where no terminal is
    with archive, archive.writing(), tqdm(desc=f"{test_set.name}: articles", disable=hidden, unit="") as bar:
        _fill(archive, encoder or archive.own_encoder(), test_set, bar)
    _write_stamp(folder, {**stamp, "whole": True})


def _opened(folder: Path, encoder: Encoder | None, model: str) -> Archive:
    try:
        return Archive(folder)
    except ArchiveMissing:
        if encoder is None:
            raise
        return Archive.create(folder, encoder, model=model)


def _fill(archive: Archive, encoder: Encoder, test_set: TestSet, bar: tqdm[None]) -> None:
    names: set[str | None] = set()
    summary = Summary()

    def named() -> Iterator[Draft | Rejection]:
        for one in test_set.corpus() if test_set.corpus else ():
            names.add(identity(one) if isinstance(one, Draft) else "")
            yield one

    ingest(archive, encoder, named(), lambda now: bar.update(now.seen - bar.n), summary)
    bar.update(summary.seen - bar.n)
    if None not in names:  # an article without a name of its own cannot be told from one that is gone
        archive.store.delete(sorted(archive.store.languages_by_id().keys() - names))
        archive.derived.catch_up()
    if summary.rejected:
        [first, *_] = summary.rejected
        said = f"{first.origin}, record {first.record}: {first.reason}"
        print(f"{test_set.name}: {len(summary.rejected)} articles cannot be read; {said}", file=sys.stderr)


def _stamp(test_set: TestSet) -> dict[str, object]:
    """What the articles are read from, so that a change is noticed without reading them."""
    looks = [(str(file), file.stat()) for file in test_set.files]
    return {"origin": test_set.origin, "files": [[name, look.st_size, look.st_mtime_ns] for name, look in looks]}


def _read_stamp(folder: Path) -> dict[str, object] | None:
    try:
        said = json.loads((folder / STAMP).read_text(encoding="utf-8"))
        return said if isinstance(said, dict) else None
    except (OSError, ValueError):
        return None


def _write_stamp(folder: Path, stamp: dict[str, object]) -> None:
    write_atomically(folder / STAMP, json.dumps(stamp, ensure_ascii=False, indent=1) + "\n")
