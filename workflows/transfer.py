"""An open case offered to another team or authority: accepted, rejected with reason, or taken back.

The case stays where it is, and is worked there, until the other side has said yes.
"""

from dataclasses import dataclass

from workflows.definition import Table, Transition, refuses
from workflows.guards import Context, has_reason
from workflows.referral import LOCALITY, MANAGES

ANSWERS = LOCALITY | MANAGES


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferContext(Context):
    """What the guards look at: may the actor speak for those who are offered the case, and for those who have it?

    The hub may speak for either. What another authority said is told by those who have the case.
    """

    is_asked: bool = True
    is_offering: bool = True


@refuses("not_asked")
def is_asked(context: TransferContext) -> str | None:
    return None if context.is_asked else "not_asked"


@refuses("not_offering")
def is_offering(context: TransferContext) -> str | None:
    return None if context.is_offering else "not_offering"


# Asked of the child's own case, which is open meanwhile, immediate danger is one step there: this is about the offer.

TRANSFER = Table(
    name="Transfer",
    begins="transfer_offered",
    states=("offered", "accepted", "rejected", "revoked"),
    initial="offered",
    final=("accepted", "rejected", "revoked"),
    opens=("transfer",),
    transitions=(
        Transition("accept_transfer", "Accept the case", ("offered",), "accepted", ANSWERS, "transfer_accepted",
                   (is_asked,), stops=("transfer",)),
        Transition("reject_transfer", "Reject the case", ("offered",), "rejected", ANSWERS, "transfer_rejected",
                   (is_asked, has_reason), stops=("transfer",)),
        Transition("revoke_transfer", "Take the offer back", ("offered",), "revoked", ANSWERS, "transfer_revoked",
                   (is_offering, has_reason), cancels=("transfer",)),
    ),
)  # fmt: skip
