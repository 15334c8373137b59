"""Reading the Standard Safeguarding Dataset in tests, and holding it against what the standard says of it."""

import json
from collections.abc import Iterator
from typing import Any

from triage.exchange.ssd import ssd_tables
from triage.store.ssd import read_table
from workflows.census import codes

CODES = {
    "closures": codes.CLOSURES,
    "ethnicities": codes.ETHNICITIES,
    "factors": codes.FACTORS,
    "primary needs": codes.PRIMARY_NEEDS,
    "reasons without a pupil number": codes.UPN_UNKNOWN,
    "sources": codes.SOURCES,
}
Rows = list[dict[str, Any]]


def read_ssd(session: Any) -> dict[str, Rows]:
    """Every table of the dataset, each row by its columns."""
    session.flush()
    return {
        name: [dict(zip(columns, row, strict=True)) for row in read_table(session, name, list(columns))]
        for name, columns in ssd_tables().items()
    }


def find_breaches(read: dict[str, Rows]) -> Iterator[str]:
    """Each key that stands twice or nowhere, each code that is none, each JSON without all of its keys."""
    for name, columns in ssd_tables().items():
        for column, told in columns.items():
            said = [row[column] for row in read[name] if row[column] is not None]
            if told.get("key") and (len(set(said)) < len(read[name])):
                yield f"{column} stands twice, or nowhere"
            if told.get("refers"):
                table, _, key = told["refers"].partition(".")
                yield from (f"{column}: {each} is no {key}" for each in set(said) - {row[key] for row in read[table]})
            if told.get("codes"):
                yield from (f"{column}: {each} is no code" for each in set(_codes(column, said)) - _known(told))
            if told.get("keys"):
                yield from (f"{column}: {each}" for each in said if list(json.loads(each)) != told["keys"])
            if told.get("empty") and said:
                yield f"{column} is said to be empty"


def _codes(column: str, said: list[str]) -> Iterator[str]:
    """The codes of a column: those in the lists of one that holds lists."""
    for each in said:
        yield from json.loads(each) if column.endswith("_json") else [each]


def _known(told: dict[str, Any]) -> set[str]:
    return set(CODES[told["codes"]] if isinstance(told["codes"], str) else told["codes"])
