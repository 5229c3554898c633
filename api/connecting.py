"""`zitat mcp`: the archive for assistants that speak the Model Context Protocol."""

from __future__ import annotations

import argparse
import sys

DEFAULT_PORT = 8001
LOOPBACK = ("127.0.0.1", "localhost", "::1")  # for these the SDK refuses names that only resolve to them


def run_mcp(args: argparse.Namespace) -> int:
    """Serve over standard input and output, or over HTTP, until the assistant hangs up or the process is stopped."""
    if args.http:
        _check_address(args.host, args.port)
    from api.mcp_server import mcp_server
    from retrieval import open_archive

    with open_archive(args.archive) as archive:
        server = mcp_server(archive)
        if args.http:
            print(f"zitat: MCP at http://{_in_address(args.host)}:{args.port}/mcp", file=sys.stderr, flush=True)
            server.run("streamable-http", host=args.host, port=args.port, stateless_http=True)
        else:
            server.run("stdio")
    return 0


def _check_address(host: str, port: int) -> None:
    """The server asks for no key, so only programs on this machine may reach it."""
    from index.errors import BadInput

    if host not in LOOPBACK:
        cure = "give --host 127.0.0.1, and put a proxy that asks for a key in front of it"
        raise BadInput(f"{host} is not one of {', '.join(LOOPBACK)}", cure)
    if not 1 <= port <= 65_535:
        raise BadInput(f"the port is {port}", "give one from 1 to 65535")


def _in_address(host: str) -> str:
    return f"[{host}]" if ":" in host else host
