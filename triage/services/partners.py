"""What those outside see: the checks that their agency was asked, and what became of what they sent. No more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from triage.models import AgencyCheck, Disagreement, Enquiry
from triage.services.desk import Desk, seeing_all
from triage.services.disagreeing import Standing, find_sent, show_standing
from triage.services.safe_words import DECIDED, MEANS, say_outcomes, say_stands
from triage.store.disagreements import list_said
from triage.store.enquiries import follow_joins, get_check
from triage.store.partners import list_asked, list_sent


@dataclass(frozen=True, slots=True)
class Asked:
    """A check as its agency sees it: whom it is about, as far as it takes to answer, and by when.

    `people` are the keys of those whom it is about: for the record of who read of them.
    """

    check: AgencyCheck
    reference: str
    about: tuple[str, ...]
    people: tuple[UUID, ...]
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Sent:
    """An enquiry as whoever sent it sees it: safe words, and neither what was found out nor what was decided.

    `disagreement` is what they said against the decision, and were answered.
    """

    reference: str
    received_at: datetime
    stands: str
    says: tuple[str, ...]
    disagreement: Standing


def show_asked(desk: Desk) -> list[Asked]:
    """The checks that this actor's agency has to answer, or has answered while the enquiry is open."""
    checks = list_asked(desk.session)
    with seeing_all(desk):
        return [_show(check) for check in checks]


def find_asked(desk: Desk, check_id: UUID) -> Asked:
    """The check of that key. NotFound where this actor's agency was not asked it."""
    check = get_check(desk.session, check_id)
    with seeing_all(desk):
        return _show(check)


def _show(check: AgencyCheck) -> Asked:
    enquiry = check.enquiry
    clocks = (each for each in enquiry.clocks if each.agency_check_id == check.id and each.state == "running")
    about = tuple(_name(subject) for subject in enquiry.subjects)
    people = tuple(subject.person_id for subject in enquiry.subjects)
    return Asked(check, enquiry.reference, about, people, next((each.due_at for each in clocks), None))


def _name(subject: object) -> str:
    """As it was told, with the date of birth: a partner looks the person up by that."""
    born = subject.person.birth_date
    return subject.name_as_given + (f", born {born:%-d %B %Y}" if born else "")


def show_sent(desk: Desk) -> list[Sent]:
    """What this actor sent, the latest first."""
    return _tell(desk, list_sent(desk.session, desk.actor.id))


def show_one_sent(desk: Desk, reference: str) -> Sent:
    """What this actor sent under that reference. NotFound where they sent none."""
    return _tell(desk, [find_sent(desk, reference)])[0]


def _tell(desk: Desk, sent: Sequence[Enquiry]) -> list[Sent]:
    """What was joined to another stands as that one does."""
    with seeing_all(desk):
        said: dict[UUID, list[Disagreement]] = {each.id: [] for each in sent}
        for row in list_said(desk.session, list(said)):
            said[row.sent_id].append(row)
        return [_tell_one(desk, each, follow_joins(desk.session, each), said[each.id]) for each in sent]


def _tell_one(desk: Desk, sent: Enquiry, decided: Enquiry, said: Sequence[Disagreement]) -> Sent:
    stands = say_stands(decided.state)
    says = tuple(say_outcomes(decided)) if stands == DECIDED else (MEANS[stands],)
    return Sent(sent.reference, sent.received_at, stands, says, show_standing(desk, sent, decided, said))
