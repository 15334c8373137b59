"""A fact is looked up when it is asked for, once, and not at all where nobody asks."""

from dataclasses import dataclass

import pytest

from triage.services.gathering import gather


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    reason: str | None = None
    owner: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case(Base):
    out: tuple[str, ...] = ()
    is_late: bool = False


def test_fact_is_looked_up_once_and_only_when_it_is_asked_for():
    asked = []

    def look_up(name, value):
        asked.append(name)
        return value

    known = {"owner": lambda: look_up("owner", "A. Reed"), "out": lambda: look_up("out", ("police",))}
    case = gather(Case, known, reason="Made up")
    assert (case.reason, case.is_late, asked) == ("Made up", False, [])
    assert (case.out, case.out, asked) == (("police",), ("police",), ["out"])


def test_what_is_brought_stands_before_what_is_known():
    case = gather(Case, {"owner": lambda: pytest.fail("asked for")}, owner="B. Lark")
    assert case.owner == "B. Lark"


@pytest.mark.parametrize("given", [{"known": {"colour": str}}, {"known": {}, "colour": "red"}])
def test_name_that_no_guard_could_ask_for_is_an_error(given):
    with pytest.raises(TypeError, match="Case has no colour"):
        gather(Case, **given)
