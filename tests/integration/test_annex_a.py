"""Ofsted's Annex A: each list's columns, codes and rows, of the six months before an inspection."""

import zipfile
from datetime import date, timedelta
from io import BytesIO

import pytest
from lxml import etree

from tests.acting import accepted, act, at_section_47, walk
from tests.making import a_subject, an_enquiry
from triage.exchange.annex_a import LISTS, SOURCES, age_on
from triage.exchange.annex_a_file import collect_annex_a, six_months_before, write_annex_a
from triage.models import Person
from triage.models.codes import SOURCES as OUR_SOURCES

WORKER = "locality_worker:west"
SPACE = {"s": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def collect(office, days=1):
    office.session.flush()
    inspection = (office.clock.now() + timedelta(days=days)).date()
    return {name: [dict(zip(LISTS[name], row, strict=True)) for row in rows] for name, rows in told(office, inspection)}


def told(office, inspection):
    return collect_annex_a(office.session, office.pack, inspection).items()


def test_contact_is_a_row_a_child(office):
    an_enquiry(office, subjects=(a_subject(given_name="Ava", sex="F"), a_subject(given_name="Ben")), source="6")
    first, second = collect(office)["List 1"]
    assert first["Gender"] == "b) Female"
    assert first["Contact Source"] == "q) 6: Police"
    assert first["Ethnicity"] == "s) NOBT"
    assert first["Date of Contact"] == office.clock.now().date()
    assert len({first["Child Unique ID"], second["Child Unique ID"]}) == 2


def test_contact_of_six_months_ago_is_in_and_of_the_day_before_or_of_the_day_itself_is_not(office):
    day = office.clock.now().date()
    an_enquiry(office)
    office.session.flush()
    found = {since: len(dict(told(office, since))["List 1"]) for since in (day, day + timedelta(1))}
    assert found == {day: 0, day + timedelta(1): 1}
    last = date(day.year, day.month + 6, day.day)
    assert [len(dict(told(office, each))["List 1"]) for each in (last, last + timedelta(1))] == [1, 0]


def test_referral_tells_how_often_before_the_latest_and_whether_anything_was_done(office):
    case = accepted(office, given_name="Cal")
    act(office, WORKER, case, "close", closure="RC6")
    office.clock.at += timedelta(days=30)
    again = accepted(office, person_id=case.person_id)
    walk(office, WORKER, again, "start_assessment")
    first, second = collect(office)["List 3"]
    assert (first["Referral NFA?"], second["Referral NFA?"]) == ("a) Yes", "b) No")
    assert [each["Number of Referrals in Last 12 Months"] for each in (first, second)] == [1, 1]
    assert second["Allocated Team"] == "Social care West"
    assert first["Child Unique ID"] == second["Child Unique ID"]


def test_assessment_tells_what_came_of_it(office):
    case = walk(office, WORKER, accepted(office, given_name="Dot"), "start_assessment")
    (row,) = collect(office)["List 4"]
    support = "Was the child assessed as requiring LA children’s social care support"
    assert (row["Continuous Assessment Date of Authorisation"], row[support]) == (None, None)
    seen = "Child Seen During Continuous Assessment"
    assert (row["Does the Child have a Disability"], row[seen]) == ("c) Unknown", "c) Unknown")
    walk(office, WORKER, case, "complete_assessment")
    assert collect(office)["List 4"][0][support] == "a) Yes"
    act(office, WORKER, case, "close", closure="RC8")
    (row,) = collect(office)["List 4"]
    assert row[support] == "b) No"
    assert row[seen] == "a) Yes"


def test_child_who_was_not_seen_during_the_assessment_is_told_as_such(office):
    case = walk(office, WORKER, accepted(office, given_name="Fay"), "start_assessment")
    act(office, WORKER, case, "complete_assessment", child_seen=False)
    (row,) = collect(office)["List 4"]
    assert row["Child Seen During Continuous Assessment"] == "b) No"


def test_section_47_tells_of_its_conference_and_plan(office):
    case = walk(office, WORKER, at_section_47(office, given_name="Eve"), "complete_assessment")
    unnecessary = "Was an Initial Child Protection Conference deemed unnecessary?"
    led = "Did the Initial Child Protection Conference Result in a Child Protection Plan"
    (row,) = collect(office)["List 5"]
    assert (row[unnecessary], row[led]) == (None, None)
    office.clock.at += timedelta(days=7)
    walk(office, WORKER, case, "call_conference", "make_protection_plan")
    (row,) = collect(office)["List 5"]
    assert (row[unnecessary], row[led]) == ("b) No", "a) Yes")
    assert row["Number of Section 47 Enquiries in the last 12 months"] == 0


def test_workbook_has_a_sheet_a_list_with_its_columns_and_its_dates_are_dates(office):
    an_enquiry(office, given_name="=1+1")
    office.session.flush()
    day = office.clock.now().date()
    lists = dict(told(office, day + timedelta(1)))
    content = write_annex_a(lists)
    assert content == write_annex_a(lists)
    with zipfile.ZipFile(BytesIO(content)) as book:
        workbook = etree.fromstring(book.read("xl/workbook.xml"))
        assert workbook.xpath("//s:sheet/@name", namespaces=SPACE) == list(LISTS)
        strings = etree.fromstring(book.read("xl/sharedStrings.xml")).xpath("//s:t/text()", namespaces=SPACE)
        sheet = etree.fromstring(book.read("xl/worksheets/sheet1.xml"))
        assert sheet.xpath("//s:f", namespaces=SPACE) == []
        head = [strings[int(each)] for each in sheet.xpath("//s:row[1]/s:c/s:v/text()", namespaces=SPACE)]
        assert head == list(LISTS["List 1"])
        (contact,) = sheet.xpath("//s:row[2]/s:c[6]/s:v/text()", namespaces=SPACE)
        assert date(1899, 12, 30) + timedelta(int(contact)) == day


def test_every_source_of_ours_has_its_code():
    assert set(SOURCES) == set(OUR_SOURCES)


@pytest.mark.parametrize(
    ("details", "age"),
    [
        ({"birth_date": date(2003, 5, 7)}, 10),
        ({"birth_date": date(2003, 5, 8)}, 9),
        ({"expected_date": date(2013, 9, 1), "kind": "unborn_child"}, -1),
        ({}, None),
    ],
)
def test_age_is_in_whole_years_on_the_day(details, age):
    assert age_on(Person(**({"kind": "child"} | details)), date(2013, 5, 7)) == age


@pytest.mark.parametrize(
    ("day", "before"),
    [
        (date(2014, 1, 2), date(2013, 7, 2)), (date(2013, 8, 31), date(2013, 2, 28)),
        (date(2012, 8, 30), date(2012, 2, 29)), (date(2013, 12, 31), date(2013, 6, 30)),
    ],
)  # fmt: skip
def test_six_months_before_is_the_same_day_or_the_last_of_its_month(day, before):
    assert six_months_before(day) == before
