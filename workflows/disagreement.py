"""A professional who told us disagrees with what was decided: another manager lets it stand, or it is looked at again.

It begins once the enquiry is decided, and lives on whatever becomes of the enquiry: it ends with the answer alone.
"""

from dataclasses import dataclass

from workflows.definition import Table, Transition, refuses
from workflows.enquiry import MANAGES
from workflows.guards import Context, has_reason

CLOCK = "disagreement"
LET_STAND, LOOK_AGAIN = "let_stand", "look_again"
MOST = 2  # of one decision: whoever still disagrees then takes it to the local safeguarding partners


@dataclass(frozen=True, slots=True, kw_only=True)
class DisagreementContext(Context):
    """What the guards look at. `answer` are the words that the professional reads.

    `is_own_decision`: the actor made or approved it. `reopen_first` is the reference of what the enquiry was joined
    into, where that is decided: this one cannot be reopened.
    """

    answer: str | None = None
    is_own_decision: bool = False
    reopen_first: str = ""

    def details(self) -> dict[str, str]:
        """What the plain words of a refusal may name."""
        return {**Context.details(self), "reopen_first": self.reopen_first}


@refuses("own_decision")
def is_anothers_decision(context: DisagreementContext) -> str | None:
    """Two people, whatever their rank."""
    return "own_decision" if context.is_own_decision else None


@refuses("reopen_first")
def is_decided_here(context: DisagreementContext) -> str | None:
    return "reopen_first" if context.reopen_first else None


@refuses("no_words_for_them", brings=("answer",))
def says_why(context: DisagreementContext) -> str | None:
    return None if context.answer else "no_words_for_them"


# Asked of the child's own case, immediate danger is one step there: this is about what one professional is told.

DISAGREEMENT = Table(
    name="Disagreement",
    begins="disagreement_received",
    states=("open", "stands", "looked_again"),
    initial="open",
    final=("stands", "looked_again"),
    about_a_child=False,
    opens=(CLOCK,),
    transitions=(
        Transition(LET_STAND, "The decision stands", ("open",), "stands", MANAGES, "disagreement_answered",
                   (is_anothers_decision, says_why, has_reason), stops=(CLOCK,)),
        Transition(LOOK_AGAIN, "It is looked at again", ("open",), "looked_again", MANAGES, "disagreement_answered",
                   (is_anothers_decision, is_decided_here, says_why, has_reason), stops=(CLOCK,)),
    ),
)  # fmt: skip
