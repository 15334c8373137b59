"""`triage policy dmn` and `from-dmn`: to a file or to the screen, and what is wrong said in one line."""

from click.testing import CliRunner

from rules.dmn import UNSAID, read_dmn, write_dmn
from rules.library import get_policy, versions_of
from rules.reading import load
from tests.unit.rules.test_policy_faults import GOOD
from triage.cli import main

V5 = get_policy("pathway_to_provision", "V5")


def _run(*words: object):
    return CliRunner().invoke(main, ["policy", *map(str, words)])


def test_newest_version_is_written_and_what_dmn_cannot_carry_is_said(tmp_path) -> None:
    out = tmp_path / "tables.dmn"
    done = _run("dmn", V5.name, "--out", out)
    assert (done.exit_code, done.stdout) == (0, "")
    assert out.read_text(encoding="utf-8") == write_dmn(versions_of(V5.name)[0])
    assert done.stderr.splitlines() == [
        f"pathway_to_provision@V5 is in {out}.",
        "What DMN cannot carry:",
        *(f"- {each}" for each in UNSAID),
    ]
    assert [each.name for each in tmp_path.iterdir()] == ["tables.dmn"]


def test_without_a_file_the_tables_are_printed_and_nothing_else() -> None:
    done = _run("dmn", "hampshire_thresholds@2014")
    assert done.exit_code == 0
    assert done.stdout == write_dmn(get_policy("hampshire_thresholds", "2014"))


def test_rules_that_are_left_out_are_named(tmp_path) -> None:
    policy = tmp_path / "small.yaml"
    never = "when: {all: [{kind: child}, {kind: other_adult}]}"
    policy.write_text(GOOD.replace("when: {indicators: {level: 2}}", never))
    assert "- Rules that can never hold or change nothing: level_2." in _run("dmn", policy).stderr


def test_tables_come_back_as_a_policys_file(tmp_path) -> None:
    tables, policy = tmp_path / "tables.dmn", tmp_path / "back.yaml"
    tables.write_text(write_dmn(V5), encoding="utf-8")
    done = _run("from-dmn", tables, "--out", policy)
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr.startswith(f"pathway_to_provision@V5 is in {policy}.\nIt is a draft.")
    assert load(policy) == read_dmn(tables.read_bytes())
    assert _run("from-dmn", tables).stdout == policy.read_text(encoding="utf-8")
    again = _run("dmn", policy)
    assert again.stdout == tables.read_text(encoding="utf-8")


def test_file_that_is_no_table_of_ours_is_refused_with_its_place(tmp_path) -> None:
    tables, out = tmp_path / "tables.dmn", tmp_path / "back.yaml"
    text = write_dmn(V5)
    tables.write_text(text.replace("&gt;= 3", "three", 1), encoding="utf-8")
    done = _run("from-dmn", tables, "--out", out)
    line = text[: text.index("&gt;= 3")].count("\n")  # the cell begins a line above its text
    assert done.exit_code == 1
    assert done.stderr.startswith(f"Error: tables.dmn, line {line}, column 9: 'three' is not a limit.")
    assert not out.exists()


def test_hostile_file_is_refused(tmp_path) -> None:
    bomb = '<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/hostname">]><d>&b;&c;</d>'
    tables = tmp_path / "tables.dmn"
    tables.write_text(bomb)
    done = _run("from-dmn", tables)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: tables.dmn, line 1, column 13: a document type (DOCTYPE) is declared")


def test_policy_that_cannot_be_written_and_unknown_names_are_refused(tmp_path) -> None:
    policy = tmp_path / "small.yaml"
    policy.write_text(GOOD.replace("says: Seen.", r'says: "Se\uffffen"'))
    assert "Error: small@1: XML has no place for the character" in _run("dmn", policy).stderr
    assert "There is no policy called 'nowhere'" in _run("dmn", "nowhere").stderr
    assert _run("dmn", V5.name, "--out", tmp_path / "no" / "folder.dmn").exit_code == 1
