"""The archive of a test set: made once, kept in the user's cache folder, and gone on with where it was stopped."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from platformdirs import user_cache_path
from tqdm import tqdm

from eval.sets import TestSet
from index.archive import Archive
from index.encoder import BUNDLED, Encoder
from index.errors import ArchiveMissing, BadInput
from index.ingest import Summary, ingest


def cached_archive(test_set: TestSet, encoder: Encoder, model: str = BUNDLED, progress: bool = True) -> Path:
    """The archive of a set and an encoder; the set's articles are looked at each time, and what is new is added."""
    told = json.dumps([encoder.fingerprint, str(test_set.origin)], sort_keys=True)
    name = f"{test_set.name}-{hashlib.sha256(told.encode()).hexdigest()[:12]}"
    return build(test_set, user_cache_path("zitat") / "eval" / name, encoder, model, progress)


def build(test_set: TestSet, folder: Path, encoder: Encoder, model: str = BUNDLED, progress: bool = True) -> Path:
    """Fill the archive in `folder` from the set's articles; those that are there already cost little."""
    if test_set.corpus is None:
        raise BadInput(f"{test_set.name} comes without articles", "give --archive, --url or --run")
    try:
        archive = Archive(folder)
    except ArchiveMissing:
        archive = Archive.create(folder, encoder, model=model)
    with (
        archive,
        archive.writing(),
        tqdm(desc=f"{test_set.name}: articles", disable=None if progress else True, unit="") as bar,
    ):
        summary = Summary()

        def moved(now: Summary) -> None:
            bar.update(now.seen - bar.n)

        ingest(archive, encoder, test_set.corpus(), moved, summary)
        bar.update(summary.seen - bar.n)
    return folder
