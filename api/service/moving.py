"""What belongs to an archive besides its articles, moved with it: keys, the calibration, jobs with what was sent.

The service must be stopped meanwhile: what is sent to the old place after it was copied is not in the new one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from api.service.job_store import JobStore
from api.service.key_file import Keys, key_file
from index.errors import ArchiveError, BadInput
from index.places.location import Location, located
from retrieval.answering.confidence import NAME as CALIBRATION

Place = Path | str


@dataclass
class Belongings:
    """What there is at one place, and is to be at another; `moved` says in words what was."""

    source: Location
    target: Location
    keys: tuple[Keys, Keys]
    jobs: tuple[JobStore, JobStore]
    moved: str = ""

    def check(self) -> None:
        """Refuse, before anything is moved, what could not be moved in the end."""
        theirs, ours = self.keys
        if ours.exists() and ours.all() != theirs.all():
            cure = f"take them away with `zitat keys revoke`, or delete {ours.name}, if nobody uses them"
            raise BadInput(f"{ours.name} has other keys than {theirs.name}", cure)

    def move(self) -> None:
        """Move everything, and see that it is there."""
        said = []
        keys = self.keys[1].take_over(self.keys[0])
        if keys is not None:
            said.append(f"{keys} {'key' if keys == 1 else 'keys'}")
        if (calibration := self.source.read(CALIBRATION)) is not None:
            self.target.keep(CALIBRATION, calibration)
            said.append("the calibration")
        unended = self.jobs[1].take_over(self.jobs[0])
        if unended:
            said.append(f"{unended} {'job that has' if unended == 1 else 'jobs that have'} not ended")
        self._verify(calibration)
        self.moved = ", ".join(said)

    def _verify(self, calibration: str | None) -> None:
        name = self.source.name
        if self.keys[0].known() != self.keys[1].known() or self.target.read(CALIBRATION) != calibration:
            raise ArchiveError(f"the keys or the calibration of {name} were changed meanwhile: move it again")
        if late := self.jobs[0].ids() - self.jobs[1].ids():
            raise ArchiveError(f"{len(late)} jobs were sent to {name} meanwhile: stop its service, and move it again")


@contextmanager
def belongings(source: Place, target: Place) -> Iterator[Belongings]:
    """What belongs to an archive, while no service runs its jobs; raises BadInput where one does."""
    with ExitStack() as stack:
        locations = [stack.enter_context(closing(located(place))) for place in (source, target)]
        keys = [stack.enter_context(closing(key_file(place))) for place in (source, target)]
        jobs = [stack.enter_context(closing(JobStore(place))) for place in (source, target)]
        if jobs[0].unended() and not stack.enter_context(jobs[0].running()):
            raise BadInput(f"articles that were sent to {locations[0].name} are being stored now", "stop its service")
        made = Belongings(locations[0], locations[1], (keys[0], keys[1]), (jobs[0], jobs[1]))
        made.check()
        yield made
