"""A person decides: for each subject a route, a level, why, and why not each higher route that could be taken.

What is grave takes effect only when a manager other than the decider has approved it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from triage.access.actor import Actor
from triage.errors import Conflict, Invalid, Problem
from triage.models import Decision, Enquiry, Referral, Subject
from triage.models.codes import CHILDREN, CONSENTS, ROUTES, SERVICE_OF_ROUTE
from triage.services.choosing import as_choice, compare_decision
from triage.services.clocks import cancel_clocks, settle_clocks
from triage.services.contexts import enquiry_context
from triage.services.desk import Desk, seeing_all
from triage.services.events import record
from triage.services.firing import check_version, fire_action
from triage.services.first_view import name_of, refuse_unseen, refuse_veiled
from triage.services.opening_referral import hold_cases, hold_open_case, open_referral
from triage.services.outages import at_true_time
from triage.services.outbox import promise
from triage.services.protecting import alert, protect, protect_adult
from triage.services.reaching import hold_reached, pass_on
from triage.services.telling_open_case import tell_cases, tell_open_case
from triage.store.enquiries import follow_joins, list_joined
from triage.store.locking import lock, lock_people
from workflows.choice import higher_routes, needs_approval
from workflows.definition import IMMEDIATE_DANGER
from workflows.engine import Fired
from workflows.enquiry import ENQUIRY
from workflows.refusals import words


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
    sibling_reason: str = ""
    repeat_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide:
    """The decisions on all of an enquiry's subjects, made together. `done_at`: on paper, while the service was down."""

    enquiry_id: UUID
    decisions: tuple[SubjectDecision, ...]
    version: int | None = None
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A manager's answer to a decision that waits for one. `reason` says why it is sent back."""

    enquiry_id: UUID
    reason: str = ""
    version: int | None = None
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImmediateDanger:
    """Straight to social care with section 47 for every subject, whatever changed since. `reason` says what danger.

    `since`: whoever tells of it knew the enquiry as it stood then. None for somebody who may have known it at any time.
    """

    enquiry_id: UUID
    reason: str
    since: datetime | None = None


def decide(desk: Desk, command: Decide) -> Enquiry:
    """Keep the decisions and open what follows from them. Invalid, Stale or Conflict where it may not be.

    What needs a manager other than the decider is kept and waits for one. Whoever weighs enquiries has recorded their
    own first view of every subject before.
    """
    enquiry = lock(desk.session, Enquiry, command.enquiry_id)
    check_version(desk, enquiry, command.version)
    refuse_unseen(desk, enquiry)
    desk = at_true_time(desk, enquiry, command.done_at)
    chosen = _match_subjects(enquiry, command.decisions)
    choices = [as_choice(enquiry, subject, chosen[subject.id]) for subject in enquiry.subjects if subject.id in chosen]
    action = "propose" if any(map(needs_approval, choices)) else "decide"
    fired = fire_action(ENQUIRY, desk, enquiry, action, enquiry_context(desk, enquiry, choices=tuple(choices)))
    settle_clocks(desk, enquiry, fired, ENQUIRY.final)
    enquiry.state = fired.target
    decisions = [_add_decision(desk, enquiry, subject, chosen[subject.id]) for subject in enquiry.subjects]
    if action == "propose":
        record(desk, enquiry, fired.row.event, decisions=[_in_short(each) for each in decisions])
    else:
        _take_effect(desk, enquiry, fired.row.event, decisions)
    return enquiry


def approve(desk: Desk, command: Answer) -> Enquiry:
    """Agree to what a colleague decided, which then takes effect.

    Stale, or Conflict for the decider's own, or before one's own first view.
    """
    enquiry, fired = _answer(desk, command, "approve")
    desk = at_true_time(desk, enquiry, command.done_at)
    settle_clocks(desk, enquiry, fired, ENQUIRY.final)
    enquiry.state = fired.target
    decisions = [subject.proposal for subject in enquiry.subjects]
    for decision in decisions:
        decision.approved_by_id, decision.approved_at = desk.actor.id, desk.now
    _take_effect(desk, enquiry, fired.row.event, decisions)
    return enquiry


def send_back(desk: Desk, command: Answer) -> Enquiry:
    """Let a colleague decide again, for the reason given. Refused as an approval is."""
    enquiry, fired = _answer(desk, command, "send_back")
    for subject in enquiry.subjects:
        subject.proposal.superseded_at = desk.now
    enquiry.state = fired.target
    record(desk, enquiry, fired.row.event, reason=command.reason)
    return enquiry


def _answer(desk: Desk, command: Answer, action: str) -> tuple[Enquiry, Fired]:
    """Where the answer leads. Even why it is sent back may tell others what the manager has yet to see."""
    enquiry = lock(desk.session, Enquiry, command.enquiry_id)
    check_version(desk, enquiry, command.version)
    refuse_veiled(desk, enquiry, action)
    context = enquiry_context(desk, enquiry, reason=command.reason.strip() or None)
    return enquiry, fire_action(ENQUIRY, desk, enquiry, action, context)


def act_on_immediate_danger(desk: Desk, command: ImmediateDanger, by: Actor | None = None) -> Enquiry:
    """Refer every subject to social care as red with section 47, now. A case that is open already is raised to that.

    No page is too old for it: whom a joined enquiry was about is protected in the other, which is answered with;
    whoever was split off, in theirs; and a closed enquiry protects them and stays closed. `by`, if it is not the actor,
    is whose role the table is asked for.
    """
    with seeing_all(desk):  # a locality sees its own of several children: all of them are protected
        reached = hold_reached(desk, command.enquiry_id, command.since)
        pass_on(desk, reached, command.reason)
        for enquiry in reversed(reached):
            if enquiry.joined_into_id is None:
                _declare(desk, enquiry, command.reason, by or desk.actor)
        return follow_joins(desk.session, lock(desk.session, Enquiry, command.enquiry_id))


def _declare(desk: Desk, enquiry: Enquiry, reason: str, by: Actor) -> None:
    """Danger to all whom this one enquiry is about."""
    is_closed = enquiry.state in ENQUIRY.final
    context = enquiry_context(desk, enquiry, reason=reason.strip() or None)
    asked, state = desk.with_actor(by), "decided" if is_closed else None
    fired = fire_action(ENQUIRY, asked, enquiry, IMMEDIATE_DANGER, context, state=state)
    settle_clocks(desk, enquiry, fired, ENQUIRY.final)
    enquiry.state = enquiry.state if is_closed else fired.target
    _protect_subjects(desk, enquiry, reason, fired.row.event)


def _protect_subjects(desk: Desk, enquiry: Enquiry, reason: str, event: str) -> None:
    """Red, and every subject is protected, whatever was decided before."""
    enquiry.rag = "red"
    for decision in (each.decision or each.proposal for each in enquiry.subjects):
        if decision:
            decision.superseded_at = desk.now
    desk.session.flush()  # one decision a subject is in force: the old ones go before the new ones come
    decisions = [_add_decision(desk, enquiry, each, _in_danger(each, reason)) for each in enquiry.subjects]
    _take_effect(desk, enquiry, event, decisions, danger=reason)


def _in_danger(subject: Subject, reason: str) -> SubjectDecision:
    """A child goes to social care with section 47; an adult at once to adult safeguarding."""
    is_child = subject.person.kind in CHILDREN
    route = "social_care" if is_child else "adult_safeguarding"
    return SubjectDecision(subject_id=subject.id, level=4, route=route, reason=reason, section_47=is_child)


def attach(desk: Desk, enquiry: Enquiry, reason: str) -> dict[str, object]:
    """Give what was told to the workers of the subjects' open cases: a decision for each, and no new referral.

    Conflict where somebody's case has closed meanwhile: at level 4 the one with social care.
    """
    # Everybody before any case, as decisions have it: two families of the same children never wait in a ring.
    lock_people(desk.session, (each.person_id for each in enquiry.subjects))
    _refuse_early_help_alone(desk, [each for each in enquiry.subjects if each.gravest.level == 4])
    now = {"route": "existing_case", "reason": reason}
    decisions = [
        _add_decision(
            desk,
            enquiry,
            subject,
            SubjectDecision(subject_id=subject.id, level=subject.recommendation.level, **now),
        )
        for subject in enquiry.subjects
    ]
    return _settle(desk, enquiry, decisions)


def _refuse_early_help_alone(desk: Desk, subjects: list[Subject]) -> None:
    """Conflict for whoever has no open case with social care: one that is open stays so until this is done."""
    below = [name_of(each) for each in subjects if hold_open_case(desk, each.person_id) is None]
    if below:
        raise Conflict(Problem("decide_level_4", words("decide_level_4", early_help_alone=", ".join(below))))


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
        sibling_reason=chosen.sibling_reason,
        repeat_reason=chosen.repeat_reason,
    )
    desk.session.add(decision)
    return decision


def _take_effect(
    desk: Desk, enquiry: Enquiry, event: str, decisions: list[Decision], danger: str | None = None
) -> None:
    """The decisions stand from now: what they open is opened, and whoever told us is told."""
    told = _settle(desk, enquiry, decisions, danger)
    record(desk, enquiry, event, **told)


def _settle(desk: Desk, enquiry: Enquiry, decisions: list[Decision], danger: str | None = None) -> dict[str, object]:
    cancel_clocks(desk, enquiry)
    minutes = desk.pack.calendar.working_minutes_between(enquiry.received_at, desk.now)
    if enquiry.decided_at is None:  # danger that is declared late makes the first decision no later than it was
        enquiry.decided_at, enquiry.working_minutes_to_decision = desk.now, minutes
    lock_people(desk.session, (each.subject.person_id for each in decisions))
    for decision in decisions:
        decision.took_effect_at = desk.now
        known = hold_cases(desk, decision.subject.person_id)  # before the decision opens one, which needs no telling
        told = _follow(desk, enquiry, decision, danger)
        tell_cases(desk, enquiry, (case for case in known if case is not told))
    for told in (enquiry, *list_joined(desk.session, enquiry.id)):
        if told.referrer_email:
            promise(desk, "notify_outcome", enquiry_id=str(told.id))
    return {"decisions": [_in_short(each) for each in decisions], "working_minutes": minutes}


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
        **{name: said for name in ("sibling_reason", "repeat_reason") if (said := getattr(decision, name))},
    }


def _follow(desk: Desk, enquiry: Enquiry, decision: Decision, danger: str | None) -> Referral | None:
    """Open the referral that was decided on, or give the news to the open case that was: that one, told already."""
    if danger and decision.section_47:
        protect(desk, decision.subject.person, danger, enquiry=enquiry, decision=decision)
    elif danger:
        protect_adult(desk, danger, enquiry, decision)
    elif decision.route in SERVICE_OF_ROUTE:
        referral = open_referral(desk, enquiry, decision)
        if decision.section_47 and decision.route == "social_care":
            alert(desk, referral, danger=False)
    elif decision.route == "existing_case":
        return tell_open_case(desk, enquiry, decision)
    return None
