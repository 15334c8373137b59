"""What is shipped beside our code is under licences that let a council use and pass it on; and bandit finds nothing."""

import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements" / "service.lock").read_text(encoding="utf-8")
SHIPPED = sorted(set(re.findall(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^\]]*\])?==", LOCK, re.MULTILINE)))
ELSEWHERE = {"async-timeout", "tzdata", "colorama", "importlib-metadata", "zipp"}  # of other Pythons and systems alone
FREE = re.compile(r"\b(MIT|MIT-0|BSD|BSD-[23]-Clause|Apache|Apache-2\.0|PSF-2\.0|ISC|Python Software Foundation)\b")
# Used as they are and replaceable, which is all that these licences ask of whoever calls a library.
LESSER = {"psycopg": "LGPL-3.0-only", "psycopg-binary": "LGPL-3.0-only", "certifi": "MPL-2.0"}
COPYLEFT = re.compile(r"\bA?GPL|GNU (Affero )?General", re.IGNORECASE)


def licence_of(name: str) -> str:
    """What a distribution says of its licence: as an expression, else in its classifiers, else in its first line."""
    told = metadata(name)
    classified = [each for each in told.get_all("Classifier") or [] if each.startswith("License ::")]
    first = (told.get("License") or "").partition("\n")[0]
    return told.get("License-Expression") or "; ".join([*classified, first])


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


def test_bandit_finds_nothing():
    command = [sys.executable, "-m", "bandit", "--quiet", "--configfile", "pyproject.toml", "--recursive"]
    done = subprocess.run(
        [*command, "triage", "rules", "workflows", "worker"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout
