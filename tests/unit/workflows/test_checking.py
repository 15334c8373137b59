"""What one table cannot know: each fault between tables and timescales, and each file that cannot be read."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import workflows
from workflows.agency_check import AGENCY_CHECK
from workflows.checking import (
    Report,
    check_workflows,
    clock_faults,
    event_faults,
    find_starts,
    find_timescales,
    timescale_faults,
)
from workflows.clocks import Timescale, timescales
from workflows.definition import Table, TableError, Transition
from workflows.early_help import EARLY_HELP
from workflows.registry import find_modules, find_table, tables
from workflows.social_care import SOCIAL_CARE

EVERY = [scale for versions in timescales().values() for scale in versions]
GUIDE = frozenset({"guide"})
WALK = Table(
    name="Walk",
    begins="set_out",
    states=("here", "there", "end"),
    initial="here",
    final=("end",),
    about_a_child=False,
    opens=("hours",),
    transitions=(
        Transition("rest", "Rest", ("here",), "there", GUIDE, "rested", starts=("nap",)),
        Transition("arrive", "Arrive", ("there",), "end", GUIDE, "arrived", stops=("hours", "nap")),
    ),
)
HOURS = Timescale(
    kind="hours",
    variant=None,
    limit=3,
    unit="working_days",
    warn_at=0.5,
    escalate_to="mash_manager",
    authority="The guide",
    begins=("set_out",),
    ends=("arrived",),
    valid_from=None,
    valid_until=None,
    version="1",
)
NAP = replace(HOURS, kind="nap", begins=("rested",))
SPRING, AUTUMN = date(2013, 4, 15), date(2013, 10, 1)


def test_a_table_whose_clocks_are_all_timed_has_no_fault() -> None:
    assert list(clock_faults(WALK, [HOURS, NAP])) == []
    assert list(event_faults([WALK], [HOURS, NAP])) == []
    assert list(timescale_faults([HOURS, NAP])) == []


def test_the_clocks_that_a_table_starts_are_told_with_their_events() -> None:
    assert find_starts(WALK) == (("hours", "set_out"), ("nap", "rested"))


def test_a_table_has_the_timescales_that_run_from_its_own_events() -> None:
    variants = [
        [each.variant for each in find_timescales(table, EVERY) if each.kind == "assessment"]
        for table in (SOCIAL_CARE, EARLY_HELP)
    ]
    assert variants == [["initial", "single"], ["early_help"]]


@pytest.mark.parametrize(
    ("scales", "gaps"),
    [
        ([], ["at all"]),
        ([replace(HOURS, begins=("rested",))], ["at all"]),
        ([replace(HOURS, valid_from=SPRING)], ["before 2013-04-15"]),
        ([replace(HOURS, valid_until=SPRING)], ["from 2013-04-15 on"]),
        (
            [replace(HOURS, valid_from=AUTUMN), replace(HOURS, valid_until=SPRING)],
            ["from 2013-04-15 until 2013-10-01"],
        ),
        ([replace(HOURS, valid_until=SPRING), replace(HOURS, valid_from=SPRING, variant="slow")], []),
        ([HOURS, replace(HOURS, valid_from=SPRING, valid_until=AUTUMN, variant="slow")], []),
        ([replace(HOURS, valid_until=AUTUMN), replace(HOURS, valid_from=SPRING, variant="slow")], []),
    ],
)
def test_a_clock_is_timed_on_whatever_day_it_starts(scales: list[Timescale], gaps: list[str]) -> None:
    faults = [f"clock hours, started by set_out, has no timescale {gap}" for gap in gaps]
    assert list(clock_faults(WALK, [*scales, NAP])) == faults


def test_a_clock_runs_to_something_that_its_own_table_may_do() -> None:
    elsewhere = replace(HOURS, variant="slow", ends=("answered", "rested"))
    assert list(clock_faults(WALK, [HOURS, elsewhere, NAP])) == [
        "clock hours (slow): nothing here is what its timescale runs to"
    ]


@pytest.mark.parametrize(
    ("scale", "fault"),
    [
        (replace(HOURS, begins=("set_out", "rested")), "hours: rested starts no such clock"),
        (replace(HOURS, ends=("arrived", "rested")), "hours: rested stops no such clock"),
        (replace(HOURS, kind="tea_break"), "tea_break: set_out starts no such clock"),
    ],
)
def test_an_event_that_starts_or_stops_no_such_clock_is_named(scale: Timescale, fault: str) -> None:
    assert list(event_faults([WALK, AGENCY_CHECK], [scale])) == [fault]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"unit": "moons"}, "hours: moons is no unit: choose one of minutes, working_minutes, working_days, weeks"),
        ({"limit": 0}, "hours: a limit of 0 is no time at all"),
        ({"warn_at": 0}, "hours: warn_at is a part of the time, above 0 and at most 1, not 0"),
        ({"warn_at": 1.5}, "hours: warn_at is a part of the time, above 0 and at most 1, not 1.5"),
        ({"valid_from": SPRING, "valid_until": SPRING}, "hours: it ends before it begins"),
    ],
)
def test_a_limit_that_cannot_be_counted_is_named(change: dict[str, object], fault: str) -> None:
    assert list(timescale_faults([replace(HOURS, **change)])) == [fault]


@pytest.mark.parametrize(
    ("one", "other", "faults"),
    [
        ({}, {}, ["hours: two limits hold on one day"]),
        ({"valid_until": AUTUMN}, {"valid_from": SPRING}, ["hours: two limits hold on one day"]),
        ({"valid_until": SPRING}, {"valid_from": SPRING}, []),
        ({}, {"variant": "slow"}, []),
    ],
)
def test_two_limits_of_a_kind_do_not_hold_on_one_day(
    one: dict[str, object], other: dict[str, object], faults: list[str]
) -> None:
    assert list(timescale_faults([replace(HOURS, **one), replace(HOURS, limit=4, **other)])) == faults


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder whose modules belong to the package of the workflows, until the test ends."""
    monkeypatch.setattr(workflows, "__path__", [*workflows.__path__, str(tmp_path)])
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if name.startswith("workflows."):
            del sys.modules[name]
            vars(workflows).pop(name.removeprefix("workflows."), None)


GOOD = """
from workflows.definition import Table, Transition

def make(name, final):
    go = Transition("go", "Go", ("here",), "there", frozenset({"guide"}), "gone")
    walk = {"name": name, "begins": "set_out", "about_a_child": False}
    return Table(states=("here", "there"), initial="here", final=final, transitions=(go,), **walk)
"""


def report_on(file: str) -> Report:
    (report,) = (each for each in check_workflows() if each.file == file)
    return report


def test_a_new_file_with_a_table_is_found_and_reported_on(folder: Path) -> None:
    (folder / "stroll.py").write_text(GOOD + 'STROLL = make("Stroll", ("there",))\n', encoding="utf-8")
    assert "stroll" in find_modules()
    assert (report_on("stroll.py").name, report_on("stroll.py").faults) == ("Stroll", ())


def test_a_table_that_cannot_be_built_is_named_with_its_file_and_the_others_are_checked(folder: Path) -> None:
    (folder / "stroll.py").write_text(GOOD + 'STROLL = make("Stroll", ())\n', encoding="utf-8")
    report = report_on("stroll.py")
    assert (report.name, report.table) == ("workflows/stroll.py", None)
    assert report.faults == ("Stroll: here has no way out", "Stroll: there has no way out")
    assert report_on("enquiry.py").faults == ()


def test_a_file_that_python_cannot_follow_is_named(folder: Path) -> None:
    (folder / "stroll.py").write_text("STROLL = Tabel()\n", encoding="utf-8")
    assert report_on("stroll.py").faults == ("cannot be read: NameError: name 'Tabel' is not defined",)


def test_a_file_has_one_table(folder: Path) -> None:
    text = GOOD + 'ONE, TWO = make("One", ("there",)), make("Two", ("there",))\n'
    (folder / "stroll.py").write_text(text, encoding="utf-8")
    with pytest.raises(TableError, match="2 tables in one file"):
        find_table("stroll")
    assert report_on("stroll.py").faults == ("stroll: 2 tables in one file: give each a file of its own",)


def test_a_new_table_whose_clock_has_no_timescale_is_told_so(folder: Path) -> None:
    text = GOOD.replace('"gone")', '"gone", stops=("hours",))').replace("initial=", 'opens=("hours",), initial=')
    (folder / "stroll.py").write_text(text + 'STROLL = make("Stroll", ("there",))\n', encoding="utf-8")
    assert report_on("stroll.py").faults == ("clock hours, started by set_out, has no timescale at all",)


def test_every_table_is_found_by_the_name_of_its_file() -> None:
    assert set(tables()) == {
        *("access_request", "adult_at_risk", "agency_check", "disagreement", "early_help", "ehc_assessment"),
        *("enquiry", "other_authority", "policy", "social_care", "transfer"),
    }
    assert find_table("guards") is None
