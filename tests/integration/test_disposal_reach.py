"""A disposal reaches every table that could say something of a case, and leaves the numbers of the past as they are."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import NullPool, create_engine, text

from tests.acting import act
from tests.disposing import agreed, closed_enquiry, dispose_all, service_desk
from tests.making import a_subject, an_enquiry, decide_as, screen
from tests.services import role_url
from triage.access.actor import SYSTEM
from triage.database import acting_as
from triage.insight.counting import refresh
from triage.insight.definition import read_measures
from triage.insight.measures import measure
from triage.models import Assessment, Decision, Enquiry, Plan, Referral, SecondLook, UnmetNeed
from triage.services.second_looks import GiveLook, give_second_look
from triage.store.unmet_needs import count_unmet
from workflows.retention_schedule import ROWS

# Each is not reached for a reason. A new table that is in neither list fails the test: reach it, or say why not.
NOT_REACHED = {
    "account_events": "what happened to the accounts of staff",
    "account_heads": "hashes",
    "access_tokens": "systems that call, not people we are worried about",
    "agencies": "partners",
    "capacities": "what services said of their room",
    "checkpoints": "hashes",
    "common_values": "which names and places several people have, and of nobody in particular",
    "counting_due": "of which cases the numbers are to be counted again: keys that lead nowhere once it is done",
    "countings": "by which definitions the numbers are kept",
    "covers": "of staff: who was away, and who had their work",
    "credentials": "of staff",
    "daily_notices": "that a member of staff was told of a day, with no case in it",
    "districts": "places",
    "outages": "when the service was down",
    "directory_files": "files of services",
    "directory_services": "services",
    "disposal_items": "what was let go, by reference alone, with no date of anybody",
    "disposal_reach": "this list",
    "disposals": "what was let go",
    "disposed_enquiries": "nameless: the numbers of past quarters",
    "identities": "of staff",
    "learned_weights": "how two records of one person agree, of nobody in particular",
    "ledger_leaves": "hashes, by a key that stands for nobody any more",
    "localities": "places",
    "partner_figures": "numbers of whole districts",
    "policies": "published thresholds",
    "policy_runs": "how many thresholds would have moved: those who would stand there by keys that lead nowhere then",
    "providers": "services",
    "quarterly_reports": "numbers of past quarters, none of them small",
    "reading_heads": "hashes",
    "readings": "the reader's chain, not the child's: keys that stand for nobody any more, and why it was read",
    "recovery_codes": "of staff",
    "report_comments": "what managers said of numbers",
    "rollups": "numbers of days",
    "retention_classes": "the schedule",
    "security_keys": "of staff",
    "service_purposes": "what services are for",
    "sessions": "of staff",
    "sign_in_delays": "tries to sign in",
    "spreads": "numbers of months",
    "staff_homes": "of staff",
    "stays": "numbers of days",
    "teams": "teams",
    "users": "staff",
    "failing_tasks": "tasks of the worker, of nobody",
    "webhooks": "systems that are told, of nobody by name",
    "weighings": "how many files are due and kept, by class and reason",
}
TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
VIEWS = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'm'"
REFERS = """
SELECT conrelid::regclass::text AS here, confrelid::regclass::text AS there FROM pg_constraint WHERE contype = 'f'
"""
KEYS = """
SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public'
AND udt_name IN ('uuid', '_uuid') AND column_name <> 'id' AND table_name = ANY (:tables)
AND (table_name, column_name) NOT IN (SELECT conrelid::regclass::text, attname FROM pg_constraint
    JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY (conkey) WHERE contype = 'f')
"""
# What is left of an event: which case's it was, in what order, when and by whom; nothing of what it said.
LEFT_OF_EVENT = {
    *("id", "case_kind", "case_id", "number", "type", "at", "actor_id", "actor_name", "actor_role"),
    *("request_id", "xid", "previous_hash", "hash", "disposed_at"),
}
GROWN = datetime(2025, 7, 1, 9, tzinfo=UTC)  # whoever was born on 1 June 1995 is thirty
BORN = {"birth_date": date(1995, 6, 1)}
YEAR = date(2013, 4, 1), date(2014, 3, 31)


@pytest.fixture(scope="module")
def owner(database_name):
    """The database as its owner sees it."""
    engine = create_engine(role_url("triage_owner", database_name), poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


@pytest.fixture(scope="module")
def reach(owner):
    rows = owner.execute(text("SELECT reached, change FROM disposal_reach WHERE kind = 'file'"))
    return {row.reached: row.change for row in rows}


def test_every_table_is_reached_or_has_a_reason_not_to_be(owner, reach):
    tables = set(owner.scalars(text(TABLES))) - {"alembic_version"}
    assert tables - reach.keys() - NOT_REACHED.keys() == set()
    assert (reach.keys() | NOT_REACHED.keys()) - tables == set()
    assert reach.keys() & NOT_REACHED.keys() == set()
    assert set(owner.scalars(text(VIEWS))) == set()  # one would keep what is gone


def test_what_is_not_reached_points_at_nothing_that_goes(owner, reach):
    goes = {table for table, change in reach.items() if change is None}
    pointing = {(row.here, row.there) for row in owner.execute(text(REFERS)) if row.there in goes}
    assert {pair for pair in pointing if pair[0] not in reach} == {("daily_notices", "outbox")}
    assert set(owner.scalars(text(KEYS), {"tables": sorted(NOT_REACHED)})) == {
        *("disposal_items.cases", "ledger_leaves.chain_id", "readings.case_id", "readings.people"),
        "counting_due.case_id",
    }


def test_event_keeps_nothing_of_what_it_said(owner, reach):
    columns = set(owner.scalars(text("SELECT column_name FROM information_schema.columns WHERE table_name = 'events'")))
    emptied = {part.partition(" = ")[0] for part in reach["events"].split(", ")}
    assert columns - emptied == LEFT_OF_EVENT - {"disposed_at"}


def test_what_goes_by_its_age_is_what_a_schedule_may_name(owner):
    kinds = set(owner.scalars(text("SELECT kind FROM disposal_reach")))
    assert kinds == {"file", *ROWS}


def close_all(office, enquiry):
    """Each of its referrals accepted in the west and closed, and then the enquiry."""
    for referral in enquiry.referrals:
        act(office, "mash_manager", referral, "allocate", team_code="social_care_west")
        act(office, "locality_worker:west", referral, "accept")
        act(office, "locality_worker:west", referral, "close", closure="RC1")
    act(office, "mash_officer", enquiry, "close")
    office.session.flush()


def to_social_care(office, *subjects):
    enquiry = an_enquiry(office, subjects=subjects)
    screen(office, enquiry)
    decide_as(office, "social_worker", enquiry, route="social_care", level=4)
    close_all(office, enquiry)
    return enquiry


def figures(office, now):
    """Every measure of the year, whole and by each group."""
    refresh(office.session)
    ask = partial(measure, office.session, office.pack)
    asked = [(name, by) for name, each in read_measures().items() for by in each.by]
    return {(name, by): ask(name, *YEAR, by).groups or ask(name, *YEAR).whole for name, by in asked}


def _work_on(office):
    """An assessment, a plan and a need that was not met, of each referral; a second look at each decision."""
    day = date(2013, 9, 2)
    for case in office.session.query(Referral).all():
        office.session.add(Assessment(referral=case, kind="single", started_on=day, authorised_on=day, working_days=12))
        office.session.add(Plan(referral=case, kind="protection", started_on=day, ended_on=day, previous_plans=1))
        about = {
            "need": "C2_SPEECH",
            "found": "nothing",
            "words": "Made up",
            "months_old": 64,
            "noted_by_id": SYSTEM.id,
        }
        office.session.add(UnmetNeed(referral_id=case.id, noted_on=date(2013, 5, 7), **about))
    manager = office.actor("mash_manager 3")
    for each in office.session.query(Decision).all():
        look = SecondLook(decision_id=each.id, why="override", drawn_at=office.clock.now())
        office.session.add(look)
        office.session.flush()
        with acting_as(office.session, manager):
            said = {"outcome": "advice", "grade": "good", "reason": "Made up"}
            give_second_look(office.desk("mash_manager 3"), GiveLook(look_id=look.id, **said))
    office.session.flush()


@pytest.fixture
def again(office):
    """A child who was referred alone and, three months later, with a small brother; and an enquiry for nothing."""
    danger = {"indicators": ("P4_UNSAFE",)}
    first = to_social_care(office, a_subject(given_name="Ava", **BORN, **danger))
    ava = first.subjects[0].person
    office.clock.at += timedelta(days=90)
    both = to_social_care(office, a_subject(person_id=ava.id, **danger), a_subject(given_name="Ben", **danger))
    closed_enquiry(office, given_name="Cia")
    _work_on(office)
    office.clock.at = GROWN
    return first.id, both.id


def test_numbers_of_the_past_stay_whatever_goes(office, again):
    _first, both = again
    before = figures(office, office.clock.now())
    assert before["re_referrals", "locality"][0][2].counted == 1
    for name in ("single_assessments_by_band", "unmet_needs", "audits_adequate", "protection_plans_again"):
        assert isinstance(before[name, "district"], tuple), name
    agreed(office)
    assert dispose_all(service_desk(office)) == 2
    assert {each.id for each in office.session.query(Enquiry)} == {both}
    assert figures(office, office.clock.now()) == before


def test_later_referral_stays_a_re_referral_and_then_is_nobodys(office, again):
    office.session.execute(text("UPDATE people SET birth_date = '1995-06-02' WHERE given_name = 'Ben'"))
    before = figures(office, office.clock.now())
    agreed(office)
    assert dispose_all(service_desk(office)) == 3
    assert office.session.query(Enquiry).count() == office.session.query(Referral).count() == 0
    assert figures(office, office.clock.now()) == before


def test_unmet_need_stays_as_a_number_and_is_nobodys(office, again):
    agreed(office)
    dispose_all(service_desk(office))
    office.session.expire_all()
    assert [each.words for each in office.session.query(UnmetNeed)] == ["Made up"] * office.session.query(
        Referral
    ).count()
    (counted,) = count_unmet(office.session, date(2013, 5, 1), date(2013, 5, 1))
    assert counted.number == 1  # of no day but that of its month
    (counted,) = count_unmet(office.session, date(2013, 5, 1), date(2013, 5, 31))
    assert counted.number == 3


def test_preview_counts_what_then_goes(office, again):
    disposal = agreed(office)
    dispose_all(service_desk(office))
    went = Counter()
    for item in disposal.items:
        went.update(item.counts)
    expected = disposal.counts | {"events": disposal.counts["events"], "disposed_referrals": 0}
    assert dict(went) == expected
    assert {table for table, count in went.items() if count} >= {"enquiries", "subjects", "referrals", "events"}
