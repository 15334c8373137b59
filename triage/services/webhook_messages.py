"""What a webhook says of an event: what kind of thing happened, to which case, and where to read it. Of nobody.

It is asked as the account as which the webhook reads, at the moment of sending: what that may not see is not told.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from triage.access.actor import Actor
from triage.access.signin import actor_of
from triage.database import acting_as
from triage.models import AgencyCheck, Enquiry, Event, Referral, Webhook
from triage.models.codes import OUTSIDE
from triage.services.desk import Desk
from triage.services.webhook_kinds import OUTSIDE_KINDS, kind_of
from triage.store.enquiries import list_joined
from triage.store.seeing import is_seen

CASES = {"enquiry": Enquiry, "referral": Referral}
Said = dict[str, Any]


def write_message(desk: Desk, webhook: Webhook, event: Event, site: str) -> Said | None:
    """The message, as JSON has it; None where the account may not see what it is of, or is never told that."""
    account, kind = actor_of(webhook.user), kind_of(f"{event.case_kind}.{event.type}", webhook.kinds)
    if kind is None or not webhook.user.active or (account.role in OUTSIDE and kind not in OUTSIDE_KINDS):
        return None
    data = _tell_outside(desk, account, kind, event) if account.role in OUTSIDE else _tell_within(desk, account, event)
    return data and put_in_envelope(kind, event.at, data | {"url": f"{site}/api/v1{data['url']}"})


def put_in_envelope(kind: str, at: datetime, data: Said) -> Said:
    """As the Standard Webhooks specification advises: what happened, when, and the rest."""
    return {"type": kind, "timestamp": at.astimezone(UTC).isoformat().replace("+00:00", "Z"), "data": data}


def _tell_within(desk: Desk, account: Actor, event: Event) -> Said | None:
    model = CASES[event.case_kind]
    if not _sees(desk, account, model, [event.case_id]):
        return None
    case = desk.session.get_one(model, event.case_id)
    where = {Enquiry: "enquiries", Referral: "referrals"}[model]
    return _name(event.case_kind, case.id, case.reference, f"/{where}/{case.id}") | {"number": event.number}


def _tell_outside(desk: Desk, account: Actor, kind: str, event: Event) -> Said | None:
    """Of a check to the agency that is asked, and of what they sent to whoever sent it."""
    if kind != "check_requested":
        return _tell_sender(desk, account, kind, event)
    check = desk.session.get(AgencyCheck, UUID(event.data["check"])) if event.data else None
    if check is None or not _sees(desk, account, AgencyCheck, [check.id]):
        return None
    return _name("check", check.id, check.enquiry.reference, "/checks")


def _tell_sender(desk: Desk, account: Actor, kind: str, event: Event) -> Said | None:
    """What was joined to another hears of that one's decision, under its own name and without the other's number."""
    joined = list_joined(desk.session, event.case_id) if kind != "enquiry_received" else ()
    sent = _sees(desk, account, Enquiry, [event.case_id, *(each.id for each in joined)])
    if sent is None:
        return None
    enquiry = desk.session.get_one(Enquiry, sent)
    said = _name("enquiry", enquiry.id, enquiry.reference, f"/sent/{enquiry.reference}")
    return said | ({"number": event.number} if sent == event.case_id else {})


def _sees(desk: Desk, account: Actor, model: Any, keys: Iterable[UUID]) -> UUID | None:
    """The first of these that the account sees."""
    desk.session.flush()
    with acting_as(desk.session, account):
        return next((key for key in keys if is_seen(desk.session, model, key)), None)


def _name(case: str, key: UUID, reference: str, url: str) -> Said:
    return {"case": case, "id": str(key), "reference": reference, "url": url}
