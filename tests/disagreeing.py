"""Made-up professionals who disagree with what was decided, and managers who answer them."""

from typing import Any

from sqlalchemy import select

from tests.disposing import at_desk
from tests.making import an_enquiry, decide_as, screen
from triage.models import Disagreement, Enquiry
from triage.services.answering_disagreement import AnswerDisagreement, answer_disagreement
from triage.services.disagreeing import disagree_as_sender

WORDS = "Made up: he was out alone again on Sunday"
TOLD = "Made up: we have read it again"
WHY = "Made up: the school sees him each day"
BOTH = {"answer": TOLD, "reason": WHY}
NOTHING = {"route": "no_further_action", "level": 1}


def sent_by(office: Any, who: str = "referrer", **details: Any) -> Enquiry:
    """An enquiry that somebody outside sent with an account of their own."""
    enquiry = an_enquiry(office, **({"channel": "portal", "indicators": ()} | details))
    enquiry.logged_by_id = office.actor(who).id
    office.session.flush()
    return enquiry


def decided(office: Any, enquiry: Enquiry | None = None, **details: Any) -> Enquiry:
    """It, or one that a referrer sent, decided by a manager as nothing further."""
    enquiry = enquiry or sent_by(office, **details)
    screen(office, enquiry)
    decide_as(office, "mash_manager", enquiry, **NOTHING)
    office.session.flush()
    return enquiry


def disagree(office: Any, enquiry: Enquiry, words: str = WORDS, who: str = "referrer") -> Disagreement:
    """Whoever sent it disagrees: the latest that they said."""
    with at_desk(office, who) as desk:
        disagree_as_sender(desk, enquiry.reference, words)
    return said_of(office, enquiry)[-1]


def said_of(office: Any, enquiry: Enquiry) -> list[Disagreement]:
    """All that was said of what became of that enquiry, in order."""
    query = select(Disagreement).where(Disagreement.sent_id == enquiry.id).order_by(Disagreement.id)
    return list(office.session.scalars(query))


def answer(office: Any, row: Disagreement, action: str | None = "let_stand", who: str = "mash_manager 2", **said: str):
    """Another manager answers."""
    with at_desk(office, who) as desk:
        return answer_disagreement(desk, AnswerDisagreement(disagreement_id=row.id, action=action, **(BOTH | said)))
