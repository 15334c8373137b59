"""What the guards of the workflow tables may look at, gathered from rows."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from triage.models import AgencyCheck, Clock, Enquiry, PolicyVersion, Referral, Subject, Transfer
from triage.models.codes import CLOSURES_OF
from triage.services.assessing import went_further
from triage.services.clocks import (
    ASSESSMENTS,
    OF_CHECKS,
    OUTLIVES,
    is_past_due,
    least_colour,
    running,
    timed_colour,
)
from triage.services.desk import Desk, seeing_all
from triage.services.first_view import name_of
from triage.services.gathering import Known, gather
from triage.store.enquiries import find_recognised, list_checks_beside
from triage.store.merges import has_merged
from triage.store.people import find_people_with_case
from triage.store.policies import find_newest
from triage.store.referrals import list_tellings
from triage.store.staff import name_of_user
from workflows import enquiry as enquiry_table
from workflows import referral as referral_table
from workflows.agency_check import WAITING, CheckContext
from workflows.calendar import LONDON
from workflows.clocks import assessment_variant
from workflows.early_help import EarlyHelpContext
from workflows.enquiry import EnquiryContext
from workflows.guards import LONGEST_PAUSE, NEVER_PAUSED
from workflows.other_authority import OTHER_AUTHORITY, OtherAuthorityContext
from workflows.policy import PolicyContext
from workflows.referral import LOCALITY, ReferralContext
from workflows.social_care import HARM, LONGEST_EXTENSION, SocialCareContext
from workflows.transfer import TransferContext

AWAITS_TEAM = ("social_care", "early_help")


def enquiry_context(desk: Desk, enquiry: Enquiry, **brought: object) -> EnquiryContext:
    """The enquiry as its table's guards see it, with what the actor brings."""
    known = {
        "current_rag": lambda: enquiry.rag,
        "timed_rag": lambda: timed_colour(enquiry),
        "unsaid": lambda: tuple(name_of(each) for each in enquiry.subjects if each.least_colour),
        "least_rag": lambda: least_colour(enquiry),
        "subjects": lambda: len(enquiry.subjects),
        "out": lambda: tuple(desk.pack.agencies[code] for code in list_out(desk, enquiry, _beside(desk, enquiry))),
        "referrals_pending": lambda: sum(_waits_for_others(desk, each) for each in enquiry.referrals),
        "with_edt": lambda: enquiry.with_edt,
        "is_own_proposal": lambda: any(_is_proposed_by(desk, each) for each in enquiry.subjects),
        "section_47_recommended": lambda: any(each.gravest.section_47 for each in enquiry.subjects),
        "is_serious": lambda: any(map(_is_serious, enquiry.subjects)),
        "without_case": lambda: tuple(map(name_of, _without_case(desk, enquiry.subjects, AWAITS_TEAM))),
        "early_help_alone": lambda: tuple(map(name_of, _with_early_help_alone(desk, enquiry))),
        "is_own_word": lambda: _said_who(desk, enquiry),
        "joined_into": lambda: _reference(desk, enquiry.joined_into_id),
        **_owned(desk, enquiry.owner_id, enquiry_table.MANAGES),
        **_timed(desk, enquiry),
    }
    return gather(EnquiryContext, known, **brought)


def list_out(desk: Desk, enquiry: Enquiry, beside: Iterable[AgencyCheck]) -> list[str]:
    """The agencies that have not answered about its people, here or, `beside` it, where they were asked before."""
    asked = (*enquiry.checks, *beside)
    return list(dict.fromkeys(check.agency_code for check in asked if is_out(check, desk.now)))


def is_out(check: AgencyCheck, at: datetime) -> bool:
    """Whether it was waited for then: what ended since was still out when something was done that is entered late."""
    return check.state in WAITING or (check.ended_at is not None and check.ended_at > at)


def _beside(desk: Desk, enquiry: Enquiry) -> Sequence[AgencyCheck]:
    return list_checks_beside(desk.session, enquiry)


def _with_early_help_alone(desk: Desk, enquiry: Enquiry) -> list[Subject]:
    """The subjects of level 4 whose only open case is early help's."""
    below = _without_case(desk, [each for each in enquiry.subjects if each.gravest.level == 4], ("social_care",))
    nowhere = _without_case(desk, below, AWAITS_TEAM)
    return [each for each in below if each not in nowhere]


def _without_case(desk: Desk, subjects: Sequence[Subject], services: Sequence[str]) -> list[Subject]:
    if not subjects:
        return []
    people = [subject.person_id for subject in subjects]
    known = find_people_with_case(desk.session, people, desk.now, services)
    return [subject for subject in subjects if subject.person_id not in known]


def _is_serious(subject: Subject) -> bool:
    """Whether nothing further would take a second person."""
    return subject.gravest.section_47 or subject.gravest.level >= 3


def _said_who(desk: Desk, enquiry: Enquiry) -> bool:
    """Whether somebody of whom it is serious is who they are by this actor's word."""
    serious = {subject.person_id for subject in enquiry.subjects if _is_serious(subject)}
    recognised = find_recognised(desk.session, enquiry, desk.actor.id)
    return bool(serious) and (not serious.isdisjoint(recognised) or has_merged(desk.session, serious, desk.actor.id))


def _waits_for_others(desk: Desk, referral: Referral) -> bool:
    """Whether nobody has it yet, or had it then: no team, or no authority that says so."""
    if referral.service == "other_authority":
        return referral.closed_at is None or referral.closed_at > desk.now
    had_at = referral.allocated_at
    waits = referral.state == "requested" or (had_at is not None and had_at > desk.now)
    return referral.service in AWAITS_TEAM and waits


def _is_proposed_by(desk: Desk, subject: Subject) -> bool:
    return subject.proposal is not None and subject.proposal.decided_by_id == desk.actor.id


def _reference(desk: Desk, enquiry_id: UUID | None) -> str:
    enquiry = desk.session.get(Enquiry, enquiry_id) if enquiry_id else None
    return enquiry.reference if enquiry else ""  # a locality may not see it


def _owned(desk: Desk, owner_id: UUID | None, managers: frozenset[str]) -> Known:
    return {
        "owner": lambda: name_of_user(desk.session, owner_id) if owner_id else None,
        "is_owner": lambda: owner_id == desk.actor.id,
        "is_manager": lambda: desk.actor.role in managers,
    }


def _timed(desk: Desk, case: Enquiry | Referral) -> Known:
    today = desk.today
    return {
        "clocks": lambda: _kinds(_ours(case, "running")),
        "paused": lambda: _kinds(_ours(case, "paused")),
        "unpausable": lambda: _kinds(each for each in _ours(case, "running") if _runs_on(desk, case, each)),
        "today": lambda: today,
        "latest_until": lambda: desk.pack.calendar.next_working_day(today, LONGEST_PAUSE),
    }


def _ours(case: Enquiry | Referral, state: str) -> Iterator[Clock]:
    """A partner's clock is the partner's: it is chased, not paused. Who disagrees was told by when we answer."""
    return (clock for clock in case.clocks if clock.kind not in (OF_CHECKS, *OUTLIVES) and clock.state == state)


def _kinds(clocks: Iterable[Clock]) -> frozenset[str]:
    return frozenset(clock.kind for clock in clocks)


def _runs_on(desk: Desk, case: Enquiry | Referral, clock: Clock) -> bool:
    """Whether it must: a red's until it is done, as where a child may be hurt, and what is late already.

    Till somebody rates an enquiry it has the colour that the policy recommends.
    """
    rag = case.rag or (timed_colour(case) if isinstance(case, Enquiry) else None)
    return "red" in (clock.variant, rag) or clock.kind in NEVER_PAUSED or is_past_due(desk, clock)


def referral_context(desk: Desk, referral: Referral, **brought: object) -> ReferralContext:
    """The referral as its service's table's guards see it, with what the actor brings."""
    kind = CONTEXTS.get(referral.service, ReferralContext)
    known = {
        "closures": lambda: tuple(CLOSURES_OF[referral.service]),
        "has_team": lambda: referral.team_code is not None,
        "is_colleague": lambda: _works_there(desk, referral),
        "is_assessed": lambda: referral.assessed_at is not None,
        "assessment_done": lambda: referral.assessed_at is not None and not running(referral, ASSESSMENTS),
        "is_late": lambda: _is_late(desk, referral),
        "child_protection_plan": lambda: referral.child_protection_plan,
        "transfer_offered": lambda: referral.offer is not None,
        **_owned(desk, referral.worker_id, referral_table.MANAGES),
        **_timed(desk, referral),
        **OF_SERVICE.get(referral.service, _nothing_more)(desk, referral),
    }
    wanted = {name: value for name, value in brought.items() if name in kind.__dataclass_fields__}
    return gather(kind, known, **wanted)


def _of_social_care(desk: Desk, referral: Referral) -> Known:
    on, today = (at.astimezone(LONDON).date() for at in (referral.requested_at, desk.now))
    return {
        "discussion_owed": lambda: bool(running(referral, ("strategy_discussion",))),
        "latest_expected_on": lambda: desk.pack.calendar.next_working_day(today, LONGEST_EXTENSION),
        "early_help_open": lambda: _has_early_help(desk, referral),
        "two_assessments": lambda: assessment_variant(on) == "initial",
        "need_known": lambda: referral.primary_need is not None,
        "went_further": lambda: went_further(referral),
    }


def _has_early_help(desk: Desk, referral: Referral) -> bool:
    with seeing_all(desk):  # it may be another locality's
        return bool(find_people_with_case(desk.session, [referral.person_id], desk.now, ("early_help",)))


def _of_other_authority(desk: Desk, referral: Referral) -> Known:
    return {
        "has_authority": lambda: referral.to_authority is not None,
        "is_own_hand_over": lambda: _handed_over(desk, referral),
        "is_hub_manager": lambda: _manages_now(desk),
        "section_47": lambda: referral.section_47,
    }


def _manages_now(desk: Desk) -> bool:
    """The hub's managers or, while the office is closed, the Emergency Duty Team in their stead."""
    is_night = not desk.pack.calendar.is_open(desk.now)
    return desk.actor.role in enquiry_table.MANAGES or (is_night and desk.actor.role in enquiry_table.NIGHT)


def _handed_over(desk: Desk, referral: Referral) -> bool:
    """Whether this actor did so last: by deciding, whoever approved it, or by handing it over again."""
    last = list_tellings(desk.session, referral.id)[-1]
    if last.type != OTHER_AUTHORITY.begins:
        return last.actor_id == desk.actor.id
    before = [each for each in referral.subject.decisions if each.took_effect_at is not None]
    decided = max((each.took_effect_at, each.decided_by_id) for each in before if each.took_effect_at <= last.at)
    return decided[1] == desk.actor.id


def _nothing_more(desk: Desk, referral: Referral) -> Known:
    return {}


OF_SERVICE: dict[str, Callable[[Desk, Referral], Known]] = {
    "social_care": _of_social_care,
    "other_authority": _of_other_authority,
}


def _works_there(desk: Desk, referral: Referral) -> bool:
    """Only a locality's people belong to one team: the hub and the Emergency Duty Team work for all of them."""
    return desk.actor.role not in LOCALITY or referral.team_code in (None, desk.actor.team_code)


def is_elsewhere(desk: Desk, referral: Referral) -> bool:
    """Whether it is another locality's case: the actor's is offered it, may read it, and does not work it yet."""
    return desk.actor.locality_code not in (None, referral.locality_code)


CONTEXTS = {
    "social_care": SocialCareContext,
    "early_help": EarlyHelpContext,
    "other_authority": OtherAuthorityContext,
}


def _is_late(desk: Desk, referral: Referral) -> bool:
    """Whether the assessment is past due and nobody has said why: an extension did, up to the day that it names."""
    expected_on, today = referral.assessment_expected_on, desk.today
    said_why = expected_on is not None and today <= expected_on
    return not said_why and any(is_past_due(desk, clock) for clock in running(referral, ASSESSMENTS))


def check_context(*, reason: str = "", answer: str = "") -> CheckContext:
    """A check as its table's guards see it."""
    return CheckContext(reason=reason.strip() or None, answer=answer.strip() or None)


def offer_context(desk: Desk, offer: Transfer, *, reason: str = "") -> TransferContext:
    """The offer of a transfer as its table's guards see it."""
    here, case, is_hub = desk.actor.locality_code, offer.referral, desk.actor.role not in LOCALITY
    is_ours = here is not None and here == offer.from_locality_code
    return TransferContext(
        reason=reason.strip() or None,
        is_manager=desk.actor.role in referral_table.MANAGERS,
        is_asked=is_hub or (is_ours if offer.to_authority else not is_ours and _is_of_asked_team(desk, offer)),
        is_offering=is_hub or is_ours,
        is_own_offer=offer.offered_by_id == desk.actor.id,
        to_authority=offer.to_authority is not None,
        section_47_open=case is None or case.section_47 or case.state in HARM,  # a locality may not see it any more
    )


def _is_of_asked_team(desk: Desk, offer: Transfer) -> bool:
    """Whether the actor works in the team that is offered the case, or manages its locality."""
    actor = desk.actor
    manages = actor.role == "locality_manager" and actor.locality_code is not None
    return actor.team_code == offer.to_team_code or (manages and actor.locality_code == offer.to_locality_code)


def policy_context(desk: Desk, policy: PolicyVersion, **brought: object) -> PolicyContext:
    """A version of the thresholds as its table's guards see it, with what the actor brings."""
    return PolicyContext(
        is_own=policy.drafted_by_id == desk.actor.id,
        is_shipped=policy.drafted_by_id is None,
        is_manager=desk.actor.role == "mash_manager",
        effective_from=policy.effective_from,
        today=desk.today,
        newest_from=find_newest(desk.session, policy.name),
        **brought,
    )
