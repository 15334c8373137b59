"""What was typed and never sent, when its time is over."""

from triage.services import drafts, tellings
from worker.celery_app import app
from worker.desk import service_desk


@app.task(name="drafts.forget")
def forget_drafts() -> int:
    """Forget what has expired, of those with an account and of those without."""
    with service_desk() as desk:
        return drafts.forget_expired(desk) + tellings.forget_expired(desk)
