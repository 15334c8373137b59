"""What is shipped beside our code: under licences that let a council use and pass it on, listed, and all of it used."""

import json
import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.shipped import LOCK, ROOT, licence_of, write

CODE = ["triage", "rules", "workflows", "worker"]
PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^\]]*\])?==", re.MULTILINE)
SHIPPED = sorted(set(PINNED.findall(LOCK.read_text(encoding="utf-8"))))
ELSEWHERE = {"async-timeout", "tzdata", "colorama", "importlib-metadata", "zipp"}  # of other Pythons and systems alone
FREE = re.compile(r"\b(MIT|MIT-0|BSD|BSD-[23]-Clause|Apache|Apache-2\.0|PSF-2\.0|ISC|Python Software Foundation)\b")
# Used as they are and replaceable, which is all that these licences ask of whoever calls a library.
LESSER = {"psycopg": "LGPL-3.0-only", "psycopg-binary": "LGPL-3.0-only", "certifi": "MPL-2.0"}
COPYLEFT = re.compile(r"\bA?GPL|GNU (Affero )?General", re.IGNORECASE)


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_library_is_free_to_use_and_to_pass_on(name):
    try:
        licence = licence_of(name)
    except PackageNotFoundError:
        assert name in ELSEWHERE, f"{name} is not installed"
        return
    assert name in LESSER or FREE.search(licence), f"{name}: {licence!r} is not one that we have looked at"
    assert not COPYLEFT.search(licence), f"{name}: {licence!r}"


def test_lesser_licences_are_those_that_were_looked_at():
    assert [name for name, licence in LESSER.items() if not licence_of(name).endswith(licence)] == []


def test_what_is_shipped_is_listed_by_the_standard(tmp_path):
    write(tmp_path)
    text = (tmp_path / "triage.cdx.json").read_text(encoding="utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    listed = {part["name"]: part for part in json.loads(text)["components"]}
    assert set(SHIPPED) - ELSEWHERE <= set(listed) <= {*SHIPPED, "govuk-frontend"}
    assert [name for name, part in listed.items() if not part["licenses"] or not part["version"]] == []
    rows = (tmp_path / "licences.md").read_text(encoding="utf-8").splitlines()
    assert {row.split(" | ")[0][2:] for row in rows[4:]} == set(listed)


def test_list_says_what_asks_for_what_and_is_the_same_each_time(tmp_path):
    for each in ("once", "again"):
        write(tmp_path / each)
    once, again = ((tmp_path / each / "triage.cdx.json").read_text(encoding="utf-8") for each in ("once", "again"))
    assert once == again
    asks = {each["ref"]: each.get("dependsOn", []) for each in json.loads(once)["dependencies"]}
    assert {"pypi:flask", "pypi:sqlalchemy", "npm:govuk-frontend"} <= set(asks["triage"])
    assert "pypi:werkzeug" in asks["pypi:flask"]
    assert "pypi:billiard" not in asks["triage"]


def test_everything_declared_is_used_and_everything_used_is_declared():
    done = look_at_imports(*CODE, "migrations")
    assert done.returncode == 0, done.stderr


def test_undeclared_and_unused_are_found(tmp_path):
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\ndependencies = ["flask"]\n', encoding="utf-8")
    (tmp_path / "it.py").write_text("import yaml\n", encoding="utf-8")
    done = look_at_imports(".", where=tmp_path)
    assert done.returncode == 1
    assert "DEP002 'flask'" in done.stderr
    assert re.search(r"DEP00[13] 'yaml'", done.stderr)


def look_at_imports(*what: str, where: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """deptry, as pyproject.toml has it."""
    command = [sys.executable, "-m", "deptry", "--no-ansi", *what]
    return subprocess.run(command, cwd=where, capture_output=True, text=True, check=False)


def test_bandit_finds_nothing():
    command = [sys.executable, "-m", "bandit", "--quiet", "--configfile", "pyproject.toml", "--recursive"]
    done = subprocess.run([*command, *CODE], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
