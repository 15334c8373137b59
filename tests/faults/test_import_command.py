"""`triage import` on a machine with nothing but Python: a private database, and a file taken once."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from triage.cli import main
from triage.embedded import forget

SAMPLE = Path(__file__).parents[1] / "data" / "cin-census-sample-2022.xml"


@pytest.fixture
def run_dir(tmp_path):
    yield tmp_path / "var"
    forget(tmp_path / "var")


def test_census_is_taken_once_and_its_faults_told_by_line(run_dir, monkeypatch):
    monkeypatch.delenv("TRIAGE_DATABASE_URL", raising=False)
    command = ["import", "cin-census", str(SAMPLE), "--run-dir", str(run_dir)]
    first, again = (CliRunner().invoke(main, command) for _ in range(2))
    assert first.exit_code == again.exit_code == 0, first.output
    assert "1 people and 1 referrals added; 0 were known before." in first.output
    assert "0 people and 0 referrals added; 1 were known before." in again.output
    assert ": UPN " in first.output


def test_file_that_is_no_census_is_refused_and_nothing_is_begun(run_dir, tmp_path):
    other = tmp_path / "other.xml"
    other.write_text("<Message>")
    done = CliRunner().invoke(main, ["import", "cin-census", str(other), "--run-dir", str(run_dir)])
    assert done.exit_code == 1
    assert "not well-formed" in done.output
    assert not run_dir.exists()
