"""When a professional may disagree: drawn, beside a slow telling of it that plays all of it through."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from hypothesis import event, given
from hypothesis import strategies as st

from triage.services.disagreeing import may_disagree
from triage.services.safe_words import ANSWERS, NEXT_STEP, ONCE_MORE
from workflows.disagreement import DISAGREEMENT

BEGAN = datetime(2013, 5, 7, 9, tzinfo=UTC)
STEPS = st.lists(st.sampled_from(["say", "stand", "look_again", "decide"]), max_size=14)


def play(steps: list[str]) -> tuple[datetime | None, list[SimpleNamespace], bool]:
    """What happens hour by hour, as one would tell it: since when it is decided, what was said, whether one may now."""
    settled_at, said, left = BEGAN, [], 2
    for hour, step in enumerate(steps, 1):
        now, waits = BEGAN + timedelta(hours=hour), bool(said) and said[-1].state == "open"
        if step == "say" and settled_at and not waits and left:
            said.append(SimpleNamespace(said_at=now, state="open"))
            left -= 1
        elif step == "stand" and waits:
            said[-1].state = "stands"
        elif step == "look_again" and waits:
            said[-1].state, settled_at = "looked_again", None
        elif step == "decide" and settled_at is None:
            settled_at, left = now, 2  # another decision, with which they may disagree anew
    waits = bool(said) and said[-1].state == "open"
    return settled_at, said, bool(settled_at) and not waits and left > 0


@given(STEPS)
def test_one_may_disagree_twice_with_a_decision_one_at_a_time_and_anew_with_another(steps):
    settled_at, said, may = play(steps)
    event(f"said {len(said)}, may {may}")
    assert may_disagree(settled_at, said) is may


def test_each_answer_has_safe_words_and_whoever_still_disagrees_is_told_the_next_step():
    assert set(ANSWERS) == set(DISAGREEMENT.final)
    assert "safeguarding partners" in NEXT_STEP.format(phone="0300")
    assert "once more" in ONCE_MORE
