"""A person decides: for each subject a route, a level, why, and why not each higher route the policy recommended."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from triage.errors import Invalid, Problem
from triage.models import Decision, Enquiry, Subject
from triage.models.codes import CONSENTS, ROUTES, SERVICES
from triage.services.clocks import cancel_clocks, stop_clocks
from triage.services.contexts import as_choice, compare_decision, enquiry_context
from triage.services.desk import Desk
from triage.services.events import record
from triage.services.firing import check_version, fire_action
from triage.services.first_view import refuse_unseen
from triage.services.opening_referral import open_referral, tell_open_case
from triage.services.outbox import promise
from triage.store.locking import lock
from workflows.enquiry import ENQUIRY, higher_routes


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectDecision:
    """What was chosen for one subject. `why_not` gives a short reason for each higher route not taken."""

    subject_id: UUID
    level: int
    route: str
    reason: str
    section_47: bool = False
    consent: str | None = None
    why_not: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide:
    """The decisions on all of an enquiry's subjects, made together."""

    enquiry_id: UUID
    decisions: tuple[SubjectDecision, ...]
    version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImmediateDanger:
    """Straight to social care with section 47 for every subject, from any open state. `reason` says what danger."""

    enquiry_id: UUID
    reason: str
    version: int | None = None


def decide(desk: Desk, command: Decide) -> Enquiry:
    """Keep the decisions and open what follows from them. Invalid, Stale or Conflict where it may not be.

    Whoever weighs enquiries has recorded their own first view of every subject before.
    """
    enquiry = lock(desk.session, Enquiry, command.enquiry_id)
    check_version(desk, enquiry, command.version)
    refuse_unseen(desk, enquiry)
    chosen = _match_subjects(enquiry, command.decisions)
    choices = [as_choice(enquiry, subject, chosen[subject.id]) for subject in enquiry.subjects if subject.id in chosen]
    fired = fire_action(ENQUIRY, desk, enquiry, "decide", enquiry_context(enquiry, desk.actor.role, choices=choices))
    _carry_out(desk, enquiry, fired, chosen)
    return enquiry


def act_on_immediate_danger(desk: Desk, command: ImmediateDanger) -> Enquiry:
    """Refer every subject to social care as red with section 47, now."""
    enquiry = lock(desk.session, Enquiry, command.enquiry_id)
    check_version(desk, enquiry, command.version)
    context = enquiry_context(enquiry, desk.actor.role, reason=command.reason)
    fired = fire_action(ENQUIRY, desk, enquiry, "immediate_danger", context)
    enquiry.rag = "red"
    danger = {
        subject.id: SubjectDecision(
            subject_id=subject.id, level=4, route="social_care", reason=command.reason, section_47=True
        )
        for subject in enquiry.subjects
    }
    _carry_out(desk, enquiry, fired, danger)
    return enquiry


def _match_subjects(enquiry: Enquiry, decisions: tuple[SubjectDecision, ...]) -> dict[UUID, SubjectDecision]:
    known = {subject.id for subject in enquiry.subjects}
    problems = tuple(_check(decisions, known))
    if problems:
        raise Invalid(*problems)
    return {each.subject_id: each for each in decisions}


def _check(decisions: tuple[SubjectDecision, ...], known: set[UUID]) -> Iterator[Problem]:
    seen: set[UUID] = set()
    for number, each in enumerate(decisions):
        at = f"decisions.{number}"
        if each.subject_id not in known:
            yield Problem("unknown_subject", "This enquiry is not about that person.", f"{at}.subject_id")
        if each.subject_id in seen:
            yield Problem("twice", "Decide once for each person.", f"{at}.subject_id")
        seen.add(each.subject_id)
        if each.route not in ROUTES:
            yield Problem("unknown_code", f"Choose a route: {', '.join(ROUTES)}.", f"{at}.route")
        if not 1 <= each.level <= 4:
            yield Problem("level", "A level is 1, 2, 3 or 4.", f"{at}.level")
        if each.consent is not None and each.consent not in CONSENTS:
            yield Problem("unknown_code", f"Choose one of: {', '.join(CONSENTS)}.", f"{at}.consent")
        if not each.reason.strip():
            yield Problem("no_reason", "Say why this is the right decision for this child.", f"{at}.reason")


def _carry_out(desk: Desk, enquiry: Enquiry, fired: object, chosen: Mapping[UUID, SubjectDecision]) -> None:
    stop_clocks(desk, enquiry, fired.stops)
    cancel_clocks(desk, enquiry)
    enquiry.state, enquiry.decided_at = fired.target, desk.now
    minutes = desk.pack.calendar.working_minutes_between(enquiry.received_at, desk.now)
    enquiry.working_minutes_to_decision = minutes
    decisions = [_add_decision(desk, enquiry, subject, chosen[subject.id]) for subject in enquiry.subjects]
    record(desk, enquiry, fired.event, decisions=[_in_short(each) for each in decisions], working_minutes=minutes)
    for decision in decisions:
        _follow(desk, enquiry, decision)
    if enquiry.referrer_email:
        promise(desk, "notify_outcome", enquiry_id=str(enquiry.id))


def _add_decision(desk: Desk, enquiry: Enquiry, subject: Subject, chosen: SubjectDecision) -> Decision:
    asked = higher_routes(as_choice(enquiry, subject, chosen))  # any other "why not" was typed and then taken back
    decision = Decision(
        subject=subject,
        recommendation=subject.recommendation,
        decided_at=desk.now,
        decided_by_id=desk.actor.id,
        level=chosen.level,
        route=chosen.route,
        section_47=chosen.section_47,
        consent=chosen.consent or enquiry.consent,
        reason=chosen.reason,
        why_not={rung: chosen.why_not[rung] for rung in asked if rung in chosen.why_not},
    )
    desk.session.add(decision)
    return decision


def _in_short(decision: Decision) -> dict[str, object]:
    """A decision as its event tells it: what was recommended, and how what was chosen stands to that."""
    recommended = decision.recommendation
    compared = compare_decision(decision)
    return {
        "subject": decision.subject.ordinal,
        "recommended": {
            "level": recommended.level,
            "route": recommended.route,
            "section_47": recommended.section_47,
        },
        "overridden": compared != "same",
        "compared": compared,
        "level": decision.level,
        "route": decision.route,
        "section_47": decision.section_47,
        "reason": decision.reason,
        "why_not": decision.why_not,
    }


def _follow(desk: Desk, enquiry: Enquiry, decision: Decision) -> None:
    """Open the referral that was decided on; tell the worker of a case that is open already."""
    if decision.route in SERVICES:
        open_referral(desk, enquiry, decision)
    elif decision.route == "existing_case":
        tell_open_case(desk, enquiry, decision.subject)
