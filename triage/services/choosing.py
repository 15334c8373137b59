"""What a person chose for a subject, beside what the policy recommends: as `workflows/choice.py` weighs it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import object_session

from triage.models import Decision, Enquiry, Recommendation, Subject
from triage.models.codes import CHILDREN
from triage.store.people import find_services
from workflows.choice import Choice, compare


def as_recommended(enquiry: Enquiry, subject: Subject) -> Choice:
    """The choice that would be just what the policy recommends: what others are held against."""
    recommended = subject.recommendation
    return Choice(
        route=recommended.route,
        level=recommended.level,
        section_47=recommended.section_47,
        recommended_route=recommended.route,
        recommended_level=recommended.level,
        section_47_recommended=recommended.section_47,
        consent=enquiry.consent,
        why_not=frozenset(),
        is_child=subject.person.kind in CHILDREN,
        existing_service=find_existing_service(subject),
        once=_say_gravest(subject),
        **_tell_earlier(recommended),
    )


def _say_gravest(subject: Subject) -> tuple[str, int, bool] | None:
    """What the policy recommended at its gravest, where that is more than it does now."""
    gravest = subject.gravest
    return None if gravest is subject.recommendation else (gravest.route, gravest.level, gravest.section_47)


def _tell_earlier(recommended: Recommendation) -> dict[str, int]:
    """How often worried people told of the same person in the twelve months before, as the policy was asked with."""
    facts = recommended.facts
    return {"earlier_enquiries": facts["earlier_enquiries_12m"], "earlier_nfa": facts["earlier_nfa_12m"]}


def find_existing_service(subject: Subject, at: datetime | None = None) -> str:
    """Whose the open case is that the news would go to, now or at that instant: social care's before early help's."""
    services = find_services(object_session(subject), subject.person_id, at)
    return "early_help" if "early_help" in services and "social_care" not in services else "social_care"


class Chosen(Protocol):
    """What a person chose for one subject."""

    @property
    def route(self) -> str: ...
    @property
    def level(self) -> int: ...
    @property
    def section_47(self) -> bool: ...
    @property
    def consent(self) -> str | None: ...
    @property
    def why_not(self) -> Mapping[str, str]: ...
    @property
    def sibling_reason(self) -> str: ...
    @property
    def repeat_reason(self) -> str: ...


def as_choice(
    enquiry: Enquiry,
    subject: Subject,
    chosen: Chosen,
    recommended: Recommendation | None = None,
    at: datetime | None = None,
) -> Choice:
    """A choice beside what the policy recommended (last, unless another is given), as the guards see it.

    `at` is when it was made, where that is not now.
    """
    once = None if recommended else _say_gravest(subject)
    recommended = recommended or subject.recommendation
    return Choice(
        route=chosen.route,
        level=chosen.level,
        section_47=chosen.section_47,
        recommended_route=recommended.route,
        recommended_level=recommended.level,
        section_47_recommended=recommended.section_47,
        consent=chosen.consent or enquiry.consent,
        why_not=frozenset(route for route, why in chosen.why_not.items() if why.strip()),
        is_child=subject.person.kind in CHILDREN,
        sibling_reason=chosen.sibling_reason,
        repeat_reason=chosen.repeat_reason,
        once=once,
        **_tell_earlier(recommended),
        existing_service=find_existing_service(subject, at) if chosen.route == "existing_case" else "social_care",
    )


def compare_decision(decision: Decision) -> str:
    """How a decision stands to the recommendation that it was made on: "same", "less", "more" or "other"."""
    made = (decision.subject.enquiry, decision.subject, decision, decision.recommendation)
    return compare(as_choice(*made, at=decision.decided_at))
