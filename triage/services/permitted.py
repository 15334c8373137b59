"""What this person may do to a case now, and for what they may not, why not: the same for pages and systems."""

from dataclasses import replace

from triage.models import AgencyCheck, Enquiry, PolicyVersion, Referral, Transfer
from triage.models.codes import TABLES
from triage.services.contexts import (
    check_context,
    enquiry_context,
    is_elsewhere,
    offer_context,
    policy_context,
    referral_context,
)
from triage.services.desk import Desk
from triage.services.first_view import is_veiled, say_unseen
from workflows.agency_check import AGENCY_CHECK
from workflows.definition import IMMEDIATE_DANGER, Table
from workflows.engine import Permitted, Reason, may, permitted
from workflows.enquiry import ENQUIRY
from workflows.policy import POLICY, SERVICE
from workflows.refusals import words
from workflows.transfer import TRANSFER


def permitted_on_enquiry(desk: Desk, enquiry: Enquiry) -> tuple[Permitted, ...]:
    """Every action from the enquiry's state."""
    context = enquiry_context(desk, enquiry)
    listed = permitted(ENQUIRY, enquiry.state, desk.actor.role, context)
    return tuple(_veil(desk, enquiry, each) for each in listed)


def _veil(desk: Desk, enquiry: Enquiry, each: Permitted) -> Permitted:
    if not is_veiled(desk.actor, enquiry, each.action):
        return each
    reason = Reason("no_first_view", say_unseen(desk.actor, enquiry))
    return replace(each, allowed=False, reasons=(reason,), needs=())


def permitted_on_referral(desk: Desk, referral: Referral) -> tuple[Permitted, ...]:
    """Every action from the referral's state."""
    table = TABLES[referral.service]
    listed = permitted(table, referral.state, desk.actor.role, referral_context(desk, referral))
    return tuple(map(_bar, listed)) if is_elsewhere(desk, referral) else listed


def may_claim(desk: Desk, referral: Referral) -> bool:
    """Whether this person may take it on now. What somebody has, nobody takes; so nothing is looked up to say so."""
    if referral.worker_id is not None or is_elsewhere(desk, referral):
        return False
    table = TABLES[referral.service]
    return may(table, referral.state, "claim", desk.actor.role, referral_context(desk, referral))


def _bar(each: Permitted) -> Permitted:
    """What is offered is read and answered, not worked; but a child in danger is everybody's."""
    reason = Reason("another_locality", words("another_locality"))
    return each if each.action == IMMEDIATE_DANGER else replace(each, allowed=False, reasons=(reason,), needs=())


def permitted_on_transfer(desk: Desk, offer: Transfer) -> tuple[Permitted, ...]:
    """Every answer to the offer."""
    return permitted(TRANSFER, offer.state, desk.actor.role, offer_context(desk, offer))


def permitted_on_check(desk: Desk, check: AgencyCheck) -> tuple[Permitted, ...]:
    """Every action from the check's state, but for what the service does by itself."""
    return _by_people(AGENCY_CHECK, permitted(AGENCY_CHECK, check.state, desk.actor.role, check_context()), check.state)


def permitted_on_policy(desk: Desk, policy: PolicyVersion) -> tuple[Permitted, ...]:
    """Every action from the version's state, but for what the service does by itself."""
    listed = permitted(POLICY, policy.state, desk.actor.role, policy_context(desk, policy))
    return _by_people(POLICY, listed, policy.state)


def _by_people(table: Table, listed: tuple[Permitted, ...], state: str) -> tuple[Permitted, ...]:
    return tuple(each for each in listed if table.from_state[state, each.action].by != SERVICE)
