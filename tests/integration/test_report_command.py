"""`triage report` and `triage import figures`: a report from what partners filled, as a file."""

import pytest
from click.testing import CliRunner
from pypdf import PdfReader

from tests.services import own_database, role_url
from triage.access.actor import SYSTEM
from triage.cli import main
from triage.database import Database
from triage.errors import CommandRefused
from triage.models import PartnerFigure

WOMEN = "smoking_at_delivery,county,2013-10-01,2013-12-31"


@pytest.fixture(scope="module")
def url():
    with own_database() as name:
        yield role_url("triage_app", name)


def run(*command):
    return CliRunner().invoke(main, [*map(str, command)])


def a_filled(path):
    """The template as a partner filled one row of it."""
    done = run("report", "template", "--quarter", "2013-14-Q3", "--out", path)
    assert (done.exit_code, "October to December 2013" in done.output) == (0, True)
    filled = path.read_text("utf-8-sig").replace(f"{WOMEN},,,,,", f"{WOMEN},,150,1000,Made-up hospitals,2014-01-02", 1)
    path.write_text(filled, "utf-8")
    return path


def test_what_a_partner_filled_stands_in_the_report_of_each_kind(tmp_path, url):
    file = a_filled(tmp_path / "figures.csv")
    assert "1 new, 0 in the place of others, 0 as they were" in run("import", "figures", file, "--url", url).output
    assert "0 new, 0 in the place of others, 1 as they were" in run("import", "figures", file, "--url", url).output
    for kind in ("pdf", "html", "xlsx"):
        done = run("report", "quarterly", "2013-Q4", "--out", tmp_path / f"report.{kind}", "--url", url)
        assert "October to December 2013: 32 indicators, " in done.output, done.output
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "15.0%" in page
    assert "Made-up hospitals, 2 January 2014" in page
    assert "made up, to show" not in page
    document = PdfReader(tmp_path / "report.pdf")
    assert "15.0%" in "".join(each.extract_text() for each in document.pages)


def test_report_says_that_everything_is_made_up_where_it_is_told_to(tmp_path, url):
    run("report", "quarterly", "2013-Q4", "--out", tmp_path / "report.html", "--url", url, "--made-up")
    assert "Everybody and everything in this report is made up" in (tmp_path / "report.html").read_text("utf-8")


def test_nothing_of_a_file_with_a_fault_is_taken(tmp_path, url):
    file = a_filled(tmp_path / "wrong.csv")
    file.write_text(file.read_text("utf-8").replace("150,1000", "1500,1000"), "utf-8")
    before = count(url)
    done = run("import", "figures", file, "--url", url)
    assert done.exit_code == 1
    assert "wrong.csv: line " in done.output
    assert "Nothing was taken." in done.output
    assert count(url) == before


def count(url):
    with Database(url) as database, database.transaction(SYSTEM) as session:
        return session.query(PartnerFigure).count()


@pytest.mark.parametrize(
    ("quarter", "name", "words"),
    [
        ("2013-Q4", "report.doc", "must end in .pdf, .html, .xlsx"),
        ("2013-Q5", "report.pdf", "Write a quarter like 2013-Q4"),
        ("2999-Q4", "report.pdf", "is not over"),
    ],
)
def test_what_cannot_be_written_is_said(tmp_path, url, quarter, name, words):
    done = run("report", "quarterly", quarter, "--out", tmp_path / name, "--url", url)
    assert isinstance(done.exception, CommandRefused)
    assert words in str(done.exception)
    assert not (tmp_path / name).exists()


def test_template_of_no_quarter_is_refused(tmp_path):
    done = run("report", "template", "--quarter", "x", "--out", tmp_path / "x.csv")
    assert "Write a quarter like 2013-Q4" in str(done.exception)
