"""Two enquiries out of one, and one out of two. No clock begins anew by either."""

from collections.abc import Collection
from uuid import UUID

from triage.errors import Invalid, Problem
from triage.models import Clock, ClockPause, Enquiry, Subject
from triage.models.codes import RAGS
from triage.services.clocks import OF_CHECKS, retime_clocks, running, timed_colour
from triage.services.desk import Desk
from triage.services.events import record
from triage.services.facts import recommend_for
from triage.services.logging_enquiry import place_enquiry
from triage.services.night import give_red_to_night, give_to_night
from triage.store.enquiries import find_by_reference
from triage.store.locking import hold, lock, lock_people
from triage.store.references import next_enquiry_reference
from workflows.agency_check import WAITING
from workflows.calendar import LONDON
from workflows.enquiry import ENQUIRY, UNDECIDED

SAME = (
    *("state", "received_at", "out_of_hours", "channel", "source", "agency_code", "owner_id", "rag", "with_edt"),
    *("referrer_name", "referrer_role", "referrer_email", "referrer_phone", "referrer_may_be_named", "who_was_told"),
    *("consent", "consent_reason", "witnessed", "reported", "opinion", "child_voice"),
    *("authority", "district_code", "locality_code", "workflow_version"),
)
OF_CLOCK = (
    *("kind", "variant", "state", "started_at", "warn_at", "due_at", "limit_text", "authority", "escalate_to"),
    *("timescale_version", "paused_at", "warned_at", "breached_at", "escalated_at"),
)
OF_PAUSE = ("paused_at", "paused_by_id", "reason", "until", "resumed_at", "resumed_by_id")


def split(desk: Desk, enquiry: Enquiry, subject_ids: Collection[UUID], reason: str) -> dict[str, object]:
    """Move these subjects to an enquiry of their own, with the same telling, state and running clocks.

    Partners answer where they were asked; the other enquiry shows it, and waits for them too. Invalid where somebody is
    not a subject here.
    """
    strangers = set(subject_ids) - {subject.id for subject in enquiry.subjects}
    if strangers:
        raise Invalid(Problem("unknown_subject", "This enquiry is not about that person.", "subject_ids"))
    other = _copy(desk, enquiry)
    moving = [subject for subject in enquiry.subjects if subject.id in subject_ids]
    _move(desk, moving, other)
    _place(desk, other)
    for clock in running(enquiry):
        if clock.kind != OF_CHECKS:
            _run_beside(desk, clock, other)
    record(
        desk,
        other,
        "enquiry_received",
        reference=other.reference,
        split_from=enquiry.reference,
        subjects=[subject.name_as_given for subject in moving],
        reason=reason,
    )
    return {"into": other.reference, "subjects": [subject.name_as_given for subject in moving]}


def _copy(desk: Desk, enquiry: Enquiry) -> Enquiry:
    year = enquiry.received_at.astimezone(LONDON).year
    other = Enquiry(
        reference=next_enquiry_reference(desk.session, year),
        logged_at=desk.now,
        logged_by_id=desk.actor.id,
        split_from_id=enquiry.id,
        **{name: getattr(enquiry, name) for name in SAME},
    )
    desk.session.add(other)
    desk.session.flush()
    hold(desk.session, other)
    return other


def _move(desk: Desk, moving: list[Subject], to: Enquiry) -> None:
    """Flushed with the new numbers, for (enquiry, ordinal) is unique.

    Who came back is told anew of each of them, which locks them one by one: so all are locked in order before.
    """
    lock_people(desk.session, (subject.person_id for subject in moving))
    for subject in moving:
        subject.ordinal = 1 + max((each.ordinal for each in to.subjects), default=0)
        subject.enquiry = to
    desk.session.flush()


def _place(desk: Desk, other: Enquiry) -> None:
    """Where those who were split off live, if that is known; else where it was."""
    postcode = next((each.person.postcode for each in other.subjects if each.person.postcode), None)
    if postcode:
        place_enquiry(other, desk.pack.locate(postcode))


def _run_beside(desk: Desk, clock: Clock, other: Enquiry) -> None:
    """The same clock for the other enquiry: started, paused, warned of and breached when this one was."""
    twin = Clock(enquiry=other, **{name: getattr(clock, name) for name in OF_CLOCK})
    desk.session.add(twin)
    for pause in clock.pauses:
        desk.session.add(ClockPause(clock=twin, **{name: getattr(pause, name) for name in OF_PAUSE}))


def hold_joinable(desk: Desk, enquiry: Enquiry, reference: str) -> str | None:
    """How the enquiry of that reference stands to this one: "earlier", "later", "decided", or None for none.

    The earlier is locked: what this says of it stands until it is joined.
    """
    other = find_by_reference(desk.session, reference)
    if other is None or other is enquiry:
        return None
    is_earlier = (other.received_at, other.id) < (enquiry.received_at, enquiry.id)
    if is_earlier:  # always the later before the earlier, so that no two who join stand in a ring
        lock(desk.session, Enquiry, other.id)
    if other.state == "closed":
        return None
    if other.state not in UNDECIDED:
        return "decided"
    return "earlier" if is_earlier else "later"


def join(desk: Desk, enquiry: Enquiry, reference: str, reason: str) -> dict[str, object]:
    """Close this enquiry into the earlier one, which is then about everybody whom either was about."""
    into = lock(desk.session, Enquiry, find_by_reference(desk.session, reference).id)
    there = {subject.person.identity_id: subject for subject in into.subjects}
    moving = [subject for subject in enquiry.subjects if subject.person.identity_id not in there]
    again = [(there[one], each) for each in enquiry.subjects if (one := each.person.identity_id) in there]
    answers = [_add_what_was_seen(desk, into, here, too) for here, too in again]
    _move(desk, moving, into)
    asked = _hand_on_checks(enquiry, into)
    if asked:
        _wait_for_partners(into)
    handed = _keep_more_urgent(desk, into, [_urgency(enquiry), *answers])
    if enquiry.with_edt:
        handed |= give_to_night(desk, into)
    enquiry.joined_into_id = into.id
    told = {"subjects": [subject.name_as_given for subject in moving], **({"checks": asked} if asked else {})}
    record(desk, into, "enquiry_joined_here", reference=enquiry.reference, reason=reason, **told, **handed)
    return {"into": into.reference, **told}


def _hand_on_checks(enquiry: Enquiry, into: Enquiry) -> list[str]:
    """Partners who have not answered now answer there, by when they were asked to: their agencies."""
    waiting = [check for check in enquiry.checks if check.state in WAITING]
    for clock in running(enquiry, (OF_CHECKS,)):
        clock.enquiry = into
    for check in waiting:
        check.enquiry = into
    return [check.agency_code for check in waiting]


def _wait_for_partners(into: Enquiry) -> None:
    """As when a partner is asked there: nobody decides before the answer, unless they say why."""
    row = ENQUIRY.from_state.get((into.state, "request_check"))
    into.state = row.target if row else into.state


def _add_what_was_seen(desk: Desk, into: Enquiry, here: Subject, too: Subject) -> str:
    """The same child told of twice: the policy is asked again with all that was seen. Its colour."""
    here.indicators = sorted({*here.indicators, *too.indicators})
    here.needs = "\n".join(filter(None, (here.needs, too.needs)))
    here.mobile = too.mobile if here.mobile is None else here.mobile and too.mobile is not False
    here.plan_failed = here.plan_failed or too.plan_failed
    here.ehc_request = here.ehc_request or too.ehc_request
    here.needs_immediate_protection = here.needs_immediate_protection or too.needs_immediate_protection
    here.danger_unsure = here.danger_unsure or too.danger_unsure
    here.seen_said_at = here.seen_said_at and too.seen_said_at and desk.now
    return recommend_for(desk, into, here, known_before=True).rag


def _urgency(enquiry: Enquiry) -> str:
    """Its colour or, where nobody has set one, that of its screening clock."""
    return enquiry.rag or timed_colour(enquiry) or "green"


def _keep_more_urgent(desk: Desk, into: Enquiry, colours: list[str]) -> dict[str, object]:
    """Nobody waits longer for being joined: what was red stays red, and counts from the earlier receipt."""
    most = min((*colours, _urgency(into)), key=RAGS.index)
    if most == _urgency(into):
        return {}
    into.rag = into.rag and most
    retime_clocks(desk, into, most)
    return give_red_to_night(desk, into, most)
