"""What there is to count, and by what it can be told apart. The database makes these rows (decision 31)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

ENQUIRIES, REFERRALS = ("enquiries",), ("referrals",)
PLACES = ("district", "locality", "source")
# Of a day, as SQL: no need to keep a number for each.
SPANS = {"month": "to_char(on_day, 'YYYY-MM')", "week": """to_char(on_day, 'IYYY-"W"IW')"""}


@dataclass(frozen=True, slots=True)
class Fact:
    """A kind of thing that is counted: its table, the view of it without names, what it is told apart by.

    `values` are what percentiles are read from, each with its grain: told as "within" that many, or a multiple.
    `stays` is which of what stands is kept with the day on which it ended, so that its age on any day is known.
    `listed` is the table of cases that a number leads to, and when one of these began. `cases` are those by whose keys
    it is counted again.
    """

    table: str
    view: str
    by: tuple[str, ...]
    values: Mapping[str, int] = field(default_factory=dict)
    listed: tuple[str, str] | None = None
    cases: tuple[str, ...] = ENQUIRIES
    stays: str = ""


FACTS = {
    "enquiry": Fact(
        "enquiry_facts",
        "measured_enquiries",
        (*PLACES, "rag", "hour", "weekday"),
        {"working_minutes": 15},
        ("enquiries", "received_at"),
    ),
    "decision": Fact("decision_facts", "measured_decisions", (*PLACES, "ethnicity", "team", "rule", "route")),
    "check": Fact("check_facts", "measured_checks", (*PLACES, "agency", "rag"), {"working_minutes": 15}),
    "referral": Fact(
        "referral_facts",
        "measured_referrals",
        (*PLACES, "service", "team", "ethnicity"),
        listed=("referrals", "requested_at"),
        cases=REFERRALS,
    ),
    "assessment": Fact(
        "assessment_facts", "measured_assessments", (*PLACES, "team", "band"), {"working_days": 1}, cases=REFERRALS
    ),
    "second_look": Fact("second_look_facts", "measured_second_looks", (*PLACES, "why", "decided_as", "weighed_as")),
    "unmet_need": Fact("unmet_need_facts", "measured_unmet_needs", (*PLACES, "need", "found"), cases=REFERRALS),
    "standing": Fact(
        "standing_facts",
        "measured_standings",
        (*PLACES, "team", "service", "queue"),
        cases=(*ENQUIRIES, *REFERRALS),
        stays="queue <> 'none'",
    ),
}
GROUPS = tuple(dict.fromkeys([*PLACES, *SPANS, *(each for fact in FACTS.values() for each in fact.by)]))


def kept_by(by: str | None) -> str:
    """By what the numbers are read that are told apart by it: spans are, as all together are, of no group."""
    return "" if by is None or by in SPANS else by


def key_of(by: str) -> str:
    """What tells the groups apart, as SQL on a row of a fact."""
    return SPANS.get(by, by)
