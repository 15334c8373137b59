"""How one person's records agree, learned anew from everybody's."""

from triage.services.learning import learn_from_people
from worker.celery_app import app
from worker.desk import service_desk
from worker.queues import LONG_SECONDS


@app.task(name="people.learn", time_limit=LONG_SECONDS)
def learn() -> None:
    """Learn it and keep it, for whoever is looked up from then on."""
    with service_desk(LONG_SECONDS) as desk:
        learn_from_people(desk)
