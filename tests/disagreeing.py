"""Made-up professionals who disagree with what was decided, and managers who answer them."""

from typing import Any

from flask import Flask
from sqlalchemy import select

from tests.disposing import at_desk
from tests.making import an_enquiry, decide_as, read_through, screen
from tests.telling import PROFESSIONAL, a_visitor, send
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


def decided(office: Any, enquiry: Enquiry | None = None, by: str = "mash_manager", **details: Any) -> Enquiry:
    """It, or one that a referrer sent, decided by a manager as nothing further."""
    enquiry = enquiry or sent_by(office, **details)
    screen(office, read_through(office, enquiry))
    decide_as(office, by, enquiry, **NOTHING)
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


def disagree_twice(office: Any, words: str, **child: Any) -> None:
    """A referrer disagrees with what was decided of a child, and is answered; and with what was of another."""
    office.actor("mash_manager 2")
    answer(office, disagree(office, decided(office, **child), words), reason=words)
    disagree(office, decided(office, **child), words)


def come_to_disagree(app: Flask, office: Any) -> None:
    """A professional without an account disagrees wrongly, then rightly, twice, and reads each answer."""
    client = a_visitor(app)
    reference, _code = send(client, PROFESSIONAL)
    enquiry = decided(office, office.session.scalars(select(Enquiry).where(Enquiry.reference == reference)).one())
    for number in range(2):
        client.get("/tell-us/progress")
        for words in (" ", WORDS):
            client.post("/tell-us/disagree", data={"words": words})
        client.get("/tell-us/progress")
        answer(office, said_of(office, enquiry)[number])
    client.get("/tell-us/progress")
