"""The API keys of a service: who may read, who may write. Hashes are kept, never a key.

They are in a file, or beside an archive on a server, for all hosts at once. Where there are keys no longer, nobody is
let in; only where there never were any is nobody asked for a key. So revoking the last key never opens a service.
"""

from __future__ import annotations

import json
import secrets
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path
from typing import Literal, get_args

from filelock import FileLock, Timeout

from index.errors import BadInput
from index.files import version_of, write_atomically
from index.places.location import is_address, located

NAME = "keys"
PREFIX = "zitat_"  # tells people, and programs that look for leaked secrets, what it is
LONGEST_NAME = 100
WAIT, LOOK_AGAIN_AFTER = 10.0, 0.05  # seconds, for another command that changes keys

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


class Keys(ABC):
    """The keys as they are at each moment: whoever holds them notices when another process, or host, changes them."""

    name: str  # where they are kept, for people to read
    is_local = True  # whether a look at them takes no time
    _parsed: tuple[str, tuple[Key, ...]] | None = None  # with the text they are from

    @abstractmethod
    def _text(self) -> str | None:
        """What is kept; None where there never were keys."""

    @abstractmethod
    def _changing(self) -> AbstractContextManager[list[Key]]:
        """The keys, to be changed by nobody else meanwhile, and kept when all went well."""

    @abstractmethod
    def _keep(self, keys: Sequence[Key]) -> None:
        """Keep these, whatever was there."""

    @abstractmethod
    def close(self) -> None:
        """Let go of what is open."""

    def take_over(self, other: Keys) -> int | None:
        """Keep the keys of another archive; returns how many, None where it never had any."""
        theirs = other.known()
        if theirs is not None:
            self._keep(theirs)
        return None if theirs is None else len(theirs)

    def known(self) -> tuple[Key, ...] | None:
        """All keys, oldest first, or None where nobody is asked for one; raises BadInput where they cannot be read."""
        text, parsed = self._text(), self._parsed
        if text is None:
            return None
        if parsed is None or parsed[0] != text:
            self._parsed = parsed = (text, self._read(text))
        return parsed[1]

    def exists(self) -> bool:
        """Whether keys are asked for."""
        return self._text() is not None

    def all(self) -> tuple[Key, ...]:
        """All keys, oldest first; raises BadInput where they cannot be read."""
        return self.known() or ()

    def holder(self, token: str) -> Key | None:
        """The key that a caller shows; looking takes the same time wherever it differs from those known."""
        return held_by(token, self.all())

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

    def revoke(self, named: str) -> Key:
        """Take a key away, from the next request on, by its id or its name; raises BadInput unless that is one key."""
        with self._changing() as keys:
            revoked = _named(keys, named)
            keys.remove(revoked)
        return revoked

    def _read(self, text: str) -> tuple[Key, ...]:
        try:
            return tuple(Key(**key) for key in json.loads(text)["keys"])
        except (ValueError, TypeError, KeyError) as error:
            raise self._unreadable(error) from error

    def _unreadable(self, error: Exception) -> BadInput:
        cure = "restore them from a backup, or delete them and make new ones with `zitat keys add`"
        return BadInput(f"the keys in {self.name} cannot be read ({error})", cure)


class KeyFile(Keys):
    """The keys in a file."""

    def __init__(self, path: Path) -> None:
        self.path, self.name = path, str(path)
        self._seen: tuple[tuple[int, int], str | None] | None = None  # with the version of the file

    def close(self) -> None:
        """Nothing is open."""

    def _text(self) -> str | None:
        version, seen = version_of(self.path), self._seen
        if seen is None or seen[0] != version:
            self._seen = seen = (version, self._content())
        return seen[1]

    def _content(self) -> str | None:
        try:
            return self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise self._unreadable(error) from error

    def _keep(self, keys: Sequence[Key]) -> None:
        """Readable by the owner alone at every moment: the file that is about to take its place is made so first."""
        new = self.path.with_name(self.path.name + ".new")
        new.touch(0o600)
        new.chmod(0o600)  # one that a crash left behind
        write_atomically(self.path, _as_text(keys))

    @contextmanager
    def _changing(self) -> Iterator[list[Key]]:
        if not self.path.parent.is_dir():
            raise BadInput(f"there is no folder {self.path.parent}", "make the archive first, or name another --keys")
        try:
            with FileLock(f"{self.path}.lock", timeout=WAIT):
                keys = list(self.all())
                yield keys
                self._keep(keys)
        except Timeout:
            raise _in_use(self.name) from None


class SharedKeys(Keys):
    """The keys beside an archive on a server: each look is one short query, so that a change counts on every host."""

    is_local = False

    def __init__(self, archive: str) -> None:
        from index.truth.postgres import KEYS, Session, parse_address

        self._location, self._session = located(archive), Session(parse_address(archive), KEYS)
        self.name = self._location.name

    def close(self) -> None:
        """Close every connection."""
        self._session.close()
        self._location.close()

    def _text(self) -> str | None:
        return self._location.read(NAME)

    def _keep(self, keys: Sequence[Key]) -> None:
        self._location.keep(NAME, _as_text(keys))

    @contextmanager
    def _changing(self) -> Iterator[list[Key]]:
        self._location.manifest()  # says plainly where there is no archive
        until = time.monotonic() + WAIT
        while not self._session.try_lock():
            if time.monotonic() > until:
                raise _in_use(self.name)
            time.sleep(LOOK_AGAIN_AFTER)
        try:
            keys = list(self.all())
            yield keys
            self._keep(keys)
        finally:
            self._session.unlock()


def key_file(archive: Path | str, chosen: Path | None = None) -> Keys:
    """Where the keys of a service over an archive are, unless a file is chosen."""
    if chosen is None and is_address(archive):
        return SharedKeys(str(archive))
    return KeyFile(chosen or Path(archive) / f"{NAME}.json")


def held_by(token: str, keys: tuple[Key, ...]) -> Key | None:
    """The one of some keys that a caller shows; looking takes the same time wherever it differs from them."""
    shown = _hash(token)
    found = None
    for key in keys:
        if compare_digest(key.hash, shown):
            found = key
    return found


def _named(keys: list[Key], named: str) -> Key:
    """The key with an id, else the only one with a name; raises BadInput."""
    found = [key for key in keys if key.id == named] or [key for key in keys if named and key.name == named]
    if not found:
        raise BadInput(f"there is no key {named!r}", "see `zitat keys list` for ids and names")
    if len(found) > 1:
        ids = ", ".join(key.id for key in found)
        raise BadInput(f"{len(found)} keys are named {named!r}", f"give the id of the one that is meant: {ids}")
    return found[0]


def _in_use(name: str) -> BadInput:
    return BadInput(f"the keys in {name} are being changed by another command", "try again when that is done")


def _as_text(keys: Sequence[Key]) -> str:
    return json.dumps({"keys": [asdict(key) for key in keys]}, indent=1)


def _hash(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _fresh_id(keys: list[Key]) -> str:
    taken = {key.id for key in keys}
    while (made := secrets.token_hex(4)) in taken:
        pass
    return made


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
