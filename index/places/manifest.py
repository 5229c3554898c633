"""How an archive was made, and which of its generations is read now: `manifest.json`, or a row on a server."""

from __future__ import annotations

import json
import shlex
from dataclasses import asdict, dataclass
from pathlib import Path

from index.encoders.encoder import BUNDLED, Encoder
from index.errors import ArchiveDamaged, ArchiveMissing, BadInput, EncoderMismatch

NAME = "manifest.json"
FORMAT = 1
CHUNK_TOKENS, FEWEST_TOKENS = 200, 16
COMPACT = "compact"  # indexes in files, and the vectors in the truth alone


@dataclass(frozen=True)
class Manifest:
    """`model` is the encoder's name, or its folder; `encoder` its fingerprint.

    `chunk_tokens` is about how many of its tokens a passage has. `generation` counts re-embeddings, from 1, and names
    the files of the truth and of the derived indexes. `format` is that of the manifest: another one is not read.
    `index` is where the derived indexes are: nothing for files, "compact" for files without a copy of the vectors, else
    the URI of a Milvus server or file. `id` is its
    own alone: a copy elsewhere gets another. Archives of before there were any have none.
    """

    model: str
    encoder: dict[str, str | int]
    chunk_tokens: int
    generation: int = 1
    format: int = FORMAT
    index: str = ""
    id: str = ""

    @property
    def text(self) -> str:
        """As it is kept."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n"

    @property
    def index_is_remote(self) -> bool:
        """Whether the derived indexes are on Milvus."""
        return self.index not in ("", COMPACT)

    @property
    def schema(self) -> str:
        """The schema of the truth in a database: another one after each re-embedding."""
        return f"zitat_{self.generation}"

    @property
    def truth(self) -> str:
        """The file of the truth: another one after each re-embedding."""
        return "archive.sqlite" if self.generation == 1 else f"archive-{self.generation}.sqlite"

    @property
    def derived(self) -> str:
        """The folder of the indexes derived from that truth."""
        return "derived" if self.generation == 1 else f"derived-{self.generation}"

    def check_encoder(self, encoder: Encoder, archive: str, named: str | None = None) -> None:
        """Refuse an encoder whose vectors may not be compared with the archive's; `named` is what it was loaded by."""
        if encoder.fingerprint == self.encoder:
            return
        differing = {k for k in self.encoder | encoder.fingerprint if self.encoder.get(k) != encoder.fingerprint.get(k)}
        ours, theirs = (
            ", ".join(f"{k}={f.get(k)}" for k in sorted(differing)) for f in (self.encoder, encoder.fingerprint)
        )
        cure = self._cure(archive, named)
        raise EncoderMismatch(f"{archive} was made with {ours}, but this encoder is {theirs}: {cure}")

    def _cure(self, archive: str, named: str | None) -> str:
        """Another model was asked for, or the archive's own is not what it was, or a program brought an encoder."""
        reembed = f"`zitat reembed --archive {shlex.quote(archive)} --model"
        if named is not None and located(named) != self.model:
            return f"leave --model out, or change the archive over with {reembed} {shlex.quote(named)}`"
        changed = f"its model {self.model} is not what it was: bring that back, or make the archive anew with "
        changed += f"{reembed} {shlex.quote(self.model)}`"
        return changed if named else f"open it without an encoder of your own; if there was none, {changed}"


def read_manifest(text: str, where: str) -> Manifest:
    """The manifest that a text is; raises ArchiveDamaged, naming where it came from."""
    try:
        content = json.loads(text)
        if content.get("format") != FORMAT:
            raise ArchiveDamaged(f"{where} has format {content.get('format')}, wanted {FORMAT}: use a matching version")
        manifest = Manifest(**content)
        if not isinstance(manifest.generation, int) or not isinstance(manifest.encoder["dimension"], int):
            raise TypeError("generation and dimension must be numbers")
        return manifest
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ArchiveDamaged(f"{where} cannot be read ({error}): restore it from a backup") from error


def missing(archive: str) -> ArchiveMissing:
    """The error for a place where no archive is."""
    return ArchiveMissing(f"there is no archive at {archive}: make one with `zitat ingest PATH --archive {archive}`")


def located(model: str) -> str:
    """A model's name, or where its folder lies: an archive may be opened from another working directory."""
    return str(Path(model).resolve()) if model != BUNDLED and Path(model).is_dir() else model


def checked_size(wanted: int | None, window: int) -> int:
    """How many tokens passages are to have; raises BadInput where the encoder cannot take as many."""
    if wanted is None:
        return min(CHUNK_TOKENS, window)
    if not FEWEST_TOKENS <= wanted <= window:
        cure = f"give a number from {FEWEST_TOKENS} to {window}, or leave it out"
        raise BadInput(f"passages of {wanted} tokens cannot be made with this model", cure)
    return wanted
