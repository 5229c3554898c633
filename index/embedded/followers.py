"""Derived indexes in files of this machine, of a truth that is on a server.

Nobody but the processes of this machine brings them up to date: whoever reads finds out from the change log that they
lag behind, and one at a time catches them up, on a standby too. No write lock is needed, as nothing is written to the
truth.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from index.embedded.derived import Derived
from index.places.folder import file_lock
from index.view import Indexes, Version, View

WAIT = 60.0  # seconds for another process of this machine


class Followers(Indexes):
    """The derived files, caught up under a lock of this machine."""

    def __init__(self, derived: Derived, name: str) -> None:
        self._derived, self._name = derived, name

    def version(self) -> Version:
        """Changes whenever another state is published."""
        return self._derived.version()

    def load(self) -> View:
        """Open the published state; raises DerivedDamaged."""
        return self._derived.load()

    def catch_up(self, *, finished: bool = True, wait: float = WAIT) -> None:
        """Bring the files to the truth's last change, read in one state, as another process may be writing."""
        with self._alone(wait):
            self._derived.catch_up(finished=finished)

    def check(self) -> None:
        """Look at what opening does not; raises DerivedDamaged."""
        self._derived.check()

    def rebuild(self) -> None:
        """Make the files again from the truth."""
        with self._alone(WAIT):
            self._derived.rebuild()

    @contextmanager
    def _alone(self, wait: float) -> Iterator[None]:
        lock = self._derived.folder.with_name(f"{self._derived.folder.name}.lock")
        lock.parent.mkdir(parents=True, exist_ok=True)
        with file_lock(lock, wait, f"the indexes of {self._name} on this machine"), self._derived.store.snapshot():
            yield
