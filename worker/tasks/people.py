"""How one person's records agree, learned anew from everybody's."""

from triage.services.learning import learn_from_people
from worker.celery_app import app
from worker.desk import service_desk


@app.task(name="people.learn")
def learn() -> None:
    """Learn it and keep it, for whoever is looked up from then on."""
    with service_desk() as desk:
        learn_from_people(desk)
