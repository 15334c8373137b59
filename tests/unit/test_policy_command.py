"""`triage policy` without a database: check, prove, decide, schema."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import rules
from rules.explain import decide
from rules.facts import Facts
from rules.library import get_policy
from rules.schema import write_schema
from triage.thresholds.command import policy

ROOT = Path(__file__).parents[2]
BROKEN = Path(rules.__file__).parent / "broken"
V4, V5 = get_policy("pathway_to_provision", "V4"), get_policy("pathway_to_provision", "V5")


def run(*arguments: str | Path, stdin: str = "") -> Result:
    return CliRunner().invoke(policy, [str(each) for each in arguments], input=stdin)


def test_check_finds_nothing_in_what_is_shipped() -> None:
    done = run("check")
    assert (done.exit_code, done.output) == (0, "")


def test_check_names_every_fault_of_every_file() -> None:
    done = run("check", BROKEN / "names_sex.yaml", BROKEN / "unheard_indicator.yaml", BROKEN / "no_route.yaml")
    assert done.exit_code == 1
    assert done.stdout == ""
    assert [line.split(",")[0] for line in done.stderr.splitlines()] == ["names_sex.yaml", "unheard_indicator.yaml"]


def test_check_of_what_is_not_text(tmp_path) -> None:
    path = tmp_path / "picture.yaml"
    path.write_bytes(b"\xff\xd8")
    assert "Save it as UTF-8" in run("check", path).stderr


def test_prove_says_what_is_proved_of_which_text() -> None:
    done = run("prove", "pathway_to_provision@V5")
    assert done.exit_code == 0
    assert done.output.startswith(f"pathway_to_provision@V5 ({V5.hash[:12]})\n  proved  complete: Every possible")
    assert done.output.count("  proved  ") == 9
    assert "FAILS" not in done.output


def test_prove_shows_a_child_for_whom_it_fails() -> None:
    done = run("prove", BROKEN / "older_is_more_serious.yaml")
    assert done.exit_code == 1
    assert "FAILS   monotone in age" in done.output
    assert "A child 10 years old, with “Late for school”. The answer: level 3" in done.output


def test_prove_of_a_text_that_is_no_policy_names_the_place() -> None:
    done = run("prove", BROKEN / "misspelt_key.yaml")
    assert done.exit_code == 1
    assert "misspelt_key.yaml, line 28, column 5: there is no key 'becuase'" in done.stderr


@pytest.mark.parametrize(
    ("chosen", "says"),
    [
        (
            "pathway",
            "There is no policy called 'pathway'. There are: hampshire_thresholds, pathway_to_provision. Or give",
        ),
        (
            "pathway_to_provision@V9",
            "There is no policy pathway_to_provision@V9. There are: hampshire_thresholds@2014,",
        ),
        ("absent.yaml", "No such file"),
    ],
)
def test_policy_that_is_not_there_is_named(chosen, says) -> None:
    done = run("prove", chosen)
    assert done.exit_code == 1
    assert says in done.stderr


def test_prove_without_the_solver_says_how_to_get_it(monkeypatch) -> None:
    monkeypatch.setattr("triage.thresholds.checking_command.find_spec", lambda name: None)
    done = run("prove")
    assert done.exit_code == 1
    assert "Install z3-solver (the extra `prove` in pyproject.toml" in done.stderr


FACTS = [
    {"indicators": ["C2_SPEECH", "F2_DEBT"], "age_days": 900, "consent": "given"},
    {"kind": "unborn_child", "indicators": ["P4_PREV_REMOVED"], "days_since_case_closed": 40},
]


def test_decide_prints_a_recommendation_a_line(tmp_path) -> None:
    path = tmp_path / "facts.jsonl"
    path.write_text("\n".join(map(json.dumps, FACTS)) + "\n", encoding="utf-8")
    done = run("decide", path, "--policy", "pathway_to_provision@V4")
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [decide(V4, V4.read_facts(each)).to_json() for each in FACTS]


def test_decide_without_a_policy_asks_the_newest_of_the_pack() -> None:
    assert json.loads(run("decide", "-", stdin="{}").stdout)["policy"]["version"] == "V5"
    hampshire = run("decide", "-", "--pack", "hampshire", stdin="{}")
    assert json.loads(hampshire.stdout)["policy"]["name"] == "hampshire_thresholds"


def test_decide_names_the_line_and_the_fact_and_goes_on(tmp_path) -> None:
    lines = [
        json.dumps(FACTS[0]),
        '{"age_days": -1}',
        '{"ethnicity": "WBRI"}',
        '{"indicators": ["C9_NOTHING"]}',
        '{"kind": "child"',
        "[]",
        "",
        '{"kind": "child", "kind": "other_adult"}',
        '{"age_days": NaN}',
        "[" * 100_000,
        '{"age_days": ' + "9" * 5000 + "}",
        '{"indicators": [1, null]}',
        '{"kind": "\udcff"}',
        json.dumps(FACTS[1]),
    ]
    path = tmp_path / "facts.jsonl"
    path.write_text("\ufeff" + "\n".join(lines), encoding="utf-8", errors="surrogateescape")
    done = run("decide", path, "--policy", "pathway_to_provision@V4")
    assert done.exit_code == 1
    assert len(done.stdout.splitlines()) == 2
    wrong = done.stderr.splitlines()
    assert [line.split(":")[0] for line in wrong] == [f"line {n}" for n in (2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13)]
    assert "age_days: -1 is not a number of days" in wrong[0]
    assert "ethnicity: there is no such fact" in wrong[1]
    assert "indicators: there is no 'C9_NOTHING'" in wrong[2]


def test_decide_with_a_gap_names_the_line() -> None:
    done = run("decide", "-", "--policy", str(BROKEN / "no_route.yaml"), stdin='{"consent": "refused"}\n{}\n')
    assert done.exit_code == 1
    assert "line 1: No rule gives a route." in done.stderr
    assert len(done.stdout.splitlines()) == 1


def test_decide_for_a_council_that_is_not_there_says_so() -> None:
    done = run("decide", "-", "--pack", "atlantis", stdin="{}")
    assert done.exit_code == 1
    assert "There is no pack called 'atlantis'" in done.stderr


def test_schema_that_cannot_be_written_says_so(tmp_path) -> None:
    assert "cannot be written" in run("schema", "--out", tmp_path / "no" / "such.json").stderr


def test_schema_is_printed_or_kept(tmp_path) -> None:
    assert json.loads(run("schema").stdout) == write_schema()
    run("schema", "--out", tmp_path / "policy.schema.json")
    assert json.loads((tmp_path / "policy.schema.json").read_text(encoding="utf-8")) == write_schema()


def test_check_is_a_step_before_each_commit(tmp_path) -> None:
    """Run by pre-commit itself, on a clone in which one policy has been spoiled."""
    home = tmp_path / "home"
    home.mkdir()
    clone = tmp_path / "clone"
    environment = os.environ | {"PRE_COMMIT_HOME": str(home), "PYTHONPATH": str(ROOT)}
    shutil.copytree(ROOT / "rules" / "policies", clone / "rules" / "policies")
    (clone / ".venv").symlink_to(sys.prefix)
    shutil.copy(ROOT / ".pre-commit-config.yaml", clone)
    spoiled = clone / "rules" / "policies" / "pathway_to_provision_v4.yaml"
    spoiled.write_text(spoiled.read_text(encoding="utf-8").replace("consent: [refused", "religion: [refused", 1))
    for command in (["init", "--quiet"], ["add", "--all"]):
        subprocess.run(["git", *command], cwd=clone, check=True)  # noqa: S607
    step = [sys.executable, "-m", "pre_commit", "run", "policy-check", "--all-files"]
    done = subprocess.run(step, cwd=clone, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "a policy may not look at religion" in done.stdout


def test_facts_as_kept_can_be_asked_again() -> None:
    line = json.dumps(Facts(indicators=frozenset({"C4_NAI"}), age_days=3).to_dict())
    assert json.loads(run("decide", "-", stdin=line).stdout)["section_47"] is True
