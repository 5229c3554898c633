"""The file of API keys: who may read, who may write. It holds hashes, never a key.

A file with no key in it locks everybody out; only without the file is nobody asked for a key. So revoking the last key
never opens a service.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path
from typing import Literal, get_args

from filelock import FileLock, Timeout

from index.errors import BadInput
from index.files import version_of, write_atomically

NAME = "keys.json"
PREFIX = "zitat_"  # tells people, and programs that look for leaked secrets, what it is
LONGEST_NAME = 100
WAIT = 10.0  # seconds, for another command to let go of the file

Role = Literal["read", "admin"]


@dataclass(frozen=True)
class Key:
    """What is kept of a key. `hash` is its SHA-256, `last_four` its end, by which a person knows it again.

    A key is 256 random bits, so its hash cannot be turned back by guessing. A slow hash such as scrypt is for passwords
    that people choose; here it would add nothing but 50 ms to each request.
    """

    id: str
    role: Role
    name: str
    created: str
    last_four: str
    hash: str

    def may(self, wanted: Role) -> bool:
        """Whether a caller with this key may do what needs the role: an admin may do everything."""
        return self.role in ("admin", wanted)


class KeyFile:
    """The keys in a file, as they are at each moment: whoever holds one notices when another process changes them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: tuple[tuple[int, int], tuple[Key, ...]] | None = None  # with the version of the file they are from

    def exists(self) -> bool:
        """Whether keys are asked for."""
        return self.path.exists()

    def all(self) -> tuple[Key, ...]:
        """All keys, oldest first; raises BadInput where the file cannot be read."""
        version, known = version_of(self.path), self._known
        if known is None or known[0] != version:
            self._known = known = (version, _read(self.path))
        return known[1]

    def holder(self, token: str) -> Key | None:
        """The key that a caller shows; looking takes the same time wherever it differs from those known."""
        shown = _hash(token)
        found = None
        for key in self.all():
            if compare_digest(key.hash, shown):
                found = key
        return found

    def add(self, role: Role, name: str = "") -> tuple[str, Key]:
        """Make a key; returns it, for the only time, with what is kept of it."""
        if role not in get_args(Role):
            raise BadInput(f"the role is {role!r}", 'give "read" or "admin"')
        if len(name) > LONGEST_NAME or not name.isprintable():
            raise BadInput(f"the name is {name[:LONGEST_NAME]!r}", f"give up to {LONGEST_NAME} printable characters")
        token = PREFIX + secrets.token_urlsafe(32)
        with self._changing() as keys:
            key = Key(_fresh_id(keys), role, name, _now(), token[-4:], _hash(token))
            keys.append(key)
        return token, key

    def revoke(self, key_id: str) -> Key:
        """Take a key away, from the next request on; raises BadInput when there is none with this id."""
        with self._changing() as keys:
            revoked = next((key for key in keys if key.id == key_id), None)
            if revoked is None:
                raise BadInput(f"there is no key {key_id!r}", "see `zitat keys list` for the ids")
            keys.remove(revoked)
        return revoked

    @contextmanager
    def _changing(self) -> Iterator[list[Key]]:
        """The keys, to be changed by nobody else meanwhile, and written when all went well."""
        if not self.path.parent.is_dir():
            raise BadInput(f"there is no folder {self.path.parent}", "make the archive first, or name another --keys")
        try:
            with FileLock(f"{self.path}.lock", timeout=WAIT):
                keys = list(_read(self.path))
                yield keys
                _write(self.path, keys)
        except Timeout:
            raise BadInput(f"{self.path} is in use by another command", "try again when that is done") from None


def key_file(archive: Path, chosen: Path | None = None) -> KeyFile:
    """Where the keys of a service over an archive are, unless another file is chosen."""
    return KeyFile(chosen or archive / NAME)


def _read(path: Path) -> tuple[Key, ...]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return tuple(Key(**key) for key in content["keys"])
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, TypeError, KeyError) as error:
        cure = "restore it from a backup, or delete it and make new keys with `zitat keys add`"
        raise BadInput(f"the keys in {path} cannot be read ({error})", cure) from error


def _write(path: Path, keys: list[Key]) -> None:
    """Readable by the owner alone at every moment: the file that is about to take its place is made so first."""
    new = path.with_name(path.name + ".new")
    new.touch(0o600)
    new.chmod(0o600)  # one that a crash left behind
    write_atomically(path, json.dumps({"keys": [asdict(key) for key in keys]}, indent=1))


def _hash(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _fresh_id(keys: list[Key]) -> str:
    taken = {key.id for key in keys}
    while (made := secrets.token_hex(4)) in taken:
        pass
    return made


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
