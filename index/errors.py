"""Every error Zitat raises on purpose.

    ZitatError
    ├── BadInput            a file, record or argument that cannot be used
    ├── ArchiveError
    │   ├── ArchiveMissing  there is no archive at this path
    │   ├── ArchiveDamaged  the truth itself (archive.sqlite) is damaged
    │   ├── ArchiveLocked   another process is writing
    │   ├── ArchiveFull     the disk is full
    │   ├── ArchiveReadOnly the server is a standby, which takes no writes
    │   └── ArchiveUnreachable  the server of an archive does not answer, or no longer
    ├── EncoderError
    │   └── EncoderMismatch the archive was made with a different encoder
    └── ClusterFailed       a Ray cluster cannot be reached, or loses the same work again and again

A message gives the value seen, the value wanted and the cure.
"""


class ZitatError(Exception):
    """The root: catch this to catch every error raised on purpose."""


class BadInput(ZitatError):
    """A file, record or argument that cannot be used; the cure is part of the message."""

    def __init__(self, reason: str, cure: str) -> None:
        super().__init__(f"{reason}: {cure}")
        self.reason = reason
        self.cure = cure


class ArchiveError(ZitatError):
    """Something is wrong with the archive on disk."""


class ArchiveMissing(ArchiveError):
    """There is no archive at the path given."""


class ArchiveDamaged(ArchiveError):
    """The truth itself is damaged; the derived indexes are rebuilt without an error."""


class ArchiveLocked(ArchiveError):
    """Another process holds the archive's write lock."""


class ArchiveFull(ArchiveError):
    """The disk is full; what was committed before is intact."""


class ArchiveReadOnly(ArchiveError):
    """The server that holds the archive is a standby, which takes no writes."""


class ArchiveUnreachable(ArchiveError):
    """The server that holds the archive does not answer, or the connection to it was lost."""


class EncoderError(ZitatError):
    """The encoder cannot be loaded or used."""


class EncoderMismatch(EncoderError):
    """The archive was made with a different encoder than the one given."""


class ClusterFailed(ZitatError):
    """A Ray cluster cannot be reached, or lost the same work again and again."""
