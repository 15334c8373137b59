"""Which decisions another manager weighs as well."""

from triage.services.second_looks import draw_second_looks
from worker.celery_app import app
from worker.desk import service_desk


@app.task(name="second_looks.draw")
def draw() -> None:
    """Draw them for the managers' day."""
    with service_desk() as desk:
        draw_second_looks(desk)
