"""Whether a child came back: kept right by whatever is written in whatever order, beside everything counted anew."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.orm import Session

from tests.coming_back import County
from tests.services import role_url
from triage.store.repeats import count_before_latest, list_repeats

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
