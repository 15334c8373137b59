"""Child processes that never outlive us: started in sessions of their own, stopped in order, ended if we are killed."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path

PR_SET_PDEATHSIG = 1
STOP_SECONDS = 10


def spawn(
    command: Sequence[str | Path],
    log: Path | None,
    *,
    env: Mapping[str, str] | None = None,
    user: int | None = None,
    end_with: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start `command` with its output in `log`, or where ours goes.

    If this process is killed, the child gets the signal `end_with`.

    Ctrl-C in a terminal does not reach the child: we stop it ourselves, in order. `user` is a uid to run as.
    """
    if log:
        log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") if log else nullcontext() as out:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT if log else None,
            env=env,
            user=user,
            group=user,
            extra_groups=None if user is None else (),
            start_new_session=True,
            preexec_fn=_die_with_parent(end_with),
        )


def stop(process: subprocess.Popen[bytes], how: signal.Signals = signal.SIGTERM) -> None:
    """Ask a child to end, and end it if it does not within ten seconds."""
    if process.poll() is not None:
        return
    process.send_signal(how)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _die_with_parent(how: signal.Signals) -> Callable[[], None] | None:
    """Linux only: elsewhere a killed parent leaves its children, which the next start finds and names."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def set_signal() -> None:
        libc.prctl(PR_SET_PDEATHSIG, how)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return set_signal
