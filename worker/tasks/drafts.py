"""What was typed and never sent, when its time is over."""

from triage.services.drafts import forget_expired
from worker.celery_app import app
from worker.desk import service_desk


@app.task(name="drafts.forget")
def forget_drafts() -> int:
    """Forget what has expired."""
    with service_desk() as desk:
        return forget_expired(desk)
