"""What the guards of the workflow tables may look at, gathered from rows."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from triage.models import Enquiry, Referral, Subject
from workflows.agency_check import CheckContext
from workflows.enquiry import Choice, EnquiryContext
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


def as_choice(enquiry: Enquiry, subject: Subject, chosen: Chosen) -> Choice:
    """A choice beside what the policy recommended, as the guards see it."""
    recommended = subject.recommendation
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


def referral_context(referral: Referral, **brought: object) -> ReferralContext:
    """The referral as its table's guards see it, with what the actor brings."""
    return ReferralContext(service=referral.service, **brought)


def check_context(*, reason: str = "") -> CheckContext:
    """A check as its table's guards see it."""
    return CheckContext(reason=reason.strip() or None)
