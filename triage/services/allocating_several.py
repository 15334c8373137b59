"""Allocating or reassigning several referrals at once: tried first and undone, so that what would be done is seen."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from triage.errors import Conflict, DomainError, NotFound, Problem
from triage.models import Referral
from triage.services.allocating import team_beside
from triage.services.desk import Desk
from triage.services.referral_actions import act_on_referral
from triage.services.referral_command import ReferralAction
from triage.services.standing import find_standing
from triage.store.referrals import get_referral

OWN_PLACE = "own"  # in place of a team: of each child's own locality
ACTIONS = ("allocate", "reassign")
NO_TEAM = "No team of this service is in the child's own locality. Choose a team."
ANOTHERS = "It is another team's. Open it and say why."


@dataclass(frozen=True, slots=True, kw_only=True)
class Several:
    """One action on several referrals, by key and the version that was read: to a team, or to a worker of theirs."""

    action: str
    chosen: tuple[tuple[UUID, int], ...]
    team_code: str | None = None
    worker_id: UUID | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Tried:
    """One of them: to which team it goes, or in the plain words of each refusal why it does not."""

    referral: Referral
    team_code: str | None
    refused: tuple[str, ...]


class _Undone(Exception):
    """Takes back what was only tried."""


def try_several(desk: Desk, command: Several) -> list[Tried]:
    """What would be done with each, done and undone: nothing of it stays."""
    found: list[tuple[UUID, str | None, tuple[str, ...]]] = []
    try:
        with desk.session.begin_nested():
            found = [(key, *_attempt(desk, command, key, version)) for key, version in command.chosen]
            raise _Undone
    except _Undone:
        desk.session.expire_all()
    return [Tried(get_referral(desk.session, key), team, refused) for key, team, refused in found]


def allocate_several(desk: Desk, command: Several) -> int:
    """Do it to all, and say to how many. Conflict, with every refusal, where one is refused: then to none."""
    tried = [(key, *_attempt(desk, command, key, version)) for key, version in sorted(command.chosen)]
    problems = [
        Problem("refused", f"{get_referral(desk.session, key).reference}: {words}")
        for key, _, refused in tried
        for words in refused
    ]
    if problems:
        raise Conflict(*problems)
    return len(tried)


def _attempt(desk: Desk, command: Several, key: UUID, version: int) -> tuple[str | None, tuple[str, ...]]:
    """To which team it went, and why it did not where it was refused; what was refused left nothing behind."""
    try:
        with desk.session.begin_nested():
            return _act(desk, command, key, version), ()
    except DomainError as refusal:
        return None, tuple(each.message for each in refusal.problems)


def _act(desk: Desk, command: Several, key: UUID, version: int) -> str | None:
    standing = find_standing(desk, "referral", key)
    if standing is None or not standing.own:
        raise NotFound(Problem("not_own", ANOTHERS))
    team = _find_team(desk, get_referral(desk.session, key), command.team_code)
    told = {"team_code": team, "worker_id": command.worker_id, "reason": command.reason}
    return act_on_referral(
        desk, ReferralAction(referral_id=key, action=command.action, version=version, **told)
    ).team_code


def _find_team(desk: Desk, referral: Referral, chosen: str | None) -> str | None:
    if chosen != OWN_PLACE:
        return chosen
    if team := team_beside(desk, referral, None):
        return team
    raise Conflict(Problem("no_team", NO_TEAM))


def read_chosen(values: Iterable[str]) -> tuple[tuple[UUID, int], ...]:
    """What was ticked, "key:version" each. ValueError for what a page would not have sent."""
    parts = (value.partition(":") for value in values)
    return tuple((UUID(key), int(version)) for key, _, version in parts)
