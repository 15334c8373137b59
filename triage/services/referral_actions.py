"""What may be done to a referral: one function for each action, beside the table in workflows/referral.py."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from triage.errors import NotFound, Problem, invalid
from triage.models import Assignment, Referral, User
from triage.services.clocks import cancel_clocks, start_clock, stop_clocks
from triage.services.contexts import referral_context
from triage.services.desk import Desk
from triage.services.events import record
from triage.services.firing import check_version, fire_action
from triage.services.opening_referral import open_after
from triage.store.locking import lock
from workflows.referral import REFERRAL


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralAction:
    """One action on a referral. `version` is the one the actor has read; what an action does not need is left out."""

    referral_id: UUID
    action: str
    version: int | None = None
    reason: str = ""
    team_code: str | None = None
    worker_id: UUID | None = None
    closure: str | None = None
    consent: str | None = None
    lead_practitioner: str = ""


def act_on_referral(desk: Desk, command: ReferralAction) -> Referral:
    """Do the action, or refuse: Stale, Conflict (with every reason) or Invalid."""
    referral = lock(desk.session, Referral, command.referral_id)
    check_version(desk, referral, command.version)
    if command.action not in EFFECTS:
        message = f"There is no action {command.action!r}. Those there are: {', '.join(EFFECTS)}."
        raise NotFound(Problem("unknown_action", message, "action"))
    fired = fire_action(REFERRAL, desk, referral, command.action, _context(referral, command))
    stop_clocks(desk, referral, fired.stops)
    details = EFFECTS[command.action](desk, referral, command)
    referral.state = fired.target
    for kind in fired.starts:
        _start(desk, referral, kind)
    record(desk, referral, fired.event, **details, **({"reason": command.reason} if command.reason else {}))
    return referral


def _context(referral: Referral, command: ReferralAction) -> object:
    return referral_context(
        referral,
        reason=command.reason.strip() or None,
        team_code=command.team_code,
        worker_id=str(command.worker_id) if command.worker_id else None,
        closure=command.closure,
        consent=command.consent,
        lead_practitioner=command.lead_practitioner.strip() or None,
    )


def _start(desk: Desk, referral: Referral, kind: str) -> None:
    start_clock(desk, referral, kind)


def _allocate(desk: Desk, referral: Referral, command: ReferralAction) -> dict[str, object]:
    referral.allocated_at = referral.allocated_at or desk.now
    return _assign(desk, referral, command)


def _reassign(desk: Desk, referral: Referral, command: ReferralAction) -> dict[str, object]:
    return _assign(desk, referral, command)


def _assign(desk: Desk, referral: Referral, command: ReferralAction) -> dict[str, object]:
    """Append an assignment, supersede the one before, and let the team's locality see the referral."""
    team = _check_team(desk, referral, command.team_code or referral.team_code)
    worker = _check_worker(desk, command.worker_id, team)
    for assignment in referral.assignments:
        assignment.superseded_at = assignment.superseded_at or desk.now
    desk.session.add(
        Assignment(
            referral=referral,
            team_code=team,
            worker_id=command.worker_id,
            assigned_at=desk.now,
            assigned_by_id=desk.actor.id,
            reason=command.reason,
        )
    )
    referral.team_code, referral.worker_id = team, command.worker_id
    referral.locality_code = desk.pack.teams[team].get("locality") or referral.locality_code
    return {"team": team, "worker": worker.name if worker else None}


def _check_team(desk: Desk, referral: Referral, code: str | None) -> str:
    teams = {key: team for key, team in desk.pack.teams.items() if team.get("service") == referral.service}
    if code not in teams:
        raise invalid("team_code", f"Choose a team of that service: {', '.join(teams)}.", "unknown_code")
    return code


def _check_worker(desk: Desk, worker_id: UUID | None, team: str) -> User | None:
    worker = desk.session.get(User, worker_id) if worker_id else None
    if worker_id and (worker is None or worker.team_code != team or not worker.active):
        raise invalid("worker_id", "Choose somebody who works in that team.", "unknown_worker")
    return worker


def _accept(desk: Desk, referral: Referral, command: ReferralAction) -> dict[str, object]:
    referral.accepted_at = desk.now
    return {}


def _return(desk: Desk, referral: Referral, command: ReferralAction) -> dict[str, object]:
    for assignment in referral.assignments:
        assignment.superseded_at = assignment.superseded_at or desk.now
    referral.worker_id = None
    return {"team": referral.team_code}


def _start_work(desk: Desk, referral: Referral, command: ReferralAction) -> dict[str, object]:
    referral.started_at = desk.now
    return {}


def _complete_assessment(desk: Desk, referral: Referral, command: ReferralAction) -> dict[str, object]:
    referral.assessed_at = desk.now
    return {}


def _close(desk: Desk, referral: Referral, command: ReferralAction) -> dict[str, object]:
    return _end(desk, referral, command.closure)


def _step_up(desk: Desk, referral: Referral, command: ReferralAction) -> dict[str, object]:
    details = _end(desk, referral, "stepped_up")
    return details | _follow(desk, referral, "social_care", section_47=False)


def _step_down(desk: Desk, referral: Referral, command: ReferralAction) -> dict[str, object]:
    details = _end(desk, referral, "RC9")
    return details | _follow(desk, referral, "early_help", section_47=False, lead=command.lead_practitioner)


def _immediate_danger(desk: Desk, referral: Referral, command: ReferralAction) -> dict[str, object]:
    details = _end(desk, referral, "stepped_up")
    return details | _follow(desk, referral, "social_care", section_47=True)


def _end(desk: Desk, referral: Referral, closure: str | None) -> dict[str, object]:
    cancel_clocks(desk, referral)
    # Together, because what follows may ask the database, which never holds a closed_at without the state.
    referral.state, referral.closed_at, referral.closure = "closed", desk.now, closure
    return {"closure": closure}


def _follow(desk: Desk, referral: Referral, service: str, *, section_47: bool, lead: str = "") -> dict[str, object]:
    following = open_after(desk, referral, service, section_47=section_47, lead=lead)
    return {"followed_by": following.reference}


EFFECTS: dict[str, Callable[[Desk, Referral, ReferralAction], dict[str, object]]] = {
    "allocate": _allocate,
    "accept": _accept,
    "return": _return,
    "reassign": _reassign,
    "start": _start_work,
    "complete_assessment": _complete_assessment,
    "step_up": _step_up,
    "step_down": _step_down,
    "close": _close,
    "immediate_danger": _immediate_danger,
}
