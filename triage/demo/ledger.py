"""The generator's own ledger of what it did: every measure counted from the plan alone, never from the database."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from triage.demo.plan import PlannedCase
from triage.demo.timetable import Step
from workflows.again import re_referrals
from workflows.calendar import LONDON, Calendar

QUARTER = 15  # minutes
LIMITS = {"amber": 1, "green": 3}  # working days to screen; red has four hours of the wall's clock


@dataclass(slots=True)
class Tally:
    """Counted of how many."""

    counted: int = 0
    of: int = 0

    def add(self, met: bool) -> None:
        self.counted += met
        self.of += 1


@dataclass(slots=True)
class Ledger:
    """What was done up to `end`: the same names as the measures."""

    calendar: Calendar
    end: datetime
    enquiries: int = 0
    by_district: Counter[str] = field(default_factory=Counter)
    by_route: Counter[str] = field(default_factory=Counter)
    shares: dict[str, Tally] = field(default_factory=dict)
    referrals: int = 0
    early_help: int = 0
    minutes: list[int] = field(default_factory=list)
    referred: dict[int, list[datetime]] = field(default_factory=dict)

    def share(self, name: str) -> Tally:
        return self.shares.setdefault(name, Tally())

    def timed(self, name: str, due: datetime, ended: datetime | None) -> None:
        """Met, missed, or still running: which counts as missed once it is past due. No end after that is in time."""
        if ended is not None:
            self.share(name).add(ended <= due)
        elif due < self.end:
            self.share(name).add(False)

    def as_dict(self) -> dict[str, Any]:
        """Every measure's figure, by its name."""
        shares = {name: [tally.counted, tally.of] for name, tally in self.shares.items()}
        return {
            "enquiries": self.enquiries,
            "by_route": dict(self.by_route),
            "referrals": self.referrals,
            "early_help": self.early_help,
            "median_minutes_to_decision": percentile(self.minutes, 0.5),
            "p90_minutes_to_decision": percentile(self.minutes, 0.9),
        } | shares


def keep_ledger(plan: Iterable[PlannedCase], calendar: Calendar, end: datetime) -> Ledger:
    """The ledger of all that happens up to `end`."""
    ledger = Ledger(calendar, end)
    for case in plan:
        done = [step for step in case.steps if step.at <= end]
        _count_enquiry(ledger, case, done)
        for child in range(len(case.family.children)):
            _count_referrals(ledger, case, child, done)
    for instants in ledger.referred.values():
        _count_re_referrals(ledger, instants)
    return ledger


def _count_enquiry(ledger: Ledger, case: PlannedCase, done: list[Step]) -> None:
    received = case.call.received_at
    ledger.enquiries += 1
    ledger.by_district[case.family.district or "none"] += 1
    # A rating comes long before any limit is broken here: what is past due by then would keep the limit that it broke.
    rag = next((step.details["rag"] for step in done if step.do == "rate"), "green")
    red = received + timedelta(minutes=240)
    due = red if rag == "red" else ledger.calendar.add_working_days(received, LIMITS[rag])
    ledger.timed("screened_in_time", due, _when(done, "finish"))
    decided = _when(done, "decide")
    ledger.timed("decided_in_one_working_day", ledger.calendar.add_working_days(received, 1), decided)
    if decided:
        ledger.by_route[case.outcome] += 1
        ledger.share("appropriate_action").add(case.outcome in ("social_care", "early_help"))
        ledger.minutes.append(ledger.calendar.working_minutes_between(received, decided))


def _count_referrals(ledger: Ledger, case: PlannedCase, child: int, done: list[Step]) -> None:
    """The child's referral, and the early help one that it stepped down to."""
    requested = _when(done, "decide")
    if requested is None or case.outcome not in ("social_care", "early_help"):
        return
    steps = [step for step in done if step.child == child and step.do in REFERRAL_STEPS]
    turn = next((n for n, step in enumerate(steps) if step.do == "step_down"), None)
    if case.outcome == "social_care":
        ledger.referrals += 1
        ledger.referred.setdefault(id(case.family.children[child]), []).append(requested)
    else:
        ledger.early_help += 1
    _count_times(ledger, requested, steps[:turn])
    if turn is not None:
        ledger.early_help += 1
        _count_times(ledger, steps[turn].at, steps[turn + 1 :])


REFERRAL_STEPS = ("allocate", "accept", "return", "start", "assess", "end", "step_down")


def _count_times(ledger: Ledger, requested: datetime, steps: list[Step]) -> None:
    """The first allocation and the first answer to it: a return is an answer."""
    allocated = _when(steps, "allocate")
    ledger.timed("allocated_in_time", ledger.calendar.add_working_days(requested, 1), allocated)
    if allocated:
        answers = (at for do in ("accept", "return") if (at := _when(steps, do)))
        ledger.timed("accepted_in_time", ledger.calendar.add_working_days(allocated, 2), min(answers, default=None))


def _count_re_referrals(ledger: Ledger, instants: list[datetime]) -> None:
    for came_back in re_referrals(at.astimezone(LONDON).date() for at in instants):
        ledger.share("re_referrals").add(came_back)


def _when(steps: list[Step], do: str) -> datetime | None:
    return next((step.at for step in steps if step.do == do), None)


def percentile(values: list[int], part: float) -> float | None:
    """The quarter of an hour, counted in minutes, within which that part of the values lies."""
    if not values:
        return None
    within = sorted(values)[ceil(part * len(values)) - 1]
    return ceil(within / QUARTER) * QUARTER
