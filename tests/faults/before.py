"""The code of before the newest changes of the database, from the history: what still runs while those come in."""

import io
import shutil
import subprocess
import sys
import tarfile
from itertools import takewhile
from pathlib import Path

from alembic.script import Script, ScriptDirectory

from tests.faults.whole import Whole
from triage.schema import alembic_config

ROOT = Path(__file__).parents[2]
PACKAGES = ("triage", "workflows", "rules", "worker", "migrations")
VENDOR = Path("triage/web/static/vendor")  # is made when the environment is, and in no history
BACK = 3  # changes of the database that the code knows nothing of
GIT = shutil.which("git") or "git"


class OfBefore(Whole):
    """The whole service on the database as it is now, whose processes run the code in `code`."""

    code: Path

    def runs(self) -> Path:
        """Where its processes have the service from."""
        ask = (sys.executable, "-c", "import triage; print(triage.__file__)")
        return Path(subprocess.run(ask, cwd=self.code, capture_output=True, text=True, check=True).stdout).parents[1]

    def commands(self) -> dict[str, tuple[str, ...]]:
        return {name: ("env", f"--chdir={self.code}", *command) for name, command in super().commands().items()}


def put_code_of_before(folder: Path, owner_url: str) -> list[str]:
    """Into `folder`; the numbers of the migrations that it lacks.

    Where the history does not go back so far it is the code that was committed last, which may lack none.
    """
    lacks = list(takewhile(_only_adds, ScriptDirectory.from_config(alembic_config(owner_url)).walk_revisions()))[:BACK]
    added = _ask_git("log", "-1", "--format=%H", "--diff-filter=A", "--", lacks[-1].path) if lacks else ""
    before = _ask_git("rev-parse", "--verify", "--quiet", f"{added}^") or "HEAD"
    packed = subprocess.run([GIT, "archive", before, *PACKAGES], cwd=ROOT, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        tar.extractall(folder, filter="data")
    (folder / VENDOR).symlink_to(ROOT / VENDOR)
    there = {path.name for path in (folder / "migrations/versions").iterdir()}
    return [each.revision for each in lacks if Path(each.path).name not in there]


def _only_adds(script: Script) -> bool:
    """Whether the code of before runs on what it leaves. One that takes something away says what."""
    return not hasattr(script.module, "contracts")


def _ask_git(*words: str) -> str:
    return subprocess.run([GIT, *words], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
