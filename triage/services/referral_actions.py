"""What may be done to a referral: the service's table says who may and when, EFFECTS what each changes besides."""

from collections.abc import Callable
from typing import Any

from triage.errors import Conflict, Problem
from triage.models import Referral
from triage.models.codes import TABLES
from triage.services import allocating, casework, closing_referral, other_authority, planning
from triage.services.clocks import pause_clock, resume_clock, settle_clocks, start_clocks
from triage.services.colleagues import find_colleague
from triage.services.contexts import is_elsewhere, referral_context
from triage.services.desk import Desk, seeing_all
from triage.services.events import record
from triage.services.firing import check_version, fire_action, refuse_unasked
from triage.services.outages import at_true_time, names_time
from triage.services.outbox import promise
from triage.services.referral_command import Details, ReferralAction
from triage.services.transfers import offer_transfer
from triage.store.locking import lock, lock_people
from triage.store.referrals import find_person_id
from workflows.definition import IMMEDIATE_DANGER
from workflows.refusals import words


def act_on_referral(desk: Desk, command: ReferralAction) -> Referral:
    """Do the action, or refuse: Stale, Conflict (with every reason), Invalid, or NotFound for one there is not."""
    if command.action == IMMEDIATE_DANGER:
        return _declare_danger(desk, command)
    referral = _lock(desk, command)
    check_version(desk, referral, command.version)
    if is_elsewhere(desk, referral):
        raise Conflict(Problem("another_locality", words("another_locality")))
    return _do(desk, referral, command)


def _declare_danger(desk: Desk, command: ReferralAction) -> Referral:
    """No page is too old for it: the case may have changed since, or have gone to another locality.

    Whoever shows what is answered asks first whether the actor sees it: see `is_seen`.
    """
    with seeing_all(desk):
        referral = _lock(desk, command)
        table = TABLES[referral.service]
        if IMMEDIATE_DANGER in table.actions and referral.state in table.final:
            raise Conflict(Problem("danger_after_closing", words("danger_after_closing")))
        return _do(desk, referral, command)


def _lock(desk: Desk, command: ReferralAction) -> Referral:
    """Enquiry, child, case, as decisions have it: those who act at once never wait for each other in a ring.

    What is done may open another case of the child, raise one, or end this one, after which the child may come back.
    """
    if command.action == "take_back":
        other_authority.hold_enquiry(desk, command.referral_id)
    lock_people(desk.session, [find_person_id(desk.session, command.referral_id)])
    return lock(desk.session, Referral, command.referral_id)


def _do(desk: Desk, referral: Referral, command: ReferralAction) -> Referral:
    table = TABLES[referral.service]
    refuse_unasked(table, command, *names_time(desk, Referral, command.action))
    desk = at_true_time(desk, referral, command.done_at)
    fired = fire_action(table, desk, referral, command.action, _context(desk, referral, command))
    settle_clocks(desk, referral, fired, table.final)
    details = EFFECTS.get(command.action, _nothing_more)(desk, referral, command)
    referral.state = fired.target
    start_clocks(desk, referral, fired.row.starts, fired.row.event)
    record(desk, referral, fired.row.event, **details, **({"reason": command.reason} if command.reason else {}))
    return referral


def _context(desk: Desk, referral: Referral, command: ReferralAction) -> Any:
    worker = find_colleague(desk, command.worker_id, command.team_code or referral.team_code)
    return referral_context(
        desk,
        referral,
        reason=command.reason.strip() or None,
        team_code=command.team_code,
        provider_code=command.provider_code,
        to_worker=worker.name if worker else None,
        closure=command.closure,
        consent=command.consent,
        lead_practitioner=command.lead_practitioner.strip() or None,
        clock=command.clock,
        until=command.until,
        invited=frozenset(command.invited),
        came=frozenset(command.came),
        primary_need=command.primary_need,
        child_seen=command.child_seen,
        factors=tuple(command.factors),
        category_of_abuse=command.category_of_abuse,
        expected_on=command.expected_on,
        transfer_to=command.transfer_to.strip() or None,
        family_rating=command.family_rating,
        rating_reason=command.rating_reason.strip() or None,
    )


def _nothing_more(desk: Desk, referral: Referral, command: ReferralAction) -> Details:
    return {}


def _chase(desk: Desk, referral: Referral, command: ReferralAction) -> Details:
    """Write to the team that it waits with: a chase that nobody reads is none."""
    if "email" in desk.pack.teams.get(referral.team_code, {}):
        promise(desk, "chase_team", referral_id=str(referral.id), waits_in=referral.state)
    return {}


def _pause(desk: Desk, referral: Referral, command: ReferralAction) -> Details:
    return pause_clock(desk, referral, command.clock, command.reason, command.until)


def _resume(desk: Desk, referral: Referral, command: ReferralAction) -> Details:
    return resume_clock(desk, referral, command.clock)


EFFECTS: dict[str, Callable[[Desk, Referral, ReferralAction], Details]] = {
    "allocate": allocating.allocate,
    "accept": allocating.accept,
    "return": allocating.give_back,
    "reassign": allocating.reassign,
    "chase": _chase,
    "claim": allocating.claim,
    "hand_over": allocating.hand_over,
    "contact_family": casework.contact_family,
    "start_assessment": casework.start_assessment,
    "extend_assessment": casework.extend_assessment,
    "complete_assessment": casework.complete_assessment,
    "say_primary_need": casework.say_primary_need,
    "start_core_assessment": casework.start_core_assessment,
    "ask_for_discussion": casework.ask_for_discussion,
    "call_strategy_discussion": casework.call_strategy_discussion,
    "open_section_47": casework.open_section_47,
    "decline_section_47": casework.decline_section_47,
    "end_section_47": casework.end_section_47,
    "make_protection_plan": planning.make_protection_plan,
    "make_plan": planning.make_plan,
    "review_plan": planning.review_plan,
    "end_protection_plan": planning.end_protection_plan,
    "offer_transfer": offer_transfer,
    "close": closing_referral.close_case,
    "record_outcome": closing_referral.close,
    "accept_refusal": closing_referral.close,
    "withdraw": closing_referral.close,
    "cease": closing_referral.close,
    "record_acknowledgement": closing_referral.close,
    "hand_over_again": other_authority.hand_over_again,
    "take_back": other_authority.take_back,
    "step_up": closing_referral.step_up,
    "step_down": closing_referral.step_down,
    "immediate_danger": closing_referral.declare_danger,
    "pause_clock": _pause,
    "resume_clock": _resume,
}
