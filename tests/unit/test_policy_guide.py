"""docs/policy.md teaches what is so: its example is drafted, checked, proved and compared here as it stands there."""

import re
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner

from triage.thresholds.command import policy

GUIDE = (Path(__file__).parents[2] / "docs" / "policy.md").read_text(encoding="utf-8")
V5 = (files("rules") / "policies" / "pathway_to_provision_v5.yaml").read_text(encoding="utf-8")
SAYS = re.findall(r"```text\n(.*?)```", GUIDE, re.DOTALL)
RULES = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
NEXT_RULE = "  - id: level_2_plan_failed\n"
HEAD = {
    'version: "V5"': 'version: "V6"',
    "effective_from: 2015-11-01": "effective_from: 2027-04-01",
    'source: "Pathway to Provision, Version 5, November 2015"': 'source: "A made-up draft, for practice"',
}
NAME = "pathway_to_provision_v6.yaml"


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, old: str = "", new: str = "") -> None:
    """The guide's draft; or with `old` written as `new`."""
    text = V5.replace(NEXT_RULE, RULES[1] + NEXT_RULE, 1)
    for before, after in HEAD.items():
        assert before in text
        text = text.replace(before, after, 1)
    place = text.index("young_carer_with_needs")
    (folder / NAME).write_text(text[:place] + text[place:].replace(old, new, 1), encoding="utf-8")


def run(*arguments: str) -> str:
    output = CliRunner().invoke(policy, list(arguments)).output
    return re.sub(r" \(\d+\.\d\d s\)$", "", output, flags=re.MULTILINE)


def test_first_rule_is_one_of_the_shipped_ones() -> None:
    shipped = " ".join(V5.split())
    assert " ".join(RULES[0].split()).removeprefix("- ") in shipped


def test_draft_passes_the_check_and_every_proof(folder) -> None:
    write(folder)
    assert run("check", NAME) == ""
    assert SAYS[1] in run("prove", NAME)


def test_misspelt_draft_is_told_so(folder) -> None:
    write(folder, "{indicators:", "{indicaters:")
    assert run("check", NAME).startswith(SAYS[0].strip())


def test_kind_exception_is_shown_the_child_it_fails(folder) -> None:
    write(folder, "domains: 2}}]}", "domains: 2}}, {none: [{indicator: F1_HOUSED}]}]}")
    assert SAYS[2] in run("prove", NAME)


def test_difference_is_told_as_the_guide_tells_it(folder) -> None:
    write(folder)
    told = run("diff", "pathway_to_provision@V5", NAME)
    assert [line for line in SAYS[3].splitlines() if line not in told.splitlines()] == []


def test_every_command_of_the_guide_is_one() -> None:
    named = set(re.findall(r"triage policy ([a-z-]+)", GUIDE))
    assert named <= set(policy.places)
    options = {command: set(re.findall(rf"triage policy {command} [^`\n]*", GUIDE)) for command in named}
    for command, lines in options.items():
        known = {name for parameter in policy.get_command(None, command).params for name in parameter.opts}
        assert {flag for line in lines for flag in re.findall(r"--[a-z]+", line)} <= known
