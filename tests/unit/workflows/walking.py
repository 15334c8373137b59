"""A table told again in plain words, and random walks that hold the table to it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from workflows.definition import IMMEDIATE_DANGER, Table, Transition
from workflows.engine import Fired, Refused, fire, permitted

ROLES = {
    "O": "mash_officer",
    "W": "social_worker",
    "M": "mash_manager",
    "N": "emergency_duty_team",
    "E": "early_help_unit",
    "L": "locality_worker",
    "K": "locality_manager",
    "A": "analyst",
    "I": "information_governance",
    "P": "partner_system",
    "C": "partner_contributor",
    "S": "system",
}
HANDS = ("full", "empty")  # whether the actor brings all that any action may ask for, or nothing
OPENING = "opening"
Facts = dict[str, str]
Clocks = frozenset[str]
Ended = dict[str, str]


class Why(NamedTuple):
    """A refusal: its words, and the facts under which it is given. {"owner": "me another"}: one or the other.

    What hangs on the actor's hands is what they must bring: it is told as a need, and not as a reason against.
    """

    words: str
    when: Mapping[str, str]

    def holds(self, facts: Facts) -> bool:
        return all(facts[name] in values.split() for name, values in self.when.items())

    @property
    def is_brought(self) -> bool:
        return "hands" in self.when


class Life(NamedTuple):
    """The actions, by name or as state/action, that start a clock, that it runs to, and that leave nothing to time."""

    begins: str
    met: str
    dropped: str = ""


@dataclass(frozen=True, kw_only=True)
class Procedure:
    """A table told again, by hand. `leads` is state -> action -> target ("": stays); `who` names roles by letter, and
    where others may from one state, that state too ("published/withdraw").

    `facts` are what a case may be besides its state, as words, the first to begin with: actions set some of them, and
    any of them may change by itself. `sees` makes of them, the role's letter and the hands what the guards look at.
    """

    table: Table
    leads: Mapping[str, Mapping[str, str]]
    who: Mapping[str, str]
    sees: Callable[[Facts], Any]
    refuses: Mapping[str, tuple[Why, ...]]
    clocks: Mapping[str, Life]
    facts: Mapping[str, str] = field(default_factory=dict)
    sets: Mapping[str, Facts] = field(default_factory=dict)

    @property
    def actions(self) -> list[str]:
        return [name for name in self.who if "/" not in name]

    def who_may(self, state: str, action: str) -> str:
        return self.who.get(f"{state}/{action}") or self.who.get(action, "")

    def whys(self, action: str, facts: Facts) -> list[Why]:
        """Everything against it, first what is so of the case and then what is not brought."""
        whys = [why for why in self.refuses.get(action, ()) if why.holds(facts)]
        return sorted(whys, key=lambda why: why.is_brought)

    def tell_refusals(self, action: str, facts: Facts) -> list[str]:
        """What the actor is told; nothing where the action may be done."""
        if action not in self.actions:
            return ["There is no such action."]
        if action not in self.leads[facts["state"]]:
            return [f"That cannot be done while this is {facts['state'].replace('_', ' ')}."]
        return self.tell_role(action, facts) or [why.words for why in self.whys(action, facts)]

    def tell_role(self, action: str, facts: Facts) -> list[str]:
        letters = self.who_may(facts["state"], action)
        if facts["role"] in letters:
            return []
        names = sorted(ROLES[letter].replace("_", " ") for letter in letters if letter != "S")
        return [f"Your role may not do that. It is for: {', '.join(names)}."]

    def tell_permitted(self, action: str, facts: Facts) -> tuple[bool, list[str], list[str]]:
        """Allowed or not, every reason why not, and what it needs."""
        whys = self.whys(action, facts)
        reasons = self.tell_role(action, facts) or [why.words for why in whys if not why.is_brought]
        return not reasons, reasons, [] if reasons else [why.words for why in whys if why.is_brought]

    def run_as_told(self, running: Clocks, state: str, action: str) -> tuple[Clocks, Ended]:
        """The clocks that run after the action, and how others ended by it, as the procedure has it."""
        begun, met, dropped = (self._clocks_of(part, state, action) for part in range(3))
        return run_on(running, met, dropped, begun, self.leads[state][action] in self.table.final)

    def run_as_written(self, running: Clocks, row: Transition) -> tuple[Clocks, Ended]:
        """The same, as the service does by the row that was fired."""
        kinds = (frozenset(each) for each in (row.stops, row.cancels, row.starts))
        return run_on(running, *kinds, row.target in self.table.final)

    def _clocks_of(self, part: int, state: str, action: str) -> Clocks:
        names = {action, f"{state}/{action}"}
        return frozenset(kind for kind, life in self.clocks.items() if names & set(life[part].split()))


def run_on(running: Clocks, met: Clocks, dropped: Clocks, begun: Clocks, over: bool) -> tuple[Clocks, Ended]:
    """What ends a case cancels what still runs; none is started while it runs."""
    left = running - met
    dropped = left if over else left & dropped
    ended = dict.fromkeys(running & met, "met") | dict.fromkeys(dropped, "dropped")
    return (left - dropped) | begun, ended


class Walk(RuleBasedStateMachine):
    """Tries anything at all, by anybody, with everything or nothing in hand, whatever the case may be."""

    procedure: ClassVar[Procedure]

    def __init__(self) -> None:
        super().__init__()
        self.facts = {name: values.split()[0] for name, values in self.procedure.facts.items()}
        self.state = self.procedure.table.initial
        self.running = frozenset(self.procedure.table.opens)

    @rule(data=st.data(), role=st.sampled_from(sorted(ROLES)), hands=st.sampled_from(HANDS))
    def try_anything(self, data: st.DataObject, role: str, hands: str) -> None:
        actions = [*self.procedure.actions, "dance", f"to_{self.procedure.table.initial}"]
        self.step(data.draw(st.sampled_from(actions)), role, hands)

    @rule(data=st.data())
    def go_on(self, data: st.DataObject) -> None:
        """Walks further than blind tries would: to another state, and to an end only where nothing else is left."""
        leads, final = self.procedure.leads[self.state], self.procedure.table.final
        able = [each for each in leads if leads[each] and self.may(each)]
        onward = [each for each in able if leads[each] not in final and each != IMMEDIATE_DANGER]
        if onward or able:
            action = data.draw(st.sampled_from(onward or able))
            self.step(action, data.draw(st.sampled_from(self.may(action))), "full")

    @precondition(lambda self: self.facts)
    @rule(data=st.data())
    def change_something_else(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.facts)))
        self.facts[name] = data.draw(st.sampled_from(self.procedure.facts[name].split()))

    def may(self, action: str) -> list[str]:
        letters = self.procedure.who_may(self.state, action)
        return [letter for letter in letters if not self.procedure.tell_refusals(action, self.now(letter, "full"))]

    def now(self, role: str, hands: str) -> Facts:
        return {**self.facts, "state": self.state, "role": role, "hands": hands}

    def step(self, action: str, role: str, hands: str) -> None:
        """One try, by the procedure and by the table: they agree on what may be done, why not, and what follows."""
        facts = self.now(role, hands)
        self.compare_permitted(facts)
        told = self.procedure.tell_refusals(action, facts)
        if not told:
            self.move(action, self.fire(action, facts))
            return
        with pytest.raises(Refused) as caught:
            self.fire(action, facts)
        assert [reason.words for reason in caught.value.reasons] == told

    def compare_permitted(self, facts: Facts) -> None:
        procedure = self.procedure
        listed = permitted(procedure.table, self.state, ROLES[facts["role"]], procedure.sees(facts))
        assert {
            each.action: (each.allowed, [why.words for why in each.reasons], [why.words for why in each.needs])
            for each in listed
        } == {action: procedure.tell_permitted(action, facts) for action in procedure.leads[self.state]}

    def fire(self, action: str, facts: Facts) -> Fired:
        return fire(self.procedure.table, self.state, action, ROLES[facts["role"]], self.procedure.sees(facts))

    def move(self, action: str, fired: Fired) -> None:
        procedure, before = self.procedure, self.state
        self.state = procedure.leads[before][action] or before
        assert fired.target == self.state
        told = procedure.run_as_told(self.running, before, action)
        assert procedure.run_as_written(self.running, fired.row) == told
        self.running = told[0]
        self.facts.update(procedure.sets.get(action, {}))

    @invariant()
    def no_clock_runs_when_the_case_is_over(self) -> None:
        assert not (self.running and self.state in self.procedure.table.final)

    @invariant()
    def immediate_danger_is_one_step_away_whatever_else_is_so(self) -> None:
        table = self.procedure.table
        if table.about_a_child and self.state not in table.final:
            for letter in self.procedure.who[IMMEDIATE_DANGER]:
                assert self.fire(IMMEDIATE_DANGER, self.now(letter, "full")).row.section_47


def walk_over(procedure: Procedure) -> type[RuleBasedStateMachine]:
    """A test case of random walks over the procedure's table."""
    case = type("Walk", (Walk,), {"procedure": procedure}).TestCase
    case.settings = settings(max_examples=30, stateful_step_count=40, deadline=None)
    return case
