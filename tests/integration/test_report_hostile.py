"""Hostile text in the quarterly report: what a manager says of a number, and who supplied one."""

import csv
from io import BytesIO, StringIO

import pytest
from lxml import html
from pypdf import PdfReader
from werkzeug.datastructures import FileStorage

from tests.calling import post_form
from tests.hostile import KNOWN, MARK, REFUSED
from tests.integration.test_hostile_text import assert_inert, kept_in, sendable
from tests.reporting import COLUMNS, JULY, QUARTER, made
from tests.undoing import undone
from triage.exchange.quarterly_file import WRITERS

AT = f"/reports/{QUARTER}"
WOMEN = ["smoking_at_delivery", "county", "2013-04-01", "2013-06-30", "15", "150", "1000"]


@pytest.fixture(autouse=True)
def report(office):
    office.clock.at = JULY
    made(office)


def test_what_is_said_of_a_number_is_kept_exactly_or_refused_and_inert_on_page_and_in_each_document(sign_in, office):
    client, outcomes = sign_in("mash_manager"), set()
    for text in (*KNOWN, *REFUSED):
        with undone(office.session):
            said = client.post(f"{AT}/commentary", data={"about": "re_referrals", "words": sendable(text)})
            outcomes.add(said.status_code)
            assert_inert(said.text)
            for path in (AT, f"{AT}/commentary", f"{AT}/report.html"):
                assert_inert(client.get(path).text)
            assert said.status_code != 302 or sendable(text).strip() in kept_in(office.session)
    assert outcomes == {302, 422}


@pytest.mark.parametrize("kind", WRITERS)
def test_document_is_made_of_whatever_was_said(sign_in, office, kind):
    client = sign_in("mash_manager")
    client.post(f"{AT}/commentary", data={"about": "whole", "words": " ".join(KNOWN)})
    answer = client.get(f"{AT}/report.{kind}")
    assert answer.status_code == 200
    if kind == "pdf":
        assert MARK in "".join(page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages)


def test_who_supplied_a_figure_is_kept_exactly_or_refused_by_its_line(sign_in, office):
    client, outcomes = sign_in("mash_manager"), set()
    for text in (*KNOWN, REFUSED[0]):
        out = StringIO(newline="")
        csv.writer(out).writerows([COLUMNS.split(","), [*WOMEN, text, "2013-07-01"]])
        file = FileStorage(BytesIO(sendable(out.getvalue()).encode()), f"{MARK}<b>.csv")
        with undone(office.session):
            looked = post_form(client, "/reports/figures", {"file": file})
            assert looked.status_code in (200, 422), text
            assert_inert(looked.text)
            outcomes.add(looked.status_code)
            for content in html.fromstring(looked.text).xpath("//input[@name='content']/@value"):
                assert client.post("/reports/figures/take", data={"content": content}).status_code == 302
                assert text.strip() in kept_in(office.session)
    assert outcomes == {200, 422}


@pytest.mark.parametrize("about", [*KNOWN[:6], REFUSED[0]])
def test_indicator_that_is_none_is_refused(sign_in, about):
    client = sign_in("mash_manager")
    assert client.post(f"{AT}/commentary", data={"about": about, "words": "x"}).status_code == 422
    assert_inert(client.get(f"{AT}/commentary", query_string={"about": about}).text)
    assert client.get("/reports/x", query_string={"made": about}).status_code == 404
    assert client.get(AT, query_string={"made": about}).status_code == 200
