"""The plan of the nine months: which families, which enquiries, what becomes of each and when. Same seed, same plan.

Shares follow published figures: Ashfield the most and Rushcliffe the fewest (the Children's Trust's plan, 2014-16);
48% of enquiries become referrals and 24% go to early help (Devon); re-referrals between 22% and 24%.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from triage.demo.calls import Call, draw_calls, draw_indicators
from triage.demo.people import Family, make_family
from triage.demo.timetable import Step, close_after_answers, draw_handovers, draw_timetable
from triage.pack import Pack, normalise_postcode

DISTRICTS = {
    "E07000170": 0.186, "E07000174": 0.165, "E07000171": 0.150, "E07000175": 0.147, "E07000173": 0.138,
    "E07000172": 0.131, "E07000176": 0.0635, None: 0.0195,
}  # fmt: skip
ELSEWHERE = ("NG1 5FS", "NG7 2RD", "NG3 3GE", "S1 2HH", "DE1 2QY", "LE1 6TP", "LN2 1PX", "DN1 3DT")
OUTCOMES = {
    "social_care": 0.480, "early_help": 0.240, "no_further_action": 0.105, "advice": 0.110, "existing_case": 0.040,
    "adult_safeguarding": 0.015, "ehc_pathway": 0.010,
}  # fmt: skip
RE_REFERRALS = 0.23
REPEAT = 0.15  # of other enquiries, those about a family that was heard of before


@dataclass(slots=True)
class PlannedCase:
    """One enquiry to come: its number in order of arrival, whom it is about, what is seen, decided and done, when."""

    number: int
    call: Call
    family: Family
    repeat: bool
    outcome: str
    indicators: tuple[str, ...]
    consent: str
    steps: list[Step] = field(default_factory=list)


def draw_plan(pack: Pack, count: int, seed: int) -> list[PlannedCase]:
    """All cases in order of arrival. The shares of districts and outcomes are exact to one enquiry."""
    dice = Random(seed)  # nosec B311
    calls = draw_calls(dice, count, pack.calendar)
    districts = _deal(dice, DISTRICTS, count)
    outcomes = _deal(dice, OUTCOMES, count)
    return list(_Planner(pack, dice).plan(calls, districts, outcomes))


def _deal(dice: Random, shares: dict, count: int) -> list:
    """`count` cards in exact shares (largest remainders), shuffled."""
    whole = {key: int(count * share) for key, share in shares.items()}
    by_rest = sorted(shares, key=lambda key: -(count * shares[key] - whole[key]))
    for key in by_rest[: count - sum(whole.values())]:
        whole[key] += 1
    cards = [key for key, number in whole.items() for _ in range(number)]
    dice.shuffle(cards)
    return cards


class _Planner:
    """Remembers the families met so far, by district, and keeps the share of re-referrals where it should be."""

    def __init__(self, pack: Pack, dice: Random) -> None:
        self.pack, self.dice = pack, dice
        self.families: dict[str | None, list[Family]] = {district: [] for district in DISTRICTS}
        self.postcodes: dict[str | None, list[str]] = {district: [] for district in DISTRICTS}
        for postcode, district in pack.postcodes.items():
            self.postcodes[district].append(postcode)
        self.made = self.referrals = self.re_referrals = 0

    def plan(self, calls: list[Call], districts: list, outcomes: list) -> Iterator[PlannedCase]:
        for number, (call, district, outcome) in enumerate(zip(calls, districts, outcomes, strict=True), 1):
            outcome = "other_authority" if district is None else outcome
            family = self._find_known(call, district, outcome)
            if family is None and outcome == "existing_case":
                outcome = "no_further_action"
            known = family is not None
            family = family or self._meet(call, district, adult=outcome == "adult_safeguarding")
            yield self._plan_case(number, call, family, known, outcome)

    def _plan_case(self, number: int, call: Call, family: Family, known: bool, outcome: str) -> PlannedCase:
        consent = "given" if outcome == "early_help" else self.dice.choice(("given", "not_asked", "not_asked"))
        case = PlannedCase(number, call, family, known, outcome, draw_indicators(self.dice, outcome), consent)
        case.steps = draw_timetable(self.dice, self.pack.calendar, call, outcome, len(family.children), case.indicators)
        self._remember(case)
        decided = next(step.at for step in case.steps if step.do == "decide")
        case.steps += draw_handovers(self.pack.calendar, number, decided, outcome, len(family.children))
        if outcome == "other_authority":
            case.steps = close_after_answers(case.steps)
        case.steps.sort(key=lambda step: step.at)
        return case

    def _meet(self, call: Call, district: str | None, *, adult: bool) -> Family:
        """A family not heard of before. An adult at risk is met once and belongs to no family of children."""
        self.made += 1
        code = self.dice.choice(self.postcodes[district]) if district else self.dice.choice(ELSEWHERE)
        on = call.received_at.date() - timedelta(days=30 * 365 if adult else 0)
        family = make_family(self.dice, self.made, normalise_postcode(code), district, on)
        if adult:
            del family.children[1:]
        else:
            self.families[district].append(family)
        return family

    def _find_known(self, call: Call, district: str | None, outcome: str) -> Family | None:
        if outcome == "existing_case":
            return self._pick(district, lambda family: _is_open(family, call.received_at))
        if outcome in ("other_authority", "adult_safeguarding"):
            return None
        if outcome == "social_care":
            if self.re_referrals >= RE_REFERRALS * self.referrals:
                return None
            return self._pick(
                district, lambda family: _is_free(family, call.received_at) and family.children[0].referred
            )
        if self.dice.random() >= REPEAT:
            return None
        return self._pick(district, lambda family: _is_free(family, call.received_at))

    def _pick(self, district: str | None, fits: object) -> Family | None:
        """A family of the district that fits, found by a bounded number of throws."""
        families = self.families[district]
        for _ in range(60 if families else 0):
            family = self.dice.choice(families)
            if fits(family):
                return family
        return None

    def _remember(self, case: PlannedCase) -> None:
        family, last = case.family, case.steps[-1].at
        family.busy_until = max(last, family.busy_until or last)
        closings = [step.at for step in case.steps if step.closes_social_care]
        for step in case.steps:
            if step.opens_social_care:
                self._count_referrals(case, step.at)
                family.open_from, family.open_until = step.at, min(closings)

    def _count_referrals(self, case: PlannedCase, at: datetime) -> None:
        for child in case.family.children:
            self.referrals += 1
            self.re_referrals += bool(child.referred)
            child.referred.append(at)


def _is_free(family: Family, at: datetime) -> bool:
    return family.busy_until is not None and family.busy_until < at


def _is_open(family: Family, at: datetime) -> bool:
    """Whether every child's case is surely open from the call until after its decision."""
    if family.open_from is None or family.open_until is None:
        return False
    return family.open_from + timedelta(days=1) < at and at + timedelta(days=12) < family.open_until
