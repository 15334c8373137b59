"""`triage export cin-census`: what breaks the census's rules is said, and a file with errors is not written unasked."""

from datetime import UTC, date, datetime

import pytest
from click.testing import CliRunner

from tests.services import own_database, role_url
from triage.access.actor import SYSTEM
from triage.cli import main
from triage.database import Database
from triage.exchange.cin_census import read_census
from triage.models import Assessment, Person, Plan, Referral
from workflows.social_care import SOCIAL_CARE

BEGAN = datetime(2025, 6, 2, 9, tzinfo=UTC)


@pytest.fixture
def url():
    with own_database() as name:
        yield role_url("triage_app", name)


def add_case(url, *, factors=("16A",), ended=None):
    """A made-up child whose assessment found that, and who has a plan."""
    with Database(url) as database, database.transaction(SYSTEM) as session:
        person = Person(kind="child", birth_date=date(2024, 1, 8), sex="F", ethnicity="WBRI")
        case = Referral(
            person=person,
            reference="MADE-UP-1",
            service="social_care",
            state="plan",
            workflow_version=SOCIAL_CARE.version,
            source="6",
            requested_at=BEGAN,
            primary_need="N1",
        )
        day = BEGAN.date()
        assessed = Assessment(
            referral=case, kind="single", started_on=day, authorised_on=day.replace(day=20), factors=list(factors)
        )
        plan = Plan(referral=case, kind="in_need", started_on=day.replace(day=20), ended_on=ended)
        session.add_all((person, case, assessed, plan))


def export(url, out, *more):
    command = ["export", "cin-census", "--year", "2026", "--out", str(out), "--url", url, *more]
    return CliRunner().invoke(main, command)


def test_return_without_errors_is_written_for_its_owner_alone(url, tmp_path):
    add_case(url)
    done = export(url, tmp_path / "cin.xml")
    assert done.exit_code == 0, done.output
    assert "Children: 1, episodes: 1, errors: 0" in done.output
    read = read_census((tmp_path / "cin.xml").read_bytes())
    assert (read.census.year, read.census.authority, len(read.census.children)) == (2026, "891", 1)
    assert (tmp_path / "cin.xml").stat().st_mode & 0o777 == 0o600


def test_return_with_errors_is_written_only_when_asked(url, tmp_path):
    add_case(url, factors=("16A", "21"), ended=date(2025, 6, 3))
    out = tmp_path / "cin.xml"
    done = export(url, out)
    assert (done.exit_code, out.exists()) == (1, False)
    lines = done.output.splitlines()
    assert any(line.startswith("ERROR 8869, child ") and ", referred 2025-06-02: " in line for line in lines)
    assert any(line.startswith("ERROR 4011, child ") for line in lines)
    assert lines[-1] == "Not written. Mend the errors first."
    assert (export(url, out, "--despite-errors").exit_code, out.exists()) == (1, True)


def test_annex_a_is_written_with_the_rows_of_each_list(url, tmp_path):
    add_case(url)
    out = tmp_path / "annex-a.xlsx"
    done = CliRunner().invoke(
        main, ["export", "annex-a", "--inspection", "2025-07-01", "--out", str(out), "--url", url]
    )
    assert done.exit_code == 0, done.output
    assert [line for line in done.output.splitlines() if line.startswith("List")] == [
        *("List 1: 0", "List 2: 0", "List 3: 1", "List 4: 1", "List 5: 0")
    ]
    assert out.read_bytes().startswith(b"PK")
    assert out.stat().st_mode & 0o777 == 0o600


def test_safeguarding_dataset_is_written_with_the_rows_of_each_table(url, tmp_path):
    add_case(url)
    out = tmp_path / "ssd"
    done = CliRunner().invoke(main, ["export", "ssd", "--out", str(out), "--url", url])
    assert done.exit_code == 0, done.output
    told = dict(line.split(": ") for line in done.output.splitlines() if line.startswith("ssd_"))
    assert {name for name, rows in told.items() if rows == "1"} == {
        *("ssd_person", "ssd_cin_episodes", "ssd_cin_assessments", "ssd_assessment_factors")
    }
    assert {each.name for each in out.iterdir()} == {f"{name}.csv" for name in told}
    assert out.stat().st_mode & 0o777 == 0o700
