"""Quarterly reports, whose every number is read at once: longer than anybody waits for a page."""

from triage.insight.quarterly.making import begin_report, make_report
from triage.services.reports import GIVEN_UP
from worker.celery_app import app, state
from worker.desk import service_desk


@app.task(name="reports.make", time_limit=GIVEN_UP.total_seconds())
def make() -> None:
    """Make the one that waits longest. That it is begun is kept first, so that pages say so."""
    with service_desk() as desk:
        key = begin_report(desk)
    if key:
        with service_desk(GIVEN_UP.total_seconds()) as desk:
            make_report(desk, key, made_up=state().settings.demo)
