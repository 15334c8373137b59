"""Which people a letter about a case goes to: whoever has it, and the managers of that locality and of no other."""

from datetime import timedelta

import pytest

from tests.acting import a_referral, accepted, act, clock_of, walk
from tests.integration.test_nobody_unheard import letters
from tests.making import an_enquiry
from triage.models import User
from triage.services.sweep import sweep

WEST, MANAGER, OTHER = "locality_worker:west", "locality_manager:west", "locality_manager:north"
BOX = "locality_manager@triage.example"


@pytest.fixture
def managers(office):
    """One of the west, one of the north, and one of the west who has left."""
    for who in (MANAGER, OTHER):
        office.actor(who)
    office.session.get(User, office.actor("locality_manager 2:west").id).active = False
    office.session.flush()


def told(office, begins):
    """Who is sent the letter whose subject begins so: by what the tests call them."""
    ((to, _subject),) = [each for each in letters(office) if each[1].startswith(begins)]
    names = (each.strip().strip('"') for each in to.split(","))
    return {name.rpartition("-")[0] if "-" in name else name for name in names}


@pytest.mark.parametrize("action", ["immediate_danger", "ask_for_discussion"])
def test_danger_and_a_discussion_are_told_to_the_worker_and_that_localitys_managers(office, managers, action):
    case = walk(office, WEST, accepted(office), "claim")
    letters(office)
    act(office, "social_worker", case, action, reason="A new bruise")
    begins = "Immediate danger" if action == "immediate_danger" else "A strategy discussion"
    assert told(office, begins) == {"mash_manager@triage.example", MANAGER, WEST}


def test_danger_declared_on_an_enquiry_is_told_to_the_worker_who_has_the_case(office, managers):
    case = walk(office, WEST, accepted(office), "claim")
    letters(office)
    act(office, "mash_officer", an_enquiry(office, person_id=case.person_id), "immediate_danger", reason="Now")
    assert told(office, "Immediate danger") == {"mash_manager@triage.example", MANAGER, WEST}


def test_role_is_written_to_where_a_locality_has_no_manager(office):
    office.actor(OTHER)
    case = accepted(office)
    letters(office)
    act(office, "social_worker", case, "immediate_danger", reason="Now")
    assert told(office, "Immediate danger") == {"mash_manager@triage.example", BOX}


def test_news_of_a_case_without_a_worker_goes_to_that_localitys_managers(office, managers):
    case = accepted(office)
    letters(office)
    news = an_enquiry(office, person_id=case.person_id, indicators=())
    act(office, "mash_officer", news, "immediate_danger", reason="Now")
    assert told(office, "New information") == {MANAGER}


def test_late_clock_of_a_localitys_case_goes_to_its_managers(office, managers):
    walk(office, WEST, accepted(office), "start_assessment")
    letters(office)
    office.clock.at += timedelta(days=100)
    sweep(office.desk("system"))
    assert told(office, "Out of time") == {MANAGER}


@pytest.mark.parametrize(("has_manager", "to"), [(True, "locality_manager@send"), (False, "send@notts.example")])
def test_late_clock_of_a_team_of_the_county_goes_to_its_manager_or_its_box(office, managers, has_manager, to):
    if has_manager:
        office.actor("locality_manager@send")
    case = a_referral(office, "ehc_pathway")
    letters(office)
    clock_of(case, "ehc_decision").escalate_to = "locality_manager"
    clock_of(case, "ehc_plan").due_at += timedelta(days=1000)
    office.clock.at += timedelta(days=100)
    sweep(office.desk("system"))
    assert told(office, "Out of time") == {to}


def test_whoever_has_left_is_not_written_to(office, managers):
    case = walk(office, WEST, accepted(office), "claim")
    letters(office)
    office.session.get(User, office.actor(WEST).id).active = False
    act(office, "social_worker", case, "immediate_danger", reason="Now")
    assert told(office, "Immediate danger") == {"mash_manager@triage.example", MANAGER}


def test_worker_of_a_team_of_the_county_is_told_of_an_adult_in_danger(office):
    case = a_referral(office, "adult_safeguarding")
    worker = "locality_worker@adult_social_care"
    walk(office, worker, case, "claim")
    letters(office)
    act(office, "mash_officer", case.enquiry, "immediate_danger", reason="He is locked in")
    assert worker in told(office, "Immediate danger")
