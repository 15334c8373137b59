"""Letters to a team alone in its service, which looks at no inbox of the hub: handed over, waited for, in danger."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from triage.models import Clock, Referral
from triage.models.codes import TABLES
from triage.services.addresses import To
from triage.services.desk import Desk
from triage.services.letters import Letter, NoLongerNeeded, say_instant

# What each of these services does first with what it is handed, and the clock that this meets.
FIRST = {
    "adult_at_risk": ("adult_acknowledgement", "Acknowledge it"),
    "ehc_assessment": ("ehc_decision", "Decide whether to assess"),
}
# What we wait for from adult social care in each state of an adult's case, and the clock that times it.
AWAITED = {
    "handed_over": ("adult_acknowledgement", "acknowledgement"),
    "acknowledged": ("adult_outcome", "outcome"),
}


def tell_team(desk: Desk, payload: Mapping[str, Any], domain: str) -> Letter:
    """To the team: this was handed to you, and by when you take it up."""
    referral = desk.session.get_one(Referral, UUID(payload["referral_id"]))
    if referral.state != TABLES[referral.service].initial:
        raise NoLongerNeeded("Taken up before it went.")
    team, zone = desk.pack.teams[referral.team_code], desk.pack.calendar.zone
    handed = f"{referral.reference} was handed to {team['name']} at {say_instant(referral.requested_at, zone)}."
    text = (
        f"{handed}\n\n{_say_first(desk, referral)}Who it is about, and why, is on its page, for which you sign in."
        "\n\nIf somebody is in danger this minute ring 999, and then us.\n"
    )
    return Letter((team["email"],), f"Handed to you: {referral.reference}", text)


def chase_team(desk: Desk, payload: Mapping[str, Any], domain: str) -> Letter:
    """To the team, where it has not said yet what we asked it to say."""
    referral = desk.session.get_one(Referral, UUID(payload["referral_id"]))
    if referral.state != payload["waits_in"]:
        raise NoLongerNeeded(f"It was {referral.state.replace('_', ' ')} before it went.")
    kind, what = AWAITED[referral.state]
    text = (
        f"We wait for your {what} of {referral.reference}.{_say_due(desk, referral, kind)}\n\nWho it is about, and why,"
        " is on its page, for which you sign in. If you cannot do it by then, ring us.\n"
    )
    to = desk.pack.teams[referral.team_code]["email"]
    return Letter((to,), f"We wait for your {what}: {referral.reference}", text)


def _say_due(desk: Desk, referral: Referral, kind: str) -> str:
    """By when it is, or was, to be done; nothing where no clock runs for it."""
    clock = _find_clock(referral, kind)
    if clock is None:
        return ""
    was = "was" if clock.due_at < desk.now else "is"
    return f" It {was} due by {say_instant(clock.due_at, desk.pack.calendar.zone)}."


def tell_adult_in_danger(desk: Desk, referral: Referral, told: tuple[To, ...]) -> Letter:
    """To these and the adult's team: there is no section 47, and somebody goes at once."""
    team = desk.pack.teams[referral.team_code] if referral.team_code else {}
    text = (
        f"Immediate danger: {referral.reference}, red. An adult is in danger: adult social care.\n\nIt is with"
        f" {team.get('name', 'no team yet: allocate it now')}.\n\n{_say_first(desk, referral)}Open it now and see that"
        " the adult is safe. If the adult is in danger this minute ring 999.\n"
    )
    to = filter(None, (*told, team.get("email")))
    return Letter(tuple(to), f"Immediate danger: {referral.reference}", text)


def _say_first(desk: Desk, referral: Referral) -> str:
    """What is done first and by when; nothing once it is done."""
    kind, what = FIRST[referral.service]
    clock = _find_clock(referral, kind)
    return f"{what} by {say_instant(clock.due_at, desk.pack.calendar.zone)}.\n\n" if clock else ""


def _find_clock(referral: Referral, kind: str) -> Clock | None:
    return next((each for each in referral.clocks if each.kind == kind and each.state == "running"), None)
