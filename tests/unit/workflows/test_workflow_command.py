"""`triage workflow check`: a line for each table, every fault under its table's name, and an exit code to go by."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.unit.workflows.copying import Copy
from triage.cli import PLACES
from triage.workflow_command import workflow
from workflows.registry import tables


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy.make(tmp_path)


def test_every_workflow_is_sound_and_said_to_be_so() -> None:
    done = CliRunner().invoke(workflow, ["check"])
    *lines, last = done.output.splitlines()
    assert done.exit_code == 0
    assert last == "workflows/timescales.yaml: sound"
    assert {line.split(":")[0] for line in lines} == {table.name for table in tables().values()}
    assert all(line.endswith(", sound") for line in lines)


def test_a_line_says_how_large_a_workflow_is() -> None:
    lines = CliRunner().invoke(workflow, ["check"]).output.splitlines()
    assert "Transfer: 4 states, 3 actions, 1 clock, sound" in lines
    assert "Policy: 5 states, 7 actions, 0 clocks, sound" in lines


def test_the_triage_command_knows_it() -> None:
    assert PLACES["workflow"] == "triage.workflow_command:workflow"


def test_a_table_that_cannot_be_built_is_told_with_its_file_though_the_service_could_not_start(copy: Copy) -> None:
    copy.change("transfer.py", 'stops=("transfer",)', 'stops=("tranfser",)')
    code, said = copy.check()
    assert code == 1
    assert (
        "workflows/transfer.py: 2 faults\n"
        "  workflows/transfer.py: Transfer: clock transfer is started and never stopped\n"
        "  workflows/transfer.py: Transfer: clock tranfser is stopped and never started\n"
    ) in said
    assert "Enquiry: " in said, "the others are checked all the same"
    assert "workflows/timescales.yaml: sound" in said, "while a table is missing, nobody can say an event is nobody's"
    started, _ = copy.run("-c", "import workflows.transfer")
    assert started == 1


def test_a_fault_between_a_table_and_its_timescale_is_told_under_the_tables_name(copy: Copy) -> None:
    copy.change("timescales.yaml", "from: transfer_offered", "from: transfer_ofered")
    code, said = copy.check()
    assert code == 1
    assert "  Transfer: clock transfer, started by transfer_offered, has no timescale at all\n" in said
    assert "  workflows/timescales.yaml: transfer: transfer_ofered starts no such clock\n" in said


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("{kind: transfer, limit: 2,", "{kind: transfer,", "KeyError: 'limit'"),
        ("{kind: transfer,", "{kind transfer,,", "ParserError"),
    ],
)
def test_timescales_that_cannot_be_read_are_told_and_the_tables_are_checked(
    copy: Copy, old: str, new: str, told: str
) -> None:
    copy.change("timescales.yaml", old, new)
    code, said = copy.check()
    assert code == 1
    assert f"  workflows/timescales.yaml: cannot be read: {told}" in said
    assert ", sound" in said.splitlines()[0]
