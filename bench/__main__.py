"""All that is measured, in one table: each figure beside its peer, measured in the same run.

Run: `python -m bench [--only NAME]`. Each is done at a modest size; by its own name it takes others. What needs more
than the service does (`requirements/bench.lock`) says so where that is not there.
"""

import sys
import time
from argparse import ArgumentParser
from importlib import import_module
from importlib.util import find_spec

from bench.machine import describe
from bench.row import HEAD, Row

# What is measured, how large, and what it needs besides.
ALL: dict[str, tuple[tuple[int, ...], tuple[str, ...]]] = {
    "http": ((300, 8), ()),
    "whole": ((300, 10), ()),
    "action": ((200,), ()),
    "engine": ((), ()),
    "policy": ((), ("zen", "rule_engine")),
    "replay": ((20_000,), ()),
    "search": ((50_000, 50), ()),
    "linkage": ((), ("recordlinkage", "splink")),
    "measures": ((10_000,), ("duckdb",)),
    "ledger": ((50, 10_000), ()),
    "pages": ((300, 20), ()),
    "hidden": ((50, 10), ()),
    "importing": ((1_000,), ()),
    "growth": ((2_000, 20_000), ()),
}


def main() -> None:
    """One after the other, because each wants the machine for itself."""
    parser = ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", choices=ALL, action="append", help="this one; may be said several times")
    wanted = parser.parse_args().only or list(ALL)
    sys.stdout.write(f"{describe()}\n\n{HEAD}\n")
    for name in wanted:
        _measure(name, *ALL[name])


def _measure(name: str, sizes: tuple[int, ...], needs: tuple[str, ...]) -> None:
    sys.stdout.write(f"\npython -m bench.{' '.join([name, *map(str, sizes)])}\n")
    missing = [each for each in needs if find_spec(each) is None]
    if missing:
        sys.stdout.write(f"not measured: {' and '.join(missing)} not there (requirements/bench.lock)\n")
        return
    begins = time.perf_counter()
    row: Row
    for row in import_module(f"bench.{name}").rows(*sizes):
        sys.stdout.write(f"{row}\n")
        sys.stdout.flush()
    sys.stdout.write(f"({time.perf_counter() - begins:,.0f} s)\n")


if __name__ == "__main__":
    main()
