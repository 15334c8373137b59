"""The notices of the day."""

from triage.services.daily_notices import promise_daily_notices
from worker.celery_app import app
from worker.desk import service_desk


@app.task(name="notices.promise")
def promise_notices() -> int:
    """Promise what is due since its time today and has not been promised yet."""
    with service_desk() as desk:
        return promise_daily_notices(desk)
