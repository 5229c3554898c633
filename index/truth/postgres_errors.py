"""PostgreSQL's errors in plain words."""

from __future__ import annotations

import psycopg

from index.errors import ArchiveError, ArchiveFull, ArchiveLocked, ArchiveReadOnly, ArchiveUnreachable


def explained(name: str, error: BaseException) -> ArchiveError | None:
    """An error of PostgreSQL as ours; None where tables or pages are damaged."""
    state, said = getattr(error, "sqlstate", None) or "", first_line(error)
    if state in ("XX001", "XX002", "42P01", "42703", "3F000"):  # the tables are made with the archive, and stay
        return None
    if state == "53100":
        cure = "free some disk space and run it again; what was reported as stored is safe"
        return ArchiveFull(f"the disk of {name} is full ({said}): {cure}")
    if state == "25006":
        return standby(name)
    if state == "55P03":
        return ArchiveLocked(f"{name} is locked ({said}): let the process that writes to it finish")
    if state[:2] in ("08", "57") or (not state and isinstance(error, psycopg.OperationalError)):
        return lost(name, said)
    return ArchiveError(f"{name}: {said}")


def lost(name: str, said: str) -> ArchiveUnreachable:
    """The error for a server that is not, or no longer, there."""
    cure = "see that the server runs, and run it again; what was reported as stored is safe"
    return ArchiveUnreachable(f"{name} does not answer ({said}): {cure}")


def standby(name: str) -> ArchiveReadOnly:
    """The error for a server that may be read only."""
    cure = "give the address of the primary, or of all servers with ?target_session_attrs=read-write"
    return ArchiveReadOnly(f"{name} is a standby, which takes no writes: {cure}")


def first_line(error: BaseException) -> str:
    """What an error says, without hints."""
    return str(error).strip().partition("\n")[0]
