"""What a made-up assessment finds: whether the child was seen, their primary need, and the factors of the census."""

from random import Random
from typing import Any

from workflows.census.codes import ABUSE, FACTORS, NO_FACTOR

# How often of a hundred, about as the national returns have it.
NEEDS = {"N1": 58, "N5": 14, "N4": 10, "N2": 8, "N3": 3, "N6": 3, "N8": 3, "N7": 1}
SEEN = 0.96  # of the children
COMMON = ("1B", "2B", "3A", "3B", "4A", "4B", "5A", "6A", "7A", "10A", "11A", "15A", "16A", "17A", "18C", "19C", "20")
CATEGORIES = tuple(code for code in ABUSE if code != "MUL")


def draw_findings(dice: Random, closure: str | None) -> dict[str, Any]:
    """The need, one to four factors or, for a few that close after the assessment, that there was none; seen or not."""
    need = dice.choices(tuple(NEEDS), tuple(NEEDS.values()))[0]
    found = set(dice.sample(COMMON, dice.randint(1, 4)))
    if closure == "RC8" and dice.random() < 0.1:
        found = {NO_FACTOR}
    factors = tuple(code for code in FACTORS if code in found)
    return {"primary_need": need, "factors": factors, "child_seen": dice.random() < SEEN}
