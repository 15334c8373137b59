"""Every workflow there is: found, not listed, so that a new one is one new file."""

import pkgutil
from functools import cache
from importlib import import_module

import workflows
from workflows.definition import Table, TableError


@cache
def tables() -> dict[str, Table]:
    """Every table in this package, by the name of its module: {"enquiry": ENQUIRY, ...}. Built, and so checked."""
    return {name: table for name in find_modules() if (table := find_table(name))}


def find_modules() -> list[str]:
    """The names of this package's modules, in the order of the alphabet, whether they hold a table or not."""
    return sorted(module.name for module in pkgutil.iter_modules(workflows.__path__))


def find_table(name: str) -> Table | None:
    """The table of a module, if it holds one. TableError where that is not sound, or is not the only one."""
    found = [value for value in vars(import_module(f"workflows.{name}")).values() if isinstance(value, Table)]
    if len(found) > 1:
        raise TableError(name, (f"{len(found)} tables in one file: give each a file of its own",))
    return found[0] if found else None
