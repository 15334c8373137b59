"""What a service is for, where the file that it came in does not say so: somebody who knows it says it here."""

from dataclasses import dataclass
from uuid import UUID

from triage.directory.service import speaks_for_itself
from triage.errors import Conflict, Forbidden, Problem, invalid
from triage.models import DirectoryService, Purpose
from triage.models.codes import PROVIDER_KINDS
from triage.services.desk import Desk
from triage.services.directory import known_here, may_say_capacity
from triage.store.directory import get_service


@dataclass(frozen=True, slots=True, kw_only=True)
class SayPurpose:
    """Of which kind a service's provider is, and which needs it meets: indicators, or whole domains of them."""

    service_id: UUID
    provider: str
    meets: tuple[str, ...]


def may_say_purpose(desk: Desk, service: DirectoryService) -> bool:
    """Whether it has to be said of this service, and by somebody of this place."""
    return not speaks_for_itself(service.document) and may_say_capacity(desk, service)


def say_purpose(desk: Desk, command: SayPurpose) -> Purpose:
    """Write it down; what is said last holds, whatever files come. NotFound, Invalid, Conflict or Forbidden."""
    service, _ = get_service(desk.session, command.service_id)
    if speaks_for_itself(service.document):
        raise Conflict(Problem("says_itself", "The file of this service says what it is for. Change it there."))
    if not may_say_capacity(desk, service):
        raise Forbidden(Problem("another_locality", "This service is for another locality. Its own team says this."))
    _weigh(desk, command)
    said = {"kind": command.provider, "needs": list(command.meets)}
    row = Purpose(service_id=service.id, said_at=desk.now, said_by_id=desk.actor.id, **said)
    desk.session.add(row)
    return row


def _weigh(desk: Desk, command: SayPurpose) -> None:
    if command.provider not in PROVIDER_KINDS:
        raise invalid("provider", "Choose the kind of provider.")
    if not command.meets:
        raise invalid("meets", "Choose at least one need that it meets.")
    known = known_here(desk).needs
    unknown = next((each for each in command.meets if each not in known), None)
    if unknown is not None:
        raise invalid("meets", "A need that you chose is not in the policy any more. Open the page again.")
