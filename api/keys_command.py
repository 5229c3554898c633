"""`zitat keys`: make, list and revoke the API keys of the service."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from api.service.key_file import KeyFile

ALL_WELL = 0


def run_add(args: argparse.Namespace) -> int:
    """Make a key and print it: alone on standard output, so that a script can take it."""
    token, key = _file(args).add(args.role, args.name)
    print(token)
    print(f"key {key.id} ({key.role}) is made; it is shown this once: keep it safe", file=sys.stderr)
    return ALL_WELL


def run_list(args: argparse.Namespace) -> int:
    """One line a key: id, role, when it was made, its last four characters, name."""
    for key in _file(args).all():
        print("\t".join((key.id, key.role, key.created, f"…{key.last_four}", key.name)))
    return ALL_WELL


def run_revoke(args: argparse.Namespace) -> int:
    """Take keys away; a running service refuses them from its next request on."""
    file = _file(args)
    for key_id in args.ids:
        print(f"key {file.revoke(key_id).id} is revoked")
    if not file.all():
        print(f"no key is left: a service with {file.path} answers nobody until one is added", file=sys.stderr)
    return ALL_WELL


def _file(args: argparse.Namespace) -> KeyFile:
    from api.service.key_file import key_file

    return key_file(Path(args.archive), Path(args.keys) if args.keys else None)
