"""A command that is killed before a step that is named: `python -m tests.faults.backing_up STEP TIMES WORDS...`.

It ends by SIGKILL where it would take that step for that time.
"""

import os
import signal
import sys
from pathlib import Path
from typing import Any

from triage.backup import programs
from triage.backup.sealed_file import Sealer
from triage.cli import main

STEPS = {"write": (Sealer, "write"), "finish": (Sealer, "finish"), "rename": (Path, "rename")}


def kill_before(step: str, times: int) -> None:
    """From now on, that step for that time is the end."""
    whose, name = STEPS[step]
    usual, left = getattr(whose, name), [times]

    def take(*args: Any) -> Any:
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)
        return usual(*args)

    setattr(whose, name, take)


def kill_while_restoring() -> None:
    """When half of it has gone to pg_restore."""
    usual = programs.subprocess.Popen

    class Halfway:
        def __init__(self, pipe: Any) -> None:
            self.pipe = pipe

        def write(self, piece: bytes) -> None:
            self.pipe.write(piece[: len(piece) // 2])
            self.pipe.flush()
            os.kill(os.getpid(), signal.SIGKILL)

    def start(*args: Any, **more: Any) -> Any:
        process = usual(*args, **more)
        process.stdin = Halfway(process.stdin)
        return process

    programs.subprocess.Popen = start


if __name__ == "__main__":
    step, times, *words = sys.argv[1:]
    kill_while_restoring() if step == "restore" else kill_before(step, int(times))
    main(words)
