"""Letters about a disagreement, to the managers and the professional: nothing of the child but a manager's answer."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from triage.models import Disagreement
from triage.services.addresses import To, own, roles
from triage.services.desk import Desk
from triage.services.disagreeing import find_account
from triage.services.letters import Letter, NoLongerNeeded, say_instant
from triage.services.safe_words import ANSWERS, is_unchecked

Payload = Mapping[str, Any]
WHERE = "You read the answer where you look how it stands, signed in."


def tell_disagreement(desk: Desk, payload: Payload, domain: str) -> Letter:
    """To the hub's managers: that somebody disagrees, or that their answer is nearly due."""
    row = _find(desk, payload)
    if row.state != "open":
        raise NoLongerNeeded("Answered before it went.")
    due, reference = say_instant(row.clock.due_at, desk.pack.calendar.zone), row.enquiry.reference
    what = "Soon out of time: a disagreement" if payload.get("soon") else "A professional disagrees"
    again = ", for the second time" if row.again else ""
    text = (
        f"A professional who told us disagrees with the decision on {reference}{again}.\n\n"
        f"A manager who neither made nor approved it answers by {due}, on the page of the enquiry.\n"
    )
    return Letter(roles(("mash_manager",), domain), f"{what}: {reference}", text)


def tell_received(desk: Desk, payload: Payload, domain: str) -> Letter:
    """To the professional: that we have it, and by when it is answered."""
    row = _find(desk, payload)
    due, reference = say_instant(row.clock.due_at, desk.pack.calendar.zone), row.sent.reference
    text = (
        f"We have received that you disagree with what was decided. Our reference is {reference}.\n\n"
        f"A manager who had no part in the decision answers you by {due}.\n\n{_ring(desk)}\n"
    )
    return Letter(_to(desk, row, domain), f"We received your disagreement, {reference}", text)


def tell_answered(desk: Desk, payload: Payload, domain: str) -> Letter:
    """To the professional: that it is answered and, where nobody has checked who asks on a page, the answer itself.

    Then the address is one of a public service: whoever has that mailbox works there.
    """
    row = _find(desk, payload)
    reference = row.sent.reference
    where = f"{ANSWERS[row.state]}\n\n{row.answer}" if is_unchecked(row.sent) else WHERE
    text = f"A manager has answered your disagreement, {reference}. {where}\n\n{_ring(desk)}\n"
    return Letter(_to(desk, row, domain), f"Your disagreement was answered, {reference}", text)


def _find(desk: Desk, payload: Payload) -> Disagreement:
    return desk.session.get_one(Disagreement, UUID(payload["disagreement_id"]))


def _to(desk: Desk, row: Disagreement, domain: str) -> tuple[To, ...]:
    account = find_account(desk, row.said_by_id)
    if row.sent.referrer_email:
        return (row.sent.referrer_email,)
    if account is None:
        raise NoLongerNeeded("They have no address any more.")
    return (own(account, domain),)


def _ring(desk: Desk) -> str:
    phone = desk.pack.emergency_phone
    return f"If it cannot wait, ring us on {phone} and say this reference. If a child is in danger now, ring 999."
