"""A link in a letter, for a partner of whom nobody signs in: it opens one question, until there is an answer.

The letter is written when it is sent, and so is the secret in it: it stands in no row and in no log.
"""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from triage.access.actor import VISITOR, Actor
from triage.access.tokens import digest, new_token
from triage.errors import NotFound, Problem
from triage.models import AgencyCheck, CheckLink, OutboxMessage
from triage.services.desk import Desk, seeing_all
from triage.services.letters import Letter, say_instant
from triage.services.outbox import promise
from triage.store.check_links import find_key_of_link, find_link, has_account
from workflows.agency_check import WAITING

HOLD_LINKS = ("ask_check", "chase_check")
OVER = "This link opens nothing any more: it is too old, or the question is answered, or no longer asked."
INVITES = """
Open the question and answer it here, until {until}. You need no account.

{site}/answer/{token}

The link opens this one question. Give it to nobody who may not read it. If it does not open, ring {phone} and say the
reference: we send another to this address.
"""


def ask_by_letter(desk: Desk, check: AgencyCheck) -> None:
    """Promise the letter that asks, where nobody of that agency would see the question on a page of their own."""
    with seeing_all(desk):  # who signs in is no colleague's to see
        reads_it_here = has_account(desk.session, check.agency_code, desk.now)
    if not reads_it_here:
        promise(desk, "ask_check", check_id=str(check.id))


def add_link(desk: Desk, message: OutboxMessage, letter: Letter, site: str, days: int) -> Letter:
    """The letter with a link in it, where it is one that holds links and its agency has no account that is used."""
    if message.task not in HOLD_LINKS or not site:
        return letter
    check = desk.session.get_one(AgencyCheck, UUID(message.payload["check_id"]))
    if has_account(desk.session, check.agency_code, desk.now):
        return letter
    token, until = new_token(), desk.now + timedelta(days=days)
    desk.session.add(CheckLink(check_id=check.id, token_hash=digest(token), made_at=desk.now, expires_at=until))
    said = {"until": say_instant(until, desk.pack.calendar.zone), "site": site.rstrip("/"), "token": token}
    return replace(letter, text=letter.text + INVITES.format(**said, phone=desk.pack.emergency_phone))


def find_key(session: Session, token: str) -> UUID | None:
    """Which link has that secret, for whoever acts as nobody yet."""
    return find_key_of_link(session, digest(token))


def follow_link(desk: Desk) -> tuple[Actor, UUID]:
    """Who answers, and which question, for the visitor who came by the link. NotFound where it opens nothing now.

    Whoever answers is their agency, and sees in the database what somebody with an account would; of the pages, this
    one question.
    """
    link = find_link(desk.session, desk.actor.id, desk.now)
    if link is None:
        raise _over()
    with seeing_all(desk):
        check = desk.session.get_one(AgencyCheck, link.check_id)
        if check.state not in WAITING or check.enquiry.state == "closed":
            raise _over()
        name = f"{desk.pack.agencies[check.agency_code]}, by a link"
        return Actor(VISITOR.id, name, "partner_contributor", agency_code=check.agency_code), check.id


def _over() -> NotFound:
    return NotFound(Problem("link_over", OVER))
