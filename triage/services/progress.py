"""Where it stands, as whoever sent something without an account hears it."""

from dataclasses import dataclass
from datetime import datetime

from triage.models import Enquiry
from triage.services.desk import Desk, seeing_all
from triage.services.disagreeing import Standing, show_standing
from triage.services.safe_words import DECIDED, FOR_THE_PUBLIC, MEANS, RECEIVED, is_public, say_outcomes, say_stands
from triage.store.disagreements import list_said
from triage.store.enquiries import follow_joins
from triage.store.tellings import find_telling


@dataclass(frozen=True, slots=True)
class Progress:
    """A safe word for where it stands, and what that means. `hears_outcome` is for professionals alone.

    `disagreement` is what they said against the decision, and were answered.
    """

    reference: str
    sent_at: datetime
    stands: str
    says: tuple[str, ...]
    hears_outcome: bool
    disagreement: Standing


def show_progress(desk: Desk) -> Progress | None:
    """Of the telling before this visitor: None where it was not sent, or is kept no more."""
    telling = find_telling(desk.session, desk.actor.id, desk.now)
    if telling is None or telling.enquiry_id is None:
        return None
    with seeing_all(desk):
        enquiry = desk.session.get_one(Enquiry, telling.enquiry_id)
        decided = follow_joins(desk.session, enquiry)
        stands, says = _say(enquiry, decided)
        disagreement = show_standing(desk, enquiry, decided, list_said(desk.session, [enquiry.id]))
        return Progress(enquiry.reference, telling.sent_at, stands, says, not is_public(enquiry), disagreement)


def _say(enquiry: Enquiry, decided: Enquiry) -> tuple[str, tuple[str, ...]]:
    """What became of one that was joined to another is what became of that one."""
    if is_public(enquiry):
        return RECEIVED, (MEANS[RECEIVED], FOR_THE_PUBLIC)
    stands = say_stands(decided.state)
    return stands, tuple(say_outcomes(decided)) if stands == DECIDED else (MEANS[stands],)
