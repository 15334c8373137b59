"""Saying that a subject is somebody known already. A person's word; the policy is then asked again."""

from dataclasses import dataclass
from uuid import UUID

from triage.errors import Conflict, Problem, invalid
from triage.models import Enquiry
from triage.services.clocks import retime_clocks
from triage.services.desk import Desk
from triage.services.events import record
from triage.services.facts import recommend_for
from triage.services.firing import check_version
from triage.services.people import get_person
from triage.store.locking import lock


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPerson:
    """The subject with this ordinal is the person with this key."""

    enquiry_id: UUID
    ordinal: int
    person_id: UUID
    version: int | None = None


def link_person(desk: Desk, command: LinkPerson) -> Enquiry:
    """Join the subject to the person and ask the policy again with that person's history.

    Conflict once the enquiry is decided; Invalid where the person is another of its subjects.
    """
    enquiry = lock(desk.session, Enquiry, command.enquiry_id)
    check_version(desk, enquiry, command.version)
    if enquiry.state in ("decided", "closed"):
        raise Conflict(Problem("decided", "The enquiry is decided. Reopen it first, with a reason."))
    subject = next((each for each in enquiry.subjects if each.ordinal == command.ordinal), None)
    if subject is None:
        raise invalid("ordinal", "This enquiry has no such subject.")
    person = get_person(desk, command.person_id, "person_id")
    if any(each.person is person for each in enquiry.subjects):
        raise invalid("person_id", "That person is a subject of this enquiry already.")
    before, subject.person = subject.person, person
    recommendation = recommend_for(desk, enquiry, subject, known_before=True)
    if enquiry.rag is None and recommendation.rag == "red":
        retime_clocks(desk, enquiry, "red")
    record(desk, enquiry, "person_recognised", subject=subject.ordinal, described=str(before.id), known=str(person.id))
    return enquiry
