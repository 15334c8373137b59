"""Offering an open case to another team or authority, and what they say to it."""

from dataclasses import dataclass
from uuid import UUID

from triage.errors import invalid
from triage.models import Referral, Transfer
from triage.services.allocating import give
from triage.services.clocks import cancel_clocks, settle_clocks, start_clocks
from triage.services.closing_referral import end
from triage.services.contexts import offer_context
from triage.services.desk import Desk, seeing_all
from triage.services.ending_offer import end_offer
from triage.services.firing import check_version, fire_action
from triage.services.referral_command import Details, ReferralAction
from triage.services.rights.sharing import log_hand_over
from triage.store.locking import hold, lock, lock_people
from triage.store.referrals import find_person_id
from workflows.engine import Fired
from workflows.social_care import MOVED_AWAY
from workflows.transfer import TRANSFER


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferAction:
    """One action on an offer: accept_transfer, reject_transfer or revoke_transfer.

    `version` is the offer's that the actor has read, `case_version` the case's: what is accepted is what was read.
    """

    transfer_id: UUID
    action: str
    version: int | None = None
    case_version: int | None = None
    reason: str = ""


def offer_transfer(desk: Desk, referral: Referral, command: ReferralAction) -> Details:
    """Offer the case to the team of that code or, where there is none, to the authority of that name.

    Invalid for the team that has it, or one of another service.
    """
    to = command.transfer_to.strip()
    team = desk.pack.teams.get(to)
    if team and (team.get("service") != referral.service or to == referral.team_code):
        raise invalid("transfer_to", "Choose another team of the same service, or name an authority.", "unknown_code")
    offer = Transfer(
        referral=referral,
        to_team_code=to if team else None,
        to_authority=None if team else to,
        from_locality_code=referral.locality_code,
        to_locality_code=team.get("locality") if team else None,
        reason=command.reason,
        offered_at=desk.now,
        offered_by_id=desk.actor.id,
    )
    desk.session.add(offer)
    hold(desk.session, offer)
    start_clocks(desk, referral, TRANSFER.opens, TRANSFER.begins)
    return {"to": team["name"] if team else to}


def act_on_transfer(desk: Desk, command: TransferAction) -> Transfer:
    """Answer the offer, or take it back. Stale or Conflict; NotFound for whom it does not concern."""
    seen = desk.session.get(Transfer, command.transfer_id)
    if seen:
        lock_people(desk.session, [find_person_id(desk.session, seen.referral_id)])
    referral = lock(desk.session, Referral, seen.referral_id) if seen else None
    offer = lock(desk.session, Transfer, command.transfer_id)
    check_version(desk, offer, command.version)
    if command.action == "accept_transfer":  # to say no, or to take it back, is safe whatever became of the case
        check_version(desk, referral, command.case_version)
    fired = fire_action(TRANSFER, desk, offer, command.action, offer_context(desk, offer, reason=command.reason))
    with seeing_all(desk):  # the case is another locality's, whose log tells what was said to the offer
        _settle(desk, referral, offer, fired, command.reason)
    return offer


def _settle(desk: Desk, referral: Referral, offer: Transfer, fired: Fired, reason: str) -> None:
    settle_clocks(desk, referral, fired, ())
    details = _carry_over(desk, referral, offer) if fired.target == "accepted" else {}
    end_offer(desk, referral, offer, fired, reason, **details)


def _carry_over(desk: Desk, referral: Referral, offer: Transfer) -> Details:
    """To another team the case goes on as it is; to another authority it closes here (census: RC5)."""
    if offer.to_team_code:
        give(desk, referral, offer.to_team_code, None, offer.reason)
        return {}
    log_hand_over(desk, referral, offer.to_authority)
    cancel_clocks(desk, referral)
    return end(desk, referral, MOVED_AWAY)
