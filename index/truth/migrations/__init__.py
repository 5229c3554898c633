"""Tables made, or brought from an earlier form to this program's.

Each change of the tables is a file in truth/ or, for what an archive on a server keeps besides it, in archive/. Alembic
is loaded only where there is something to change; it notes in the table `alembic_version` which form it left.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, inspect, text

_HERE = Path(__file__).parent
_NOTED = "alembic_version"
_alembic = threading.Lock()  # what it works on is global to the process


@dataclass(frozen=True)
class History:
    """The forms that some tables have had: `forms` are the names of the changes that led to each, the oldest first.

    Tables that were made before forms were noted are known by the one `mark`; they have the first form.
    """

    folder: str
    forms: tuple[str, ...]
    mark: str

    @property
    def head(self) -> str:
        """The form that this program reads and writes."""
        return self.forms[-1]

    def form_of(self, db: Connection) -> str | None:
        """Which form the tables have; None where there are none yet."""
        there = inspect(db)
        if there.has_table(_NOTED):
            return str(db.execute(text(f"SELECT version_num FROM {_NOTED}")).scalar_one())
        return self.forms[0] if there.has_table(self.mark) else None

    def upgrade(self, db: Connection) -> None:
        """Bring the tables to this program's form, within the transaction that the caller holds."""
        from alembic import command
        from alembic.config import Config

        config = Config(attributes={"connection": db})
        for option, folder in (("script_location", _HERE), ("version_locations", _HERE / self.folder)):
            config.set_main_option(option, str(folder).replace("%", "%%"))
        config.set_main_option("path_separator", "newline")
        there = inspect(db)
        with _alembic:
            if there.has_table(self.mark) and not there.has_table(_NOTED):
                command.stamp(config, self.forms[0])
            command.upgrade(config, self.head)


TRUTH = History("truth", ("0001", "0002", "0003"), mark="log")
ARCHIVE = History("archive", ("a001", "a002"), mark="settings")
