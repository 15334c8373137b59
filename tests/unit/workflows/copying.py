"""A copy of the workflows, to add to and to break, with the commands that read them run as anybody would."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree, ignore_patterns

import workflows

TRIAGE = ("-c", "from triage.cli import run; run()")


@dataclass(frozen=True)
class Copy:
    """The folder above the copied package."""

    folder: Path

    @classmethod
    def make(cls, folder: Path) -> "Copy":
        copytree(Path(workflows.__file__).parent, folder / "workflows", ignore=ignore_patterns("__pycache__"))
        return cls(folder)

    def path(self, name: str) -> Path:
        return self.folder / "workflows" / name

    def write(self, name: str, text: str) -> None:
        self.path(name).write_text(text, encoding="utf-8")

    def append(self, name: str, text: str) -> None:
        self.write(name, self.path(name).read_text(encoding="utf-8") + text)

    def change(self, name: str, old: str, new: str) -> None:
        """`old` stands there, or the test is out of date."""
        text = self.path(name).read_text(encoding="utf-8")
        assert old in text
        self.write(name, text.replace(old, new))

    def run(self, *arguments: str) -> tuple[int, str]:
        """What Python, started here, answers with: its exit code and what it said."""
        environment = {**os.environ, "PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, *arguments]
        done = subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    def check(self) -> tuple[int, str]:
        """`triage workflow check`."""
        return self.run(*TRIAGE, "workflow", "check")
