"""Where it stands, as whoever sent something without an account hears it."""

from dataclasses import dataclass
from datetime import datetime

from triage.models import Enquiry
from triage.services.desk import Desk, seeing_all
from triage.services.disagreeing import Standing, show_standing
from triage.services.safe_words import (
    BY_EMAIL,
    BY_TELEPHONE,
    DECIDED,
    FOR_THE_PUBLIC,
    MEANS,
    RECEIVED,
    hears_outcome,
    is_public,
    say_stands,
)
from triage.store.disagreements import list_said
from triage.store.enquiries import follow_joins
from triage.store.tellings import find_telling


@dataclass(frozen=True, slots=True)
class Progress:
    """A safe word for where it stands, and what that means. `hears_outcome`: by letter, to their work.

    `disagreement` is when they said that they disagree, and whether they were answered.
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
        stands, says = _say(desk, enquiry, decided)
        hears = hears_outcome(enquiry, desk.pack)
        disagreement = show_standing(desk, enquiry, decided, list_said(desk.session, [enquiry.id]))
        return Progress(enquiry.reference, telling.sent_at, stands, says, hears, disagreement)


def _say(desk: Desk, enquiry: Enquiry, decided: Enquiry) -> tuple[str, tuple[str, ...]]:
    """What became of one that was joined to another is what became of that one. Which way is said in no page.

    Whoever has the code has shown nothing but that they sent it.
    """
    if is_public(enquiry):
        return RECEIVED, (MEANS[RECEIVED], FOR_THE_PUBLIC)
    stands = say_stands(decided.state)
    if stands != DECIDED:
        return stands, (MEANS[stands],)
    more = BY_EMAIL if hears_outcome(enquiry, desk.pack) else BY_TELEPHONE.format(phone=desk.pack.emergency_phone)
    return stands, (MEANS[stands], more)
