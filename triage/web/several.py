"""Allocating several referrals at once: chosen from a list, seen beforehand, then done to all of them or to none."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from triage.errors import Conflict, Invalid, NotFound, Problem
from triage.models.codes import SERVICES
from triage.pack import HAVE_AN_INBOX
from triage.schemas.referral import SeveralSchema
from triage.services.allocating_several import OWN_PLACE, Several, allocate_several, read_chosen, try_several
from triage.services.desk import Desk
from triage.services.reading import people_of
from triage.store.referrals import Group, list_hands, list_waiting
from triage.store.staff import list_workers
from triage.web.access import may, note_shown, open_desk
from triage.web.forms import errors_by_field, load, nest
from triage.web.inbox import find_colleague_of, pressing
from triage.web.keeping import NOTHING, begin, was_sent

blueprint = Blueprint("several", __name__, url_prefix="/referrals/several")
FIELDS = tuple(SeveralSchema().fields)
CHOOSE_SOME = "Tick the referrals that you mean."
CHOOSE_WHOM = "Choose who is to have them."
OWN_TEAM = (OWN_PLACE, "The team of each child's own locality")


@dataclass(frozen=True, slots=True)
class Choice:
    """What may be given together, how the page calls it, to whom it may go, and what is done with it."""

    action: str
    heading: str
    listed: Group
    to: list[tuple[str, str]]


@blueprint.get("/<what>/<which>")
@may("several.allocate")
def show(what: str, which: str) -> Any:
    """What waits for a team of that service, or is in those hands, the most pressing first."""
    return _render(what, which, NOTHING, {})


@blueprint.post("/<what>/<which>")
@may("several.allocate")
def give(what: str, which: str) -> Any:
    """Show what would be done or, where that was seen and confirmed, do it."""
    try:
        with open_desk() as desk:
            choice = _choose(desk, what, which)
            command = _read(choice)
            if "confirmed" not in request.form:
                return _preview(desk, choice, command)
            count = allocate_several(desk, command)
            was_sent(desk)
    except (Conflict, Invalid) as refusal:
        return _render(what, which, request.form, errors_by_field(refusal)), refusal.status
    flash(f"{count} referral{'' if count == 1 else 's'} given to whom you chose.")
    return redirect(url_for("referrals.show_inbox"))


def _choose(desk: Desk, what: str, which: str) -> Choice:
    """NotFound for a service that nothing waits for in the hub, or somebody whom there is not."""
    if what == "held":
        colleague = find_colleague_of(desk, which)
        workers = list_workers(desk.session, _teams_here(desk))
        heading = {"mine": "you have", "nobody": "nobody has yet"}.get(which, f"{colleague} has")
        options = [(str(user.id), f"{user.name}, {desk.pack.teams[user.team_code]['name']}") for user in workers]
        return Choice("reassign", heading, list_hands(desk.session, desk.actor, desk.now, which), options)
    if what != "waiting" or which not in HAVE_AN_INBOX:
        raise NotFound(Problem("service", f"Nothing is {what} here for {which}."))
    teams = [(code, team["name"]) for code, team in desk.pack.teams_of(which).items()]
    waiting = list_waiting(desk.session, which)
    return Choice("allocate", f"wait for a team: {SERVICES[which].lower()}", waiting, [OWN_TEAM, *teams])


def _teams_here(desk: Desk) -> list[str]:
    """The teams whose workers this person may give cases to."""
    here, own = g.actor.locality_code, g.actor.team_code
    teams = desk.pack.teams.items()
    if g.actor.role == "early_help_unit":
        return list(desk.pack.teams_of("early_help"))
    return [code for code, team in teams if (here and team.get("locality") == here) or code == own]


def _read(choice: Choice) -> Several:
    """What the form means. Invalid where nothing is ticked, or nobody is chosen to have it."""
    told = load(SeveralSchema(), nest(request.form, FIELDS))
    try:
        chosen = read_chosen(dict.fromkeys(request.form.getlist("chosen")))
    except ValueError:
        chosen = ()
    if not chosen:
        raise Invalid(Problem("chosen", CHOOSE_SOME, "chosen"))
    if told["to"] not in dict(choice.to):
        raise Invalid(Problem("to", CHOOSE_WHOM, "to"))
    to = {"team_code": told["to"]} if choice.action == "allocate" else {"worker_id": UUID(told["to"])}
    return Several(action=choice.action, chosen=chosen, reason=told.get("reason", ""), **to)


def _preview(desk: Desk, choice: Choice, command: Several) -> str:
    tried = try_several(desk, command)
    page = render_template(
        "locality/preview.html",
        fit=[each for each in tried if not each.refused],
        unfit=[each for each in tried if each.refused],
        to=dict(choice.to)[request.form["to"]],
        own_place=request.form["to"] == OWN_PLACE,
        form=begin(desk, request.path, request.form),
    )
    note_shown(desk, people_of(each.referral for each in tried))
    return page


def _render(what: str, which: str, values: MultiDict[str, str], errors: dict[str, str]) -> str:
    with open_desk() as desk:
        choice = _choose(desk, what, which)
        form = begin(desk, url_for("several.show", what=what, which=which), values)
        page = render_template(
            "locality/several.html",
            choice=choice,
            clocks={referral.id: pressing(referral) for referral in choice.listed.rows},
            which=which,
            services={code: SERVICES[code] for code in HAVE_AN_INBOX} if what == "waiting" else {},
            form=form,
            ticked=form.values.getlist("chosen"),
            errors=errors,
        )
        note_shown(desk, people_of(choice.listed.rows))
        return page
