"""How long each step of a made-up case takes, in the hub's working time."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, NamedTuple

from triage.demo.calls import SECTION_47, Call
from workflows.calendar import Calendar


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that somebody does at an instant. `child` says whose referral, counted from 0."""

    at: datetime
    do: str
    child: int = 0
    details: dict[str, Any] = field(default_factory=dict)
    opens_social_care: bool = False
    closes_social_care: bool = False


def draw_timetable(
    dice: Random, calendar: Calendar, call: Call, outcome: str, children: int, indicators: tuple[str, ...]
) -> list[Step]:
    """The steps of one case in order of time, from the log to the closing. They may reach beyond the nine months."""
    return sorted(_Drawer(dice, calendar).draw(call, outcome, children, indicators), key=lambda step: step.at)


def draw_handovers(calendar: Calendar, case: int, decided: datetime, outcome: str, people: int) -> list[Step]:
    """What becomes of what was handed over, but for early help. Dice of their own, so that no other step moves."""
    drawer = _Drawer(Random(f"handover-{case}"), calendar)  # nosec B311
    planned = HANDOVERS.get(outcome, ())
    return [Step(drawer.later(decided, *when), "hand_on", n, what) for n in range(people) for when, what in planned]


HANDOVERS: dict[str, tuple[tuple[tuple[int, int], dict[str, Any]], ...]] = {
    "adult_safeguarding": (
        ((30, 600), {"action": "acknowledge", "with": {}}),
        (
            (900, 9000),
            {"action": "record_outcome", "with": {"closure": "care_assessment", "reason": "Made up: support agreed."}},
        ),
    ),
    "ehc_pathway": (
        ((5000, 15000), {"action": "agree", "with": {}}),
        ((30000, 45000), {"action": "issue_plan", "with": {}}),
    ),
    "other_authority": (
        (
            (10, 600),
            {"action": "record_acknowledgement", "with": {"reason": "Made up: their duty social worker rang back."}},
        ),
    ),
}


class Pace(NamedTuple):
    """At most so many working minutes pass until a referral is allocated, accepted, begun, assessed."""

    allocate: int
    allocate_late: int
    accept: int
    accept_late: int
    start: int
    assess: int


PACES = {
    "section_47": Pace(45, 45, 60, 60, 120, 6000),
    "social_care": Pace(420, 1500, 900, 2000, 2100, 15000),
    "early_help": Pace(420, 1500, 900, 2000, 2100, 9000),
}


def close_after_answers(steps: list[Step]) -> list[Step]:
    """An enquiry is not closed before the other authority has said that it has each child."""
    answered = max(step.at for step in steps if step.do == "hand_on") + timedelta(minutes=1)
    return [replace(step, at=max(step.at, answered)) if step.do == "close" else step for step in steps]


class _Drawer:
    def __init__(self, dice: Random, calendar: Calendar) -> None:
        self.dice, self.calendar = dice, calendar

    def draw(self, call: Call, outcome: str, children: int, indicators: tuple[str, ...]) -> list[Step]:
        red = any(code in SECTION_47 for code in indicators)
        logged = call.received_at.astimezone(UTC) + timedelta(minutes=self.dice.randint(1, 25))
        screened = logged + timedelta(minutes=self.dice.randint(5, 50)) if red else self.later(logged, 15, 160)
        rated = screened + timedelta(minutes=self.dice.randint(2, 20))
        steps = [
            Step(logged, "log"),
            Step(screened, "screen"),
            Step(rated, "rate", details={"rag": _rag(red, outcome)}),
        ]
        finished = self._checks(steps, rated, red, outcome)
        decided = self._decide(finished, red)
        refers = outcome in ("social_care", "early_help")
        steps += [
            Step(finished, "finish"),
            Step(decided, "decide", details={"route": outcome}, opens_social_care=outcome == "social_care"),
        ]
        allocated = decided
        for child in range(children if refers else 0):
            allocated = max(allocated, self._referral(steps, decided, child, outcome, red))
        steps.append(Step(self.later(allocated, 5, 240), "close"))
        return steps

    def _checks(self, steps: list[Step], rated: datetime, red: bool, outcome: str) -> datetime:
        """Partners are asked about serious cases; how long they take decides when screening ends."""
        if outcome not in ("social_care", "early_help") or self.dice.random() > (0.7 if red else 0.35):
            return rated + timedelta(minutes=self.dice.randint(1, 30))
        ends = []
        for agency in self.dice.sample(("police", "health", "school"), self.dice.choice((1, 1, 2))):
            asked = rated + timedelta(minutes=1 + len(ends))
            answered = self.later(asked, 10, 70 if red else 330)
            ends.append(answered)
            answer = self.dice.choice(("answer", "answer", "nothing_known"))
            steps.append(Step(asked, "ask", details={"agency": agency}))
            steps.append(Step(answered, "reply", details={"agency": agency, "answer": answer}))
        return max(ends) + timedelta(minutes=3)

    def _decide(self, finished: datetime, red: bool) -> datetime:
        if red:
            return finished + timedelta(minutes=self.dice.randint(2, 45))
        if self.dice.random() < 0.10:
            return self.later(finished, 500, 2200)
        return self.later(finished, 5, 200)

    def _referral(self, steps: list[Step], decided: datetime, child: int, service: str, red: bool = False) -> datetime:
        """One child's referral, from allocation to closing; when it is first allocated.

        Where significant harm is suspected its team has held the strategy discussion within hours.
        """
        pace = PACES["section_47" if red and service == "social_care" else service]
        allocated = self.later(decided, 5, pace.allocate if self.dice.random() < 0.93 else pace.allocate_late)
        accepted = self.later(allocated, 20, pace.accept if self.dice.random() < 0.94 else pace.accept_late)
        steps.append(Step(allocated, "allocate", child))
        if self.dice.random() < 0.03:
            steps.append(Step(accepted, "return", child))
            again = self.later(accepted, 20, 300)
            steps.append(Step(again, "allocate", child))
            accepted = self.later(again, 20, 700)
        started = self.later(accepted, 60, pace.start)
        assessed = self.later(started, 800, pace.assess)
        closed = self.later(assessed, 60, 9000)
        steps += [
            Step(accepted, "accept", child),
            Step(started, "start", child),
            Step(assessed, "assess", child),
            closing := self._closing(closed, child, service),
        ]
        if closing.do == "step_down":
            self._referral(steps, closed, child, "early_help")
        return allocated

    def _closing(self, closed: datetime, child: int, service: str) -> Step:
        if service == "early_help":
            closure = self.dice.choices(
                ("needs_met", "needs_partly_met", "disengaged", "consent_withdrawn"), (6, 2, 1, 1)
            )[0]
            return Step(closed, "end", child, {"closure": closure})
        if self.dice.random() < 0.06:
            return Step(closed, "step_down", child, closes_social_care=True)
        closure = self.dice.choices(("RC7", "RC8", "RC5", "RC3"), (40, 56, 3, 1))[0]
        return Step(closed, "end", child, {"closure": closure}, closes_social_care=True)

    def later(self, at: datetime, least: int, most: int) -> datetime:
        """That many working minutes later, most often nearer the least; with odd seconds, as people act."""
        minutes = int(self.dice.triangular(least, most, least + (most - least) / 5))
        return self.calendar.add_working_minutes(at, minutes) + timedelta(seconds=self.dice.randint(1, 59))


def _rag(red: bool, outcome: str) -> str:
    return "red" if red else {"social_care": "amber", "early_help": "green"}.get(outcome, "green")
