"""Saying that a subject is somebody known already. A person's word; the policy is then asked again."""

from dataclasses import dataclass
from uuid import UUID

from triage.errors import Conflict, Problem, invalid
from triage.models import Enquiry, Person, Subject
from triage.models.codes import CHILDREN
from triage.services.clocks import retime_clocks
from triage.services.desk import Desk
from triage.services.events import record
from triage.services.facts import recommend_for
from triage.services.firing import check_version
from triage.services.night import give_red_to_night
from triage.services.people import find_matches, get_person
from triage.services.recognisers import refuse_other_roles
from triage.services.relating import pass_on_family
from triage.store.locking import lock
from workflows.enquiry import RECOGNISES, UNDECIDED
from workflows.refusals import words


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPerson:
    """The subject with this ordinal is the person with this key. `reason`: how it is known, where it was not found."""

    enquiry_id: UUID
    ordinal: int
    person_id: UUID
    reason: str = ""
    version: int | None = None


def link_person(desk: Desk, command: LinkPerson) -> Enquiry:
    """Join the subject to the person and ask the policy again with that person's history.

    Conflict for whoever may not say so, once the enquiry is decided, or where no reason says how somebody who was not
    found is known; Invalid where the person is another of its subjects, or a child and an adult would be one.
    """
    enquiry = lock(desk.session, Enquiry, command.enquiry_id)
    check_version(desk, enquiry, command.version)
    check_who_and_when(desk, enquiry)
    subject = next((each for each in enquiry.subjects if each.ordinal == command.ordinal), None)
    if subject is None:
        raise invalid("ordinal", "This enquiry has no such subject.")
    person = get_person(desk, command.person_id, "person_id")
    reason = _explain(desk, enquiry, subject, person, command.reason)
    before, subject.person = subject.person, person
    pass_on_family(desk, before, person)
    told = ask_again(desk, enquiry, subject)
    known = {"described": str(before.id), "known": str(person.id)}
    record(desk, enquiry, "person_recognised", subject=subject.ordinal, **known, **reason, **told)
    return enquiry


def ask_again(desk: Desk, enquiry: Enquiry, subject: Subject) -> dict[str, object]:
    """What the policy says of a subject of whom more is known now; what turns red goes by red's clocks at once."""
    recommendation = recommend_for(desk, enquiry, subject, known_before=True)
    if enquiry.rag is not None or recommendation.rag != "red":
        return {}
    retime_clocks(desk, enquiry, "red")
    return give_red_to_night(desk, enquiry, "red")


def may_recognise(desk: Desk, enquiry: Enquiry) -> bool:
    """Whether this actor may say now who somebody is."""
    return desk.actor.role in RECOGNISES and enquiry.state in UNDECIDED


def check_who_and_when(desk: Desk, enquiry: Enquiry) -> None:
    """Conflict where this actor may not say, or not now, who it is about or what was seen.

    Both are part of what a manager was asked to approve, so they stand until that is sent back.
    """
    if enquiry.state in ("decided", "closed"):
        raise Conflict(Problem("decided", "The enquiry is decided. Reopen it first, with a reason."))
    refuse_other_roles(desk)
    if enquiry.state not in UNDECIDED:
        raise Conflict(Problem("proposed", words("proposed")))


def _explain(desk: Desk, enquiry: Enquiry, subject: Subject, person: Person, reason: str) -> dict[str, str]:
    """How it is known who this is, if that was said; it must be, where nothing that was described points there."""
    if any(each.person.identity_id == person.identity_id for each in enquiry.subjects):
        raise invalid("person_id", "That person is a subject of this enquiry already.")
    if (person.kind in CHILDREN) != (subject.person.kind in CHILDREN):
        raise invalid("person_id", words("child_and_adult"), "child_and_adult")
    said = reason.strip()
    found = {match.person.identity_id for match in find_matches(desk, subject.person)}
    if not said and person.identity_id not in found:
        raise Conflict(Problem("not_found", words("not_found"), "reason"))
    return {"reason": said} if said else {}
