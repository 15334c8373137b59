"""Finding whom a case may be given to."""

from uuid import UUID

from triage.errors import invalid
from triage.models import User
from triage.services.desk import Desk
from triage.store.staff import list_staff
from workflows.enquiry import HUB

PEOPLE = HUB - {"system"}  # nothing is handed to the service itself


def find_colleague(desk: Desk, worker_id: UUID | None, team_code: str | None = None) -> User | None:
    """Who is meant: somebody of that team or, where there is none, of the hub. Invalid for anybody else."""
    if worker_id is None:
        return None
    worker = desk.session.get(User, worker_id)
    fits = worker is not None and (worker.team_code == team_code if team_code else worker.role in PEOPLE)
    if not fits or not worker.active:
        raise invalid("worker_id", "Choose somebody who works there.", "unknown_worker")
    return worker


def list_colleagues(desk: Desk, owner_id: UUID | None) -> list[User]:
    """Those in the hub to whom an enquiry may be handed over: not whoever has it."""
    return [user for user in list_staff(desk.session, PEOPLE) if user.id != owner_id]
