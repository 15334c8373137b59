"""What a line of a list shows of how urgent an enquiry is: no more is read, since a list has many lines."""

from typing import Any

from sqlalchemy.orm import selectinload

from triage.models import Decision, Enquiry, Recommendation, Subject

SEEN = (
    Subject.person_id,
    Subject.ordinal,
    Subject.name_as_given,
    Subject.needs_immediate_protection,
    Subject.danger_unsure,
    Subject.seen_said_at,
)
SAID = (
    Recommendation.made_at,
    Recommendation.rag,
    Recommendation.level,
    Recommendation.section_47,
    Recommendation.must_be_seen_today,
)
DECIDED = (Decision.decided_at, Decision.took_effect_at, Decision.superseded_at)


def how_urgent(to_enquiry: Any = None) -> tuple[Any, ...]:
    """What to load of an enquiry, or of those to which `to_enquiry` leads, with what is asked for."""
    load = to_enquiry.selectinload if to_enquiry else selectinload
    subjects = load(Enquiry.subjects)
    return (
        subjects.load_only(*SEEN),
        subjects.selectinload(Subject.recommendations).load_only(*SAID),
        subjects.selectinload(Subject.decisions).load_only(*DECIDED),
    )
