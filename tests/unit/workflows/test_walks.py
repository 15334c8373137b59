"""Every table beside a plain telling of it, by hand: where an action leads, why not, and what runs meanwhile."""

from itertools import product

import pytest

from tests.unit.workflows.firing import words_of_refusal
from tests.unit.workflows.plain_access import PLAIN_ACCESS
from tests.unit.workflows.plain_disagreement import PLAIN_DISAGREEMENT
from tests.unit.workflows.plain_enquiry import PLAIN_CHECK, PLAIN_ENQUIRY
from tests.unit.workflows.plain_policy import PLAIN_POLICY
from tests.unit.workflows.plain_services import (
    PLAIN_ADULT,
    PLAIN_EARLY_HELP,
    PLAIN_EHC,
    PLAIN_OTHER_AUTHORITY,
    PLAIN_TRANSFER,
)
from tests.unit.workflows.plain_social_care import PLAIN_SOCIAL_CARE
from tests.unit.workflows.walking import HANDS, OPENING, ROLES, Procedure, walk_over
from workflows.registry import tables

PROCEDURES = (
    *(PLAIN_ENQUIRY, PLAIN_CHECK, PLAIN_SOCIAL_CARE, PLAIN_EARLY_HELP),
    *(PLAIN_EHC, PLAIN_ADULT, PLAIN_OTHER_AUTHORITY, PLAIN_TRANSFER, PLAIN_POLICY),
    *(PLAIN_ACCESS, PLAIN_DISAGREEMENT),
)

TestEnquiry = walk_over(PLAIN_ENQUIRY)
TestAgencyCheck = walk_over(PLAIN_CHECK)
TestSocialCare = walk_over(PLAIN_SOCIAL_CARE)
TestEarlyHelp = walk_over(PLAIN_EARLY_HELP)
TestEHCAssessment = walk_over(PLAIN_EHC)
TestAdultAtRisk = walk_over(PLAIN_ADULT)
TestOtherAuthority = walk_over(PLAIN_OTHER_AUTHORITY)
TestTransfer = walk_over(PLAIN_TRANSFER)
TestPolicy = walk_over(PLAIN_POLICY)
TestAccessRequest = walk_over(PLAIN_ACCESS)
TestDisagreement = walk_over(PLAIN_DISAGREEMENT)


def test_every_table_is_walked() -> None:
    assert {id(table) for table in tables().values()} == {id(each.table) for each in PROCEDURES}


@pytest.mark.parametrize("procedure", PROCEDURES, ids=lambda each: each.table.name)
def test_the_plain_telling_names_every_state_action_and_clock_and_no_other(procedure: Procedure) -> None:
    table = procedure.table
    assert set(procedure.leads) == set(table.states)
    told = {(state, action): to or state for state, leads in procedure.leads.items() for action, to in leads.items()}
    assert told == {(state, action): row.target or state for (state, action), row in table.from_state.items()}
    assert set(procedure.clocks) == {*table.opens, *(kind for row in table.transitions for kind in row.starts)}


@pytest.mark.parametrize("procedure", PROCEDURES, ids=lambda each: each.table.name)
def test_whatever_path_a_case_takes_its_clocks_start_and_end_as_told(procedure: Procedure) -> None:
    """Every state with every set of clocks that may run in it, whatever the guards would say."""
    table = procedure.table
    opened = frozenset(kind for kind, life in procedure.clocks.items() if OPENING in life.begins)
    assert opened == set(table.opens)
    ahead, seen = [(table.initial, opened)], set()
    while ahead:
        state, running = case = ahead.pop()
        for action, target in procedure.leads[state].items() if case not in seen else ():
            told = procedure.run_as_told(running, state, action)
            assert procedure.run_as_written(running, table.from_state[state, action]) == told, (case, action)
            ahead.append((target or state, told[0]))
        seen.add(case)
    assert {running for state, running in seen if state in table.final} == {frozenset()}


@pytest.mark.parametrize("procedure", PROCEDURES, ids=lambda each: each.table.name)
def test_everybody_is_told_in_every_state_why_not(procedure: Procedure) -> None:
    """Every action by every role with full and empty hands, in every way that what it looks at may be."""
    usual = {name: values.split()[0] for name, values in procedure.facts.items()}
    for state, action, role, hands in product(procedure.leads, [*procedure.actions, "dance"], ROLES, HANDS):
        looked_at = {name for why in procedure.refuses.get(action, ()) for name in why.when} & set(usual)
        names = sorted(looked_at) if action in procedure.leads[state] else []
        for values in product(*(procedure.facts[name].split() for name in names)):
            facts = {**usual, **dict(zip(names, values, strict=True)), "state": state, "role": role, "hands": hands}
            told = words_of_refusal(procedure.table, state, action, ROLES[role], procedure.sees(facts))
            assert told == procedure.tell_refusals(action, facts), facts
