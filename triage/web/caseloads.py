"""Caseloads: how much each worker has, so that what comes in can be shared out. By name, in no order of merit."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, g, render_template

from triage.models import User
from triage.services.desk import Desk
from triage.store.caseloads import Caseload, count_caseloads
from triage.store.covers import list_away
from triage.store.staff import list_workers
from triage.web.access import may, open_desk

blueprint = Blueprint("caseloads", __name__, url_prefix="/referrals/caseloads")
NOTHING = Caseload()


@dataclass(frozen=True, slots=True)
class Worker:
    """Somebody of a team, how much they have, and who covers for them today."""

    user: User
    load: Caseload
    covered_by: str | None


@blueprint.get("")
@may("caseloads.read")
def show() -> Any:
    """What each worker has, by team, and what nobody has yet."""
    with open_desk() as desk:
        soon = desk.pack.calendar.add_working_days(desk.now, 2)
        loads = count_caseloads(desk.session, g.actor.locality_code, desk.now, soon)
        return render_template(
            "locality/caseloads.html", teams=_arrange(desk, loads), nobody=loads.get(None, NOTHING), soon=soon
        )


def _arrange(desk: Desk, loads: dict[Any, Caseload]) -> dict[str, list[Worker]]:
    """Each team that this person sees, with its workers by name; those with nothing too."""
    teams = {code: team["name"] for code, team in desk.pack.teams.items() if team.get("service")}
    if g.actor.locality_code or g.actor.role.startswith("locality_"):
        here = g.actor.locality_code
        own = {code for code in teams if here and desk.pack.teams[code].get("locality") == here}
        teams = {code: name for code, name in teams.items() if code in own or code == g.actor.team_code}
    found: dict[str, list[Worker]] = {}
    away = list_away(desk.session, desk.now)
    for user in list_workers(desk.session, teams):
        worker = Worker(user, loads.get(user.id, NOTHING), away.get(user.id))
        found.setdefault(teams[user.team_code], []).append(worker)
    return {name: found[name] for name in teams.values() if name in found}
