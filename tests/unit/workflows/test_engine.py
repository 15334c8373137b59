"""Firing, refusing with every reason, and saying what is permitted."""

import logging
import re
from dataclasses import dataclass, replace

import pytest

from workflows.definition import Table, Transition, refuses
from workflows.early_help import EARLY_HELP, EarlyHelpContext
from workflows.engine import Fired, Refused, fire, may, permitted
from workflows.refusals import WORDS, words


@dataclass(frozen=True, slots=True)
class Door:
    has_key: bool = False
    reason: str | None = None


@refuses("no_rag")
def has_key(door: Door) -> str | None:
    return None if door.has_key else "no_rag"


@refuses("no_reason", brings=("reason",))
def has_reason(door: Door) -> str | None:
    return None if door.reason else "no_reason"


KEEPER = frozenset({"keeper", "system"})
OPEN = Transition(
    "open", "Open it", ("shut",), "wide_open", KEEPER, "door_opened", (has_reason, has_key), takes=("how_far",),
    starts=("airing",),
)  # fmt: skip
KNOCK = Transition("knock", "Knock", ("shut",), None, KEEPER | {"guest"}, "door_knocked")
WALL_UP = Transition(
    "wall_up", "Wall it up", ("wide_open",), "walled_up", KEEPER, "door_walled_up", stops=("airing",)
)  # fmt: skip
DOOR = Table(
    name="Door",
    begins="door_hung",
    states=("shut", "wide_open", "walled_up"),
    initial="shut",
    final=("walled_up",),
    about_a_child=False,
    transitions=(OPEN, KNOCK, WALL_UP),
)
READY = Door(has_key=True, reason="Stuffy")


def codes_when_fired(state: str, action: str, role: str, door: Door) -> list[str]:
    with pytest.raises(Refused) as caught:
        fire(DOOR, state, action, role, door)
    assert caught.value.action == action
    assert all(reason.words for reason in caught.value.reasons)
    assert str(caught.value) == f"{action}: {' '.join(reason.words for reason in caught.value.reasons)}"
    return [reason.code for reason in caught.value.reasons]


def test_may_says_of_one_action_what_permitted_says_of_each() -> None:
    for state in (*EARLY_HELP.states, "nowhere"):
        for role in ("locality_worker", "analyst"):
            for owner in (None, "A. Reed"):
                context = EarlyHelpContext(owner=owner)
                listed = {each.action for each in permitted(EARLY_HELP, state, role, context) if each.allowed}
                assert {each for each in EARLY_HELP.actions if may(EARLY_HELP, state, each, role, context)} == listed


def test_firing_gives_the_target_and_the_row_that_says_what_else_follows() -> None:
    assert fire(DOOR, "shut", "open", "keeper", READY) == Fired("wide_open", OPEN)
    assert fire(DOOR, "wide_open", "wall_up", "keeper", READY) == Fired("walled_up", WALL_UP)


def test_an_action_without_a_target_stays() -> None:
    assert fire(DOOR, "shut", "knock", "guest", Door()).target == "shut"


def test_every_reason_is_given_at_once_when_refused() -> None:
    assert codes_when_fired("shut", "open", "keeper", Door()) == ["no_rag", "no_reason"]


def test_an_unknown_action_is_refused() -> None:
    assert codes_when_fired("shut", "dance", "keeper", READY) == ["unknown_action"]


def test_the_librarys_automatic_transitions_are_no_way_round() -> None:
    assert codes_when_fired("shut", "to_walled_up", "keeper", READY) == ["unknown_action"]


def test_an_action_of_another_state_is_refused_and_names_the_state() -> None:
    with pytest.raises(Refused, match="while this is wide open"):
        fire(DOOR, "wide_open", "open", "keeper", READY)


def test_a_state_that_the_table_lacks_permits_nothing() -> None:
    assert codes_when_fired("ajar", "open", "keeper", READY) == ["not_in_this_state"]
    assert permitted(DOOR, "ajar", "keeper", READY) == ()


def test_a_role_that_may_not_is_told_who_may() -> None:
    with pytest.raises(Refused, match="It is for: keeper") as caught:
        fire(DOOR, "shut", "open", "guest", Door())
    assert [reason.code for reason in caught.value.reasons] == ["not_your_role"]
    assert "system" not in str(caught.value)


def test_roles_that_may_are_named_in_words_and_in_order() -> None:
    ring = Transition("ring", "Ring", ("shut",), None, frozenset({"key_holder", "door_keeper", "system"}), "bell_rung")
    with pytest.raises(Refused) as caught:
        fire(replace(DOOR, transitions=(*DOOR.transitions, ring)), "shut", "ring", "guest", READY)
    assert "It is for: door keeper, key holder." in str(caught.value)


@dataclass(frozen=True, slots=True)
class Held:
    """A door that somebody holds, who is named in the refusal."""

    def details(self) -> dict[str, str]:
        return {"owner": "Ada"}


@refuses("claimed")
def is_free(door: Held) -> str | None:
    return "claimed"


def test_refusal_names_what_its_words_ask_of_the_case() -> None:
    shut = replace(DOOR, transitions=(*DOOR.transitions, replace(KNOCK, action="slam", guards=(is_free,))))
    with pytest.raises(Refused, match="Ada has it"):
        fire(shut, "shut", "slam", "guest", Held())


def test_permitted_lists_every_action_of_the_state_and_why_not() -> None:
    door_open, knock = permitted(DOOR, "shut", "guest", READY)
    assert (door_open.action, door_open.says, door_open.allowed) == ("open", "Open it", False)
    assert [reason.code for reason in door_open.reasons] == ["not_your_role"]
    assert (knock.action, knock.allowed, knock.reasons, knock.needs) == ("knock", True, (), ())


def test_permitted_names_what_an_action_asks_for_whether_or_not_it_may_be_done() -> None:
    for role in ("keeper", "guest"):
        door_open, knock = permitted(DOOR, "shut", role, READY)
        assert (door_open.asks, knock.asks) == (("how_far", "reason"), ())


def test_what_forbids_an_action_hides_what_it_needs() -> None:
    action = permitted(DOOR, "shut", "keeper", Door())[0]
    assert not action.allowed
    assert ([reason.code for reason in action.reasons], action.needs) == (["no_rag"], ())


def test_what_the_actor_must_bring_is_needed_and_not_a_reason_against() -> None:
    action = permitted(DOOR, "shut", "keeper", Door(has_key=True))[0]
    assert action.allowed
    assert [reason.code for reason in action.needs] == ["no_reason"]


def test_firing_leaves_nothing_behind() -> None:
    for _ in range(3):
        assert fire(DOOR, "shut", "open", "keeper", READY).target == "wide_open"


def test_firing_is_silent_when_the_service_logs_at_info(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        fire(DOOR, "shut", "open", "keeper", READY)
    assert not caplog.records


@pytest.mark.parametrize("code", WORDS)
def test_every_refusal_says_what_to_do_in_a_sentence(code: str) -> None:
    details = dict.fromkeys(re.findall(r"{(\w+)}", WORDS[code]), "Something told")
    said = words(code, **details)
    assert said[0].isupper()
    assert said.endswith((".", "?"))
    assert all(value in said for value in details.values())
    assert "{" not in said


def test_words_leave_out_what_nobody_told() -> None:
    assert words("claimed") == " has it. Ask them to hand it over, or ask a manager."
