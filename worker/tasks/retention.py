"""Files that two people agreed to let go, and the service's own traces that are old enough."""

from triage.insight.counting import refresh
from triage.services.disposing import dispose_next, finish_disposals
from triage.services.retention import forget_routines
from triage.services.weighing import work_out
from worker.celery_app import app
from worker.desk import service_desk
from worker.queues import LONG_SECONDS

MOST = 100  # files a tick, each in a transaction of its own: the next tick goes on


@app.task(name="retention.dispose")
def dispose_files() -> int:
    """Let go what was agreed to; how many files were looked at. The numbers first: they keep what was counted last."""
    with service_desk() as desk:
        refresh(desk.session)
    looked = 0
    while looked < MOST and _dispose_one():
        looked += 1
    with service_desk() as desk:
        finish_disposals(desk)
    return looked


def _dispose_one() -> bool:
    with service_desk() as desk:
        return dispose_next(desk) is not None


@app.task(name="retention.forget")
def forget_traces() -> dict[str, int]:
    """Let go of letters that were sent and answers that were given, once they are old enough; how many of each."""
    with service_desk() as desk:
        return forget_routines(desk)


@app.task(name="retention.weigh", time_limit=LONG_SECONDS)
def weigh() -> bool:
    """Work out what is due where today's is not there yet, or it was asked for anew; whether it was."""
    with service_desk() as desk:
        return work_out(desk)
