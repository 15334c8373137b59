"""The Standard Safeguarding Dataset as CSV: a file a table, with exactly its columns in its order.

Both the files and whoever reads the views have the same rows, because the files are read from the views. Whoever was
told of or referred is in it, restricted or not; but of whom few may see, no name, number of the NHS or address.
"""

import csv
import os
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.orm import Session

from triage.exchange.cells import safe_cell
from triage.store.ssd import read_table

Tables = Mapping[str, Mapping[str, Mapping[str, Any]]]


@cache
def ssd_tables() -> Tables:
    """The tables by name, and what the standard says of each column, in its order: see ssd.yaml."""
    return yaml.safe_load(files(__package__).joinpath("ssd.yaml").read_text("utf-8"))


def write_ssd(session: Session, folder: Path) -> dict[str, int]:
    """Write a file for each table, for its owner's eyes alone. How many rows each has.

    The session is of `Database.one_moment`, so that what refers to another table finds it there.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return {
        name: _write(folder / f"{name}.csv", tuple(columns), read_table(session, name, tuple(columns)))
        for name, columns in ssd_tables().items()
    }


def _write(path: Path, columns: tuple[str, ...], rows: Iterable[Iterable[Any]]) -> int:
    written = 0
    opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with TextIOWrapper(os.fdopen(opened, "wb"), encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(columns)
        for written, row in enumerate(rows, start=1):  # noqa: B007 - the last is how many there were
            lines.writerow([_cell(value) for value in row])
    return written


def _cell(value: Any) -> object:
    """As the standard's loaders take it: nothing for what is not known, local times as ISO 8601."""
    return value.isoformat() if isinstance(value, datetime) else safe_cell(value)
