"""Same facts, same policy, same bytes, for ever: what was kept once is answered so still."""

import json
from pathlib import Path

import pytest

from rules.answer import as_line
from rules.explain import decide
from rules.library import get_policy

KEPT = (Path(__file__).parents[2] / "data" / "recommendations.jsonl").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("line", KEPT)
def test_recommendation_is_what_it_was_byte_for_byte(line) -> None:
    """A line that fails here is a recommendation in some council's database that would no longer verify.

    Whoever changes how answers are put gives the policies that use it a new version, and adds lines; these stay.
    """
    kept = json.loads(line)
    policy = get_policy(*kept["policy"].split("@"))
    assert decide(policy, policy.read_facts(kept["facts"])).to_json() == as_line(kept["answer"])


def test_lines_are_of_every_policy_level_route_and_colour() -> None:
    kept = [json.loads(line) for line in KEPT]
    assert len({each["policy"] for each in kept}) == 4
    assert {each["answer"]["level"] for each in kept} == {1, 2, 3, 4}
    assert {each["answer"]["rag"] for each in kept} == {"red", "amber", "green"}
    assert len({each["answer"]["route"] for each in kept}) >= 7
