"""The list on paper, for the day on which the system is down."""

from pathlib import Path

from triage.exchange.worklist import gather_worklist
from triage.exchange.worklist_file import write_snapshot
from worker.celery_app import app, state
from worker.desk import service_desk


@app.task(name="worklist.write")
def write_worklist() -> str | None:
    """Write what is open now into the folder of the settings; the page's name, or None where no folder is named.

    A folder that is not there or full is a failure (SnapshotFailed), which stands on the page What failed until one is
    written: the last page stays.
    """
    settings = state().settings
    if not settings.snapshot_dir:
        return None
    with service_desk() as desk:
        worklist = gather_worklist(desk)
    return write_snapshot(Path(settings.snapshot_dir), worklist, state().pack, settings.snapshot_keep).name
