"""What staff give so that their own families' records are looked after: where they live, and whom they know."""

import re
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from triage.access.account_log import record_account
from triage.errors import invalid
from triage.models import DeclaredInterest, StaffHome
from triage.pack import normalise_postcode
from triage.services.desk import Desk

REFERENCE = re.compile(r"(ENQ|REF)-\d{4}-\d{6}[-.0-9A-Z]{0,20}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Declare:
    """That a case, by its reference, is about oneself, relatives or people whom one knows."""

    reference: str
    relation: str
    words: str = ""


def declare_interest(desk: Desk, command: Declare) -> DeclaredInterest:
    """Keep what somebody says of themselves. Invalid where it is no reference.

    It is kept alike whether or not there is such a case: nobody learns it from here.
    """
    reference = command.reference.strip().upper()
    if not REFERENCE.fullmatch(reference):
        raise invalid("reference", "Enter the reference of an enquiry or referral, like ENQ-2013-004821.")
    said = {"reference": reference, "relation": command.relation, "words": command.words.strip()}
    declared = DeclaredInterest(user_id=desk.actor.id, declared_at=desk.now, **said)
    desk.session.add(declared)
    record_account(desk.session, desk.actor, desk.actor.id, "interest_declared", desk.now, reference=reference)
    return declared


def keep_home(desk: Desk, user_id: UUID, postcode: str, reason: str = "") -> None:
    """Keep the postcode of somebody's home: one's own, or by an administrator anybody's. Invalid where it is none."""
    known = normalise_postcode(postcode)
    if postcode.strip() and known is None:
        raise invalid("postcode", "Enter a full UK postcode, like NG15 7AA, or leave it empty.")
    values = {"postcode": known, "changed_at": desk.now, "changed_by_id": desk.actor.id}
    kept = insert(StaffHome).values(user_id=user_id, **values)
    desk.session.execute(kept.on_conflict_do_update(index_elements=["user_id"], set_=values))
    record_account(desk.session, desk.actor, user_id, "home_changed", desk.now, reason)
