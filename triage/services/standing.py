"""How a record stands to whoever opens it, whether they may, and why they do where it is another team's."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from triage.access.permissions import Standing, allows
from triage.errors import DomainError, NotFound, Problem, invalid
from triage.models import Enquiry, Event, File, OpeningReason, Referral, Transfer
from triage.models.codes import OPENED_KINDS, OPENING_REASONS
from triage.services.desk import Desk
from triage.store.queues import HUB, OTHER_AUTHORITY

SHIFT = timedelta(hours=12)
AT_HUB = (HUB, OTHER_AUTHORITY)


class ReasonNeeded(DomainError):
    """Somebody opens another team's record, and has not said why."""

    status = 403
    title = "Say why you are opening this"

    def __init__(self, kind: str, key: UUID) -> None:
        super().__init__(Problem("reason", "It is another team's. Say why you are opening it."))
        self.kind, self.key = kind, key


@dataclass(frozen=True, slots=True, kw_only=True)
class StateReason:
    """Why one opens a record."""

    kind: str
    key: UUID
    reason: str
    words: str = ""


def stand_before(desk: Desk, permission: str, keys: Mapping[str, Any], *, asks: bool) -> Desk:
    """The desk with the purpose of this opening on it. NotFound where the table has no place for it.

    `keys` are those of the address. A record that the database does not show is nobody's matter here: what opens it
    says so. With `asks`, ReasonNeeded where it is another team's and no reason is in force.
    """
    kind, key = _find_case(desk, keys)
    standing = find_standing(desk, kind, key) if key else None
    if standing is None:
        return desk
    if not allows(permission, desk.actor.role, standing):
        raise NotFound(Problem("not_found", f"There is no such {kind}, or it is not yours to see."))
    purpose = _find_purpose(desk, key)
    if asks and not standing.own and purpose is None:
        raise ReasonNeeded(kind, key)
    return replace(desk, purpose=purpose or desk.purpose)


def _find_case(desk: Desk, keys: Mapping[str, Any]) -> tuple[str, UUID | None]:
    """The case that an address is about: it names it, or a file of it."""
    if "referral_id" in keys:
        return "referral", keys["referral_id"]
    if "enquiry_id" in keys or "file_id" not in keys:
        return "enquiry", keys.get("enquiry_id")
    file = desk.session.get(File, keys["file_id"])
    return ("referral", file.referral_id) if file and file.referral_id else ("enquiry", file and file.enquiry_id)


def find_standing(desk: Desk, kind: str, key: UUID) -> Standing | None:
    """How the record stands to who acts, None where they see none of that key.

    An enquiry is the hub's, and of whoever has a case from it. A referral is the hub's until a team has it, then that
    team's and its locality's managers'; early help's are the Early Help Unit's too. Whoever has worked on it this shift
    has it still before them.
    """
    row = Enquiry if kind == "enquiry" else Referral
    found = desk.session.execute(select(row.state, func.is_restricted(row.id)).where(row.id == key)).one_or_none()
    if found is None:
        return None
    state, restricted = found
    own = kind == "enquiry" or _is_own(desk, desk.session.get_one(Referral, key))
    return Standing(own=own, closed=state == "closed", restricted=restricted)


def _is_own(desk: Desk, case: Referral) -> bool:
    actor = desk.actor
    if case.worker_id == actor.id or _has_worked_on(desk, case):
        return True
    if actor.role.startswith("locality_"):
        managed = actor.role == "locality_manager" and actor.locality_code == case.locality_code
        return managed or actor.team_code == case.team_code or _is_offered(desk, case)
    return case.queue in AT_HUB or (actor.role == "early_help_unit" and case.service == "early_help")


def _has_worked_on(desk: Desk, case: Referral) -> bool:
    mine = (Event.case_id == case.id, Event.actor_id == desk.actor.id, Event.at > desk.now - SHIFT)
    return desk.session.scalar(select(Event.id).where(*mine).limit(1)) is not None


def _is_offered(desk: Desk, case: Referral) -> bool:
    """Whether it waits for this locality's answer, who must read it first."""
    offers = select(Transfer.id).where(Transfer.referral_id == case.id, Transfer.state == "offered")
    mine = Transfer.to_locality_code == desk.actor.locality_code
    return desk.session.scalar(offers.where(mine).limit(1)) is not None


def _find_purpose(desk: Desk, key: UUID) -> str | None:
    """The reason in force that this actor gave for opening it, in words."""
    mine = (OpeningReason.user_id == desk.actor.id, OpeningReason.case_id == key, OpeningReason.ends_at > desk.now)
    given = desk.session.scalar(select(OpeningReason).where(*mine).order_by(OpeningReason.stated_at.desc()).limit(1))
    return given and ": ".join(filter(None, (OPENING_REASONS[given.reason], given.words)))


def state_reason(desk: Desk, command: StateReason) -> None:
    """Keep why one opens a record, for a shift. Invalid where no reason is chosen, or another is not put in words."""
    if command.kind not in OPENED_KINDS:
        raise invalid("kind", "Open the record again, and say why.")
    if command.reason not in OPENING_REASONS:
        raise invalid("reason", "Choose why you are opening it.")
    if command.reason == "other" and not command.words.strip():
        raise invalid("words", "Say what the reason is.")
    stated = OpeningReason(
        user_id=desk.actor.id,
        case_kind=command.kind,
        case_id=command.key,
        reason=command.reason,
        words=command.words.strip(),
        stated_at=desk.now,
        ends_at=desk.now + SHIFT,
    )
    desk.session.add(stated)
