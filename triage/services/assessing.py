"""Assessments and enquiries under section 47, kept as the Children in Need census asks for them."""

from datetime import date

from triage.errors import invalid
from triage.models import Assessment, Referral, Section47
from triage.services.clocks import conference_target
from triage.services.desk import Desk
from triage.services.referral_command import Details, ReferralAction
from workflows.calendar import Calendar, local_day
from workflows.clocks import assessment_variant


def begin_assessment(desk: Desk, referral: Referral, kind: str | None = None, on: date | None = None) -> Assessment:
    """The one that is open or, where none is, another: of the kind that the first of a referral is, unless told."""
    if found := _find_open(referral):
        return found
    kind = kind or assessment_variant(local_day(referral.requested_at))
    begun = Assessment(referral=referral, kind=kind, started_on=on or desk.today)
    desk.session.add(begun)
    return begun


def authorise_assessment(desk: Desk, referral: Referral, command: ReferralAction) -> Details:
    """It is complete today: whether the child was seen, and what was found. Invalid for a review outside its days."""
    since = local_day(referral.started_at) if referral.started_at else None
    assessment = begin_assessment(desk, referral, on=since)
    review = command.internal_review_on
    if review and not assessment.started_on <= review <= desk.today:
        raise invalid("internal_review_on", "Give a day between the beginning of the assessment and today.")
    assessment.internal_review_on = review
    _complete(desk, assessment, desk.today)
    assessment.child_seen, assessment.factors = command.child_seen, list(command.factors)
    return {"child_seen": command.child_seen, "factors": assessment.factors, **say_need(referral, command)}


def say_need(referral: Referral, command: ReferralAction) -> Details:
    """The child's primary need, where it is said: the latest word stands."""
    if command.primary_need is None:
        return {}
    referral.primary_need = command.primary_need
    return {"primary_need": command.primary_need}


def open_section_47s(referral: Referral) -> list[Section47]:
    """Those whose conference is neither held nor found not to be needed."""
    return [each for each in referral.section_47s if not (each.conference_on or each.conference_not_required)]


def begin_section_47(desk: Desk, referral: Referral) -> None:
    """From today, unless one is open: a second discussion opens no second enquiry (census rule 8890)."""
    if not open_section_47s(referral):
        target = conference_target(desk, referral)
        desk.session.add(Section47(referral=referral, started_on=desk.today, conference_target_on=target))


def need_no_conference(referral: Referral) -> None:
    """Section 47 ends without a conference."""
    for each in open_section_47s(referral):
        each.conference_not_required = True


def went_further(referral: Referral) -> bool:
    """Whether there was more than an assessment: section 47, a conference or a plan."""
    return bool(referral.section_47s or referral.plans or referral.conference_on)


def end_assessment(desk: Desk, referral: Referral) -> None:
    """An assessment that is open ends today with the case (census rule 8867)."""
    if found := _find_open(referral):
        _complete(desk, found, max(desk.today, found.started_on))


def working_days_to(calendar: Calendar, referral: Referral, on: date) -> int:
    """From the referral to the day on which an assessment was authorised (Working Together: at most 45)."""
    return calendar.working_days_between(local_day(referral.requested_at), on)


def _complete(desk: Desk, assessment: Assessment, on: date) -> None:
    assessment.authorised_on = on
    assessment.working_days = working_days_to(desk.pack.calendar, assessment.referral, on)


def _find_open(referral: Referral) -> Assessment | None:
    return next((each for each in referral.assessments if each.authorised_on is None), None)
