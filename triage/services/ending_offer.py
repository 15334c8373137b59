"""How an offer of a transfer ends: answered or, at the latest when the child may be suffering harm, taken back."""

from triage.access.actor import SYSTEM
from triage.models import Referral, Transfer
from triage.services.clocks import settle_clocks
from triage.services.desk import Desk, seeing_all
from triage.services.events import record
from triage.store.locking import lock
from workflows.engine import Fired, fire
from workflows.transfer import TRANSFER, TransferContext


def end_offer(desk: Desk, referral: Referral, offer: Transfer, fired: Fired, reason: str, **details: object) -> None:
    """Write down what became of it, and in the case's log, which the caller holds, what `details` tell besides."""
    offer.state, offer.ended_at, offer.ended_by_id = fired.target, desk.now, desk.actor.id
    offer.answer_reason = reason
    told = details | ({"reason": reason} if reason else {})
    record(desk, referral, fired.row.event, to=offer.to_team_code or offer.to_authority, **told)


def take_offer_back(desk: Desk, referral: Referral, reason: str) -> None:
    """Let a child who may be suffering significant harm be on offer to nobody: whoever has them keeps them.

    By the service, in the name of whoever said so, whatever they may do or see otherwise.
    """
    if referral.offer is None:
        return
    with seeing_all(desk):
        offer = lock(desk.session, Transfer, referral.offer.id)
        if offer.state != TRANSFER.initial:
            return
        fired = fire(TRANSFER, offer.state, "revoke_transfer", SYSTEM.role, TransferContext(reason=reason))
        settle_clocks(desk, referral, fired, ())
        end_offer(desk, referral, offer, fired, reason)
