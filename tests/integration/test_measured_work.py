"""What is kept as work is done is what measures count: days of assessments, minutes of answers, plans, queues."""

from datetime import timedelta

import pytest

from tests.acting import accepted, act, at_section_47, walk
from tests.making import an_enquiry, decide_as, screen
from tests.reading import main_of
from triage.insight.counting import refresh
from triage.insight.measures import measure
from triage.insight.small import hide_small
from triage.pack import make_pack
from triage.services.assessing import end_assessment
from workflows.calendar import local_day

WORKER = "locality_worker:west"


def ask(office, name, by=None, pack=None, back=0):
    """The measure up to today, or so many days back."""
    office.session.flush()
    refresh(office.session)
    last = local_day(office.clock.now()) - timedelta(back)
    return measure(office.session, pack or office.pack, name, last - timedelta(400), last, by)


def groups(answer):
    return {label: figure.counted for _key, label, figure in answer.groups if figure.counted}


def test_single_assessment_is_in_the_band_of_its_working_days(office):
    case = walk(office, WORKER, accepted(office), "start_assessment")
    office.clock.at += timedelta(days=30)  # to Thursday 6 June, with a bank holiday among them
    walk(office, WORKER, case, "complete_assessment")
    assert case.assessments[0].working_days == 21
    assert groups(ask(office, "single_assessments_by_band", "band")) == {"21 to 30 working days": 1}
    assert ask(office, "single_assessment_days_median").whole.value == 21


def test_assessment_that_ends_with_its_case_has_its_days_too(office):
    case = walk(office, WORKER, accepted(office), "start_assessment")
    office.clock.at += timedelta(days=2)
    end_assessment(office.desk(WORKER), case)
    assert case.assessments[0].working_days == 2


def test_answer_is_told_of_in_working_time_by_partner(office):
    enquiry = an_enquiry(office)
    screen(office, enquiry, ask="police", finish=False)
    office.session.flush()
    (check,) = enquiry.checks
    office.clock.at += timedelta(days=1)  # a day of 8 and a half hours
    act(office, "mash_officer", check, "answer", answer="Made up")
    assert check.working_minutes_to_answer == 510
    told = ask(office, "answer_minutes_median", "agency")
    assert [(key, figure.value) for key, _label, figure in told.groups] == [("police", 510)]


def test_plan_stands_until_it_ends_and_is_a_rate_where_the_pack_says_of_how_many(office):
    case = walk(office, WORKER, at_section_47(office), "complete_assessment", "call_conference")
    walk(office, WORKER, case, "make_protection_plan")
    assert ask(office, "protection_plans").whole.value == 1
    assert ask(office, "protection_plans", back=1).whole.value == 0
    rate = ask(office, "protection_plan_rate", "district")
    assert (rate.whole.value, rate.whole.counted) == (None, 1)
    assert hide_small(rate).whole.small
    districts = [row | {"children": 2_500} for row in office.pack.document["districts"]]
    pack = make_pack(office.pack.document | {"districts": districts}, {})
    rate = ask(office, "protection_plan_rate", "locality", pack)
    assert rate.whole.value == pytest.approx(10_000 / 17_500)
    assert [figure.value for _key, _label, figure in rate.groups] == [pytest.approx(10_000 / 5_000)]
    office.clock.at += timedelta(days=731)
    act(office, WORKER, case, "end_protection_plan", reason="Made up: they are safe")
    assert ask(office, "protection_plans").whole.value == 0
    assert ask(office, "protection_plans", back=1).whole.value == 1
    ended = ask(office, "protection_plans_two_years").whole
    assert (ended.counted, ended.of) == (1, 1)
    assert ask(office, "protection_plans_again").whole.of == 0


def test_what_waits_and_who_has_it_is_told_as_of_a_day(office):
    enquiry = an_enquiry(office)
    screen(office, enquiry)
    office.clock.at += timedelta(days=3)
    assert ask(office, "queue_age").whole.value == 3
    assert ask(office, "queue_age", back=2).whole.value == 1
    decide_as(office, "social_worker", enquiry, route="social_care", level=4)
    office.clock.at += timedelta(days=2)
    assert [(label, figure.value) for _key, label, figure in ask(office, "queue_age", "queue").groups] == [
        ("For a team", 2)
    ]
    assert groups(ask(office, "caseload", "team")) == {"No team": 1}
    act(office, "mash_manager", enquiry.referrals[0], "allocate", team_code="social_care_west")
    assert groups(ask(office, "caseload", "team")) == {"Social care West": 1}
    assert groups(ask(office, "caseload", "team", back=1)) == {"No team": 1}
    assert ask(office, "queue_age").whole.value is None


def test_every_measure_is_on_its_page_over_time_and_split(office, sign_in):
    walk(office, WORKER, at_section_47(office), "complete_assessment", "call_conference", "make_protection_plan")
    an_enquiry(office)
    ask(office, "caseload")
    office.clock.at += timedelta(days=14)
    client = sign_in("mash_manager")
    for name in ("caseload", "queue_age", "protection_plan_rate", "kappa", "single_assessments_by_band"):
        assert client.get(f"/measures/{name}/run").status_code == 200
        assert client.get(f"/measures/{name}/run.svg").status_code == 200
        assert client.get("/measures", query_string={"measure": name}).status_code == 200
        assert client.get("/measures/chart.svg", query_string={"measure": name, "by": "week"}).status_code == 200
    assert "no limits are drawn" in main_of(client.get("/measures/caseload/run").text)
    assert "Open cases 1" in main_of(client.get("/measures").text)
