"""The page of a measure over time, and the measures beside a year before and England."""

from datetime import date, timedelta

import pytest

from tests.making import an_enquiry
from tests.reading import main_of
from triage.insight.counting import refresh
from triage.insight.definition import read_measures
from triage.insight.runs import run_measure


@pytest.fixture
def weeks(office, clock):
    """Fourteen whole weeks: two enquiries in each but the seventh, which has none, and the last, which has nine."""
    for week in range(15):
        for _ in range({6: 0, 13: 9}.get(week, 2 + week % 2)):
            an_enquiry(office)
        clock.at += timedelta(days=7)
    office.session.flush()
    refresh(office.session)


def test_weeks_are_counted_with_those_in_which_nothing_came(office, weeks):
    run = run_measure(office.session, office.pack, "enquiries", date(2013, 8, 11))
    assert run.by == "week"
    assert run.steps[0].span.label == "Week of 13 May 2013"
    assert [step.figure.value for step in run.steps] == [3, 2, 3, 2, 3, 0, 3, 2, 3, 2, 3, 2, 9]
    assert [step.span.first for step in run.steps if step.signals][-1] == date(2013, 8, 5)


def test_page_says_what_is_more_than_chance_and_leads_to_its_cases(weeks, sign_in):
    client = sign_in("mash_manager")
    page = client.get("/measures/enquiries/run?to=2013-08-11")
    said = main_of(page.text)
    assert "Week of 5 August 2013: above the upper limit, which chance seldom does." in said
    assert "Outside the limits" in said
    assert "from=2013-08-05&amp;to=2013-08-11&amp;counted=true" in page.text
    assert client.get("/measures/enquiries/run.svg?to=2013-08-11").text.startswith("<svg")
    assert "/cases" not in sign_in("analyst").get("/measures/enquiries/run?to=2013-08-11").text


def test_few_weeks_and_none_are_said_to_be_so(weeks, sign_in):
    client = sign_in("mash_manager")
    few = main_of(client.get("/measures/enquiries/run?to=2013-06-30").text)
    assert "There are 7 weeks with a figure. With fewer than 12 nobody can tell a signal from chance" in few
    assert "No whole week is over yet" in main_of(client.get("/measures/enquiries/run?to=2013-05-08").text)
    assert "No whole week is over yet" in main_of(client.get("/measures/enquiries/run?to=0001-01-01").text)
    assert client.get("/measures/enquiries/run?to=9999-12-31").status_code == 200
    wrong = client.get("/measures/enquiries/run?to=never").text
    assert "There is a problem" in wrong
    assert 'href="#to"' in wrong


@pytest.mark.parametrize("name", read_measures())
def test_every_measure_has_its_page_and_picture_even_of_nothing(sign_in, name):
    client = sign_in("analyst")
    assert client.get(f"/measures/{name}/run").status_code == 200
    assert client.get(f"/measures/{name}/run.svg").text.startswith("<svg")


def test_there_is_no_page_of_a_measure_that_there_is_not(sign_in):
    client = sign_in("analyst")
    assert client.get("/measures/none/run").status_code == 404
    assert client.get("/measures/none/run.svg").status_code == 404


def test_measures_stand_beside_a_year_before_and_england(office, clock, sign_in):
    for _ in range(4):
        an_enquiry(office)
    clock.at += timedelta(days=365)
    for _ in range(6):
        an_enquiry(office)
    office.session.flush()
    refresh(office.session)
    address = "/measures?from=2014-05-01&to=2014-05-31"
    said = main_of(sign_in("mash_manager").get(address).text)
    assert "Enquiries 6 6 counted: Enquiries 4 2 more (50.0%)" in said
    assert "Enquiries 6 6 Nothing to compare with" in main_of(sign_in("analyst").get(address).text)  # 4 could be known
    assert "22.4% (139,080 of 621,880) Year to 31 March 2024; Department for Education" in said
    assert "657,800 Year to 31 March 2014" in said
