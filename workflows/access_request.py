"""A person's request for what is held about them: prepared, reviewed by somebody else, released or refused.

UK GDPR articles 12 and 15. Who prepares what is to be released does not say that it may be: serious harm is judged by
a social worker or manager (Data Protection Act 2018, Schedule 3, part 5), and whose names stay out by both.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from workflows.definition import Table, Transition, refuses
from workflows.guards import Context, has_reason

PREPARES = frozenset({"information_governance"})
REVIEWS = frozenset({"social_worker", "mash_manager"})
IN_TIME = 1  # months from receipt
EXTENDED = 3  # months from receipt: two more, where requests are complex or many
OPEN = ("received", "prepared", "under_review", "approved")


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessContext(Context):
    """What the guards look at. `identity` and `authority` say how each was shown; `is_own_request`: of oneself.

    `is_proved`: that is on record. `is_own_work`: the actor made or prepared it. `extended`: it has two more months
    already. `first_due_on` is the day by which the requester must be told of an extension. `is_stale`: it was prepared
    too long ago to be released. `unlooked`: of how many passages no reviewer has said what is to be done.
    """

    identity: str | None = None
    authority: str | None = None
    is_own_request: bool = True
    is_proved: bool = False
    is_own_work: bool = False
    extended: bool = False
    first_due_on: date = date.max
    is_stale: bool = False
    unlooked: int = 0

    def details(self) -> dict[str, str]:
        """What the plain words of a refusal may name."""
        passages = "1 passage is" if self.unlooked == 1 else f"{self.unlooked:,} passages are"
        return {**Context.details(self), "passages_are": passages}


def months_after(day: date, count: int) -> date:
    """The same day `count` months later or, where that month is shorter, its last (Regulation 1182/71, article 3)."""
    years, month = divmod(day.month - 1 + count, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@refuses("no_identity", brings=("identity",))
def has_identity(context: AccessContext) -> str | None:
    return None if context.identity else "no_identity"


@refuses("no_right_to_ask", brings=("authority",))
def has_authority(context: AccessContext) -> str | None:
    """Whoever asks for another shows that they may: parental responsibility, a child's consent, a court's order."""
    return None if context.is_own_request or context.authority else "no_right_to_ask"


@refuses("not_proved_who")
def is_proved(context: AccessContext) -> str | None:
    return None if context.is_proved else "not_proved_who"


@refuses("extended")
def is_unextended(context: AccessContext) -> str | None:
    return "extended" if context.extended else None


@refuses("first_month_over")
def is_in_first_month(context: AccessContext) -> str | None:
    return None if context.today <= context.first_due_on else "first_month_over"


@refuses("own_preparation")
def is_anothers_work(context: AccessContext) -> str | None:
    return "own_preparation" if context.is_own_work else None


@refuses("prepared_long_ago")
def is_fresh(context: AccessContext) -> str | None:
    return "prepared_long_ago" if context.is_stale else None


@refuses("not_looked_at")
def is_looked_through(context: AccessContext) -> str | None:
    """Nothing is released that nobody has read: what is held back is no less a reviewer's word than what is not."""
    return "not_looked_at" if context.unlooked else None


ACCESS_REQUEST = Table(
    name="Access request",
    begins="access_asked",
    states=(*OPEN, "released", "refused"),
    initial="received",
    final=("released", "refused"),
    about_a_child=False,
    transitions=(
        Transition("prove", "Record who asks, and by what right", ("received",), None, PREPARES, "access_proved",
                   (has_identity, has_authority)),
        Transition("prepare", "Gather what is held", ("received", "prepared", "approved"), "prepared", PREPARES,
                   "access_prepared", (is_proved,)),
        Transition("send_to_review", "Send to be reviewed", ("prepared",), "under_review", PREPARES,
                   "access_sent_to_review"),
        Transition("judge", "Say what is released", ("under_review",), None, REVIEWS, "access_passage_judged",
                   (is_anothers_work,)),
        Transition("send_back", "Send back", ("under_review",), "prepared", REVIEWS, "access_sent_back", (has_reason,)),
        Transition("approve", "Approve the release", ("under_review",), "approved", REVIEWS, "access_approved",
                   (is_anothers_work, is_looked_through)),
        Transition("release", "Release", ("approved",), "released", PREPARES, "access_released", (is_fresh,)),
        Transition("extend", "Extend by two months", OPEN, None, PREPARES, "access_extended",
                   (is_unextended, is_in_first_month, has_reason)),
        Transition("refuse", "Refuse", OPEN, "refused", PREPARES, "access_refused", (has_reason,)),
    ),
)  # fmt: skip
