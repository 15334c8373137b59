"""What this person may do to a case now, and for what they may not, why not: the same for pages and systems."""

from triage.models import AgencyCheck, Enquiry, PolicyVersion, Referral
from triage.services.contexts import check_context, enquiry_context, policy_context, referral_context
from triage.services.desk import Desk
from workflows.agency_check import AGENCY_CHECK
from workflows.engine import Permitted, permitted
from workflows.enquiry import ENQUIRY
from workflows.policy import POLICY, SERVICE
from workflows.referral import REFERRAL


def permitted_on_enquiry(desk: Desk, enquiry: Enquiry) -> tuple[Permitted, ...]:
    """Every action from the enquiry's state."""
    return permitted(ENQUIRY, enquiry.state, desk.actor.role, enquiry_context(enquiry, desk.actor.role))


def permitted_on_referral(desk: Desk, referral: Referral) -> tuple[Permitted, ...]:
    """Every action from the referral's state."""
    return permitted(REFERRAL, referral.state, desk.actor.role, referral_context(referral))


def permitted_on_check(desk: Desk, check: AgencyCheck) -> tuple[Permitted, ...]:
    """Every action from the check's state."""
    return permitted(AGENCY_CHECK, check.state, desk.actor.role, check_context())


def permitted_on_policy(desk: Desk, policy: PolicyVersion) -> tuple[Permitted, ...]:
    """Every action from the version's state, but for what the service does by itself."""
    listed = permitted(POLICY, policy.state, desk.actor.role, policy_context(desk, policy))
    return tuple(each for each in listed if POLICY.from_state[policy.state, each.action].by != SERVICE)
