"""How a referral ends, and what it leads to: closed with its reason, stepped up or down."""

from triage.models import Referral
from triage.services.assessing import end_assessment, need_no_conference, went_further
from triage.services.desk import Desk, seeing_all
from triage.services.opening_referral import open_after
from triage.services.planning import end_plans, hold_conference
from triage.services.protecting import mark_section_47, protect
from triage.services.referral_command import Details, ReferralAction

CLOSING = {
    "accept_refusal": "refusal_stood",
    "withdraw": "request_withdrawn",
    "cease": "plan_ceased",
    "record_acknowledgement": "taken_on",
    "take_back": "came_back",
}


def close(desk: Desk, referral: Referral, command: ReferralAction) -> Details:
    """With the reason chosen or, where an action has only one, with that."""
    return end(desk, referral, CLOSING.get(command.action) or command.closure)


def close_case(desk: Desk, referral: Referral, command: ReferralAction) -> Details:
    """With the family's own rating, or why there is none: the plan's quality measure."""
    if referral.service == "early_help":
        referral.family_rating, referral.rating_reason = command.family_rating, command.rating_reason
    told = hold_conference(desk, referral, command) if referral.service == "social_care" else {}
    return told | close(desk, referral, command) | ({"rating": command.family_rating} if command.family_rating else {})


def step_up(desk: Desk, referral: Referral, command: ReferralAction) -> Details:
    """Early help closes, and social care begins."""
    ended = end(desk, referral, "stepped_up")
    with seeing_all(desk):  # a case that is open already may be another locality's
        return ended | _named(open_after(desk, referral, "social_care"))


def step_down(desk: Desk, referral: Referral, command: ReferralAction) -> Details:
    """Social care closes, and early help begins with a lead practitioner.

    Only what was no more than assessed closes as "after assessment": census rule 2990.
    """
    closure = "RC7" if went_further(referral) else "RC9"
    lead, ended = command.lead_practitioner, end(desk, referral, closure)
    with seeing_all(desk):  # early help that is open already may be another locality's
        return ended | _named(open_after(desk, referral, "early_help", lead=lead)) | {"lead": lead}


def declare_danger(desk: Desk, referral: Referral, command: ReferralAction) -> Details:
    """A social care case becomes section 47; any other leads to one, and early help ends with it."""
    if referral.service == "social_care":
        mark_section_47(desk, referral, command.reason, danger=True)
        return {}
    ended = end(desk, referral, "stepped_up") if referral.service == "early_help" else {}
    return ended | _named(protect(desk, referral.person, command.reason, before=referral))


def _named(following: Referral) -> Details:
    return {"followed_by": following.reference}


def end(desk: Desk, referral: Referral, closure: str | None) -> Details:
    """Closed now, for that reason, with whatever is still open of it."""
    if referral.service == "social_care":
        end_assessment(desk, referral)
        need_no_conference(referral)
        end_plans(referral, desk.today, "in_need", "protection")
    # Together, because what follows may ask the database, which never holds a closed_at without the state.
    referral.state, referral.closed_at, referral.closure = "closed", desk.now, closure
    return {"closure": closure}
