"""What a case's page tells of what the census asks for, and which of the census's rules it breaks."""

from collections.abc import Iterator

from triage.exchange.census_collecting import check_case
from triage.models import Assessment, Plan, Referral, Section47
from triage.models.codes import ASSESSMENT_KINDS, PLAN_KINDS
from triage.services.desk import Desk
from triage.web.words import lower_first, say_date
from workflows.census.codes import ABUSE, FACTORS, PRIMARY_NEEDS


def tell_kept(referral: Referral) -> list[tuple[str, str]]:
    """Its primary need, and each assessment, enquiry and plan: what it is, and what to say of it."""
    return [
        *([("Primary need", PRIMARY_NEEDS[referral.primary_need])] if referral.primary_need else []),
        *(line for each in referral.assessments for line in _tell_assessment(each)),
        *(("Section 47 enquiry", _tell_enquiry(each)) for each in referral.section_47s),
        *((PLAN_KINDS[each.kind], _tell_plan(each)) for each in referral.plans),
    ]


def tell_faults(desk: Desk, referral: Referral) -> list[str]:
    """The census's rules that the case breaks as it stands, each with its number and how to mend it."""
    if referral.service != "social_care":
        return []
    faults = check_case(desk.session, referral, desk.today)
    return [f"Census rule {each.number}: {each.wrong} {each.mend}" for each in faults]


def _tell_assessment(assessment: Assessment) -> Iterator[tuple[str, str]]:
    kind = lower_first(ASSESSMENT_KINDS[assessment.kind])
    if assessment.child_seen is not None:
        yield f"Child seen, {kind}", "Yes" if assessment.child_seen else "No"
    if assessment.factors:
        yield f"Found, {kind}", "; ".join(FACTORS.get(code, code) for code in assessment.factors)


def _tell_enquiry(enquiry: Section47) -> str:
    begun = f"begun {say_date(enquiry.started_on)}"
    if enquiry.conference_on:
        return f"{begun}; conference held {say_date(enquiry.conference_on)}"
    if enquiry.conference_not_required:
        return f"{begun}; no conference was needed"
    due = enquiry.conference_target_on
    return f"{begun}; conference due {say_date(due)}" if due else begun


def _tell_plan(plan: Plan) -> str:
    first, latest = (ABUSE.get(code or "", "") for code in (plan.initial_category, plan.latest_category))
    told = [
        f"from {say_date(plan.started_on)}" + (f" to {say_date(plan.ended_on)}" if plan.ended_on else ""),
        f"{lower_first(first)}, now {lower_first(latest)}" if first != latest else lower_first(first),
        f"reviewed {', '.join(map(say_date, plan.reviewed_on))}" if plan.reviewed_on else "",
    ]
    return "; ".join(filter(None, told))
