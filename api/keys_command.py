"""`zitat keys`: make, list and revoke the API keys of the service."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from api.service.key_file import Keys

ALL_WELL = 0


def run_add(args: argparse.Namespace) -> int:
    """Make a key and print it: alone on standard output, so that a script can take it."""
    with closing(_keys(args)) as keys:
        was_open = not keys.exists()
        token, key = keys.add(args.role, args.name)
    print(token)
    print(f"key {key.id} ({key.role}) is made; it is shown this once: keep it safe", file=sys.stderr)
    if was_open:
        print(
            f"a service with {keys.name} asks everybody for a key from now on, one that runs already too",
            file=sys.stderr,
        )
    return ALL_WELL


def run_list(args: argparse.Namespace) -> int:
    """One line a key: id, role, when it was made, its last four characters, name."""
    with closing(_keys(args)) as keys:
        for key in keys.all():
            print("\t".join((key.id, key.role, key.created, f"…{key.last_four}", key.name)))
    return ALL_WELL


def run_revoke(args: argparse.Namespace) -> int:
    """Take keys away; a running service refuses them from its next request on."""
    with closing(_keys(args)) as keys:
        for key in args.keys_named:
            print(f"key {keys.revoke(key).id} is revoked")
        if not keys.all():
            print(f"no key is left: a service with {keys.name} answers nobody until one is added", file=sys.stderr)
    return ALL_WELL


def _keys(args: argparse.Namespace) -> Keys:
    from api.service.key_file import key_file

    return key_file(args.archive, Path(args.keys) if args.keys else None)
