"""What a copy of somebody's record tells of the work on a case: assessments, section 47, plans."""

from collections.abc import Iterator

from triage.models import Assessment, Plan, Referral, Section47
from triage.models.codes import ASSESSMENT_KINDS, PLAN_KINDS
from triage.services.rights.material import Item
from triage.services.rights.wording import SECTION_47, facts_of, say
from workflows.census.codes import ABUSE, FACTORS


def tell_work(referral: Referral) -> Iterator[Item]:
    """Each assessment, enquiry and plan of the case, in that order."""
    yield from (_tell_assessment(referral, each) for each in referral.assessments)
    yield from (_tell_section_47(referral, each) for each in referral.section_47s)
    yield from (_tell_plan(referral, each) for each in referral.plans)


def _tell_assessment(referral: Referral, row: Assessment) -> Item:
    facts = facts_of(
        ("Begun", say(row.started_on)),
        ("Reviewed by a manager", say(row.internal_review_on)),
        ("Completed", say(row.authorised_on)),
        ("The child was seen", say(row.child_seen)),
        ("What was found", say(row.factors, FACTORS)),
    )
    return Item(f"{ASSESSMENT_KINDS[row.kind]}, {referral.reference}", facts, ())


def _tell_section_47(referral: Referral, row: Section47) -> Item:
    facts = facts_of(
        ("Begun", say(row.started_on)),
        ("Conference due", say(row.conference_target_on)),
        ("Conference held", say(row.conference_on)),
        ("No conference was needed", say(row.conference_not_required or None)),
    )
    return Item(f"{SECTION_47}, {referral.reference}", facts, ())


def _tell_plan(referral: Referral, row: Plan) -> Item:
    facts = facts_of(
        ("Begun", say(row.started_on)),
        ("Ended", say(row.ended_on)),
        ("Reviewed", ", ".join(say(each) for each in row.reviewed_on)),
        ("Category of abuse at first", say(row.initial_category, ABUSE)),
        ("Category of abuse now", say(row.latest_category, ABUSE)),
        ("Plans before it", say(row.previous_plans)),
    )
    return Item(f"{PLAN_KINDS[row.kind]}, {referral.reference}", facts, ())
