"""Decided cases for inspectors: some drawn by chance that can be drawn again, those that another manager weighed."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from io import StringIO
from uuid import UUID

from sqlalchemy.orm import Session

from triage.exchange.cells import safe_cell
from triage.exchange.census_collecting import identify
from triage.models import Decision, SecondLook
from triage.models.codes import GRADES, LOOKED_AT_FOR, OUTCOMES
from triage.services.choosing import compare_decision
from triage.store.annex_a import list_records
from triage.store.restrictions import list_restricted
from triage.store.second_looks import list_looks_at
from workflows.calendar import local_day

BESIDE = {"same": "As recommended", "less": "Less than recommended", "more": "More than recommended"}
OTHERWISE = "Not as recommended"
HELD_BACK = "Few may see this record: ask for it"
HEADINGS = (
    *("Enquiry", "Child Unique ID", "Received", "Decided", "Decided by", "Approved by", "Decision", "Level"),
    *("Beside the policy", "Policy recommended", "Policy", "Why it was decided so"),
    *(
        "Looked at again because",
        "Looked at",
        "Looked at by",
        "Would have decided",
        "The two agree",
        "How good the work was",
    ),
    "What they found",
)


def draw_sample(decisions: Iterable[Decision], seed: str, count: int) -> list[Decision]:
    """So many of them by chance, in the order in which they were drawn: by the hash of the seed and the decision's key.

    Whoever has the seed and the same decisions draws the same, and nobody can choose one without choosing the seed.
    """
    return sorted(decisions, key=lambda each: sha256(seed.encode() + each.id.bytes).digest())[:count]


def tell_decisions(session: Session, decisions: Sequence[Decision]) -> list[tuple[object, ...]]:
    """A row for each, as HEADINGS has it. Where few may see the record, no word of it is told."""
    looks = {each.decision_id: each for each in list_looks_at(session, [each.id for each in decisions])}
    records = list_records(session, {each.subject.person.identity_id for each in decisions})
    restricted = list_restricted(session, [each.id for people in records.values() for each in people])
    hidden = {key for key, people in records.items() if restricted & {each.id for each in people}}
    known = {key: identify(people) for key, people in records.items()}
    return [_tell(each, looks.get(each.id), known, each.subject.person.identity_id in hidden) for each in decisions]


def _tell(
    decision: Decision, look: SecondLook | None, known: Mapping[UUID, str], is_hidden: bool
) -> tuple[object, ...]:
    enquiry = decision.subject.enquiry
    return (
        enquiry.reference,
        known[decision.subject.person.identity_id],
        local_day(enquiry.received_at),
        local_day(decision.decided_at),
        enquiry.imported_from if decision.came_by_import else decision.decided_by.name,
        decision.approved_by.name if decision.approved_by else "",
        OUTCOMES[decision.outcome],
        decision.level,
        *(_tell_policy(decision) if not decision.came_by_import else [""] * 3),
        HELD_BACK if is_hidden else decision.reason,
        *(_tell_look(decision, look, is_hidden) if look else [""] * 7),
    )


def _tell_policy(decision: Decision) -> tuple[str, str, str]:
    recommended = decision.recommendation
    return (
        BESIDE.get(compare_decision(decision), OTHERWISE),
        OUTCOMES[recommended.outcome],
        f"{recommended.policy_name}@{recommended.policy_version}",
    )


def _tell_look(decision: Decision, look: SecondLook, is_hidden: bool) -> tuple[object, ...]:
    return (
        LOOKED_AT_FOR[look.why],
        local_day(look.looked_at),
        look.looked_by.name,
        OUTCOMES[look.outcome],
        "Yes" if look.outcome == decision.outcome else "No",
        GRADES[look.grade] if look.grade else "",
        HELD_BACK if is_hidden else look.reason,
    )


def write_rows(headings: Sequence[str], rows: Iterable[Iterable[object]]) -> bytes:
    """Rows beneath their headings as CSV that a spreadsheet reads and does not run."""
    text = StringIO()
    lines = csv.writer(text)
    lines.writerow(headings)
    lines.writerows([safe_cell(cell) for cell in row] for row in rows)
    return text.getvalue().encode()
