"""Guards that several tables share, and the least that each of them may look at."""

from dataclasses import dataclass
from datetime import date

from workflows.definition import refuses

NEVER_PAUSED = ("strategy_discussion", "conference")  # a child may be suffering significant harm
LONGEST_PAUSE = 10  # working days


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The reason that the actor brings, and who has the case: a name, if anybody has, and whether it is the actor.

    `clocks` are the kinds that run now and `paused` those that stand still; `unpausable` those that must not be
    paused: a red's, what may be significant harm, and what is past due already. `clock` is the kind that the actor
    chose, and `until` the day on which it is to run on: after `today`, and no later than `latest_until`.
    """

    reason: str | None = None
    owner: str | None = None
    is_owner: bool = False
    is_manager: bool = False
    to_worker: str | None = None
    clock: str | None = None
    clocks: frozenset[str] = frozenset()
    paused: frozenset[str] = frozenset()
    unpausable: frozenset[str] = frozenset()
    until: date | None = None
    today: date = date.min
    latest_until: date = date.max

    def details(self) -> dict[str, str]:
        """What the plain words of a refusal may name."""
        return {
            "owner": self.owner or "",
            "clocks": say(self.clocks),
            "paused": say(self.paused),
            "latest_until": say_date(self.latest_until),
        }


def say(codes: frozenset[str] | tuple[str, ...]) -> str:
    """Codes in plain words, in order: "first contact, screening"."""
    return ", ".join(sorted(code.replace("_", " ") for code in codes)) or "none"


def say_date(day: date) -> str:
    """ "Friday 3 May 2013"."""
    return f"{day:%A} {day.day} {day:%B %Y}"


@refuses("no_reason", brings=("reason",))
def has_reason(context: Context) -> str | None:
    return None if context.reason else "no_reason"


@refuses("claimed")
def is_unclaimed(context: Context) -> str | None:
    """Whoever comes second is told who came first."""
    return "claimed" if context.owner else None


@refuses("claimed")
def is_unclaimed_or_own(context: Context) -> str | None:
    return "claimed" if context.owner and not context.is_owner else None


@refuses("not_yours")
def is_own_or_managed(context: Context) -> str | None:
    """Who has a case may hand it on; a manager may hand on anybody's."""
    return None if context.is_owner or context.is_manager else "not_yours"


@refuses("no_worker", brings=("worker_id",))
def has_worker(context: Context) -> str | None:
    return None if context.to_worker else "no_worker"


@refuses("no_clock_runs")
def has_clock(context: Context) -> str | None:
    return None if context.clocks else "no_clock_runs"


@refuses("no_clock_paused")
def has_paused_clock(context: Context) -> str | None:
    return None if context.paused else "no_clock_paused"


@refuses("no_such_clock", "clock_runs_on", brings=("clock",))
def chooses_clock(context: Context) -> str | None:
    """What is red, or may be significant harm, is worked until it is done; waiting makes nothing timely."""
    if context.clock in context.unpausable:
        return "clock_runs_on"
    return None if context.clock in context.clocks else "no_such_clock"


@refuses("no_until", "until_past", "until_too_far", brings=("until",))
def says_until_when(context: Context) -> str | None:
    """A pause has an end, for nobody would miss a clock that was forgotten."""
    if context.until is None:
        return "no_until"
    if context.until <= context.today:
        return "until_past"
    return None if context.until <= context.latest_until else "until_too_far"


@refuses("not_paused", brings=("clock",))
def chooses_paused_clock(context: Context) -> str | None:
    return None if context.clock in context.paused else "not_paused"
