"""What the four services' referrals are told with again: whose it is, what is so of it, and what is in hand."""

from datetime import date
from typing import Any

from tests.unit.workflows.plain_words import CLAIMED, CLOCK_FACT, NO_REASON, OWNER_FACT, PAUSES, hand_over, see_case
from tests.unit.workflows.walking import Facts, Why

ALLOCATES = "OWMES"
LOCALITY = "LK"
NIGHT = "N"
ANYBODY = "OWMESLKN"
OWNED = dict.fromkeys(("claim", "hand_over", "reassign", "pause_clock", "resume_clock"), "")
WHO_OWNED = {
    "claim": LOCALITY,
    "hand_over": "LKME",
    "reassign": "KME",
    **dict.fromkeys(("pause_clock", "resume_clock"), "KM"),
}
FACTS = {**OWNER_FACT, **CLOCK_FACT, "team": "yes no", "desk": "here elsewhere", "offered": "no yes"}
ON_OFFER = Why("It is on offer to another team or authority. Have that answered, or take it back.", {"offered": "yes"})
ANOTHER_TEAM = "Another team has it. Somebody who works there does this."
NO_TEAM_YET = Why("No team has it yet. Have it allocated first.", {"team": "no"})
NOT_ASSESSED = Why("Complete the assessment first.", {"assessed": "no"})
LATE = Why("The assessment is past its time. Give the reason.", {"late": "yes", "hands": "empty"})
REFUSES_OWNED = {
    "claim": (
        NO_TEAM_YET,
        Why(ANOTHER_TEAM, {"desk": "elsewhere"}),
        CLAIMED,
    ),
    "hand_over": (NO_TEAM_YET, *hand_over("L")),
    "reassign": (ON_OFFER, NO_REASON, Why("Choose a team or a worker.", {"hands": "empty"})),
    **PAUSES,
}
EVERYBODY = frozenset({"police", "health", "social_care"})
IN_SOCIAL_CARE = {
    "invited": EVERYBODY,
    "came": EVERYBODY,
    "expected_on": date(2013, 5, 28),
    "transfer_to": "Leicestershire",
    "consent": "given",
    "lead_practitioner": "B. Lark",
    "child_seen": False,
    "primary_need": "N1",
    "category_of_abuse": "NEG",
}
IN_EARLY_HELP = {"family_rating": 4}


def see_referral(facts: Facts, closures: tuple[str, ...], closure: str, **brought: Any) -> dict[str, Any]:
    """What is so of a referral and, in full hands, a team, the closure and whatever else its service asks for."""
    seen = {
        **see_case(facts),
        "closures": closures,
        "has_team": facts["team"] == "yes",
        "is_colleague": facts["desk"] == "here" or facts["role"] not in LOCALITY,
        "transfer_offered": facts["offered"] == "yes",
        "is_assessed": facts.get("assessed") == "yes",
        "is_late": facts.get("late") == "yes",
        "child_protection_plan": facts.get("protected") == "yes",
    }
    in_hand = {"team_code": "west", "closure": closure, **brought}
    return seen | in_hand if facts["hands"] == "full" else seen
