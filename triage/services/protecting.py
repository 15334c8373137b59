"""A child who may be suffering significant harm: red, with section 47 and a discussion to hold, whatever is under way.

Immediate danger goes to social care at once. Section 47 that people decided on is asked for on the case that is open.
An adult goes to adult social care, which has no section 47, and is told as fast.
"""

from triage.access.actor import SYSTEM
from triage.models import Decision, Enquiry, Person, Referral
from triage.models.codes import SERVICE_OF_ROUTE, TABLES
from triage.services.clocks import run_all_on, settle_clocks, start_clocks
from triage.services.contexts import referral_context
from triage.services.desk import Desk, seeing_all
from triage.services.ending_offer import take_offer_back
from triage.services.events import record
from triage.services.firing import fire_action
from triage.services.opening_referral import hold_open_case, open_after, open_referral
from triage.services.outbox import promise
from triage.store.people import find_open_referral
from workflows.definition import IMMEDIATE_DANGER

ASKED = "ask_for_discussion"


def protect(
    desk: Desk,
    person: Person,
    danger: str,
    *,
    enquiry: Enquiry | None = None,
    decision: Decision | None = None,
    before: Referral | None = None,
) -> Referral:
    """The child's open social care case raised to section 47, or a new one: after a decision, or after another case."""
    with seeing_all(desk):  # the case may be another locality's
        case = hold_open_case(desk, person.id)
        if case is not None:
            return raise_case(desk, case, IMMEDIATE_DANGER, danger, enquiry or before)
        if decision is not None:
            referral = open_referral(desk, enquiry, decision)
        else:
            referral = open_after(desk, before, "social_care", danger=danger)
        alert(desk, referral)
        return referral


def name_protector(desk: Desk, referral: Referral) -> str:
    """Who has the child's social care case, wherever in the county: its team or, until it has one, where it waits."""
    with seeing_all(desk):
        case = find_open_referral(desk.session, referral.person_id, desk.now)
        team, locality = (case.team_code, case.locality_code) if case else (None, None)
        if team:
            return desk.pack.teams[team]["name"]
        return f"social care in {desk.pack.localities.get(locality, desk.pack.name)}"


def protect_adult(desk: Desk, danger: str, enquiry: Enquiry, decision: Decision) -> Referral:
    """The adult's open case with adult social care, told of the danger, or a new one. Nobody is handed over twice."""
    case = hold_open_case(desk, decision.subject.person_id, SERVICE_OF_ROUTE[decision.route])
    if case is None:
        case = open_referral(desk, enquiry, decision)
    else:
        record(desk, case, "immediate_danger_declared", reason=danger, told_by=enquiry.reference)
    case.rag = "red"
    run_all_on(desk, case)
    alert(desk, case)
    return case


def raise_case(desk: Desk, referral: Referral, action: str, reason: str, told_by: Enquiry | Referral) -> Referral:
    """Fire immediate danger, or the asking for a discussion, on an open case, saying where the news came from."""
    table = TABLES[referral.service]
    context = referral_context(desk, referral, reason=reason)
    # Who may tell of it was asked where it was told: it may be a partner, who works no case.
    fired = fire_action(table, desk.with_actor(SYSTEM), referral, action, context)
    settle_clocks(desk, referral, fired, table.final)
    mark_section_47(desk, referral, reason, danger=action == IMMEDIATE_DANGER)
    referral.state = fired.target
    start_clocks(desk, referral, fired.row.starts, fired.row.event)
    record(desk, referral, fired.row.event, reason=reason, told_by=told_by.reference)
    return referral


def mark_section_47(desk: Desk, referral: Referral, reason: str, *, danger: bool) -> None:
    """Red, section 47, no clock stands still, nothing is on offer, and whoever manages it is told at once."""
    referral.section_47, referral.rag = True, "red"
    run_all_on(desk, referral)
    take_offer_back(desk, referral, reason)
    alert(desk, referral, danger=danger)


def alert(desk: Desk, referral: Referral, *, danger: bool = True) -> None:
    """Tell the managers now: nobody waits for a list to be read."""
    promise(desk, "tell_danger", referral_id=str(referral.id), danger=danger)
