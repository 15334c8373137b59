"""What is open on paper: the worst first, whole in one file, of what few may see the reference alone, for its owner."""

import csv
import io
import re
from datetime import timedelta

import pytest
from marshmallow.fields import List, Nested

from tests.conftest import MORNING
from tests.making import a_subject, an_enquiry, decide_as, screen
from tests.restricting import few_see
from triage.errors import CommandRefused
from triage.exchange.worklist import gather_worklist
from triage.exchange.worklist_file import HEADINGS, draw_forms, draw_page, draw_table, write_snapshot
from triage.schemas.enquiry import LogEnquirySchema
from triage.services.enquiry_actions import EnquiryAction, act_on_enquiry
from triage.whole_files import LOCK, alone_in

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def county(office):
    """A red one that is late, one with a partner's answer outstanding, one handed on, one restricted, one closed."""
    told = {"referrer_name": "Mr Made-up", "referrer_phone": "0115 496 0001"}
    red = an_enquiry(office, given_name="Rhea", needs_immediate_protection=True, indicators=("P4_UNSAFE",), **told)
    asked = an_enquiry(office, given_name="Asa", referrer_name=HOSTILE, referrer_may_be_named=False)
    screen(office, asked, ask="police", finish=False)
    handed = an_enquiry(office, given_name="Hal", indicators=("P4_UNSAFE",))
    screen(office, handed, rag="red")
    decide_as(office, "social_worker", handed, route="social_care", level=4, section_47=True, consent="given")
    few = an_enquiry(office, given_name="Secretia", referrer_phone="0115 496 0999")
    few_see(office, few.id)
    closed = an_enquiry(office, given_name="Cleo")
    screen(office, closed)
    decide_as(office, "social_worker", closed, route="advice", level=2, why_not={"early_help": "Made up"})
    act_on_enquiry(office.desk("social_worker"), EnquiryAction(enquiry_id=closed.id, action="close"))
    office.session.flush()
    office.session.expire_all()
    office.clock.at += timedelta(hours=5)
    return {"red": red, "asked": asked, "handed": handed, "few": few, "closed": closed}


@pytest.fixture
def worklist(office, county):
    return gather_worklist(office.desk("system"))


def test_the_worst_stand_first_and_each_says_what_is_needed(worklist, county):
    lines = {each.reference: each for each in worklist.enquiries}
    red = worklist.enquiries[0]
    assert red.reference == county["red"].reference
    assert red.late
    assert red.is_grave
    assert (red.colour, red.grave) == ("red recommended", "immediate danger")
    assert red.whom[0].name == "Rhea Testley"
    assert red.whom[0].born == "born 2 January 2008"
    assert (red.who_has_it, red.telephone) == ("Nobody", "0115 496 0001")
    asked = lines[county["asked"].reference]
    assert asked.waits == ("Partners asked", "Answer of Nottinghamshire Police")
    assert "must not learn" in asked.told_by
    assert county["closed"].reference not in lines
    assert worklist.enquiries[-1].reference == county["handed"].reference  # what is decided is urgent in its referral
    assert [each.whom[0].name for each in worklist.referrals] == ["Hal Testley"]
    assert worklist.referrals[0].grave == "section 47"


def test_of_what_few_may_see_there_is_the_reference_alone(worklist, county):
    few = county["few"].reference
    page, table = draw_page(worklist).decode(), draw_table(worklist).decode()
    for text in (page, table):
        assert few in text
        assert "Secretia" not in text
        assert "0999" not in text
    row = next(each for each in csv.reader(io.StringIO(table)) if each[1] == few)
    assert [cell for cell in row if cell] == ["enquiry", few, "restricted"]
    assert few not in {each.reference for each in worklist.enquiries}


def test_the_page_needs_nothing_else_and_runs_nothing(worklist):
    page = draw_page(worklist).decode()
    assert HOSTILE not in page
    assert "&lt;script&gt;" in page
    assert not re.search(r"<script|<link|src=|href=|url\(|@import", page)
    assert "Made at 15:00 on Tuesday 7 May 2013" in page
    assert "Rhea Testley" in page
    assert "OVERDUE" in page


def test_the_csv_has_every_open_case_and_runs_nothing_in_a_spreadsheet(office, county):
    county["red"].referrer_name = "=HYPERLINK(1)"
    office.session.flush()
    rows = list(csv.reader(io.StringIO(draw_table(gather_worklist(office.desk("system"))).decode())))
    assert tuple(rows[0]) == HEADINGS
    assert {row[1] for row in rows} >= {each.reference for name, each in county.items() if name != "closed"}
    assert "'=HYPERLINK(1)" in rows[1]
    assert county["closed"].reference not in {row[1] for row in rows}


def fields_of(schema):
    """The names of all that it asks for, within its lists too."""
    for name, field in schema.fields.items():
        inner = field.inner if isinstance(field, List) else field
        if isinstance(inner, Nested):
            yield from fields_of(inner.schema)
        else:
            yield name


def test_the_paper_form_asks_all_that_is_logged(pack):
    asked = set(re.findall(r'data-field="([a-z_0-9]+)"', draw_forms(pack).decode()))
    not_on_paper = {"person_id", "danger_unsure"}  # who is known already; "not sure" is a box beside "in danger now"
    assert set(fields_of(LogEnquirySchema())) - not_on_paper == asked - {"written_by"}


def test_files_are_whole_for_their_owner_alone_and_the_last_few_are_kept(office, county, tmp_path, pack):
    (tmp_path / "worklist-20130101T000000Z.html.part").touch()
    for minutes in (0, 15, 30):
        office.clock.at = MORNING + timedelta(hours=5, minutes=minutes)
        write_snapshot(tmp_path, gather_worklist(office.desk("system")), pack, keep=2)
    names = sorted(path.name for path in tmp_path.iterdir() if path.name != LOCK)
    times = ("20130507T141500Z", "20130507T143000Z")
    assert names == ["paper-forms.html", *(f"worklist-{at}.{kind}" for at in times for kind in ("csv", "html"))]
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


def test_the_page_just_written_is_kept_whatever_a_name_says_of_a_time_to_come(worklist, tmp_path, pack):
    for kind in ("html", "csv"):
        (tmp_path / f"worklist-20991231T000000Z.{kind}").touch()
    page = write_snapshot(tmp_path, worklist, pack, keep=1)
    assert {path.stem for path in tmp_path.glob("worklist-*")} == {page.stem}


def test_of_whoever_was_told_of_with_somebody_whom_few_may_see_there_is_the_reference_alone(office):
    both = an_enquiry(office, subjects=(a_subject(given_name="Hal"), a_subject(given_name="Secretia")))
    screen(office, both)
    decide_as(office, "social_worker", both, route="social_care", level=4, consent="given")
    few_see(office, both.id, 2)
    office.session.flush()
    office.session.expire_all()
    found = gather_worklist(office.desk("system"))
    assert [*found.enquiries, *found.referrals, *found.later] == []
    assert len(found.restricted) == 3
    assert {each.whom for each in found.restricted} == {()}


def test_two_workers_do_not_write_at_once(worklist, tmp_path, pack):
    with alone_in(tmp_path, "*"), pytest.raises(CommandRefused, match="Somebody else"):
        write_snapshot(tmp_path, worklist, pack, keep=2)
    assert write_snapshot(tmp_path, worklist, pack, keep=2).exists()
