"""The Standard Safeguarding Dataset of any history: whole by the standard, and each person known as in the census."""

from datetime import date, timedelta
from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import NullPool, create_engine, func, select, text
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from tests.coming_back import County, day_of, pick
from tests.services import role_url
from tests.ssd_tables import find_breaches, read_ssd
from triage.access.actor import SYSTEM
from triage.exchange.census_collecting import identify
from triage.models import Assessment, Assignment, Plan, Section47
from workflows.census.codes import FACTORS

RECORDS, PLACES, SOON = st.integers(0, 2), st.integers(0, 4), st.integers(0, 400)
DAYS = st.dates(date(2012, 1, 1), date(2013, 12, 31))
MAYBE = st.none() | st.integers(0, 60)
LEVELS = ("social_care", "social_care", "early_help")
REFERRED = st.tuples(st.just("refer"), RECORDS, DAYS, st.sampled_from(LEVELS))
WORKED = st.one_of(
    st.tuples(st.just("assess"), PLACES, SOON, MAYBE, st.lists(st.sampled_from(sorted(FACTORS)), unique=True)),
    st.tuples(st.just("harm"), PLACES, SOON, MAYBE, st.booleans()),
    st.tuples(st.just("confer"), PLACES, SOON),
    st.tuples(st.just("plan"), PLACES, SOON, st.sampled_from(["in_need", "protection"])),
    st.tuples(st.just("assign"), PLACES),
    st.tuples(st.just("enquire"), RECORDS, DAYS),
    st.tuples(st.just("step"), PLACES, SOON),
    st.tuples(st.just("close"), PLACES, SOON, st.sampled_from(["RC7", "RC8", "RC9"])),
    st.tuples(st.just("say"), RECORDS, RECORDS),
    st.tuples(st.just("number"), RECORDS),
    st.tuples(st.just("recognise"), PLACES, RECORDS),
)


class WorkedCounty(County):
    """Where cases are worked too, as they may be where a return of before came in."""

    def assess(self, place, days, seen, factors):
        for case in pick(self.referrals, place):
            on = day_of(case.requested_at) + timedelta(days=days)
            done = {"authorised_on": on, "factors": factors, "child_seen": seen > 1} if seen else {}
            self.session.add(Assessment(referral=case, kind="single", started_on=on, **done))

    def harm(self, place, days, held, needed):
        for case in pick(self.referrals, place):
            on = day_of(case.requested_at) + timedelta(days=days)
            conference = {"conference_on": on + timedelta(days=held)} if held and needed else {}
            row = Section47(referral=case, started_on=on, conference_not_required=not needed, **conference)
            self.session.add(row)

    def confer(self, place, days):
        for case in pick(self.referrals, place):
            case.conference_on = day_of(case.requested_at) + timedelta(days=days)

    def plan(self, place, days, kind):
        for case in pick(self.referrals, place):
            self.session.add(
                Plan(referral=case, kind=kind, started_on=day_of(case.requested_at) + timedelta(days=days))
            )

    def assign(self, place):
        for case in pick(self.referrals, place):
            for before in case.assignments:
                before.superseded_at = case.requested_at
            case.worker_id, case.accepted_at = SYSTEM.id, case.requested_at
            given = {"team_code": "social_care_west", "assigned_by_id": SYSTEM.id, "worker_id": SYSTEM.id}
            self.session.add(Assignment(referral=case, assigned_at=case.requested_at, **given))

    def number(self, record):
        person = self.people[record]
        person.external_id = person.external_id or f"CIN-891-{next(self.numbers)}"

    def expect(self):
        """By whose identifier: each child told of or referred, with how often each."""
        ordered = sorted(self.people, key=lambda each: (each.identity_id, each.id))
        known = {key: identify(list(each)) for key, each in groupby(ordered, key=lambda each: each.identity_id)}
        contacts = sorted(known[each.person.identity_id] for each in self.subjects)
        cases = [each for each in self.referrals if each.service == "social_care"]
        referred = sorted(known[each.person.identity_id] for each in cases)
        helped = [each for each in self.referrals if each.service == "early_help"]
        everybody = {*contacts, *referred, *(known[each.person.identity_id] for each in helped)}
        return everybody, contacts, referred, sum(each.accepted_at is not None for each in helped)


@pytest.fixture(scope="module")
def owner(database_name):
    """The database's owner: each example is undone."""
    engine = create_engine(role_url("triage_owner", database_name), poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


@settings(deadline=None, max_examples=100)
@given(st.lists(REFERRED, min_size=3, max_size=6), st.lists(WORKED, min_size=10, max_size=25))
def test_every_history_keeps_the_standard_and_knows_each_person_as_the_census_does(owner, referred, done):
    with Session(owner) as session:
        session.execute(text("SELECT set_config('triage.role', 'system', true)"))
        county = WorkedCounty(session)
        for what, *details in referred + done:
            county.do(what, *details)
        session.expire_all()
        read, (everybody, contacts, cases, helped) = read_ssd(session), county.expect()
        assert list(find_breaches(read)) == []
        assert {row["pers_person_id"] for row in read["ssd_person"]} == everybody
        assert sorted(row["cont_person_id"] for row in read["ssd_contacts"]) == contacts
        assert sorted(row["cine_person_id"] for row in read["ssd_cin_episodes"]) == cases
        assert len(read["ssd_early_help_episodes"]) == helped
        session.rollback()


@settings(deadline=None)
@given(st.uuids() | st.builds(uuid7))
def test_short_form_of_a_key_is_the_censuss(owner, key):
    person = type("Record", (), {"id": key, "external_id": None})
    assert owner.scalar(select(func.ssd.shorten(key))) == identify([person])
    assert len(identify([person])) <= 20
