"""What becomes of a child whom another authority was told of: handed over again, or taken back and decided anew."""

from uuid import UUID

from triage.models import Enquiry, Referral
from triage.services.closing_referral import close
from triage.services.desk import Desk
from triage.services.enquiry_actions import EnquiryAction, act_on_enquiry
from triage.services.referral_command import Details, ReferralAction
from triage.store.locking import lock
from triage.store.referrals import find_enquiry_id


def hand_over_again(desk: Desk, referral: Referral, command: ReferralAction) -> Details:
    """To the same authority or to another, which is named from now on."""
    before, referral.to_authority = referral.to_authority, command.transfer_to.strip()
    return {"to": referral.to_authority} | ({"before": before} if before else {})


def hold_enquiry(desk: Desk, referral_id: UUID) -> None:
    """Lock the enquiry that the child is decided in, before the case: where they were split off meanwhile, the new."""
    held = None
    while (key := find_enquiry_id(desk.session, referral_id)) and key != held:
        held = lock(desk.session, Enquiry, key).id


def take_back(desk: Desk, referral: Referral, command: ReferralAction) -> Details:
    """The enquiry is reopened, so that a person decides anew, and this closes; both, or neither."""
    if _still_decided(referral):
        reopen = EnquiryAction(enquiry_id=referral.subject.enquiry_id, action="reopen", reason=command.reason)
        act_on_enquiry(desk, reopen)
    return close(desk, referral, command)


def _still_decided(referral: Referral) -> bool:
    """Whether the decision that this came from stands: nobody has reopened the enquiry since."""
    decision = referral.subject.decision
    return decision is not None and decision.took_effect_at <= referral.requested_at
