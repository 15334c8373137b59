"""What is logged: one JSON object a line, with ids and never names.

The text of a fault may repeat what somebody typed (PostgreSQL quotes the row that it refuses), and so may what a
library fills into its messages. So of a fault are told its type and its places in the code, of a library's message what
is always the same and its numbers, and of what is added to a record just the fields below: SAID by our own code alone.
"""

import json
import logging
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from flask import has_request_context

from triage.request_ids import GIVEN, request_id

OURS = ("triage", "worker")  # what they say is written here, of ids and codes
FIELDS = ("route", "method", "status", "milliseconds", "user_id", "role", "task", "task_id", "outcome")
SAID = ("actor_id", "how", "way", "why", "wait_seconds", "error")
UNSAID = "…"


class JsonLines(logging.Formatter):
    """A record as a line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _say(record),
        }
        asked = request_id() if has_request_context() else vars(record).get("request_id")
        if asked and GIVEN.fullmatch(asked):
            line["request_id"] = asked
        fields = FIELDS + SAID if _is_ours(record) else FIELDS
        line |= {name: vars(record)[name] for name in fields if vars(record).get(name) is not None}
        if record.exc_info and record.exc_info[1]:
            line["faults"] = [_tell(fault) for fault in _chain(record.exc_info[1])]
        return json.dumps(line, ensure_ascii=False)


def _is_ours(record: logging.LogRecord) -> bool:
    return record.name.partition(".")[0] in OURS


def _say(record: logging.LogRecord) -> str:
    if _is_ours(record):
        return record.getMessage()
    if not isinstance(record.msg, str):
        return type(record.msg).__name__
    try:
        return record.msg % _numbers_of(record.args) if record.args else record.msg
    except (TypeError, ValueError, KeyError):
        return record.msg


def _numbers_of(args: Any) -> Any:
    if isinstance(args, dict):
        return {key: _number(value) for key, value in args.items()}
    return tuple(_number(value) for value in args)


def _number(value: Any) -> Any:
    return value if isinstance(value, int | float) else UNSAID


def _chain(fault: BaseException | None) -> Iterator[BaseException]:
    """The fault and those that led to it, the last first."""
    seen: set[int] = set()
    while fault is not None and id(fault) not in seen:
        seen.add(id(fault))
        yield fault
        fault = fault.__cause__ or fault.__context__


def _tell(fault: BaseException) -> dict[str, Any]:
    told: dict[str, Any] = {
        "type": f"{type(fault).__module__}.{type(fault).__qualname__}",
        "at": [
            f"{each.filename}:{each.lineno} {each.name}" for each in traceback.extract_tb(fault.__traceback__)[-30:]
        ],
    }
    sqlstate = getattr(fault, "sqlstate", None)
    if sqlstate:
        told |= {"sqlstate": sqlstate, "constraint": fault.diag.constraint_name}
    return told


LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": JsonLines}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
}
