"""Whose an enquiry is at night: the Emergency Duty Team takes on what is handed to it, and the day what comes back."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.acting import act, last_event, refused, walk
from tests.making import an_enquiry
from triage.services.linking import LinkPerson, link_person

NIGHT = datetime(2013, 5, 7, 22, 0, tzinfo=UTC)
EDT = "emergency_duty_team"
BABY = {"given_name": "Bab", "birth_date": date(2013, 3, 1), "indicators": ()}


def test_what_a_day_officer_had_is_taken_on_by_the_duty_team_and_then_by_the_day(office):
    enquiry = walk(office, "mash_officer", an_enquiry(office), "claim")
    assert list(refused(office, EDT, enquiry, "start_screening")) == ["claimed"]
    act(office, "mash_officer", enquiry, "hand_over_to_edt", reason="Nobody answered")
    assert enquiry.owner_id is None
    assert last_event(office, enquiry, "handed_over_to_edt").data["had_by"] == "Made-up mash_officer"
    walk(office, EDT, enquiry, "start_screening")
    assert list(refused(office, "social_worker", enquiry, "claim")) == ["claimed"]
    act(office, EDT, enquiry, "hand_back", reason="Seen")
    assert last_event(office, enquiry, "handed_back_by_edt").data["had_by"] == f"Made-up {EDT}"
    walk(office, "social_worker", enquiry, "claim")


def test_hand_over_of_what_nobody_had_names_nobody(office):
    enquiry = act(office, "mash_officer", an_enquiry(office), "hand_over_to_edt", reason="Look in")
    assert "had_by" not in last_event(office, enquiry, "handed_over_to_edt").data


def test_page_says_who_had_what_was_handed_over(office, sign_in):
    enquiry = walk(office, "mash_officer", an_enquiry(office), "claim")
    act(office, "mash_officer", enquiry, "hand_over_to_edt", reason="Nobody answered")
    page = sign_in(EDT).get(f"/enquiries/{enquiry.id}").text
    assert "Handed over to edt</strong>; Made-up mash_officer had it: Nobody answered" in page


def test_what_a_day_worker_rates_red_at_night_is_the_duty_teams_to_take_on(office):
    enquiry = walk(office, "social_worker", an_enquiry(office), "start_screening")
    office.clock.at = NIGHT
    act(office, "social_worker", enquiry, "set_rag", rag="red", reason="The neighbour rang")
    assert (enquiry.with_edt, enquiry.owner_id) == (True, None)
    assert last_event(office, enquiry, "rag_set").data["had_by"] == "Made-up social_worker"
    walk(office, EDT, enquiry, "claim")


def test_what_the_duty_team_rates_red_stays_with_whoever_of_it_has_it(office):
    office.clock.at = NIGHT
    enquiry = walk(office, EDT, an_enquiry(office), "start_screening")
    act(office, EDT, enquiry, "set_rag", rag="red", reason="The neighbour rang")
    assert (enquiry.with_edt, enquiry.owner_id) == (True, office.actor(EDT).id)


@pytest.mark.parametrize(("at", "goes"), [(NIGHT, True), (NIGHT - timedelta(hours=10), False)])
def test_what_turns_red_because_somebody_is_recognised_goes_to_the_duty_team_at_night(office, at, goes):
    baby = an_enquiry(office, **BABY).subjects[0].person
    enquiry = walk(office, "mash_officer", an_enquiry(office), "claim")
    assert enquiry.subjects[0].recommendation.rag != "red"
    enquiry.subjects[0].indicators = ["C4_NONMOBILE_BRUISE"]  # seen since it was logged
    office.session.flush()
    office.clock.at = at
    known = LinkPerson(enquiry_id=enquiry.id, ordinal=1, person_id=baby.id, reason="The midwife knows them")
    link_person(office.desk("mash_officer"), known)
    office.session.flush()
    assert enquiry.subjects[0].recommendation.rag == "red"
    assert (enquiry.with_edt, enquiry.owner_id is None) == (goes, goes)
    assert ("had_by" in last_event(office, enquiry, "person_recognised").data) == goes


def test_what_turns_red_because_another_is_joined_to_it_goes_to_the_duty_team_at_night(office):
    earlier = an_enquiry(office, **BABY)
    walk(office, "mash_officer", earlier, "claim")
    office.clock.at += timedelta(hours=1)
    later = an_enquiry(office, person_id=earlier.subjects[0].person_id, indicators=("C2_ABSENCE_PATTERN",))
    later.subjects[0].indicators = ["C4_NONMOBILE_BRUISE"]  # seen since it was logged
    office.clock.at = NIGHT
    assert not later.with_edt
    act(office, EDT, later, "join", into_reference=earlier.reference, reason="The same child")
    assert (earlier.with_edt, earlier.owner_id) == (True, None)
    assert last_event(office, earlier, "enquiry_joined_here").data["had_by"] == "Made-up mash_officer"


def test_what_is_joined_by_something_with_the_duty_team_is_theirs_to_take_on(office):
    earlier = walk(office, "mash_officer", an_enquiry(office), "claim")
    office.clock.at += timedelta(minutes=5)
    later = an_enquiry(office, given_name="Ben")
    act(office, "mash_officer", later, "hand_over_to_edt", reason="Look in")
    act(office, EDT, later, "join", into_reference=earlier.reference, reason="Brothers")
    walk(office, EDT, earlier, "start_screening")
