"""What the guards of the workflow tables may look at, gathered from rows."""

from collections.abc import Iterable

from triage.models import Enquiry, Referral
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


def referral_context(referral: Referral, **brought: object) -> ReferralContext:
    """The referral as its table's guards see it, with what the actor brings."""
    return ReferralContext(service=referral.service, **brought)


def check_context(*, reason: str = "") -> CheckContext:
    """A check as its table's guards see it."""
    return CheckContext(reason=reason.strip() or None)
