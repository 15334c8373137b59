"""What several procedures have in common when they are told again: whose a case is, which clock runs, which words."""

from datetime import date, timedelta
from typing import Any

from tests.unit.workflows.walking import Facts, Why

OWNER_FACT = {"owner": "nobody me another"}
CLOCK_FACT = {"clock": "runs red paused none", "pause": "short none long"}
TODAY = date(2013, 4, 30)
UNTIL = {"short": TODAY + timedelta(days=1), "none": TODAY, "long": TODAY + timedelta(days=4)}
HAS_IT = "A. Reed has it. Ask them to hand it over, or ask a manager."
CLAIMED = Why(HAS_IT, {"owner": "me another"})
TAKEN_BY_ANOTHER = Why(HAS_IT, {"owner": "another"})
NO_REASON = Why("Give a reason.", {"hands": "empty"})
PAUSES = {
    "pause_clock": (
        Why("No clock runs.", {"clock": "paused none"}),
        Why("Choose a clock that runs: decision.", {"clock": "runs red", "hands": "empty"}),
        Why("Choose a clock that runs: none.", {"clock": "paused none", "hands": "full empty"}),
        Why(
            "It cannot be paused. A red, a strategy discussion and a conference run on until they are done,"
            " and what is past due stays so.",
            {"clock": "red", "hands": "full"},
        ),
        Why("Say on which day it runs on.", {"hands": "empty"}),
        Why("It runs on tomorrow at the earliest. Choose a later day.", {"hands": "full", "pause": "none"}),
        Why(
            "A pause is ten working days at most. Choose a day up to Friday 3 May 2013.",
            {"hands": "full", "pause": "long"},
        ),
        NO_REASON,
    ),
    "resume_clock": (
        Why("No clock is paused.", {"clock": "runs red none"}),
        Why("Choose a paused clock: decision.", {"clock": "paused", "hands": "empty"}),
        Why("Choose a paused clock: none.", {"clock": "runs red none", "hands": "full empty"}),
        NO_REASON,
    ),
}


def hand_over(others: str) -> tuple[Why, ...]:
    """`others` are the letters of those who may hand over what is their own, and are nobody's manager."""
    return (
        Why(
            "Only whoever has it, or a manager, may hand it over.",
            {"owner": "nobody another", "role": " ".join(others)},
        ),
        Why("Choose whom to hand it to.", {"hands": "empty"}),
        NO_REASON,
    )


def see_case(facts: Facts) -> dict[str, Any]:
    """What every guard may look at: whose the case is, its clocks, and the reason in hand."""
    kinds = frozenset({"decision"})
    runs, full = facts["clock"] in ("runs", "red"), facts["hands"] == "full"
    return {
        "owner": None if facts["owner"] == "nobody" else "A. Reed",
        "is_owner": facts["owner"] == "me",
        "is_manager": facts["role"] in "MKE",  # the Early Help Unit manages referrals, and has no part in an enquiry
        "clocks": kinds if runs else frozenset(),
        "paused": kinds if facts["clock"] == "paused" else frozenset(),
        "unpausable": kinds if facts["clock"] == "red" else frozenset(),
        "today": TODAY,
        "latest_until": TODAY + timedelta(days=3),
        **({"reason": "Known", "to_worker": "B. Lark", "clock": "decision"} if full else {}),
        **({"until": UNTIL[facts["pause"]]} if full else {}),
    }
