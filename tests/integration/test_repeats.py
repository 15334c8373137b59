"""Whether a child came back: kept right by whatever is written in whatever order, beside everything counted anew."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from tests.services import role_url
from triage.access.actor import SYSTEM
from triage.models import DisposedReferral, Enquiry, Person, Referral, Subject
from triage.models.codes import TABLES
from triage.store.repeats import count_before_latest, list_repeats
from workflows.again import is_within_a_year
from workflows.calendar import LONDON
from workflows.people.merging import find_heads

DAYS = st.dates(date(2012, 1, 1), date(2013, 12, 31)) | st.sampled_from([date(2012, 2, 29), date(2013, 2, 28)])
RECORDS = st.integers(0, 2)
PLACES = st.integers(0, 4)
REFERRED = st.tuples(st.just("refer"), RECORDS, DAYS, st.sampled_from(["social_care", "early_help"]))
SOON = st.integers(0, 200) | st.integers(350, 380)
STEPPED = st.tuples(st.just("step"), PLACES, SOON)
HELPED = st.tuples(st.just("help"), RECORDS, DAYS, SOON)
CLOSED = st.tuples(st.just("close"), PLACES, SOON, st.sampled_from(["needs_met", "disengaged"]))
DONE = st.one_of(
    *(REFERRED, REFERRED, STEPPED, STEPPED, STEPPED, HELPED, HELPED, CLOSED),
    st.tuples(st.just("enquire"), RECORDS, DAYS),
    st.tuples(st.just("say"), RECORDS, RECORDS),
    st.tuples(st.just("correct"), PLACES, DAYS),
    st.tuples(st.just("tell_otherwise"), PLACES, DAYS),
    st.tuples(st.just("recognise"), PLACES, RECORDS),
    st.tuples(st.just("delete"), PLACES),
    st.tuples(st.just("dispose"), PLACES),
)
KEPT = text("SELECT kind, case_id, person_id, on_day, before_id, before_on FROM repeats")
ANEW = text(
    "SELECT kind, case_id, person_id, on_day, before_id, before_on FROM repeats_of(ARRAY(SELECT id FROM people))"
)


class County:
    """Three records, of as many children as words make of them, and all that was told of each."""

    def __init__(self, session):
        self.session, self.said, self.numbers = session, set(), count(1)
        self.people = [Person(kind="child", given_name=name) for name in ("Ava", "Eva", "Ada")]
        self.referrals, self.subjects, self.disposed = [], [], []
        session.add_all(self.people)
        session.flush()

    def do(self, what, *details):
        getattr(self, what)(*details)
        self.session.flush()

    def refer(self, record, day, service):
        self._refer(self.people[record], self._at(day), service, None)

    def help(self, record, day, days):
        """Early help that met what was needed."""
        self.refer(record, day, "early_help")
        self.close(0, days, "needs_met")

    def step(self, place, days):
        """From social care to early help, or from there to social care: the one ends and the other begins."""
        for before in pick(self.referrals, place):
            other = {"social_care": "early_help", "early_help": "social_care"}[before.service]
            at = self._at(day_of(before.requested_at) + timedelta(days=days))
            before.state, before.closed_at = "closed", at
            before.closure = "RC9" if other == "early_help" else "stepped_up"
            self._refer(before.person, at, other, before)

    def _refer(self, person, at, service, before):
        referral = Referral(
            person=person,
            service=service,
            state=TABLES[service].initial,
            workflow_version=TABLES[service].version,
            reference=f"MADE-UP-{next(self.numbers)}",
            source="2A",
            requested_at=at,
            stepped_from=before,
            imported_from="Made up",
        )
        self.session.add(referral)
        self.referrals.append(referral)

    def enquire(self, record, day):
        at = self._at(day)
        enquiry = Enquiry(
            reference=f"MADE-UP-{next(self.numbers)}",
            received_at=at,
            logged_at=at + timedelta(days=2000),
            out_of_hours=False,
            logged_by_id=SYSTEM.id,
            channel="telephone",
            source="2A",
        )
        subject = Subject(
            enquiry=enquiry, person=self.people[record], ordinal=1, name_as_given="Made up", indicators=[]
        )
        self.session.add_all([enquiry, subject])
        self.subjects.append(subject)

    def close(self, place, days, closure):
        for referral in pick(self.referrals, place):
            referral.state = "closed"
            referral.closed_at = referral.requested_at + timedelta(days=days)
            referral.closure = closure

    def say(self, one, other):
        """That two are one, or that they are not after all."""
        self.said ^= {(self.people[one].id, self.people[other].id)}
        heads = find_heads([each.id for each in self.people], self.said)
        for each in self.people:
            each.same_as_id = heads[each.id] if heads[each.id] != each.id else None

    def correct(self, place, day):
        for referral in pick(self.referrals, place):
            referral.requested_at = self._at(day)

    def tell_otherwise(self, place, day):
        for subject in pick(self.subjects, place):
            subject.enquiry.received_at = self._at(day)

    def recognise(self, place, record):
        for subject in pick(self.subjects, place):
            subject.person = self.people[record]

    def delete(self, place):
        """A referral that nothing followed, and the enquiry in that place."""
        for referral in pick(self.referrals, place):
            if all(each.stepped_from is not referral for each in self.referrals):
                self.referrals.remove(referral)
                self.session.delete(referral)
        for subject in pick(self.subjects, place):
            self.subjects.remove(subject)
            self.session.delete(subject)
            self.session.flush()
            self.session.delete(subject.enquiry)

    def dispose(self, place):
        """What is left of it is its day."""
        for referral in pick(self.referrals, place):
            if all(each.stepped_from is not referral for each in self.referrals):
                day, service, child = day_of(referral.requested_at), referral.service, referral.person
                self.disposed.append((child, service, day))
                self.session.add(_what_is_left(child.id, service, day))
                self.referrals.remove(referral)
                self.session.delete(referral)

    def _at(self, day):
        """Never twice the same instant."""
        return datetime.combine(day, time(9), LONDON).astimezone(UTC) + timedelta(seconds=next(self.numbers))

    def expect(self):
        """Every repeat there should be, by looking from each at all that came before."""
        for referral in self.referrals:
            earlier = [each for each in self.referrals if _is_of_one(each, referral) and _is_before(each, referral)]
            for kind, day, before in self._followed(referral, earlier):
                if is_within_a_year(day, day_of(referral.requested_at)):
                    yield kind, referral.id, referral.person_id, day_of(referral.requested_at), before, day
        for subject in self.subjects:
            told = subject.enquiry.received_at
            earlier = [each for each in self.subjects if _is_of_one(each, subject) and each.enquiry.received_at < told]
            if earlier:
                last = max(earlier, key=lambda each: each.enquiry.received_at)
                day = day_of(last.enquiry.received_at)
                if is_within_a_year(day, day_of(told)):
                    yield "repeat_enquiry", subject.id, subject.person_id, day_of(told), last.id, day

    def _followed(self, referral, earlier):
        today = day_of(referral.requested_at)
        if referral.service == "social_care":
            gone = [
                (day, datetime.min.replace(tzinfo=UTC), None)
                for child, service, day in self.disposed
                if child.identity_id == referral.person.identity_id and service == "social_care" and day <= today
            ]
            told = [(day_of(e.requested_at), e.requested_at, e.id) for e in earlier if e.service == "social_care"]
            if gone or told:
                day, _, before = max([*gone, *told], key=lambda each: each[:2])
                yield "re_referral", day, before
            if referral.stepped_from and referral.stepped_from.service == "early_help":
                down = [e for e in earlier if e.service == "early_help" and _is_from_social_care(e)]
                if down:
                    last = max(down, key=lambda each: each.requested_at)
                    yield "stepped_up_again", day_of(last.requested_at), last.id
        met = [
            (day_of(e.closed_at), e.id)
            for e in earlier
            if e.service == "early_help" and e.closure == "needs_met" and day_of(e.closed_at) <= today
        ]
        if met:
            day, before = max(met)
            yield "early_help_again", day, before


def pick(told, place):
    """The one in that place from the latest, round and round; none where there is none."""
    return [told[-1 - place % len(told)]] if told else []


def day_of(at):
    return at.astimezone(LONDON).date()


def _is_of_one(one, other):
    return one.person.identity_id == other.person.identity_id


def _is_before(one, other):
    return one.requested_at < other.requested_at


def _is_from_social_care(referral):
    return referral.stepped_from is not None and referral.stepped_from.service == "social_care"


def _what_is_left(person_id, service, day):
    clocks = {
        f"{kind}_{part}": None
        for kind in ("allocation", "acceptance", "first_contact", "assessment")
        for part in ("clock", "due")
    }
    told = {"reference": "", "source": "2A", "district": "none", "locality": "none", "re_referral": False}
    return DisposedReferral(id=uuid7(), on_day=day, service=service, person_id=person_id, **told, **clocks)


@pytest.fixture(scope="module")
def owner(database_name):
    """The database's owner, who alone deletes: each example is undone."""
    engine = create_engine(role_url("triage_owner", database_name), poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


def test_child_came_back_in_each_way_on_the_last_day_and_not_on_the_next(owner):
    """A record each: the last day of twelve months, across 29 February, and the day after."""
    told = [
        ("re_referral", [("refer", date(2012, 2, 29), "social_care")], date(2013, 2, 28)),
        ("re_referral", [("refer", date(2012, 5, 1), "social_care")], date(2013, 5, 1)),
        ("early_help_again", [("help", date(2012, 5, 1), 30)], date(2013, 5, 31)),
    ]
    for kind, before, last in told:
        for day, came_back in ((last, {kind}), (last + timedelta(days=1), set())):
            with Session(owner) as session:
                county = County(session)
                for what, *details in before:
                    county.do(what, 0, *details)
                county.do("refer", 0, day, "social_care")
                assert {row[0] for row in read(session, KEPT)} == came_back, (kind, day)
                session.rollback()


def test_step_up_after_a_step_down_is_told_and_who_came_to_nothing_was_referred_all_the_same(owner):
    with Session(owner) as session:
        session.execute(text("SELECT set_config('triage.role', 'system', true)"))
        county = County(session)
        county.do("refer", 0, date(2012, 3, 1), "social_care")
        county.do("step", 0, 10)
        county.do("step", 0, 100)
        assert {row[0] for row in read(session, KEPT)} == {"re_referral", "stepped_up_again"}
        county.do("close", 0, 5, "RC8")
        county.do("refer", 0, date(2013, 6, 1), "social_care")
        assert [each.kind for each in list_repeats(session, [county.referrals[-1].id])] == ["re_referral"]
        assert count_before_latest(session, county.people[0].id) == 1
        county.do("dispose", 0)
        county.do("refer", 0, date(2014, 6, 1), "social_care")
        assert [each.before_id for each in list_repeats(session, [county.referrals[-1].id])] == [None]
        assert count_before_latest(session, county.people[0].id) == 1
        session.rollback()


@settings(deadline=None, max_examples=200)
@given(st.lists(DONE, min_size=8, max_size=30))
def test_what_is_kept_is_what_there_is_counted_anew_and_by_hand(owner, done):
    with Session(owner) as session:
        county = County(session)
        for what, *details in done:
            county.do(what, *details)
            assert read(session, KEPT) == read(session, ANEW)
        assert read(session, KEPT) == set(county.expect())
        session.rollback()


def read(session, query):
    return {tuple(row) for row in session.execute(query)}
