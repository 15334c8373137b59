"""A report as PDF, HTML and workbook: the same numbers in each, the same bytes each time, and readable by everybody."""

import io
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from lxml import html
from openpyxl import load_workbook
from pypdf import PdfReader

from tests.reporting import STAMP, told_of
from triage.exchange.quarterly_file import WRITERS, write_html, write_pdf, write_xlsx
from triage.exchange.quarterly_words import lay_line, lay_out, say_figure
from triage.insight.measures import Figure
from triage.insight.quarterly.drawing import draw_line, is_charted
from triage.insight.quarterly.gathering import ABOUT
from triage.insight.quarterly.indicators import read_groups
from triage.insight.quarterly.report import (
    District,
    England,
    Kind,
    Late,
    Line,
    Part,
    Past,
    Report,
    keep,
    read_numbers,
)
from triage.insight.small import SMALL
from workflows.quarters import Quarter

NOW, THEN = Figure(0.25, 100, 400), Figure(0.5, 50, 100)
HOSTILE = '=HYPERLINK("x") <b>#panic() $x$'


LATE = Late(Figure(0.05, 20, 400), (Kind("decision", "Decision", Figure(0.2, 20, 100)), Kind("x", "Screening", SMALL)))


def a_line(indicator, **changes):
    about = {name: getattr(indicator, name) for name in ABOUT}
    if indicator.name == "re_referrals":
        trend = (
            Past("2013-01-01", "2013-03-31", "Jan–Mar 2013", THEN),
            Past("2013-04-01", "2013-06-30", "Apr–Jun 2013", NOW),
        )
        about |= {"figure": NOW, "first": "2013-04-01", "last": "2013-06-30", "trend": trend}
        about["districts"] = District("E07000170", "Ashfield", NOW), District("E07000171", "Bassetlaw", SMALL)
        about["england"] = England(0.224, "2024-03-31", "Made up, 2024")
    return Line(**(about | changes))


def a_report(**changes):
    groups = read_groups()
    parts = (Part(each.title, each.note, tuple(a_line(one, **changes) for one in each.indicators)) for each in groups)
    return Report("2013-Q2", "Nottinghamshire", tuple(parts), LATE)


def comment(words):
    by = type("User", (), {"name": "Made-up Manager"})
    return type("Comment", (), {"words": words, "written_by": by, "written_at": datetime(2013, 7, 3, 9, tzinfo=UTC)})


TOLD = told_of(a_report(), re_referrals=comment(HOSTILE), whole=comment("Made up: a quiet quarter."))


def text_of(kind):
    content = WRITERS[kind](TOLD)
    if kind == "pdf":
        return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())
    if kind == "html":
        return " ".join(html.fromstring(content).text_content().split())
    book = load_workbook(io.BytesIO(content))
    return " ".join(str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell)


@pytest.mark.parametrize("kind", WRITERS)
def test_every_indicator_stands_in_it_with_its_days_and_what_was_said(kind):
    text = text_of(kind)
    assert "April to June 2013" in text
    assert "Everybody and everything in this report is made up" in text
    assert "Made up: a quiet quarter." in text
    for group in read_groups():
        assert group.title in text
        for indicator in group.indicators:
            assert indicator.title in text
    assert TOLD.report.fingerprint in text.replace(" ", "")


@pytest.mark.parametrize("kind", WRITERS)
def test_how_much_was_entered_afterwards_stands_in_it(kind):
    text = text_of(kind)
    said = ("what was timed", "0.05 20 400") if kind == "xlsx" else ("Done on paper, and entered", "20 of 400")
    assert all(words in text for words in said)
    assert "Screening" in text


def test_report_that_was_made_before_that_was_told_stays_as_it_was():
    before = replace(a_report(), late=None)
    kept = json.loads(json.dumps(keep(before, STAMP)))
    assert "late" not in kept["numbers"]
    assert read_numbers(kept["numbers"]) == before
    assert kept["fingerprint"] == before.fingerprint != a_report().fingerprint
    assert "Done on paper" not in write_html(told_of(before)).decode()


@pytest.mark.parametrize(
    ("figure", "words"),
    [(Figure(0.0, 0, 9), "Nothing that was timed"), (SMALL, "too few to tell"), (Figure(0.1, 10, 100), "10 of 100")],
)
def test_how_much_was_entered_afterwards_is_said_in_words(figure, words):
    told = replace(a_report(), late=Late(figure, ()))
    assert words in lay_out(told, STAMP, {})["late"]["words"]


@pytest.mark.parametrize("kind", WRITERS)
def test_same_report_is_the_same_bytes(kind):
    assert WRITERS[kind](TOLD) == WRITERS[kind](TOLD)


def test_document_is_tagged_and_says_its_language_and_title():
    document = PdfReader(io.BytesIO(write_pdf(TOLD)))
    root = document.trailer["/Root"]
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == "en-GB"
    assert root["/MarkInfo"]["/Marked"]
    assert document.metadata.title == "Quarterly performance report, April to June 2013"
    assert b"pdfuaid" in root["/Metadata"].get_data()


def test_what_somebody_wrote_is_text_in_each():
    assert HOSTILE.replace('"', "") in text_of("pdf").replace('"', "").replace("“", "").replace("”", "")
    page = write_html(TOLD).decode()
    assert "<b>#panic" not in page
    assert "<script" not in page
    book = load_workbook(io.BytesIO(write_xlsx(TOLD)))
    (cell,) = (each for row in book["Indicators"].iter_rows() for each in row if each.value == HOSTILE)
    assert cell.data_type == "s"


def test_workbook_has_numbers_as_numbers_and_hides_what_is_small():
    book = load_workbook(io.BytesIO(write_xlsx(TOLD)))
    rows = {row[1]: row for row in book["Indicators"].iter_rows(values_only=True)}
    assert rows["Re-referrals to Children’s Social Care"][2:7] == (0.25, 100, 400, None, "share of 1")
    assert rows["Breastfeeding initiation at the time of delivery"][2:6] == (None, None, None, "not sent")
    districts = {row[1]: row[3:] for row in book["Districts"].iter_rows(min_row=2, values_only=True)}
    assert districts == {"Ashfield": (0.25, 100, 400, None), "Bassetlaw": (None, None, None, "too few to tell")}


def words_of(**changes):
    (indicator,) = (each for group in read_groups() for each in group.indicators if each.name == "re_referrals")
    return lay_line(a_line(indicator, **changes), Quarter(2013, 2), {})


def test_line_says_change_verdict_target_and_england():
    words = words_of(target=0.2)
    assert (words["figure"], words["counts"]) == ("25.0%", "100 of 400")
    assert (words["change"], words["verdict"]) == ("25.0 percentage points less than Jan–Mar 2013", "Better")
    assert (words["target"], words["reached"]) == ("20.0%", "Not reached")
    assert words["england"] == "22.4% in the year to 31 March 2024 (Made up, 2024)"
    assert words_of(better="more")["verdict"] == "Worse"
    assert words_of(better="neither")["verdict"] == ""


def test_figures_are_said_in_their_units():
    assert say_figure("share", None) == "Not sent"
    assert say_figure("share", SMALL) == "Too few to tell"
    assert say_figure("share", Figure(None, 0, 0)) == "Nothing to measure"
    assert say_figure("per 10,000 children", Figure(None, 40, None)) == "Not known"
    assert say_figure("number", Figure(1204, 1204, None)) == "1,204"
    assert say_figure("working minutes", Figure(135.0, 9, None)) == "2 h 15 min"
    assert say_figure("per 10,000", Figure(31.44, None, None)) == "31.4 per 10,000"
    assert say_figure("days", Figure(31.0, 9, None)) == "31 days"


def test_numbers_are_read_as_they_were_kept_and_have_one_fingerprint():
    report = a_report()
    kept = json.loads(json.dumps(keep(report, STAMP)))
    assert read_numbers(kept["numbers"]) == report
    assert kept["fingerprint"] == report.fingerprint == a_report().fingerprint
    other = replace(report, parts=report.parts[:-1])
    assert other.fingerprint != report.fingerprint


def test_missing_says_who_would_send_it_and_how_many_are():
    words = lay_out(TOLD.report, STAMP, {})
    assert words["missing"] == "31 of 32 indicators have no figure yet."
    (women,) = (line for part in words["parts"] for line in part["lines"] if line["name"] == "smoking_at_delivery")
    assert women["missing"] == "A figure of this quarter was not sent. It comes from: Maternity services."


def test_target_is_a_broken_line_across_the_chart():
    (line,) = (each for each in a_report(target=0.2).lines if is_charted(each))
    assert "stroke-dasharray" in draw_line(line)
    (without,) = (each for each in TOLD.report.lines if is_charted(each))
    assert "stroke-dasharray" not in draw_line(without)
