"""The numbers that are kept as cases change: the same as everything counted anew, and as counted by hand."""

from collections import Counter, defaultdict
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.orm import Session

from tests import counted_by_hand as by_hand
from tests.coming_back import day_of
from tests.counted_county import BEGUN, DAYS, DONE, YEARS, CountedCounty
from tests.services import role_url
from triage.insight.counting import rebuild, refresh
from triage.insight.definition import read_measures
from triage.insight.measures import measure, measure_all
from triage.pack import load_pack

PACK = load_pack("nottinghamshire")
PERIODS = st.just((YEARS[0], date(2016, 12, 31))) | st.tuples(DAYS, DAYS).map(sorted)
GROUPED = {
    "month": lambda enquiry: f"{day_of(enquiry.received_at):%Y-%m}",
    "week": lambda enquiry: f"{day_of(enquiry.received_at):%G-W%V}",
    "district": lambda enquiry: enquiry.district_code or "none",
    "rag": lambda enquiry: enquiry.rag or "none",
}
NUMBERS = (
    text("SELECT by, measure, span, on_day, key, counted, of FROM rollups WHERE of <> 0 OR counted <> 0"),
    text("SELECT by, key, began, ended::text, number FROM stays WHERE number <> 0"),
    text("SELECT by, spread, month, key, value, number, so_far FROM spreads WHERE so_far <> 0 OR number <> 0"),
)


@pytest.fixture(scope="module")
def owner(database_name):
    """The database's owner: each example is undone."""
    engine = create_engine(role_url("triage_owner", database_name), poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


@settings(deadline=None, max_examples=40)
@given(BEGUN, st.lists(DONE, max_size=25), PERIODS)
def test_numbers_kept_are_those_counted_anew_and_those_counted_by_hand(owner, begun, done, period):
    with Session(owner) as session:
        session.execute(text("SELECT set_config('triage.role', 'system', true)"))
        county = CountedCounty(session)
        for what, *details in (*begun, *done):
            county.do(what, *details)
        refresh(session)
        kept = [read(session, each) for each in NUMBERS]
        enquiries_by_hand(session, PACK, county, *period)
        minutes_by_hand(session, PACK, county, *period)
        work_by_hand(session, PACK, county, *period)
        standing_by_hand(session, PACK, county, *period)
        assert refresh(session) == 0
        rebuild(session)
        assert [read(session, each) for each in NUMBERS] == kept
        session.rollback()


def enquiries_by_hand(session, pack, county, first, last):
    """From the rows themselves, one after the other."""
    enquiries = [each for each in county.subjects if first <= day_of(each.enquiry.received_at) <= last]
    districts = Counter(each.enquiry.district_code or "none" for each in enquiries)
    told = measure(session, pack, "enquiries", first, last, "district")
    assert {key: figure.counted for key, _label, figure in told.groups} == districts
    assert told.whole.counted == len(enquiries)
    decided = [each for each in enquiries if each.decisions]
    action = [each for each in decided if each.decisions[-1].route != "no_further_action"]
    wholes = {name: answer.whole for name, answer in measure_all(session, pack, (first, last))[0].items()}
    assert (wholes["appropriate_action"].counted, wholes["appropriate_action"].of) == (len(action), len(decided))
    here = [each for each in decided if each.imported_person is None]
    differ = [each for each in here if each.decisions[-1].route != "social_care"]
    assert (wholes["overrides"].counted, wholes["overrides"].of) == (len(differ), len(here))
    assert wholes["why_not_given"].of == len(differ)
    assert wholes["people_decided"].counted == len(decided)
    clocks = [clock for each in enquiries for clock in each.enquiry.clocks]
    ended = [
        each for each in clocks if each.state in ("met", "missed") or (each.state == "running" and each.breached_at)
    ]
    met = [each for each in ended if each.state == "met"]
    assert (wholes["decided_in_one_working_day"].counted, wholes["decided_in_one_working_day"].of) == (
        len(met),
        len(ended),
    )
    again = {key for kind, key, *_rest in county.expect() if kind == "re_referral"}
    referred = [
        each
        for each in county.referrals
        if each.service == "social_care" and first <= day_of(each.requested_at) <= last
    ]
    assert wholes["re_referrals"].of == len(referred)
    assert wholes["re_referrals"].counted == sum(each.id in again for each in referred)


def minutes_by_hand(session, pack, county, first, last):
    """Within how many minutes a part of the enquiries was decided: of all, and of each group."""
    of_days = [each for each in county.subjects if first <= day_of(each.enquiry.received_at) <= last]
    decided = [each for each in of_days if each.decisions]
    wholes = {name: answer.whole for name, answer in measure_all(session, pack, (first, last))[0].items()}
    for part, name in ((0.5, "median_minutes_to_decision"), (0.9, "p90_minutes_to_decision")):
        minutes = [each.enquiry.working_minutes_to_decision for each in decided]
        assert (wholes[name].value, wholes[name].counted) == (by_hand.part_of(minutes, part, 15), len(minutes))
        for by, key_of in GROUPED.items():
            told = measure(session, pack, name, first, last, by)
            assert {key: (figure.value, figure.counted) for key, _label, figure in told.groups} == {
                key: (by_hand.part_of(minutes, part, 15), len(minutes))
                for key, minutes in minutes_by(decided, key_of).items()
            }


def minutes_by(decided, key_of):
    """The working minutes to each decision, by group."""
    groups = defaultdict(list)
    for each in decided:
        groups[key_of(each.enquiry)].append(each.enquiry.working_minutes_to_decision)
    return groups


def work_by_hand(session, pack, county, first, last):
    """What was assessed, answered, looked at again and not met in those days."""
    wholes = {name: answer.whole for name, answer in measure_all(session, pack, (first, last))[0].items()}
    days = by_hand.assessed(county, first, last)
    assert figures(measure(session, pack, "single_assessments_by_band", first, last, "band")) == by_hand.bands_of(days)
    kept = [each for each in days if each is not None]
    for part, name in ((0.5, "single_assessment_days_median"), (0.9, "single_assessment_days_p90")):
        assert (wholes[name].value, wholes[name].counted) == (by_hand.part_of(kept, part), len(kept))
    answers = by_hand.answers(county, first, last)
    for part, name in ((0.5, "answer_minutes_median"), (0.9, "answer_minutes_p90")):
        told = measure(session, pack, name, first, last, "agency")
        expected = {agency: by_hand.part_of(minutes, part, 15) for agency, minutes in answers.items()}
        assert {key: figure.value for key, _label, figure in told.groups} == expected
    assert figures(measure(session, pack, "unmet_needs", first, last, "need")) == by_hand.unmet(county, first, last)
    grades = [grade for _one, _other, grade in by_hand.looked(county, first, last) if grade]
    assert (wholes["audits_adequate"].counted, wholes["audits_adequate"].of) == (grades.count("good"), len(grades))
    kappa = wholes["kappa"]
    assert (kappa.counted or 0, kappa.of or 0, kappa.value) == by_hand.agreed(county, first, last)
    for name, expect in (
        ("protection_plans_two_years", by_hand.long_plans),
        ("protection_plans_again", by_hand.later_plans),
    ):
        assert (wholes[name].counted, wholes[name].of) == expect(county, first, last)


def standing_by_hand(session, pack, county, first, last):
    """What stands and what waits, at the end of the last day and of each month of those days."""
    wholes = {name: answer.whole for name, answer in measure_all(session, pack, (first, last))[0].items()}
    teams = Counter(team for team, _since in by_hand.stands(county, last))
    assert figures(measure(session, pack, "caseload", first, last, "team")) == teams
    ages = list(by_hand.waits(county, last))
    assert wholes["queue_age"].value == by_hand.part_of(ages, 0.5)
    assert (wholes["queue_age_oldest"].value, wholes["queue_age"].counted) == (max(ages, default=None), len(ages))
    assert wholes["protection_plan_rate"].counted == by_hand.count_plans(county, last)
    assert wholes["ehc_plans"].value == by_hand.count_ehc_plans(county, last)
    for by, form in (("month", "%Y-%m"), ("week", "%G-W%V")):
        ends = by_hand.ends_of(first, last, form)
        cases = figures(measure(session, pack, "caseload", first, last, by))
        assert cases.items() <= {key: len([*by_hand.stands(county, day)]) for key, day in ends.items()}.items()
        median = {key: by_hand.part_of(by_hand.waits(county, day), 0.5) for key, day in ends.items()}
        told = measure(session, pack, "queue_age", first, last, by)
        assert {key: figure.value for key, _label, figure in told.groups} == {
            key: age for key, age in median.items() if age is not None
        }


def figures(answer):
    """What was counted, by group."""
    return {key: figure.counted for key, _label, figure in answer.groups}


def test_numbers_are_counted_anew_where_a_definition_is_another(owner):
    with Session(owner) as session:
        session.execute(text("SELECT set_config('triage.role', 'system', true)"))
        refresh(session)
        session.execute(text("UPDATE countings SET definitions = 'older' WHERE fact = 'enquiry'"))
        session.execute(
            text(
                "INSERT INTO rollups (by, measure, span, on_day, key, counted, of)"
                " VALUES ('', 'enquiries', 'day', '2013-05-07', '', 5, 5)"
            )
        )
        refresh(session)
        assert session.scalar(text("SELECT count(*) FROM rollups WHERE on_day = '2013-05-07'")) == 0
        session.rollback()


@pytest.mark.parametrize("name", read_measures())
def test_every_measure_says_what_it_is_and_is_told_apart_by_everything_it_names(owner, name):
    with Session(owner) as session:
        session.execute(text("SELECT set_config('triage.role', 'system', true)"))
        definition = read_measures()[name]
        assert definition.question.endswith("?")
        assert definition.definition.endswith(".")
        assert definition.source
        for by in definition.by:
            assert measure(session, PACK, name, *YEARS, by).groups == ()


def read(session, query):
    return {tuple(row) for row in session.execute(query)}
