"""A morning list tells of one night, whenever it is asked for."""

from datetime import date, datetime, time

from tests.acting import act
from tests.making import an_enquiry
from triage.services.duty import prepare_morning
from workflows.calendar import LONDON

FRIDAY, MONDAY_CLOSED, TUESDAY = date(2013, 5, 3), date(2013, 5, 6), date(2013, 5, 7)
GRAVE = {"indicators": ("C4_NAI",)}


def at(day, hour, minute=0):
    """That time of that day by the office's clocks."""
    return datetime.combine(day, time(hour, minute), LONDON)


def log(office, instant, **details):
    office.clock.at = instant
    return an_enquiry(office, **({"indicators": ()} | details))


def references(listed):
    """The references on a list, in its order."""
    cases = getattr(listed, "cases", listed)
    return [getattr(each, "listed", each).case.reference for each in cases]


def test_morning_of_an_earlier_day_tells_of_that_night_and_of_nothing_since(office):
    night = log(office, at(MONDAY_CLOSED, 23), **GRAVE)
    act(office, "emergency_duty_team", night, "start_screening")
    handed = log(office, at(TUESDAY, 15))
    act(office, "social_worker", handed, "hand_over_to_edt", reason="Look in")
    tonight = log(office, at(TUESDAY, 20), **GRAVE)
    act(office, "emergency_duty_team", tonight, "start_screening")
    office.session.flush()
    told = prepare_morning(office.desk("mash_manager"), at(TUESDAY, 8, 30))
    assert (told.since, told.until) == (at(FRIDAY, 16, 30), at(TUESDAY, 8, 30))
    assert references(told.received) == references(told.left) == references(told.done) == [night.reference]
    now = prepare_morning(office.desk("mash_manager"), office.clock.now())
    assert (now.since, references(now.received), references(now.done)) == (
        at(TUESDAY, 17),
        [tonight.reference],
        [tonight.reference],
    )
    assert set(references(now.left)) == {night.reference, handed.reference, tonight.reference}


def test_late_start_of_screening_by_day_is_not_the_nights(office):
    enquiry = log(office, at(MONDAY_CLOSED, 23))
    office.clock.at = at(TUESDAY, 9)
    act(office, "emergency_duty_team", enquiry, "start_screening")
    office.session.flush()
    assert prepare_morning(office.desk("mash_manager"), at(TUESDAY, 8, 30)).done == []
