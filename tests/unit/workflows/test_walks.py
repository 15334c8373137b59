"""Random walks over each table beside a plain model written by hand: where an action leads, and what runs meanwhile."""

from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from workflows.agency_check import AGENCY_CHECK, CheckContext
from workflows.definition import Table
from workflows.engine import Refused, fire, permitted
from workflows.enquiry import ENQUIRY, Choice, EnquiryContext
from workflows.policy import POLICY, PolicyContext
from workflows.referral import REFERRAL, ReferralContext
from workflows.registry import tables

MADE = Choice(
    route="early_help", level=3, section_47=False, recommended_route="early_help", recommended_level=3,
    section_47_recommended=False, consent="given", why_not=frozenset(), reason="Asked for",
)  # fmt: skip
TEAM = {"reason": "Moved", "team_code": "a", "worker_id": "1", "consent": "given", "lead_practitioner": "A. Reed"}
LETTERS = {
    "O": "mash_officer",
    "W": "social_worker",
    "M": "mash_manager",
    "E": "early_help_unit",
    "L": "locality_worker",
    "K": "locality_manager",
    "A": "analyst",
    "P": "partner_system",
    "S": "system",
}
ROLES = tuple(LETTERS.values())


@dataclass(frozen=True)
class Plan:
    """A table told again: state -> action -> target; who may act, by letter; contexts that bring all or nothing.

    Where another may from one state, `who` names that state too: "published withdraw".

    `asks` are the actions that need something brought or standing; `full` satisfies all of them but `never`. At a state
    of `ends` whatever clock still runs is cancelled.
    """

    table: Table
    leads: dict[str, dict[str, str]]
    who: dict[str, str]
    full: Any
    empty: Any
    asks: frozenset[str]
    never: frozenset[str] = frozenset()
    ends: frozenset[str] = frozenset()


def referral_plan(service: str, closure: str, never: frozenset[str]) -> Plan:
    danger = {"immediate_danger": "closed"}
    working = {"reassign": "in_progress", "complete_assessment": "in_progress", "step_up": "closed"}
    return Plan(
        table=REFERRAL,
        leads={
            "requested": {"allocate": "allocated", **danger},
            "allocated": {"accept": "accepted", "return": "returned", "reassign": "allocated", **danger},
            "returned": {"allocate": "allocated", **danger},
            "accepted": {
                "start": "in_progress",
                "reassign": "accepted",
                "step_up": "closed",
                "close": "closed",
                **danger,
            },
            "in_progress": {**working, "step_down": "closed", "close": "closed", **danger},
            "closed": {},
        },
        who={
            "allocate": "OWMES",
            "accept": "LK",
            "return": "LK",
            "reassign": "MEK",
            "start": "LK",
            "close": "LK",
            "complete_assessment": "LK",
            "step_up": "LKE",
            "step_down": "LK",
            "immediate_danger": "OWMELKS",
        },
        full=ReferralContext(service=service, closure=closure, **TEAM),
        empty=ReferralContext(service=service),
        asks=frozenset({"allocate", "return", "reassign", "step_up", "step_down", "close", "immediate_danger"}),
        never=never,
        ends=frozenset({"closed"}),
    )


def policy_plan(is_own: bool, never: frozenset[str]) -> Plan:
    days = {"effective_from": date(2016, 2, 1), "today": date(2016, 1, 4), "newest_from": date(2015, 11, 1)}
    return Plan(
        table=POLICY,
        leads={
            "draft": {"revise": "draft", "review": "reviewed", "withdraw": "withdrawn"},
            "reviewed": {"send_back": "draft", "publish": "published", "withdraw": "withdrawn"},
            "published": {"supersede": "superseded", "withdraw": "withdrawn"},
            "superseded": {"restore": "published"},
            "withdrawn": {},
        },
        who={
            "revise": "ME",
            "review": "M",
            "send_back": "M",
            "publish": "M",
            "supersede": "S",
            "restore": "S",
            "withdraw": "ME",
            "published withdraw": "M",
        },
        full=PolicyContext(is_own=is_own, is_manager=True, reason="Page 12", text="name: x", proved=True, **days),
        empty=PolicyContext(is_own=is_own, is_manager=True, **days),
        asks=frozenset({"revise", "send_back", "publish", "withdraw"}),
        never=never,
    )


DANGER = {"immediate_danger": "decided"}
PLANS = {
    "enquiry": Plan(
        table=ENQUIRY,
        leads={
            "received": {"start_screening": "screening", "withdraw": "closed", **DANGER},
            "screening": {
                "set_rag": "screening", "request_check": "checking", "finish_screening": "awaiting_decision",
                "withdraw": "closed", **DANGER,
            },
            "checking": {
                "set_rag": "checking", "request_check": "checking", "finish_checks": "awaiting_decision",
                "withdraw": "closed", **DANGER,
            },
            "awaiting_decision": {"set_rag": "awaiting_decision", "decide": "decided", **DANGER},
            "decided": {"close": "closed", "reopen": "screening"},
            "closed": {"reopen": "screening"},
        },
        who={
            "start_screening": "WM", "set_rag": "WM", "request_check": "WM", "finish_screening": "WM", "decide": "WM",
            "finish_checks": "WM", "withdraw": "WM", "reopen": "WM", "close": "OWMS", "immediate_danger": "OWMS",
        },
        full=EnquiryContext(reason="Known", rag="red", current_rag="green", subjects=1, choices=(MADE,)),
        empty=EnquiryContext(subjects=1, checks_outstanding=1, referrals_pending=1),
        asks=frozenset({
            "set_rag", "finish_screening", "finish_checks", "decide", "immediate_danger", "withdraw", "close", "reopen",
        }),
        ends=frozenset({"decided", "closed"}),
    ),
    "early help referral": referral_plan("early_help", "needs_met", frozenset({"step_down"})),
    "social care referral": referral_plan("social_care", "RC8", frozenset({"step_up", "immediate_danger"})),
    "agency check": Plan(
        table=AGENCY_CHECK,
        leads={
            "requested": {
                "answer": "answered", "nothing_known": "nothing_known", "decline": "declined", "chase": "requested",
            },
            "answered": {}, "nothing_known": {}, "declined": {},
        },
        who={"answer": "OWMPS", "nothing_known": "OWMPS", "decline": "OWMPS", "chase": "OWMS"},
        full=CheckContext(reason="Known"),
        empty=CheckContext(),
        asks=frozenset({"decline"}),
        ends=frozenset({"answered", "nothing_known", "declined"}),
    ),
    "one's own policy": policy_plan(True, frozenset({"review", "publish"})),
    "somebody else's policy": policy_plan(False, frozenset({"revise"})),
}  # fmt: skip


class Walk(RuleBasedStateMachine):
    """Tries anything at all, by anybody, with everything or nothing in hand."""

    plan: ClassVar[Plan]

    def __init__(self) -> None:
        super().__init__()
        self.state = self.plan.table.initial
        self.running = set(self.plan.table.opens)

    @rule(draw=st.data(), role=st.sampled_from(ROLES), full=st.booleans())
    def try_anything(self, draw: st.DataObject, role: str, full: bool) -> None:
        self.step(draw.draw(st.sampled_from([*self.plan.who, "dance", f"to_{self.plan.table.initial}"])), role, full)

    @rule(draw=st.data())
    def do_what_leads_on(self, draw: st.DataObject) -> None:
        """Walks further than blind tries would: an action of this state, by somebody who may."""
        if actions := self.plan.leads[self.state]:
            action = draw.draw(st.sampled_from(sorted(actions)))
            self.step(action, LETTERS[draw.draw(st.sampled_from(self.who_may(action)))], True)

    def who_may(self, action: str) -> str:
        return self.plan.who.get(f"{self.state} {action}") or self.plan.who.get(action, "")

    def step(self, action: str, role: str, full: bool) -> None:
        """One try, by the plan and by the engine: they agree."""
        plan, context = self.plan, self.plan.full if full else self.plan.empty
        target = plan.leads[self.state].get(action)
        able = role in (LETTERS[letter] for letter in self.who_may(action))
        ready = action not in plan.never and (full or action not in plan.asks)
        if target and able and ready:
            self.move(target, action, role, context)
            return
        with pytest.raises(Refused):
            fire(plan.table, self.state, action, role, context)

    def move(self, target: str, action: str, role: str, context: Any) -> None:
        """Clocks: none starts while it runs; what still runs at an end is cancelled."""
        fired = fire(self.plan.table, self.state, action, role, context)
        assert fired.target == target
        self.running -= set(fired.stops)
        if target in self.plan.ends:
            self.running.clear()
        assert not self.running & set(fired.starts)
        self.running |= set(fired.starts)
        self.state = target

    @invariant()
    def permitted_lists_this_states_actions_and_agrees_with_firing(self) -> None:
        for role in ("mash_manager", "locality_manager", "analyst"):
            listed = permitted(self.plan.table, self.state, role, self.plan.full)
            assert {each.action for each in listed} == set(self.plan.leads[self.state])
            for each in listed:
                if each.allowed and not each.needs:
                    fire(self.plan.table, self.state, each.action, role, self.plan.full)
                    continue
                with pytest.raises(Refused) as caught:
                    fire(self.plan.table, self.state, each.action, role, self.plan.full)
                assert (each.reasons or each.needs) == caught.value.reasons[: len(each.reasons or each.needs)]


def walk_over(plan: Plan) -> type[RuleBasedStateMachine]:
    case = type("Walk", (Walk,), {"plan": plan}).TestCase
    case.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
    return case


TestEnquiry = walk_over(PLANS["enquiry"])
TestEarlyHelpReferral = walk_over(PLANS["early help referral"])
TestSocialCareReferral = walk_over(PLANS["social care referral"])
TestAgencyCheck = walk_over(PLANS["agency check"])
TestOwnPolicy = walk_over(PLANS["one's own policy"])
TestAnothersPolicy = walk_over(PLANS["somebody else's policy"])


def test_every_table_is_walked() -> None:
    assert {id(table) for table in tables().values()} == {id(plan.table) for plan in PLANS.values()}
