"""What several procedures have in common when they are told again: whose a case is, which clock runs, which words."""

from typing import Any

from tests.unit.workflows.walking import Facts, Why

OWNER_FACT = {"owner": "nobody me another"}
CLOCK_FACT = {"clock": "runs red paused none"}
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
            "A red's clock runs until it is done, and one that is past due stays so. It cannot be paused.",
            {"clock": "red", "hands": "full"},
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
        **({"reason": "Known", "to_worker": "B. Lark", "clock": "decision"} if full else {}),
    }
