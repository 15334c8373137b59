"""The pages of the quarterly report: asked for, read, written as documents, commented; partners' figures."""

from io import BytesIO

import pytest
from lxml import html
from pypdf import PdfReader
from werkzeug.datastructures import FileStorage

from tests.calling import post_form
from tests.reading import main_of
from tests.reporting import JULY, a_figure, a_file, ask, made, make_all, say, send
from triage.insight.quarterly.indicators import read_groups
from triage.models import PartnerFigure, QuarterlyReport, ReportComment

MANAGER, AT, FIGURES = "mash_manager", "/reports/2013-Q2", "/reports/figures"
WOMEN = "smoking_at_delivery,county,2013-04-01,2013-06-30,15,150,1000,Made-up hospitals,2013-07-01"
WRITERS = ("mash_manager", "early_help_unit")
READERS = (*WRITERS, "locality_manager:west", "analyst")


@pytest.fixture(autouse=True)
def july(office):
    office.clock.at = JULY


def links(answer):
    return html.fromstring(answer.text).xpath("//main//a/@href")


@pytest.mark.parametrize("who", WRITERS)
def test_report_is_asked_for_waits_and_is_there_once_the_worker_made_it(sign_in, office, who):
    client = sign_in(who)
    assert "No report was made yet." in client.get("/reports").text
    asked = client.post("/reports", data={"quarter": "2013-Q2"}, follow_redirects=True)
    assert "April to June 2013" in main_of(asked.text)
    assert "Waits for the worker" in asked.text
    assert client.get(AT).status_code == 404
    make_all(office)
    listed = client.get("/reports")
    (report,) = office.session.query(QuarterlyReport)
    assert f"{AT}?made={report.id}" in links(listed)
    assert report.result["fingerprint"][:12] in listed.text


@pytest.mark.parametrize("quarter", ["", "2013-Q9", "2013-Q3"])
def test_what_cannot_be_asked_for_is_said_at_the_field(sign_in, office, quarter):
    answer = sign_in(MANAGER).post("/reports", data={"quarter": quarter})
    assert answer.status_code == 422
    assert html.fromstring(answer.text).xpath("//p[@id='quarter-error']")
    assert office.session.query(QuarterlyReport).count() == 0


@pytest.mark.parametrize("who", READERS)
def test_report_reads_whole_with_every_indicator_and_its_documents(sign_in, office, who):
    spring = {"first": a_figure().first.replace(month=1), "last": a_figure().last.replace(month=3, day=31)}
    send(office, a_figure(), a_figure(**spring))
    say(office, "Made up: <b>fewer</b>")
    made(office)
    client = sign_in(who)
    page = client.get(AT)
    said = main_of(page.text)
    assert "April to June 2013. Quarter 1 of the financial year 2013-14." in said
    assert "Everybody and everything in this report is made up" in said
    for group in read_groups():
        assert all(each.title in said for each in group.indicators)
    assert "15.0%" in said
    assert "Made-up hospitals, 1 July 2013" in said
    assert "A figure of this quarter was not sent. It comes from: Youth offending service." in said
    assert "Made up: &lt;b&gt;fewer" in page.text
    assert client.get(f"{AT}/smoking_at_delivery.svg").text.startswith("<svg")
    assert any("commentary" in each for each in links(page)) == (who in WRITERS)


def test_documents_are_those_of_the_report_and_no_others_are_written(sign_in, office):
    made(office)
    client = sign_in("analyst")
    pdf, page, book = (client.get(f"{AT}/report.{kind}") for kind in ("pdf", "html", "xlsx"))
    assert PdfReader(BytesIO(pdf.data)).metadata.title == "Quarterly performance report, April to June 2013"
    assert pdf.data == client.get(f"{AT}/report.pdf").data
    assert "quarterly-report-nottinghamshire-2013-Q2.pdf" in pdf.headers["Content-Disposition"]
    assert "attachment" in page.headers["Content-Disposition"]
    assert book.data.startswith(b"PK")
    for path in (
        f"{AT}/report.doc",
        f"{AT}/smoking_at_delivery.svg",
        f"{AT}/nothing.svg",
        "/reports/2013-Q1",
        "/reports/x",
    ):
        assert client.get(path).status_code == 404


def test_earlier_report_stays_to_be_read_by_its_own_address(sign_in, office):
    made(office)
    send(office, a_figure())
    first = office.session.query(QuarterlyReport).one()
    ask(office)
    office.clock.at = JULY.replace(hour=12)
    make_all(office)
    client = sign_in("analyst")
    assert "Made-up hospitals" in client.get(AT).text
    assert "Made-up hospitals" not in client.get(f"{AT}?made={first.id}").text
    assert f"made={first.id}" in client.get(f"{AT}?made={first.id}").text


# What a manager says


def test_commentary_is_written_changed_and_taken_back(sign_in, office):
    made(office)
    client, at = sign_in(MANAGER), f"{AT}/commentary"
    kept = client.post(at, data={"about": "re_referrals", "words": "Made up: fewer"}, follow_redirects=True)
    assert "What you wrote is kept" in kept.text
    again = html.fromstring(client.get(f"{at}?about=re_referrals").text)
    assert again.xpath("string(//textarea[@name='words'])").strip() == "Made up: fewer"
    assert "Made up: fewer" in client.get(AT).text
    client.post(at, data={"about": "whole", "words": "Made up: quiet"})
    client.post(at, data={"about": "re_referrals", "words": " "})
    page = client.get(AT).text
    assert "Made up: quiet" in page
    assert "Made up: fewer" not in page
    assert office.session.query(ReportComment).count() == 3


@pytest.mark.parametrize("about", ["", "nothing"])
def test_commentary_on_nothing_is_refused_and_its_words_are_kept_on_the_page(sign_in, office, about):
    answer = sign_in(MANAGER).post(f"{AT}/commentary", data={"about": about, "words": "Made up: fewer"})
    assert answer.status_code == 422
    page = html.fromstring(answer.text)
    assert page.xpath("//p[@id='about-error']")
    assert page.xpath("string(//textarea[@name='words'])").strip() == "Made up: fewer"


# Figures of partners


def look(client, content, name="figures.csv"):
    return post_form(client, FIGURES, {"file": FileStorage(BytesIO(content), name)} if name else {})


def take(client, looked):
    (content,) = html.fromstring(looked.text).xpath("//input[@name='content']/@value")
    return client.post(f"{FIGURES}/take", data={"content": content}, follow_redirects=True)


@pytest.mark.parametrize("who", WRITERS)
def test_file_is_looked_at_and_only_then_taken_in(sign_in, office, who):
    client = sign_in(who)
    looked = look(client, a_file(WOMEN, WOMEN.replace("county", "Ashfield").replace(",15,150,", ",,100,")))
    assert "2 figures new, 0 in the place of what was sent before, 0 as they were" in main_of(looked.text)
    assert "10.0% (100 of 1000)" in looked.text
    assert office.session.query(PartnerFigure).count() == 0
    assert "2 new, 0 in the place of others, 0 as they were" in take(client, looked).text
    rows = office.session.query(PartnerFigure).all()
    assert {each.taken_by_id for each in rows} == {office.actor(who).id}
    again = look(client, a_file(WOMEN.replace(",15,150,", ",16,160,")))
    assert "0 figures new, 1 in the place of what was sent before" in main_of(again.text)


def test_nothing_of_a_file_with_a_fault_is_taken_and_each_is_told_by_its_line(sign_in, office):
    client = sign_in(MANAGER)
    answer = look(client, a_file(WOMEN, WOMEN.replace("county", "Leeds"), WOMEN.replace("150", "lots")))
    assert answer.status_code == 422
    rows = [[cell.text_content() for cell in row][:2] for row in html.fromstring(answer.text).xpath("//tbody/tr")]
    assert rows == [["3", "district"], ["4", "counted"]]
    assert "There is no such district" in answer.text
    assert office.session.query(PartnerFigure).count() == 0


def test_no_file_one_that_is_too_large_and_one_that_did_not_come_back_are_refused(sign_in, office):
    client = sign_in(MANAGER)
    assert "Choose a file." in look(client, b"", "").text
    assert "This file is too large" in look(client, b"x" * 500_001).text
    for content in ("%", "", "aW5kaWNhdG9y"):
        assert client.post(f"{FIGURES}/take", data={"content": content}).status_code == 422
    assert office.session.query(PartnerFigure).count() == 0


def test_template_comes_as_a_file_of_the_quarter_that_ended_last(sign_in):
    answer = sign_in(MANAGER).get(f"{FIGURES}/template.csv")
    assert "figures-2013-Q2.csv" in answer.headers["Content-Disposition"]
    assert "smoking_at_delivery,county,2013-04-01,2013-06-30" in answer.text
