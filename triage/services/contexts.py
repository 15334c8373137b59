"""What the guards of the workflow tables may look at, gathered from rows."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from triage.models import Decision, Enquiry, PolicyVersion, Recommendation, Referral, Subject
from triage.services.desk import Desk
from triage.store.policies import find_newest
from workflows.agency_check import CheckContext
from workflows.calendar import LONDON
from workflows.enquiry import Choice, EnquiryContext, compare
from workflows.policy import PolicyContext
from workflows.referral import ReferralContext


def enquiry_context(
    enquiry: Enquiry, role: str, *, reason: str = "", rag: str | None = None, choices: Iterable[Choice] = ()
) -> EnquiryContext:
    """The enquiry as its table's guards see it, with what the actor brings."""
    return EnquiryContext(
        role=role,
        reason=reason.strip() or None,
        rag=rag,
        current_rag=enquiry.rag,
        subjects=len(enquiry.subjects),
        choices=tuple(choices),
        checks_outstanding=sum(check.state == "requested" for check in enquiry.checks),
        referrals_pending=sum(referral.state == "requested" for referral in enquiry.referrals),
    )


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
        reason="",
    )


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
    def reason(self) -> str: ...


def as_choice(enquiry: Enquiry, subject: Subject, chosen: Chosen, recommended: Recommendation | None = None) -> Choice:
    """A choice beside what the policy recommended (last, unless another is given), as the guards see it."""
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
        reason=chosen.reason,
    )


def compare_decision(decision: Decision) -> str:
    """How a decision stands to the recommendation that it was made on: "same", "less", "more" or "other"."""
    return compare(as_choice(decision.subject.enquiry, decision.subject, decision, decision.recommendation))


def referral_context(referral: Referral, **brought: object) -> ReferralContext:
    """The referral as its table's guards see it, with what the actor brings."""
    return ReferralContext(service=referral.service, **brought)


def check_context(*, reason: str = "") -> CheckContext:
    """A check as its table's guards see it."""
    return CheckContext(reason=reason.strip() or None)


def policy_context(desk: Desk, policy: PolicyVersion, **brought: object) -> PolicyContext:
    """A version of the thresholds as its table's guards see it, with what the actor brings."""
    return PolicyContext(
        is_own=policy.drafted_by_id == desk.actor.id,
        is_shipped=policy.drafted_by_id is None,
        is_manager=desk.actor.role == "mash_manager",
        effective_from=policy.effective_from,
        today=desk.now.astimezone(LONDON).date(),
        newest_from=find_newest(desk.session, policy.name),
        **brought,
    )
