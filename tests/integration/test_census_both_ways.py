"""What is collected for the census and taken in elsewhere is collected there again: the same records."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import event

from tests.acting import accepted, act, at_section_47, walk
from triage.exchange.census_collecting import collect_census
from triage.exchange.census_writing import write_census
from triage.exchange.cin_census import read_census
from triage.exchange.importing import take_census
from triage.models import Person
from workflows.census import records

WORKER = "locality_worker:west"


def collect(office):
    office.session.flush()
    return collect_census(office.session, "891", 2014)


def protected(office, **details):
    """A child on a child protection plan that was reviewed twice, the second time for something else."""
    case = walk(office, WORKER, at_section_47(office, **details), "complete_assessment")
    office.clock.at += timedelta(days=7)
    walk(office, WORKER, case, "call_conference", "make_protection_plan")
    office.clock.at += timedelta(days=70)
    walk(office, WORKER, case, "review_plan")
    office.clock.at += timedelta(days=70)
    return act(office, WORKER, case, "review_plan", category_of_abuse="PHY")


def make_county(office):
    """One of each: assessed, planned for and closed; under protection; no longer suspected; referred and closed."""
    planned = walk(office, WORKER, accepted(office, given_name="Ava"), "start_assessment", "complete_assessment")
    walk(office, WORKER, planned, "make_plan")
    protected(office, given_name="Ben")
    act(office, WORKER, planned, "close", closure="RC7")
    safe = at_section_47(office, given_name="Cal")
    act(office, WORKER, safe, "end_section_47", reason="An accident")
    act(office, WORKER, accepted(office, given_name="Dot"), "close", closure="RC6")
    accepted(office, given_name="Eve")
    person = office.session.query(Person).filter_by(given_name="Eve").one()
    person.upn_unknown, person.former_upn, person.disabilities = "UN4", "H801200001001", ["LD", "AUT"]


def test_return_that_is_taken_in_elsewhere_is_returned_the_same(office):
    desk = office.desk("mash_manager")
    made = office.session.begin_nested()
    make_county(office)
    before = collect(office)
    made.rollback()
    assert len(before.children) == 5
    at = datetime(2014, 4, 7, 9, tzinfo=UTC)
    file = write_census(before, at=at, software="Triage", release="1")
    taken = take_census(replace(desk, clock=office.clock), read_census(file))
    assert (taken.people, taken.referrals, taken.faults) == (5, 5, [])
    assert collect(office) == before


def test_episode_tells_what_was_done_and_when(office):
    began = office.clock.now().date()
    protected(office)
    ((child,),) = [collect(office).children]
    (episode,) = child.episodes
    held = began + timedelta(days=7)
    assert episode.primary_need == "N1"
    assert episode.assessments == (records.Assessment(started=began, authorised=began, factors=("16A",)),)
    (enquiry,) = episode.section_47s
    assert (enquiry.started, enquiry.conference, enquiry.conference_not_required) == (began, held, False)
    assert enquiry.target == date(2013, 5, 29)
    (plan,) = episode.protection_plans
    assert (plan.started, plan.ended, plan.previous) == (held, None, 0)
    assert (plan.initial_category, plan.latest_category) == ("NEG", "PHY")
    assert plan.reviews == (held + timedelta(days=70), held + timedelta(days=140))


def test_records_that_are_one_persons_are_one_child(office):
    first = act(office, WORKER, accepted(office, given_name="Ava"), "close", closure="RC6")
    second = accepted(office, given_name="Ben")
    second.person.same_as_id = first.person_id
    office.session.flush()
    office.session.expire_all()
    (child,) = collect(office).children
    assert [episode.referral_nfa for episode in child.episodes] == [True, False]


def test_case_that_closed_before_the_year_or_began_after_it_is_another_years(office):
    act(office, WORKER, accepted(office), "close", closure="RC6")
    office.session.flush()
    found = [len(collect_census(office.session, "891", year).children) for year in (2013, 2014, 2015)]
    assert found == [0, 1, 0]


def test_queries_are_as_many_for_many_children_as_for_one(office):
    asked = []
    accepted(office, given_name="Ava")
    office.session.flush()
    event.listen(office.session.bind, "before_cursor_execute", lambda *given: asked.append(given[2]))
    counts = []
    for name in ("", "Ben", "Cal"):
        if name:
            at_section_47(office, given_name=name)
        office.session.flush()
        office.session.expunge_all()
        asked.clear()
        collect(office)
        counts.append(len(asked))
    assert len(set(counts)) == 1
