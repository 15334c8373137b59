"""What may be done to a referral now, as a page asks for it: which step comes next, and what each lets choose from."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from flask import url_for

from triage.models import Referral, Transfer
from triage.models.codes import CLOCK_KINDS, CLOSURES, CLOSURES_OF, CONSENTS, SERVICES, TABLES
from triage.pack import ELSEWHERE
from triage.services.casework import OWN
from triage.services.contexts import referral_context
from triage.services.desk import Desk
from triage.services.permitted import permitted_on_referral, permitted_on_transfer
from triage.store.staff import list_workers
from workflows.census.codes import ABUSE, NO_FACTOR, PRIMARY_NEEDS, factors
from workflows.census.year import year_of
from workflows.definition import Table, Transition
from workflows.engine import Permitted
from workflows.transfer import TRANSFER

Options = list[tuple[str, str]]
NEVER = datetime.max.replace(tzinfo=UTC)
# Whether another authority has a child: some of these close the case and some do not, and the page leans towards none.
BETWEEN_AUTHORITIES = ("record_acknowledgement", "record_refusal", "hand_over_again", "take_back")
YES_NO = {"true": "Yes", "false": "No"}
RATINGS = {"1": "1: no help at all", "2": "2", "3": "3", "4": "4", "5": "5: a great help"}


@dataclass(frozen=True, slots=True)
class Step:
    """A permitted action and its form: the fields in the order in which they are asked, and what each may choose from.

    `to` is where it is sent; `optional` are the fields that may stay empty as things are.
    """

    action: str
    says: str
    to: str
    fields: tuple[str, ...]
    optional: frozenset[str]
    choices: dict[str, Options]

    @property
    def is_stuck(self) -> bool:
        """Whether it cannot be done just now, for there is nobody or nothing to choose."""
        return bool(self.choices) and not any(self.choices.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """What may be done now, by where the page has it.

    `claim` stands beside who has it. `first` is what the most pressing clock waits for; `others` lead on too; `rest`
    leave the case where it is. `danger` goes straight to section 47. `barred` says of all else why it may not be done.
    """

    claim: tuple[Step, ...] = ()
    first: tuple[Step, ...] = ()
    others: tuple[Step, ...] = ()
    rest: tuple[Step, ...] = ()
    danger: tuple[Step, ...] = ()
    barred: tuple[Permitted, ...] = ()

    @property
    def asked(self) -> frozenset[str]:
        """The names of the actions that the page has a form for."""
        return frozenset(each.action for each in (*self.first, *self.others, *self.rest, *self.danger))


def arrange_steps(desk: Desk, referral: Referral) -> Steps:
    """Every action from the referral's state, for this person."""
    table, listed = TABLES[referral.service], permitted_on_referral(desk, referral)
    places: dict[str, tuple[Step, ...]] = {}
    for row, permitted in _most_pressing_first(referral, listed):
        to = url_for("referrals.act", referral_id=referral.id, action=permitted.action)
        place = _place(referral, table, row)
        step = _make_step(row, permitted, to, _choose_from(desk, referral, permitted))
        places[place] = (*places.get(place, ()), step)
    return Steps(barred=tuple(each for each in listed if not each.allowed), **places)


def _most_pressing_first(referral: Referral, listed: Iterable[Permitted]) -> list[tuple[Transition, Permitted]]:
    table = TABLES[referral.service]
    rows = [(table.from_state[referral.state, each.action], each) for each in listed if each.allowed]
    return sorted(rows, key=lambda pair: _stopped_at(referral, pair[0]))


def arrange_answers(desk: Desk, offer: Transfer | None) -> Steps:
    """What this person may say to the offer of a transfer, and why not the rest. Each asks for what it needs alone."""
    listed = permitted_on_transfer(desk, offer) if offer else ()
    rows = ((TRANSFER.from_state[offer.state, each.action], each) for each in listed if each.allowed)
    answers = tuple(_ask_needed(_make_step(row, each, _url_of(offer, each), {})) for row, each in rows)
    return Steps(first=answers, barred=tuple(each for each in listed if not each.allowed))


def _ask_needed(step: Step) -> Step:
    return replace(step, fields=tuple(name for name in step.fields if name not in step.optional))


def _url_of(offer: Transfer, permitted: Permitted) -> str:
    keys = {"referral_id": offer.referral_id, "transfer_id": offer.id}
    return url_for("transfers.answer", action=permitted.action, **keys)


def _place(referral: Referral, table: Table, row: Transition) -> str:
    if row.section_47 or row.action == "claim":
        return "danger" if row.section_47 else "claim"
    if row.action in BETWEEN_AUTHORITIES:
        return "first"
    stays = row.target in (None, referral.state)
    if stays and row.asks and not row.stops and not row.starts:
        return "rest"
    waits = _stopped_at(referral, row) < NEVER or not (stays or row.asks)
    return "first" if waits and row.target not in table.final else "others"


def _stopped_at(referral: Referral, row: Transition) -> datetime:
    """When the most pressing clock is due that the action would stop or, as for a discussion that is owed, leads to."""
    stays = row.target in (None, referral.state)
    kinds = row.stops if stays else (*row.stops, *row.starts)
    clocks = (clock for clock in referral.clocks if clock.state == "running" and clock.kind in kinds)
    return min((clock.due_at for clock in clocks), default=NEVER)


def _make_step(row: Transition, permitted: Permitted, to: str, choices: dict[str, Options]) -> Step:
    needed = {reason.code for reason in permitted.needs}
    required = {name for guard in row.guards if needed & set(guard.refusals) for name in guard.brings}
    fields = tuple(sorted(permitted.asks, key=lambda name: (name == "reason", name in row.takes)))
    return Step(permitted.action, permitted.says, to, fields, frozenset(fields) - required, choices)


def _choose_from(desk: Desk, referral: Referral, permitted: Permitted) -> dict[str, Options]:
    return {name: CHOICES[name](desk, referral, permitted) for name in permitted.asks if name in CHOICES}


def _teams(desk: Desk, referral: Referral, permitted: Permitted) -> Options:
    """A locality gives its cases to its own teams, or to the county's: another's are offered them."""
    here, teams = desk.actor.locality_code, desk.pack.teams_of(referral.service).items()
    return [(code, team["name"]) for code, team in teams if not here or team.get("locality") in (None, here)]


def _providers(desk: Desk, referral: Referral, permitted: Permitted) -> Options:
    """Of that locality, or of the whole county."""
    near = (None, referral.locality_code)
    providers = desk.pack.providers.items()
    return [(code, each["name"]) for code, each in providers if each.get("locality") in near]


def _workers(desk: Desk, referral: Referral, permitted: Permitted) -> Options:
    """Colleagues of the team or, where a team may be chosen as well, those of each; never who has it already."""
    teams = dict(_teams(desk, referral, permitted)) if "team_code" in permitted.asks else {referral.team_code: ""}
    people = (each for each in list_workers(desk.session, teams) if each.id != referral.worker_id)
    return [(str(each.id), ", ".join(filter(None, (each.name, teams[each.team_code])))) for each in people]


def _closures(desk: Desk, referral: Referral, permitted: Permitted) -> Options:
    return [(code, CLOSURES[code]) for code in CLOSURES_OF[referral.service]]


def _clocks(desk: Desk, referral: Referral, permitted: Permitted) -> Options:
    """Those that run and may stand still, or those that stand still."""
    context = referral_context(desk, referral)
    kinds = context.paused if permitted.action == "resume_clock" else context.clocks - context.unpausable
    return [(kind, CLOCK_KINDS[kind]) for kind in CLOCK_KINDS if kind in kinds]


def _agencies(desk: Desk, referral: Referral, permitted: Permitted) -> Options:
    return [(OWN, SERVICES[OWN]), *desk.pack.agencies.items()]


def _elsewhere(desk: Desk, referral: Referral, permitted: Permitted) -> Options:
    """The other teams of that service, wherever they are, and the authorities that the pack knows by name."""
    ours = [(code, team["name"]) for code, team in desk.pack.teams_of(referral.service).items()]
    others = [(name, name) for code, name in desk.pack.authorities.items() if code not in _unnamed(desk)]
    return [each for each in ours if each[0] != referral.team_code] + others


def _unnamed(desk: Desk) -> set[str]:
    return {desk.pack.authority, *ELSEWHERE}


def _factors(desk: Desk, referral: Referral, permitted: Permitted) -> Options:
    """Those of this year's census; that there was none comes last."""
    known = factors(year_of(desk.today).number)
    return [*((code, words) for code, words in known.items() if code != NO_FACTOR), (NO_FACTOR, known[NO_FACTOR])]


CHOICES: dict[str, Callable[[Desk, Referral, Permitted], Options]] = {
    "team_code": _teams,
    "provider_code": _providers,
    "worker_id": _workers,
    "closure": _closures,
    "consent": lambda *_: list(CONSENTS.items()),
    "clock": _clocks,
    "invited": _agencies,
    "came": _agencies,
    "transfer_to": _elsewhere,
    "primary_need": lambda *_: list(PRIMARY_NEEDS.items()),
    "child_seen": lambda *_: list(YES_NO.items()),
    "factors": _factors,
    "category_of_abuse": lambda *_: list(ABUSE.items()),
    "family_rating": lambda *_: list(RATINGS.items()),
}
