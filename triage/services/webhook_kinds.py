"""What other systems can be told of: a kind for each thing that happens, and which events of the log are of it.

These names are a promise to whoever receives them: one may be added, and none changes what it means.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from triage.models.codes import TABLES
from workflows.definition import Table

DANGER = "immediate_danger_declared"


@dataclass(frozen=True, slots=True)
class Kind:
    """In words, and its events, each after the kind of case that it is of. `outside`: it says no more than those
    outside are told anyhow, when they ask what became of what they sent.
    """

    words: str
    events: tuple[str, ...]
    outside: bool = False


def _enquiry(*events: str) -> tuple[str, ...]:
    return tuple(f"enquiry.{each}" for each in events)


def _referral(*events: str) -> tuple[str, ...]:
    return tuple(f"referral.{each}" for each in events)


def _closes(table: Table) -> Iterable[str]:
    return (row.event for row in table.transitions if row.target == "closed" and row.event != DANGER)


BEGINS = dict.fromkeys(table.begins for table in TABLES.values())
CLOSES = dict.fromkeys(event for table in TABLES.values() for event in _closes(table))
DECIDED = ("decision_made", "decision_approved", DANGER, "enquiry_withdrawn")
# Where an event is of two kinds, it is told as the one that stands first of those that are asked for.
KINDS = {
    DANGER: Kind("Somebody said that a child is in danger now", (*_enquiry(DANGER), *_referral(DANGER))),
    "enquiry_received": Kind("An enquiry was logged", _enquiry("enquiry_received"), outside=True),
    "enquiry_decided": Kind("An enquiry was decided, or withdrawn", _enquiry(*DECIDED), outside=True),
    "enquiry_reopened": Kind("An enquiry is looked at again", _enquiry("enquiry_reopened"), outside=True),
    "enquiry_joined": Kind("An enquiry was joined to another", _enquiry("enquiry_joined")),
    "enquiry_closed": Kind("An enquiry was closed", _enquiry("enquiry_closed")),
    "check_requested": Kind("A partner was asked what it knows", _enquiry("check_requested"), outside=True),
    "referral_opened": Kind("A referral was opened", _referral(*BEGINS)),
    "referral_allocated": Kind(
        "A referral was given to a team", _referral("referral_allocated", "referral_reassigned")
    ),
    "referral_accepted": Kind("A team accepted a referral", _referral("referral_accepted")),
    "referral_returned": Kind("A team returned a referral", _referral("referral_returned")),
    "assessment_completed": Kind("An assessment was completed", _referral("assessment_completed")),
    "referral_closed": Kind("A referral was closed", _referral(*CLOSES)),
    "clock_breached": Kind(
        "Something was not done in time", (*_enquiry("clock_breached"), *_referral("clock_breached"))
    ),
}
OUTSIDE_KINDS = tuple(name for name, kind in KINDS.items() if kind.outside)


def list_events_of(kinds: Iterable[str]) -> list[str]:
    """Every event of those kinds, once."""
    return list(dict.fromkeys(event for name in kinds for event in KINDS[name].events))


def kind_of(event: str, kinds: Sequence[str]) -> str | None:
    """As what an event ("enquiry.decision_made") is told to whoever asked for those kinds; None where it is not."""
    return next((name for name, kind in KINDS.items() if name in kinds and event in kind.events), None)
