"""A partner's check: each way it ends stops its clock, and only the hub chases."""

import pytest

from workflows.agency_check import AGENCY_CHECK, CheckContext
from workflows.engine import Refused, fire

REASONED = CheckContext(reason="No lawful basis")


@pytest.mark.parametrize(
    ("action", "target"), [("answer", "answered"), ("nothing_known", "nothing_known"), ("decline", "declined")]
)
def test_each_ending_stops_the_clock(action: str, target: str) -> None:
    fired = fire(AGENCY_CHECK, "requested", action, "partner_system", REASONED)
    assert (fired.target, fired.stops) == (target, ("agency_check",))


def test_declining_needs_a_reason() -> None:
    with pytest.raises(Refused, match="Give a reason"):
        fire(AGENCY_CHECK, "requested", "decline", "mash_officer", CheckContext())


def test_chasing_leaves_the_check_and_its_clock_as_they_are() -> None:
    fired = fire(AGENCY_CHECK, "requested", "chase", "mash_officer", CheckContext())
    assert (fired.target, fired.stops) == ("requested", ())


def test_a_partner_does_not_chase_itself() -> None:
    with pytest.raises(Refused) as caught:
        fire(AGENCY_CHECK, "requested", "chase", "partner_system", CheckContext())
    assert [reason.code for reason in caught.value.reasons] == ["not_your_role"]
