"""Who has a referral: allocated to a team or provider, accepted or returned, taken on, handed over, reassigned.

What a person assigned stays so until a person assigns it otherwise.
"""

from dataclasses import replace
from uuid import UUID

from triage.errors import invalid
from triage.models import Assignment, Referral
from triage.services.clocks import stop_clocks
from triage.services.colleagues import find_colleague
from triage.services.desk import Desk
from triage.services.referral_command import Details, ReferralAction
from triage.services.rights.sharing import log_hand_over

WAITS_FOR_TEAM = ("allocation", "reallocation")


def allocate(desk: Desk, referral: Referral, command: ReferralAction) -> Details:
    """Give it to a team, or to a provider, whom the early help team of that place holds the record for."""
    referral.allocated_at = referral.allocated_at or desk.now
    if not command.provider_code:
        return assign(desk, referral, command.team_code, command)
    provider = desk.pack.providers.get(command.provider_code)
    if provider is None:
        known = ", ".join(desk.pack.providers)
        raise invalid("provider_code", f"Choose a provider of the directory: {known}.", "unknown_code")
    referral.provider_code = command.provider_code
    team = command.team_code or team_beside(desk, referral, provider.get("locality"))
    return assign(desk, referral, team, command) | {"provider": provider["name"]}


def team_beside(desk: Desk, referral: Referral, locality: str | None) -> str | None:
    """The team of its service in that locality or, for None, in the child's own; None where there is none."""
    place = locality or referral.locality_code
    teams = desk.pack.teams_of(referral.service).items()
    return next((code for code, team in teams if team.get("locality") == place), None)


def reassign(desk: Desk, referral: Referral, command: ReferralAction) -> Details:
    """Give it to another team, or to another worker of its own. A provider stays with the team that chose it."""
    if command.team_code not in (None, referral.team_code):
        referral.provider_code = None
    stop_clocks(desk, referral, WAITS_FOR_TEAM)
    return assign(desk, referral, command.team_code or referral.team_code, command)


def assign(desk: Desk, referral: Referral, code: str | None, command: ReferralAction) -> Details:
    """Give it to a team of its service, perhaps to a worker there, and let the team's locality see it."""
    team = _check_team(desk, referral, code)
    worker = find_colleague(desk, command.worker_id, team)
    give(desk, referral, team, command.worker_id, command.reason)
    return {"team": team, "worker": worker.name if worker else None}


def give(desk: Desk, referral: Referral, team: str, worker_id: UUID | None, reason: str) -> None:
    """Append an assignment and supersede the one before: who had it from when stays on record."""
    _supersede(desk, referral)
    if team != referral.team_code:
        log_hand_over(desk, referral, desk.pack.teams[team]["name"])
    desk.session.add(
        Assignment(
            referral=referral,
            team_code=team,
            worker_id=worker_id,
            assigned_at=desk.now,
            assigned_by_id=desk.actor.id,
            reason=reason,
        )
    )
    referral.team_code, referral.worker_id = team, worker_id
    referral.locality_code = desk.pack.teams[team].get("locality") or referral.locality_code


def _check_team(desk: Desk, referral: Referral, code: str | None) -> str:
    teams = desk.pack.teams_of(referral.service)
    if code not in teams:
        raise invalid("team_code", f"Choose a team of that service: {', '.join(teams)}.", "unknown_code")
    here, there = desk.actor.locality_code, teams[code].get("locality")
    if here and there not in (None, here):
        raise invalid("team_code", "That is another locality's team. Offer them the case instead.", "another_locality")
    return code


def _supersede(desk: Desk, referral: Referral) -> None:
    for assignment in referral.assignments:
        assignment.superseded_at = assignment.superseded_at or desk.now


def accept(desk: Desk, referral: Referral, command: ReferralAction) -> Details:
    """The team says yes."""
    referral.accepted_at = desk.now
    return {}


def give_back(desk: Desk, referral: Referral, command: ReferralAction) -> Details:
    """It waits for a team again."""
    _supersede(desk, referral)
    before, referral.team_code, referral.worker_id, referral.provider_code = referral.team_code, None, None, None
    return {"team": before}


def claim(desk: Desk, referral: Referral, command: ReferralAction) -> Details:
    """A worker of the team takes it on. Invalid for somebody of another."""
    return hand_over(desk, referral, replace(command, worker_id=desk.actor.id))


def hand_over(desk: Desk, referral: Referral, command: ReferralAction) -> Details:
    """To a colleague of the same team."""
    worker = find_colleague(desk, command.worker_id, referral.team_code)
    give(desk, referral, referral.team_code, worker.id, command.reason)
    return {"to": worker.name}
