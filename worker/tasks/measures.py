"""The managers' numbers, counted again."""

from triage.insight.counting import refresh
from worker.celery_app import app
from worker.desk import service_desk


@app.task(name="measures.refresh")
def refresh_measures() -> None:
    """Count the measures again."""
    with service_desk() as desk:
        refresh(desk.session)
