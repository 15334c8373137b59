"""The replay, at a small size: the measures equal the generator's own ledger, to the unit."""

from collections import Counter

import pytest
from sqlalchemy import select

from tests.services import own_database, role_url
from triage.access.actor import SYSTEM
from triage.database import Database
from triage.demo.ledger import keep_ledger, percentile
from triage.demo.plan import draw_plan
from triage.demo.replay import END, replay
from triage.demo.staff import add_staff
from triage.exchange.census_collecting import collect_census
from triage.insight.measures import measure
from triage.models import Enquiry, Referral
from triage.pack import load_pack
from triage.store.enquiries import count_by_route
from workflows.census.checking import check
from workflows.census.rule import Severity

COUNT, SEED = 250, 7
PERIOD = END.date().replace(year=2013, month=4), END.date().replace(year=2013, month=12, day=31)


@pytest.fixture(scope="module")
def replayed():
    with own_database() as name:
        url = role_url("triage_app", name)
        database = Database(url)
        with database.transaction(SYSTEM) as session:
            add_staff(session)
        heard = []
        replay(url, "nottinghamshire", COUNT, SEED, heard.append)
        yield database, heard
        database.engine.dispose()


@pytest.fixture(scope="module")
def ledger():
    pack = load_pack("nottinghamshire")
    return keep_ledger(draw_plan(pack, COUNT, SEED), pack.calendar, END)


# What the plan itself tells; the other measures are counted of the same rows.
OF_THE_PLAN = (
    *("enquiries", "referrals", "early_help", "appropriate_action", "re_referrals"),
    *("decided_in_one_working_day", "screened_in_time", "allocated_in_time", "accepted_in_time"),
    *("median_minutes_to_decision", "p90_minutes_to_decision"),
)


@pytest.mark.parametrize("name", OF_THE_PLAN)
def test_measure_equals_the_ledger(replayed, ledger, pack, name):
    with replayed[0].transaction(SYSTEM) as session:
        figure = measure(session, pack, name, *PERIOD).whole
    expected = ledger.as_dict()[name]
    assert ([figure.counted, figure.of] if figure.of is not None else figure.value) == expected


def test_districts_add_up_as_the_ledger_has_them(replayed, ledger, pack):
    with replayed[0].transaction(SYSTEM) as session:
        answer = measure(session, pack, "enquiries", *PERIOD, "district")
    assert {key: figure.counted for key, _label, figure in answer.groups} == ledger.by_district


def test_routes_add_up_as_the_ledger_has_them(replayed, ledger):
    with replayed[0].transaction(SYSTEM) as session:
        assert count_by_route(session) == ledger.by_route


def test_every_enquiry_has_the_reference_of_its_arrival(replayed):
    with replayed[0].transaction(SYSTEM) as session:
        rows = session.query(Enquiry.reference).order_by(Enquiry.received_at, Enquiry.reference).all()
    assert sorted(row.reference for row in rows) == [f"ENQ-2013-{number:06d}" for number in range(1, COUNT + 1)]


def test_progress_tells_of_every_enquiry(replayed):
    assert sum(said.enquiries for said in replayed[1]) == COUNT


def test_same_seed_gives_the_same_plan(pack):
    first, second = (draw_plan(pack, 60, 3) for _ in range(2))
    assert [(case.call, case.outcome, case.indicators, case.steps) for case in first] == [
        (case.call, case.outcome, case.indicators, case.steps) for case in second
    ]


def test_full_plan_has_the_published_figures(pack):
    plan = draw_plan(pack, 13_800, 1)
    ledger = keep_ledger(plan, pack.calendar, END)
    inside = {code: number for code, number in ledger.by_district.items() if code != "none"}
    assert len(plan) == 13_800
    assert max(inside, key=inside.get) == "E07000170"
    assert inside["E07000170"] > 2_500
    assert min(inside, key=inside.get) == "E07000176"
    assert 850 <= inside["E07000176"] <= 899
    assert 0.46 <= ledger.by_route["social_care"] / 13_800 <= 0.50
    assert 0.22 <= ledger.by_route["early_help"] / 13_800 <= 0.26
    assert 0.22 <= ledger.share("re_referrals").counted / ledger.share("re_referrals").of <= 0.24


@pytest.mark.parametrize(
    ("values", "part", "expected"),
    [([], 0.5, None), ([5], 0.9, 15), ([15, 16], 0.5, 15), ([15, 16], 0.51, 30), ([1, 200, 300, 400], 0.9, 405)],
)
def test_percentile_is_the_quarter_of_an_hour_within_which_that_part_lies(values, part, expected):
    assert percentile(values, part) == expected


def test_another_authority_says_that_it_has_each_child_before_the_enquiry_closes(replayed):
    with replayed[0].transaction(SYSTEM) as session:
        told = session.scalars(select(Referral).where(Referral.service == "other_authority")).all()
        assert told
        assert {(each.state, each.closure) for each in told if each.enquiry.state == "closed"} == {
            ("closed", "taken_on")
        }


def test_census_of_the_year_has_no_error(replayed, pack):
    with replayed[0].transaction(SYSTEM) as session:
        census = collect_census(session, pack.census_code, 2014)
    faults = check(census)
    told = Counter(fault.number for fault in faults if fault.severity == Severity.ERROR)
    assert told == {}
    episodes = [episode for child in census.children for episode in child.episodes]
    parts = ("assessments", "section_47s", "plans", "protection_plans")
    assert all(any(getattr(episode, part) for episode in episodes) for part in parts)
    assert len(episodes) == session_referrals(replayed)


def session_referrals(replayed):
    with replayed[0].transaction(SYSTEM) as session:
        return session.query(Referral).filter_by(service="social_care").count()
