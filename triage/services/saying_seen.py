"""Saying what was seen of those whom an enquiry is about: at first, or again. The policy is asked again as of then."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, fields
from uuid import UUID

from triage.errors import Invalid, Problem
from triage.models import Enquiry, Subject
from triage.models.codes import RAGS
from triage.services.clocks import recommended_colour, retime_clocks, timed_colour
from triage.services.desk import Desk
from triage.services.events import record
from triage.services.facts import recommend_for
from triage.services.firing import check_version
from triage.services.linking import check_who_and_when
from triage.services.night import give_red_to_night
from triage.services.policies import policy_for
from triage.store.locking import lock
from workflows.enquiry import RECOGNISES, UNDECIDED, is_less_urgent

Details = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was seen of one subject, whole: what was there and is left out is taken away."""

    subject_id: UUID
    indicators: tuple[str, ...] = ()
    needs: str = ""
    mobile: bool | None = None
    plan_failed: bool | None = None
    needs_immediate_protection: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SaySeen:
    """What was seen of some of an enquiry's subjects or of all. `reason`: who told us, or how it is known."""

    enquiry_id: UUID
    seen: tuple[Seen, ...]
    reason: str
    version: int | None = None


BESIDE = tuple(each.name for each in fields(Seen) if each.name not in ("subject_id", "indicators"))


def say_seen(desk: Desk, command: SaySeen) -> Enquiry:
    """Keep what was seen, ask the policy again, and time the screening by its answer.

    Conflict for whoever may not say so, once it is decided, or while a decision waits for a manager; Stale; Invalid
    without a reason, for somebody whom it is not about, or for what the list of that day does not have.
    """
    enquiry = lock(desk.session, Enquiry, command.enquiry_id)
    check_version(desk, enquiry, command.version)
    check_who_and_when(desk, enquiry)
    subjects = {subject.id: subject for subject in enquiry.subjects}
    known = policy_for(desk, enquiry.received_at).vocabulary.indicators
    if problems := tuple(_check(command, subjects, known)):
        raise Invalid(*problems)
    before = recommended_colour(enquiry)
    told = [_keep(desk, subjects[each.subject_id], each) for each in command.seen]
    retimed = _retime(desk, enquiry, before)
    record(desk, enquiry, "said_what_was_seen", seen=told, reason=command.reason.strip(), **retimed)
    return enquiry


def may_say_seen(desk: Desk, enquiry: Enquiry) -> bool:
    """Whether this actor may say now what was seen."""
    return desk.actor.role in RECOGNISES and enquiry.state in UNDECIDED


def _check(command: SaySeen, subjects: Collection[UUID], known: Collection[str]) -> Iterator[Problem]:
    if not command.reason.strip():
        yield Problem("no_reason", "Say who told us, or how you know.", "reason")
    if not command.seen:
        yield Problem("no_subject", "Say of whom this was seen.", "seen")
    told: set[UUID] = set()
    for number, each in enumerate(command.seen):
        at = f"seen.{number}"
        if each.subject_id not in subjects:
            yield Problem("unknown_subject", "This enquiry is not about that person.", f"{at}.subject_id")
        if each.subject_id in told:
            yield Problem("twice", "Say it once for each person.", f"{at}.subject_id")
        told.add(each.subject_id)
        for place, code in enumerate(each.indicators):
            if code not in known:
                message = f"There is no indicator {code!r} in the thresholds that held when this was received."
                yield Problem("unknown_code", message, f"{at}.indicators.{place}")


def _keep(desk: Desk, subject: Subject, seen: Seen) -> Details:
    """What was added and what was taken away, beside what else is known otherwise now: each as it was before."""
    had, has = set(subject.indicators), set(seen.indicators)
    changed = {name: getattr(subject, name) for name in BESIDE if getattr(subject, name) != getattr(seen, name)}
    subject.indicators = sorted(has)
    for name in changed:
        setattr(subject, name, getattr(seen, name))
    subject.seen_said_at = desk.now
    recommend_for(desk, subject.enquiry, subject, known_before=True)
    whom = {"subject": subject.ordinal, "subject_id": str(subject.id)}
    return (
        whom | {"added": sorted(has - had), "taken_away": sorted(had - has)} | ({"before": changed} if changed else {})
    )


def _retime(desk: Desk, enquiry: Enquiry, before: str) -> Details:
    """Time the screening by what is recommended now, where that is what it was timed by, or where it is more urgent.

    What a person rated stays, but for what has become more urgent than they knew.
    """
    now, timed = recommended_colour(enquiry), enquiry.rag or timed_colour(enquiry)
    is_more = is_less_urgent(before, now) and is_less_urgent(timed or RAGS[-1], now)
    if not is_more and (enquiry.rag or timed != before or now == before):
        return {}
    retime_clocks(desk, enquiry, now)
    told = {"rag": now, "rated_before": enquiry.rag} if enquiry.rag else {}
    enquiry.rag = enquiry.rag and now
    return told | give_red_to_night(desk, enquiry, now)
