"""A version of the thresholds: drafted, reviewed by somebody else, published by somebody else, superseded.

It becomes the next version only from a day ahead, and only after the one it follows: which version is in force on a day
is settled before that day begins, so whoever logs an enquiry later asks the same one. Until then a slip can be put
right: another than its author withdraws it, and the one before has no successor again.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from workflows.definition import Table, Transition, refuses
from workflows.guards import Context, has_reason

DRAFTS = frozenset({"mash_manager", "early_help_unit"})
PUBLISHES = frozenset({"mash_manager"})
SERVICE = frozenset({"system"})
# Two years, however many of them are leap years. A first day further ahead is a slip of the pen.
LONGEST_AHEAD = timedelta(days=731)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyContext(Context):
    """What the guards look at: the version as it stands, and what the actor brings.

    `today` is the county's day; `newest_from` the first day of the newest version published, if there is one. `proved`
    says that every proof holds of the text. `is_shipped` is a version that came with the service.
    """

    is_own: bool
    is_shipped: bool = False
    effective_from: date
    today: date
    newest_from: date | None = None
    text: str | None = None
    proved: bool = False


@refuses("no_text", brings=("text",))
def has_text(context: PolicyContext) -> str | None:
    return None if context.text else "no_text"


@refuses("not_own_draft")
def is_own_draft(context: PolicyContext) -> str | None:
    """One author, so that there is always somebody else to review it."""
    return None if context.is_own else "not_own_draft"


@refuses("own_draft")
def is_not_own_draft(context: PolicyContext) -> str | None:
    return "own_draft" if context.is_own else None


@refuses("not_ahead")
def begins_ahead(context: PolicyContext) -> str | None:
    return None if context.effective_from > context.today else "not_ahead"


@refuses("too_far_ahead")
def begins_soon(context: PolicyContext) -> str | None:
    return None if context.effective_from - context.today <= LONGEST_AHEAD else "too_far_ahead"


@refuses("not_after_newest")
def follows_the_newest(context: PolicyContext) -> str | None:
    newest = context.newest_from
    return "not_after_newest" if newest and context.effective_from <= newest else None


@refuses("not_yours_to_withdraw")
def is_own_or_manager(context: PolicyContext) -> str | None:
    return None if context.is_own or context.is_manager else "not_yours_to_withdraw"


@refuses("author_withdraws")
def is_withdrawn_by_another(context: PolicyContext) -> str | None:
    return "author_withdraws" if context.is_own else None


@refuses("shipped")
def is_the_councils(context: PolicyContext) -> str | None:
    return "shipped" if context.is_shipped else None


@refuses("begun")
def has_not_begun(context: PolicyContext) -> str | None:
    return None if context.effective_from > context.today else "begun"


@refuses("not_proved", brings=("proofs",))
def is_proved(context: PolicyContext) -> str | None:
    return None if context.proved else "not_proved"


POLICY = Table(
    name="Policy",
    begins="policy_drafted",
    states=("draft", "reviewed", "published", "superseded", "withdrawn"),
    initial="draft",
    final=("superseded", "withdrawn"),
    about_a_child=False,
    transitions=(
        Transition("revise", "Change the text", ("draft",), None, DRAFTS, "policy_revised", (is_own_draft, has_text)),
        Transition("review", "Say that it is right", ("draft",), "reviewed", PUBLISHES, "policy_reviewed",
                   (is_not_own_draft,)),
        Transition("send_back", "Send back to its author", ("reviewed",), "draft", PUBLISHES, "policy_sent_back",
                   (has_reason,)),
        Transition("publish", "Publish", ("reviewed",), "published", PUBLISHES, "policy_published",
                   (is_not_own_draft, begins_ahead, begins_soon, follows_the_newest, is_proved)),
        Transition("supersede", "Follow with a newer version", ("published",), "superseded", SERVICE,
                   "policy_superseded"),
        Transition("restore", "Be the newest again", ("superseded",), "published", SERVICE, "policy_restored"),
        Transition("withdraw", "Withdraw", ("draft", "reviewed"), "withdrawn", DRAFTS, "policy_withdrawn",
                   (is_own_or_manager, has_reason)),
        Transition("withdraw", "Withdraw before its first day", ("published",), "withdrawn", PUBLISHES,
                   "policy_withdrawn", (is_the_councils, is_withdrawn_by_another, has_not_begun, has_reason)),
    ),
)  # fmt: skip
