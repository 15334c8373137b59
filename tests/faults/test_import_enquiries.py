"""`triage import enquiries` on a machine with nothing but Python: tried, killed in the middle, and begun again."""

import subprocess
import sys

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from tests.registers import a_row, as_csv
from triage.access.actor import SYSTEM
from triage.cli import main
from triage.database import Database
from triage.embedded import forget
from triage.models import Decision, Enquiry, Event, Person, Subject
from triage.private import database_url

NAMES = ("Ava", "Ben", "Cat", "Dan", "Eve", "Finn", "Gus")
SEVERAL = 450  # enquiries: three batches


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.delenv("TRIAGE_DATABASE_URL", raising=False)
    yield tmp_path
    forget(tmp_path / "var")


def count(place):
    with (
        database_url(None, place / "var", "nottinghamshire") as url,
        Database(url) as database,
        database.transaction(SYSTEM) as session,
    ):
        models = (Enquiry, Subject, Person, Decision, Event)
        return [session.scalar(select(func.count()).select_from(each)) for each in models]


def test_it_is_tried_then_killed_then_begun_again_and_each_row_is_there_once(place):
    whose = [NAMES[number % len(NAMES)] for number in range(SEVERAL)]
    rows = [a_row(enquiry=f"C{number}", person=name, given_name=name) for number, name in enumerate(whose)]
    file, mend = place / "register.csv", place / "mend.csv"
    file.write_bytes(as_csv([*rows, a_row(enquiry="C999", outcome="")]))
    command = ["import", "enquiries", str(file), "--errors", str(mend), "--run-dir", str(place / "var")]

    tried = CliRunner().invoke(main, [*command, "--dry-run"])
    assert tried.exit_code == 1
    assert "450 rows would be taken: 450 enquiries and 7 people would be added." in tried.output
    assert count(place) == [0, 0, 0, 0, 0]

    process = subprocess.Popen([sys.executable, "-m", "triage.cli", *command], stderr=subprocess.PIPE, text=True)
    assert "200 of 450 enquiries" in next(line for line in process.stderr if "enquiries" in line)
    process.kill()
    process.communicate()

    again = CliRunner().invoke(main, command)
    assert again.exit_code == 1
    assert f"{file.name}:452: outcome: It is not closed in this file." in again.output
    assert b"It is not closed in this file." in mend.read_bytes()
    assert count(place) == [450, 450, 7, 450, 457]


def test_file_that_cannot_be_read_is_refused_and_nothing_is_begun(place):
    file = place / "register.csv"
    file.write_bytes("Zoë".encode("latin-1"))
    done = CliRunner().invoke(main, ["import", "enquiries", str(file), "--run-dir", str(place / "var")])
    assert done.exit_code == 1
    assert "Save it as CSV UTF-8, then try again. Nothing was taken." in done.output
    assert not (place / "var").exists()
