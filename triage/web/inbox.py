"""What an inbox lists: for the hub what waits for a team, for a locality what waits for what, in the field's words."""

from dataclasses import dataclass
from uuid import UUID

from triage.errors import NotFound, Problem
from triage.models import Clock, Referral
from triage.models.codes import TABLES
from triage.pack import HAVE_AN_INBOX
from triage.services.desk import Desk
from triage.services.permitted import may_claim
from triage.store.queues import HUB, OTHER_AUTHORITY
from triage.store.referrals import OFFERED, WHOSE, Group, list_hub_inbox, list_locality_inbox
from triage.store.staff import name_of_user
from triage.store.worktray import most_urgent

# In the order in which they are read: what waits for an answer first, then the gravest work.
WAITING = {
    OFFERED: "Offered to us",
    "allocated": "Waiting to be accepted",
    "waiting_list": "On the waiting list",
    "section_47": "Section 47",
    "strategy_discussion": "Strategy discussion called",
    "conference": "Waiting for a child protection conference",
    "accepted": "Accepted, waiting for first contact",
    "contacted": "Family contacted, waiting for an assessment",
    "assessment": "Being assessed",
    "plan": "Working to a plan",
    "requested": "Waiting for a decision to assess (education, health and care)",
    "refused": "Refused, waiting to be let stand or looked at again",
    "handed_over": "Handed over, waiting for adult social care to acknowledge it",
    "acknowledged": "Acknowledged, waiting for the outcome",
}
NOTHING = Group([], 0)  # of what comes in, so that "nothing waits" is said


@dataclass(frozen=True, slots=True)
class Line:
    """A referral of a list, its most pressing clock, and whether this person may take it on."""

    referral: Referral
    clock: Clock | None
    may_claim: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the inbox: what its referrals wait for, the most pressing of them, and how many there are."""

    heading: str
    lines: list[Line]
    total: int


def find_colleague_of(desk: Desk, whose: str | None) -> str | None:
    """What a colleague is called whose cases are asked for, by key; None for one's own, nobody's and everybody's.

    NotFound where there is nobody of that key.
    """
    if whose in (None, *WHOSE):
        return None
    try:
        name = name_of_user(desk.session, UUID(whose))
    except ValueError:
        name = None
    if name is None:
        raise NotFound(Problem("whose", "Nobody here has that key. Choose from the list."))
    return name


def arrange_hub_inbox(desk: Desk) -> list[Part]:
    """What waits for a team, and what each team has that serves the whole county."""
    teams = desk.pack.teams.items()
    county = {code: team["name"] for code, team in teams if team.get("service") and not team.get("locality")}
    headings = {HUB: "Waiting for a team", OTHER_AUTHORITY: "Handed over to another authority"} | county
    return _arrange(desk, headings, list_hub_inbox(desk.session, headings))


def arrange_locality_inbox(desk: Desk, whose: str | None) -> list[Part]:
    """What teams have that this person sees and what they are offered, or of it what is in those hands."""
    groups = list_locality_inbox(desk.session, desk.actor, desk.now, whose)
    return _arrange(desk, WAITING, groups, always=_comes_in_as(desk))


def _comes_in_as(desk: Desk) -> str:
    """The state in which a case reaches this person: allocated to their locality, or handed to their county team."""
    service = desk.pack.teams.get(desk.actor.team_code or "", {}).get("service")
    is_local = desk.actor.locality_code or service in (None, *HAVE_AN_INBOX)
    return "allocated" if is_local else TABLES[service].initial


def _arrange(desk: Desk, headings: dict[str, str], groups: dict[str, Group], always: str = HUB) -> list[Part]:
    shown = (code for code in headings if code in groups or code == always)
    found = ((headings[code], groups.get(code, NOTHING)) for code in shown)
    return [Part(words, [_line(desk, each) for each in group.rows], group.total) for words, group in found]


def _line(desk: Desk, referral: Referral) -> Line:
    return Line(referral, pressing(referral), may_claim(desk, referral))


def pressing(referral: Referral) -> Clock | None:
    """The clock that is due first or, where none runs, one that stands still."""
    paused = (clock for clock in referral.clocks if clock.state == "paused")
    return most_urgent(referral.clocks) or next(paused, None)
