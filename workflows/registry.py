"""Every workflow there is: found, not listed, so that a new one is one new file."""

import pkgutil
from functools import cache
from importlib import import_module

import workflows
from workflows.definition import Table


@cache
def tables() -> dict[str, Table]:
    """Every table in this package, by the name of its module: {"enquiry": ENQUIRY, ...}. Built, and so checked."""
    names = sorted(module.name for module in pkgutil.iter_modules(workflows.__path__))
    found = {name: [*_tables_in(name)] for name in names}
    return {name: each[0] for name, each in found.items() if each}


def _tables_in(name: str) -> list[Table]:
    values = vars(import_module(f"workflows.{name}")).values()
    return [value for value in values if isinstance(value, Table)]
