"""A professional's disagreement, told again: answered once, by a manager who had no part in the decision."""

from tests.unit.workflows.plain_words import NO_REASON
from tests.unit.workflows.walking import OPENING, Facts, Life, Procedure, Why
from workflows.disagreement import DISAGREEMENT, DisagreementContext

OWN_DECISION = Why("You decided or approved this yourself. Another manager must answer.", {"decided_by": "me"})
NO_WORDS = Why("Say why, in words that the professional reads.", {"hands": "empty"})
JOINED = Why(
    "It was joined to ENQ-2013-000001, where it is decided. Reopen that one first, then answer here.",
    {"joined": "decided"},
)


def see(facts: Facts) -> DisagreementContext:
    full = facts["hands"] == "full"
    return DisagreementContext(
        reason="Made up" if full else None,
        answer="Made up" if full else None,
        is_own_decision=facts["decided_by"] == "me",
        reopen_first="ENQ-2013-000001" if facts["joined"] == "decided" else "",
    )


PLAIN_DISAGREEMENT = Procedure(
    table=DISAGREEMENT,
    leads={"open": {"let_stand": "stands", "look_again": "looked_again"}, "stands": {}, "looked_again": {}},
    who={"let_stand": "M", "look_again": "M"},
    facts={"decided_by": "another me", "joined": "no decided"},
    sees=see,
    refuses={
        "let_stand": (OWN_DECISION, NO_WORDS, NO_REASON),
        "look_again": (OWN_DECISION, JOINED, NO_WORDS, NO_REASON),
    },
    clocks={"disagreement": Life(OPENING, "let_stand look_again")},
)
