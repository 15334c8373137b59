"""What gunicorn is told wherever it runs: its own lines are of the same form as ours, and ours name each request."""

import gc
import os
import shutil
import subprocess
import sys
import tempfile

from triage.logs import LOGGING
from triage.processes import spawn, stop
from triage.settings import PREFIX, read_named_file

# Its own handlers are taken away, and what it says goes on to the root's.
logconfig_dict = LOGGING | {
    "loggers": {f"gunicorn.{what}": {"handlers": [], "propagate": True} for what in ("error", "access")}
}
accesslog = None
control_socket_disable = True
# The application is read once, and each process begins as a copy: it is there at once where another was killed, and
# what all of them have alike is in memory once.
preload_app = True

# Where each process counts what it answers, in a file of its own. It must be said before the library is imported.
COUNTED = "PROMETHEUS_MULTIPROC_DIR"
is_watched = bool(os.environ.get(f"{PREFIX}METRICS_ADDRESS") or read_named_file("metrics_address"))
if is_watched:
    os.environ[COUNTED] = tempfile.mkdtemp(prefix="triage-counted-")
exporters: list[subprocess.Popen[bytes]] = []


def when_ready(_server: object) -> None:
    """Start whoever tells Prometheus, if anybody is to: a process that is ended with this one, however it ends."""
    leave_what_stays()
    if is_watched:
        exporters.append(spawn((sys.executable, "-m", "triage.watching.exporter", os.environ[COUNTED]), None))


def on_exit(_server: object) -> None:
    """End it, and forget what was counted."""
    for exporter in exporters:
        stop(exporter)
    if is_watched:
        shutil.rmtree(os.environ[COUNTED], ignore_errors=True)


def leave_what_stays() -> None:
    """What a process begins with stays until it ends: it is not looked through for what may go, again and again.

    Nor is it written to then, and so stays shared. A page makes tens of thousands of objects that go by themselves, so
    it is looked less often for those that do not.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
