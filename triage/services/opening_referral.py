"""Opening a referral: after a decision, or when a case steps up or down. New information never opens a second one."""

from triage.errors import Conflict, Problem
from triage.models import Decision, Enquiry, Referral, Subject
from triage.services.clocks import start_clock
from triage.services.desk import Desk
from triage.services.events import record
from triage.store.locking import hold, lock
from triage.store.people import find_open_referral
from triage.store.references import referral_reference, stepped_reference
from workflows.calendar import LONDON
from workflows.clocks import assessment_variant


def open_referral(desk: Desk, enquiry: Enquiry, decision: Decision) -> Referral:
    """The referral that a decision asks for. Conflict where the child's social care case is open already."""
    subject, service = decision.subject, decision.route
    if service == "social_care" and find_open_referral(desk.session, subject.person_id, desk.now):
        message = (
            f"{subject.name_as_given} has an open social care case. Choose the route existing_case: the allocated"
            " worker gets the new information."
        )
        raise Conflict(Problem("case_open", message))
    earlier = sum(each.subject is subject and each.stepped_from is None for each in enquiry.referrals)
    referral = Referral(
        reference=referral_reference(enquiry.reference, subject.ordinal, earlier),
        person=subject.person,
        enquiry=enquiry,
        subject=subject,
        service=service,
        level=decision.level,
        section_47=decision.section_47,
        source=enquiry.source,
        requested_at=desk.now,
        district_code=enquiry.district_code,
        locality_code=enquiry.locality_code,
    )
    return _begin(desk, referral)


def open_after(desk: Desk, before: Referral, service: str, *, section_47: bool, lead: str = "") -> Referral:
    """The referral that a case steps up or down to: same child, other service, its own clocks.

    Conflict where a step up meets a social care case that is open already.
    """
    if service == "social_care" and find_open_referral(desk.session, before.person_id, desk.now):
        message = "The child has an open social care case: talk to its worker, and close this referral."
        raise Conflict(Problem("case_open", message))
    referral = Referral(
        reference=stepped_reference(before.reference),
        person=before.person,
        enquiry=before.enquiry,
        subject=before.subject,
        stepped_from=before,
        service=service,
        level=4 if service == "social_care" else 3,
        section_47=section_47,
        source="5D" if service == "social_care" else before.source,
        requested_at=desk.now,
        district_code=before.district_code,
        locality_code=before.locality_code,
        lead_practitioner=lead,
    )
    return _begin(desk, referral)


def tell_open_case(desk: Desk, enquiry: Enquiry, subject: Subject) -> None:
    """Put the enquiry in the log of the child's open case. Conflict where there is none."""
    referral = find_open_referral(desk.session, subject.person_id, desk.now)
    if referral is None:
        message = f"{subject.name_as_given} has no open social care case. Choose another route."
        raise Conflict(Problem("no_open_case", message))
    referral = lock(desk.session, Referral, referral.id)
    record(desk, referral, "information_received", enquiry=enquiry.reference, enquiry_id=str(enquiry.id))


def _begin(desk: Desk, referral: Referral) -> Referral:
    desk.session.add(referral)
    hold(desk.session, referral)
    record(
        desk,
        referral,
        "referral_requested",
        reference=referral.reference,
        service=referral.service,
        section_47=referral.section_47,
    )
    start_clock(desk, referral, "allocation")
    variant = assessment_variant(referral.service, desk.now.astimezone(LONDON).date())
    start_clock(desk, referral, "assessment", variant)
    return referral
