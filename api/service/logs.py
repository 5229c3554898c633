"""Structured logs: one JSON object a line, with the id of the request that it is about."""

from __future__ import annotations

import json
import logging
import re
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from secrets import token_hex
from typing import Any

request_id: ContextVar[str] = ContextVar("request_id", default="")
noted: ContextVar[dict[str, Any] | None] = ContextVar("noted", default=None)

_SANE = re.compile(r"[A-Za-z0-9._-]{1,64}")


def identified(given: str | None) -> str:
    """The id of a request: the caller's own where it is short and plain, else a new one."""
    return given if given and _SANE.fullmatch(given) else token_hex(8)


def note(**fields: Any) -> None:
    """Add to the line that will be logged when the present request ends."""
    known = noted.get()
    if known is not None:
        known |= fields


class JsonLines(logging.Formatter):
    """A record as one line of JSON; what `extra={"fields": {...}}` brings stands beside the message."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "pid": record.process,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if current := request_id.get():
            line["request_id"] = current
        line |= getattr(record, "fields", {})
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def log_as_json(level: int = logging.INFO) -> None:
    """Send what the service and its server say to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    for name in ("zitat", "uvicorn"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(level)
