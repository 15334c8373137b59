"""What becomes of a child whom another authority was told of: handed over again, or taken back and decided anew."""

from datetime import datetime
from uuid import UUID

from triage.models import Enquiry, Referral
from triage.services.clocks import running, start_clock
from triage.services.closing_referral import close
from triage.services.desk import Desk
from triage.services.enquiry_actions import EnquiryAction, act_on_enquiry
from triage.services.referral_command import Details, ReferralAction
from triage.services.rights.sharing import log_hand_over
from triage.store.locking import lock
from triage.store.referrals import find_enquiry_id, list_tellings

ANSWER = "authority_acknowledgement"


def hand_over_again(desk: Desk, referral: Referral, command: ReferralAction) -> Details:
    """To the same authority or to another, which is named from now on. One that was told before gets no new time."""
    before, named = referral.to_authority, command.transfer_to.strip()
    since = _told_since(desk, referral, named)
    if since is not None and not running(referral, (ANSWER,)):
        start_clock(desk, referral, ANSWER, "section_47" if referral.section_47 else None, started_at=since)
    referral.to_authority = named
    log_hand_over(desk, referral, named)
    return {"to": named} | ({"before": before} if before else {})


def _told_since(desk: Desk, referral: Referral, named: str) -> datetime | None:
    """When the clock started that ran as this authority was first told of the child; None for one that never was."""
    told = (each.at for each in list_tellings(desk.session, referral.id) if _is_same(each.data.get("to"), named))
    first = next(told, None)
    if first is None:
        return None
    return max(each.started_at for each in referral.clocks if each.kind == ANSWER and each.started_at <= first)


def _is_same(told: str | None, named: str) -> bool:
    return told is not None and told.casefold() == named.casefold()


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
