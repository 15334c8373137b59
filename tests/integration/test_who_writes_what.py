"""Whatever SQL reaches the database: a locality writes the work on its own cases, and nobody whom they are about."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from tests.acting import a_referral, accepted, act, in_days, refused, walk
from tests.conftest import MORNING
from tests.making import a_subject, an_enquiry, decide_as, screen
from triage.access.actor import NOBODY, SYSTEM
from triage.database import act_as
from triage.errors import Conflict
from triage.models import Plan, Section47
from triage.models.codes import ROLES

WEST, NORTH, SOUTH = "locality_worker:west", "locality_worker:north", "locality_worker:south"
MANAGER, ADULTS = "locality_manager:west", "locality_worker@adult_social_care"
LOCAL = ("locality_worker", "locality_manager")
HUB = ("mash_officer", "social_worker", "mash_manager", "early_help_unit", "emergency_duty_team", "system")
REFUSED = "refused"
TODAY = MORNING.date()
EARLIER = (MORNING - timedelta(days=1)).isoformat()
# Of each table which rows belong to the case; what may be changed of them; and by what a new one differs.
OF_HUB = {
    "people": ("id = :person_id", "given_name = 'x'", {}),
    "enquiries": ("id = :enquiry_id", "reported = 'x'", {}),
    "subjects": ("id = :subject_id", "needs = 'x'", {"ordinal": 9}),
    "decisions": ("subject_id = :subject_id", "reason = 'x'", {"superseded_at": EARLIER}),
    "agency_checks": ("enquiry_id = :enquiry_id", "answer = 'x'", {}),
    "recommendations": ("subject_id = :subject_id", None, {}),
}
OF_CASE = "referral_id = :id"
OF_WORK = {
    "clocks": (OF_CASE, "due_at = due_at + interval '1 year'", {}),
    "clock_pauses": ("clock_id IN (SELECT id FROM clocks WHERE referral_id = :id)", "reason = 'x'", {}),
    "assignments": (OF_CASE, "reason = 'x'", {"superseded_at": EARLIER}),
    "strategy_discussions": (OF_CASE, "reason = 'x'", {}),
    "assessments": (OF_CASE, "authorised_on = started_on", {}),
    "section_47s": (OF_CASE, "conference_not_required = true", {}),
    "plans": (OF_CASE, "ended_on = started_on", {}),
}
CASES = {"referrals": ("id = :id", "lead_practitioner = 'x'", {"state": "closed", "closed_at": EARLIER})}
TABLES = OF_HUB | OF_WORK | CASES
CHANGED = tuple(table for table, (_of, change, _new) in TABLES.items() if change)
ABOUT = ("person_id", "enquiry_id", "subject_id", "stepped_from_id", "service", "reference")
TAKE = "UPDATE referrals SET locality_code = 'north', team_code = 'social_care_north'"


@pytest.fixture
def case(office):
    """A case of the west with something in each table that hangs on a case."""
    for who in (WEST, MANAGER, NORTH, SOUTH, ADULTS, *ROLES):
        office.actor(who)
    enquiry = an_enquiry(office, indicators=("P4_UNSAFE",))
    screen(office, enquiry, ask="police")
    decide_as(office, "social_worker", enquiry, route="social_care", level=4)
    (case,) = enquiry.referrals
    act(office, "mash_manager", case, "allocate", team_code="social_care_west")
    walk(office, WEST, case, "accept", "claim", "start_assessment")
    act(office, MANAGER, case, "pause_clock", clock="assessment", until=in_days(office, 2), reason="Made up")
    act(office, WEST, case, "call_strategy_discussion", invited=("police", "health", "social_care"))
    office.session.add_all(
        [Section47(referral=case, started_on=TODAY), Plan(referral=case, kind="in_need", started_on=TODAY)]
    )
    return case


@pytest.fixture
def offered(office, case):
    """It is on offer to the north, who may read it."""
    return act(office, WEST, case, "offer_transfer", transfer_to="social_care_north", reason="They moved")


def run_as(office, who, statement, **values):
    """How many rows it was about when run by whoever signs in as that, or that the database refused it to them."""
    office.session.flush()
    act_as(office.session, office.actor(who) if who else NOBODY)
    try:
        with office.session.begin_nested():
            return office.session.execute(text(statement), values).rowcount
    except ProgrammingError as refusal:
        return REFUSED if "row-level security" in str(refusal) else str(refusal)
    finally:
        act_as(office.session, SYSTEM)


def keys_of(case, statement):
    return {
        key: getattr(case, key) for key in ("id", "person_id", "enquiry_id", "subject_id") if f":{key}" in statement
    }


def read(office, who, table, case):
    statement = f"SELECT 1 FROM {table} WHERE {TABLES[table][0]}"  # noqa: S608
    return run_as(office, who, statement, **keys_of(case, statement))


def change(office, who, table, case):
    of, new, _ = TABLES[table]
    statement = f"UPDATE {table} SET {new} WHERE id = (SELECT id FROM {table} WHERE {of} LIMIT 1)"  # noqa: S608
    return run_as(office, who, statement, **keys_of(case, statement))


def add(office, who, table, case, **differently):
    """One more like the first that there is, which the service itself reads for it."""
    of, _, new = TABLES[table]
    return copy(office, who, table, of, case, **(new | differently))


def copy(office, who, table, of, case, **differently):
    first = f"SELECT to_jsonb(it) FROM {table} it WHERE {of} LIMIT 1"  # noqa: S608
    row = office.session.scalar(text(first), keys_of(case, first))
    row |= {key: str(uuid4()) for key in ("id", "reference") if key in row} | differently
    for worked_out in ("queue", "last_name", "identity_id"):  # by the database itself
        row.pop(worked_out, None)
    names = ", ".join(row)
    statement = f"INSERT INTO {table} ({names}) SELECT {names} FROM jsonb_populate_record(NULL::{table}, :row)"  # noqa: S608
    return run_as(office, who, statement, row=json.dumps(row))


@pytest.mark.parametrize("table", CHANGED)
def test_locality_that_is_offered_a_case_reads_all_of_it_and_changes_nothing(office, offered, table):
    assert read(office, NORTH, table, offered) >= 1
    assert change(office, NORTH, table, offered) in (0, REFUSED)


@pytest.mark.parametrize("table", TABLES)
def test_locality_that_is_offered_a_case_adds_nothing_to_it(office, offered, table):
    assert add(office, NORTH, table, offered) == REFUSED


@pytest.mark.parametrize("who", [NORTH, SOUTH])
def test_nobody_takes_a_case_that_is_another_localitys(office, offered, who):
    assert run_as(office, who, TAKE) == (REFUSED if who == NORTH else 0)
    assert run_as(office, who, "UPDATE referrals SET team_code = 'social_care_north'") in (0, REFUSED)
    office.session.refresh(offered)
    assert (offered.locality_code, offered.team_code) == ("west", "social_care_west")


def test_nobody_gives_their_case_away_but_by_an_offer(office, offered):
    assert run_as(office, WEST, TAKE) == REFUSED


@pytest.mark.parametrize("who", [WEST, MANAGER])
def test_those_who_have_a_case_write_its_work(office, case, who):
    assert {change(office, who, table, case) for table in (*OF_WORK, *CASES)} == {1}
    assert {add(office, who, table, case) for table in OF_WORK} == {1}


@pytest.mark.parametrize("who", [WEST, MANAGER])
@pytest.mark.parametrize("table", OF_HUB)
def test_those_who_have_a_case_leave_what_the_hub_wrote_as_it_is(office, case, table, who):
    assert read(office, who, table, case) >= 1
    assert add(office, who, table, case) == REFUSED
    assert table not in CHANGED or change(office, who, table, case) == REFUSED


@pytest.mark.parametrize("who", [WEST, ADULTS])
def test_no_locality_opens_a_case(office, case, who):
    assert add(office, who, "referrals", case) == REFUSED


def test_locality_leaves_the_enquirys_clocks_as_they_are(office, case):
    late = "UPDATE clocks SET due_at = due_at + interval '1 year' WHERE enquiry_id = :enquiry_id"
    assert (run_as(office, WEST, late, enquiry_id=case.enquiry_id)) == 0
    assert run_as(office, "mash_officer", late, enquiry_id=case.enquiry_id) >= 1
    assert copy(office, WEST, "clocks", "enquiry_id = :enquiry_id", case) == REFUSED


def test_what_is_on_offer_cannot_be_hung_on_a_case_of_ones_own(office, offered):
    mine = act(office, "mash_manager", a_referral(office, given_name="Gil"), "allocate", team_code="social_care_north")
    for table in ("clocks", "assignments", "strategy_discussions"):
        moved = f"UPDATE {table} SET referral_id = :mine WHERE referral_id = :offered"  # noqa: S608
        assert run_as(office, NORTH, moved, mine=mine.id, offered=offered.id) == 0


@pytest.mark.parametrize("who", HUB)
def test_hub_writes_every_case(office, case, who):
    assert {change(office, who, table, case) for table in CHANGED} == {1}
    assert {add(office, who, table, case) for table in TABLES} == {1}


@pytest.mark.parametrize("who", ["analyst", None, *LOCAL])
def test_whoever_works_no_case_writes_none(office, case, who):
    assert {change(office, who, table, case) for table in CHANGED} == {0}
    assert {add(office, who, table, case) for table in TABLES} == {REFUSED}


def test_team_of_the_county_writes_the_work_on_its_own_cases(office, case):
    ours = a_referral(office, "adult_safeguarding", given_name="Edith")
    assert [change(office, ADULTS, table, ours) for table in ("referrals", "clocks")] == [1, 1]
    assert add(office, ADULTS, "clocks", ours) == 1
    assert change(office, ADULTS, "enquiries", ours) == REFUSED
    assert {change(office, ADULTS, table, case) for table in CHANGED} == {0}
    assert add(office, ADULTS, "clocks", case) == REFUSED


def test_nobody_learns_by_asking_which_cases_there_are(office, offered):
    ask = "SELECT 1 WHERE works_case(:id)"
    said = {who: run_as(office, who, ask, id=offered.id) for who in (WEST, MANAGER, NORTH, SOUTH, ADULTS, None)}
    assert said == {WEST: 1, MANAGER: 1, NORTH: 0, SOUTH: 0, ADULTS: 0, None: 0}


def tell(office, who, case, by=None, of="case_id = :id", **differently):
    """Add an event like the first in the log of the case, by whoever it says."""
    actor = office.actor(by or who)
    named = {"number": uuid4().int % 2**31, "actor_id": str(actor.id), "actor_role": actor.role}
    return copy(office, who, "events", of, case, **(named | differently))


@pytest.mark.parametrize("who", [WEST, MANAGER, "mash_officer", "social_worker", "mash_manager"])
def test_event_bears_the_name_and_the_role_of_whoever_acts(office, case, who):
    assert tell(office, who, case) == 1
    assert tell(office, who, case, by="early_help_unit") == REFUSED
    assert tell(office, who, case, actor_id=str(office.actor("early_help_unit").id)) == REFUSED
    assert tell(office, who, case, actor_role="emergency_duty_team") == REFUSED
    assert tell(office, who, case, actor_id=str(SYSTEM.id), actor_role="system") == REFUSED


@pytest.mark.parametrize("who", ["partner_system", "partner_contributor", "referrer", "administrator"])
def test_whoever_is_no_part_of_the_hub_adds_nothing_to_the_log_of_a_case(office, case, who):
    assert tell(office, who, case) == REFUSED


def test_service_writes_events_in_the_name_of_whoever_it_acts_for(office, case):
    assert [tell(office, "system", case, by=who) for who in (WEST, "mash_officer")] == [1, 1]


def test_locality_tells_the_log_of_its_own_cases_alone(office, offered):
    assert tell(office, NORTH, offered) == REFUSED
    assert tell(office, SOUTH, offered) == REFUSED
    assert tell(office, WEST, offered, of="case_id = :enquiry_id") == REFUSED
    assert tell(office, WEST, offered, case_kind="enquiry") == REFUSED
    assert tell(office, "mash_officer", offered, of="case_id = :enquiry_id") == 1


@pytest.mark.parametrize("who", [WEST, "mash_manager", "system"])
@pytest.mark.parametrize("column", ABOUT)
def test_what_a_case_is_about_is_never_rewritten(office, case, column, who):
    other = a_referral(office, "ehc_pathway", given_name="Secret", postcode="S80 1AA")
    to = other.id if column == "stepped_from_id" else "NEW" if column == "reference" else getattr(other, column)
    with pytest.raises(IntegrityError, match="is about never changes"):
        run_as(office, who, f"UPDATE referrals SET {column} = :to WHERE id = :id", to=to, id=case.id)  # noqa: S608


@pytest.mark.parametrize("service", ["social_care", "early_help"])
def test_child_has_one_open_case_with_a_service_whoever_writes(office, service):
    case = accepted(office, service)
    again = {"state": "requested", "closed_at": None}
    with pytest.raises(IntegrityError, match="uq_referrals_person_id_service_open"):
        add(office, "system", "referrals", case, **again)
    assert add(office, "system", "referrals", case, imported_from="Made up", **again) == 1
    walk_out = {"social_care": {"closure": "RC1"}, "early_help": {"closure": "disengaged", "family_rating": 3}}
    act(office, f"locality_worker@{service}_west", case, "close", **walk_out[service])
    assert add(office, "system", "referrals", case, **again) == 1


def test_other_services_may_have_several_cases_of_one_person(office):
    case = a_referral(office, "adult_safeguarding")
    assert add(office, "system", "referrals", case, state="handed_over", closed_at=None) == 1


@pytest.fixture
def case_of_a_clock_ahead(office):
    """A case that was opened by a host whose clock is a second ahead of ours."""
    case = accepted(office)
    office.clock.at -= timedelta(seconds=1)
    return case


def news_of(office, case):
    return an_enquiry(office, subjects=(a_subject(person_id=case.person_id, indicators=("P4_UNSAFE",)),))


def test_case_of_a_host_whose_clock_is_ahead_is_raised_and_no_second_one_opened(office, case_of_a_clock_ahead):
    news = news_of(office, case_of_a_clock_ahead)
    act(office, "mash_officer", news, "immediate_danger", reason="Made up")
    assert (news.referrals, case_of_a_clock_ahead.state) == ([], "section_47")


def test_child_with_a_case_of_a_host_whose_clock_is_ahead_is_not_referred_again(office, case_of_a_clock_ahead):
    news = news_of(office, case_of_a_clock_ahead)
    screen(office, news)
    with pytest.raises(Conflict, match="has an open social care case"):
        decide_as(office, "social_worker", news, route="social_care", level=4)


def test_locality_is_told_in_words_that_what_it_is_offered_is_not_yet_its_own(office, offered):
    act_as(office.session, office.actor(NORTH))
    office.session.info.pop("held", None)
    assert list(refused(office, NORTH, offered, "step_down")) == ["another_locality"]
    act_as(office.session, SYSTEM)


@pytest.mark.parametrize("table", ["localities", "districts", "teams", "agencies", "providers"])
def test_nobody_writes_what_the_council_is_made_of(session, table):
    for change in (f"UPDATE {table} SET name = name", f"INSERT INTO {table} SELECT * FROM {table}"):  # noqa: S608
        with pytest.raises(DBAPIError, match="permission denied"), session.begin_nested():
            session.execute(text(change))
