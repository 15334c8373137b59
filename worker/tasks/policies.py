"""Proofs and replays of the thresholds, which take longer than anybody waits for a page."""

from triage.services.policy_runs import GIVEN_UP
from triage.thresholds.runs import begin_run, make_run
from worker.celery_app import app
from worker.desk import service_desk


@app.task(name="policies.run", time_limit=GIVEN_UP.total_seconds())
def run() -> None:
    """Make the one that waits longest. That it is begun is kept first, so that pages say so."""
    with service_desk() as desk:
        key = begin_run(desk)
    if key:
        with service_desk(GIVEN_UP.total_seconds()) as desk:
            make_run(desk, key)
