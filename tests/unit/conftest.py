"""For `make mutants`, which runs the pure tests many times in one process: nothing kept before answers in their stead.

Else a line that is changed would go unnoticed wherever its result was worked out before, and only the first test that
asked would be taken for one that looks at it. And what several pure tests begin with.
"""

import gc
import os
import sys
from collections.abc import Callable

import pytest

from workflows import engine
from workflows.calendar import Calendar

KEPT: list[Callable[[], None]] = []


def pytest_collection_finish() -> None:
    """Note what the policies' and the workflows' modules keep between calls, and each calendar its years."""
    modules = [module for name, module in list(sys.modules.items()) if name.split(".")[0] in ("rules", "workflows")]
    caches = [each for module in modules for each in vars(module).values() if hasattr(each, "cache_clear")]
    calendars = [each for each in gc.get_objects() if type(each) is Calendar]
    KEPT[:] = [
        engine._MACHINES.clear,
        *(each.cache_clear for each in caches),
        *(each._years.clear for each in calendars),
    ]


@pytest.fixture(autouse=True)
def _forget() -> None:
    if "MUTANT_UNDER_TEST" in os.environ:
        for clear in KEPT:
            clear()


@pytest.fixture
def bare_environment(monkeypatch):
    """No setting of this machine's, so that what is told is what the test tells."""
    from triage.settings import Settings

    monkeypatch.delenv("PGPASSWORD", raising=False)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"TRIAGE_{name.upper()}", raising=False)
        monkeypatch.delenv(f"TRIAGE_{name.upper()}_FILE", raising=False)
