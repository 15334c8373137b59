"""What a service's own work changes on a referral: assessments, strategy discussions, plans, reviews."""

from collections.abc import Iterable

from triage.errors import invalid
from triage.models import Referral, StrategyDiscussion
from triage.services import assessing
from triage.services.desk import Desk
from triage.services.protecting import mark_section_47
from triage.services.referral_command import Details, ReferralAction
from workflows.clocks import early_help_form
from workflows.social_care import OWN


def contact_family(desk: Desk, referral: Referral, command: ReferralAction) -> Details:
    """The family has been spoken to."""
    referral.contacted_at = desk.now
    return {}


def start_assessment(desk: Desk, referral: Referral, command: ReferralAction) -> Details:
    """Early help is assessed on the form of that day."""
    referral.started_at = desk.now
    if referral.service != "early_help":
        if referral.service == "social_care":
            assessing.begin_assessment(desk, referral)
        return {}
    return {"form": early_help_form(desk.today)}


def start_core_assessment(desk: Desk, referral: Referral, command: ReferralAction) -> Details:
    """A second assessment follows the initial one."""
    assessing.begin_assessment(desk, referral, "core")
    return {}


def say_primary_need(desk: Desk, referral: Referral, command: ReferralAction) -> Details:
    """The main reason why the child needs help."""
    return assessing.say_need(referral, command)


def extend_assessment(desk: Desk, referral: Referral, command: ReferralAction) -> Details:
    """By when it will be done. The clock's limit stays what it is. Invalid for a day that is past."""
    if command.expected_on < desk.today:
        raise invalid("expected_on", "That day is past. Say by when it will be done.")
    referral.assessment_expected_on = command.expected_on
    return {"expected_on": command.expected_on.isoformat()}


def complete_assessment(desk: Desk, referral: Referral, command: ReferralAction) -> Details:
    """The assessment is written and authorised."""
    told = assessing.authorise_assessment(desk, referral, command) if referral.service == "social_care" else {}
    referral.assessed_at = desk.now
    return told


def call_strategy_discussion(desk: Desk, referral: Referral, command: ReferralAction) -> Details:
    """Whom it was called with."""
    invited = _check_agencies(desk, command.invited, "invited")
    desk.session.add(
        StrategyDiscussion(referral=referral, called_at=desk.now, called_by_id=desk.actor.id, invited=invited)
    )
    referral.started_at = referral.started_at or desk.now
    if not referral.assessments:
        assessing.begin_assessment(desk, referral)
    return {"invited": invited}


def open_section_47(desk: Desk, referral: Referral, command: ReferralAction) -> Details:
    """The discussion was held, and section 47 begins."""
    referral.section_47 = True
    assessing.begin_section_47(desk, referral)
    return _hold_discussion(desk, referral, command, opened=True)


def decline_section_47(desk: Desk, referral: Referral, command: ReferralAction) -> Details:
    """The discussion was held, and there is no section 47, for the reason given."""
    referral.section_47 = False
    assessing.need_no_conference(referral)
    return _hold_discussion(desk, referral, command, opened=False)


def ask_for_discussion(desk: Desk, referral: Referral, command: ReferralAction) -> Details:
    """What the hub knows may be significant harm: whoever has the case holds a discussion."""
    mark_section_47(desk, referral, command.reason, danger=False)
    return {}


def _hold_discussion(desk: Desk, referral: Referral, command: ReferralAction, *, opened: bool) -> Details:
    discussion = referral.discussions[-1]
    discussion.held_at, discussion.opened_section_47 = desk.now, opened
    discussion.came, discussion.reason = _check_agencies(desk, command.came, "came"), command.reason
    return {"came": discussion.came}


def _check_agencies(desk: Desk, codes: Iterable[str], field: str) -> list[str]:
    known = {OWN, *desk.pack.agencies}
    unknown = sorted(set(codes) - known)
    if unknown:
        raise invalid(field, f"There is no agency {unknown[0]!r}. Choose: {', '.join(sorted(known))}.", "unknown_code")
    return sorted(set(codes))


def end_section_47(desk: Desk, referral: Referral, command: ReferralAction) -> Details:
    """Significant harm was not found."""
    referral.section_47 = False
    assessing.need_no_conference(referral)
    return {}
