"""The clock sweep."""

from triage.services.sweep import sweep
from worker.celery_app import app
from worker.desk import service_desk


@app.task(name="clocks.sweep")
def sweep_clocks() -> None:
    """Warn of what is soon due, mark and escalate what is past due."""
    with service_desk() as desk:
        sweep(desk)
