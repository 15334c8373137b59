"""An open case offered to another team or authority: accepted, rejected with reason, or taken back.

The case stays where it is, and is worked there, until the other side has said yes. Whoever offered it answers for
nobody: that a child's case left, and for where, is never one person's word.
"""

from dataclasses import dataclass

from workflows.definition import Table, Transition, refuses
from workflows.guards import Context, has_reason
from workflows.referral import LOCALITY, MANAGES

ANSWERS = LOCALITY | MANAGES
SERVICE = frozenset({"system"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferContext(Context):
    """What the guards look at: may the actor speak for those who are offered the case, and for those who have it?

    The hub may speak for either. A team speaks for itself; what another authority (`to_authority`) said is told by
    those who have the case. `is_own_offer`: the actor made it. `section_47_open`: harm is being looked into.
    """

    is_asked: bool = True
    is_offering: bool = True
    is_own_offer: bool = False
    to_authority: bool = False
    section_47_open: bool = False


@refuses("not_asked")
def is_asked(context: TransferContext) -> str | None:
    return None if context.is_asked else "not_asked"


@refuses("not_offering")
def is_offering(context: TransferContext) -> str | None:
    return None if context.is_offering else "not_offering"


@refuses("own_offer")
def is_anothers_offer(context: TransferContext) -> str | None:
    return "own_offer" if context.is_own_offer else None


@refuses("section_47_open")
def is_safe_to_leave(context: TransferContext) -> str | None:
    """A child whom section 47 is about leaves the county only when a manager has seen that somebody there has them."""
    leaves = context.to_authority and context.section_47_open
    return "section_47_open" if leaves and not context.is_manager else None


@refuses("no_acceptance", brings=("reason",))
def says_who_accepted(context: TransferContext) -> str | None:
    """Nobody of another authority signs in here: who there said yes, and when, is told by whoever records it."""
    return "no_acceptance" if context.to_authority and not context.reason else None


# Asked of the child's own case, which is open meanwhile, immediate danger is one step there: this is about the offer,
# which the service then takes back.

TRANSFER = Table(
    name="Transfer",
    begins="transfer_offered",
    states=("offered", "accepted", "rejected", "revoked"),
    initial="offered",
    final=("accepted", "rejected", "revoked"),
    about_a_child=False,
    opens=("transfer",),
    transitions=(
        Transition("accept_transfer", "Accept the case", ("offered",), "accepted", ANSWERS, "transfer_accepted",
                   (is_asked, is_anothers_offer, is_safe_to_leave, says_who_accepted), stops=("transfer",)),
        Transition("reject_transfer", "Reject the case", ("offered",), "rejected", ANSWERS, "transfer_rejected",
                   (is_asked, is_anothers_offer, has_reason), stops=("transfer",)),
        Transition("revoke_transfer", "Take the offer back", ("offered",), "revoked", ANSWERS | SERVICE,
                   "transfer_revoked", (is_offering, has_reason), cancels=("transfer",)),
    ),
)  # fmt: skip
