"""The house is as it was drawn: who imports whom, how long things are, and who reads the clock."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = sorted(
    path for folder in ("rules", "workflows", "triage", "worker", "tests") for path in ROOT.glob(f"{folder}/**/*.py")
)
CODE = [path for path in CODE if "node_modules" not in path.parts]


def test_imports_keep_their_contracts():
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports; raise SystemExit(lint_imports())"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_file_and_functions_fit_in_a_glance(path):
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 400
    functions = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    assert [each.name for each in functions if each.end_lineno - each.lineno + 1 > 40] == []


def test_clock_is_read_in_one_place():
    asks = re.compile(r"datetime\.now\(|date\.today\(|utcnow\(|time\.time\(")
    readers = [path.relative_to(ROOT).as_posix() for path in CODE if asks.search(path.read_text(encoding="utf-8"))]
    assert [each for each in readers if not each.startswith("tests/")] == ["triage/clock.py"]


def test_no_lock_names_an_address():
    pages = [ROOT / each / "package-lock.json" for each in ("triage/web", "tests/html", "docs/diagrams")]
    locks = [*ROOT.glob("requirements/*.lock"), *pages]
    assert len(locks) == 8
    assert [lock.name for lock in locks if re.search(r"https?://|file:|index-url", lock.read_text())] == []
