"""Clocks of a case: started by what happened, stopped by what happened, never restarted by a later step."""

from collections.abc import Iterable
from datetime import date, datetime

from triage.access.actor import SYSTEM
from triage.models import AgencyCheck, Clock, ClockPause, Enquiry, Referral
from triage.models.codes import RAGS
from triage.services.desk import Desk
from workflows.calendar import local_day
from workflows.clocks import DueTimes, assessment_variant, due_after_pause, due_times, timescale_on
from workflows.disagreement import CLOCK
from workflows.engine import Fired

RUNS = ("running", "paused")  # a paused clock has not stopped: it stands still
OF_CHECKS = "agency_check"
CONFERENCE = "conference"
ASSESSMENTS = ("assessment", "core_assessment")
OUTLIVES = (CLOCK,)  # what began after the decision, and ends with neither it nor the case


def start_clock(
    desk: Desk,
    case: Enquiry | Referral,
    kind: str,
    variant: str | None = None,
    *,
    started_at: datetime | None = None,
    check: AgencyCheck | None = None,
) -> Clock:
    """Start a clock of `kind` on `case`, from `started_at` or from now."""
    started_at = started_at or desk.now
    due = due_times(kind, variant, started_at, desk.pack.calendar)
    clock = Clock(
        kind=kind,
        variant=variant,
        started_at=started_at,
        warn_at=due.warn_at,
        due_at=due.due_at,
        limit_text=due.limit_text,
        authority=due.authority,
        escalate_to=due.escalate_to,
        timescale_version=due.version,
        enquiry=case if isinstance(case, Enquiry) else None,
        referral=case if isinstance(case, Referral) else None,
        agency_check=check,
    )
    desk.session.add(clock)
    return clock


def settle_clocks(desk: Desk, case: Enquiry | Referral, fired: Fired, final: tuple[str, ...]) -> None:
    """Stop and cancel what the fired row names, before its effects; all that still runs where the case ends.

    Whichever way it ends, a clock that was past due by then was missed.
    """
    stop_clocks(desk, case, fired.row.stops)
    cancel_clocks(desk, case, ("*",) if fired.target in final else fired.row.cancels)


def start_clocks(desk: Desk, case: Enquiry | Referral, kinds: Iterable[str], event: str) -> None:
    """Start clocks of these kinds because of `event`. One that runs already is not started again."""
    for kind in kinds:
        if _is_timed(case, kind) and not running(case, (kind,)):
            since = _kept_since(desk, case) if kind == CONFERENCE else desk.now
            start_clock(desk, case, kind, variant_of(desk, case, kind, event), started_at=since)


def _is_timed(case: Enquiry | Referral, kind: str) -> bool:
    """What follows an assessment is timed once there is one, and while nothing graver is under way."""
    if kind != "outcome":
        return True
    return case.state == "assessment" and case.assessed_at is not None and not running(case, ASSESSMENTS)


def conference_target(desk: Desk, case: Referral) -> date:
    """By which day a conference is to be held where section 47 begins now, or has begun already."""
    due = (clock.due_at for clock in running(case, (CONFERENCE,)))
    since = _kept_since(desk, case)
    return local_day(next(due, None) or due_times(CONFERENCE, None, since, desk.pack.calendar).due_at)


def _kept_since(desk: Desk, case: Referral) -> datetime:
    """Section 47 that ends and begins again before its conference was due has won no time by that."""
    dropped = (clock for clock in case.clocks if clock.kind == CONFERENCE and clock.state == "cancelled")
    return min((clock.started_at for clock in dropped if desk.now <= clock.due_at), default=desk.now)


def variant_of(desk: Desk, case: Enquiry | Referral, kind: str, event: str) -> str | None:
    """Which of several timescales of a kind holds for a case, by what it is and by what happened."""
    if kind == "screening":
        return case.rag or recommended_colour(case)
    if kind == "decision":
        return "reopened" if event == "enquiry_reopened" else None
    if kind == "ehc_plan":
        return "reconsidered" if event == "ehc_refusal_reconsidered" else None
    if kind in ("authority_acknowledgement", "authority_refusal"):
        return "section_47" if case.section_47 else None
    if kind == "plan_review":
        return _reviewed_as(case, event)
    if kind == "first_contact":
        return case.service
    if kind == "assessment":
        return "early_help" if case.service == "early_help" else assessment_variant(local_day(case.requested_at))
    return None


def _reviewed_as(case: Referral, event: str) -> str:
    if not case.child_protection_plan:
        return "child_in_need"
    return "child_protection" if event == "protection_plan_made" else "child_protection_again"


def recommended_colour(enquiry: Enquiry) -> str:
    """The most urgent colour that the policy recommends for anybody whom the enquiry is about.

    While nobody has said what was seen it is no less than what an enquiry has until then.
    """
    recommended = (subject.recommendation.rag for subject in enquiry.subjects)
    return min(filter(None, (*recommended, least_colour(enquiry))), key=RAGS.index)


def least_colour(enquiry: Enquiry) -> str | None:
    """The colour that an enquiry has at least, as long as nobody has said what was seen; None once somebody has."""
    least = (subject.least_colour for subject in enquiry.subjects)
    return min(filter(None, least), key=RAGS.index, default=None)


def timed_colour(enquiry: Enquiry) -> str | None:
    """The colour by which the latest screening clock is timed: till somebody rates it, what the policy recommends."""
    timed = (clock.variant for clock in reversed(enquiry.clocks) if clock.kind == "screening")
    return next(timed, None)


def retime_clocks(desk: Desk, enquiry: Enquiry, colour: str) -> None:
    """Another colour gives its screening, and every partner who has not answered, that colour's time."""
    if colour == "red":
        run_all_on(desk, enquiry)
    with desk.session.no_autoflush:  # looking up a clock's pauses writes nothing
        for clock in running(enquiry, ("screening", OF_CHECKS)):
            if clock.variant != colour:
                retime_clock(desk, clock, colour)


def retime_clock(desk: Desk, clock: Clock, variant: str) -> None:
    """Give a clock another limit (a changed RAG). It still counts from when it started, but for when it stood still.

    What is past due stays so: it bears the new colour, and keeps the limit that it broke, and whose that is.
    """
    if clock.pause and _end_of(desk, clock.pause) <= desk.now:
        _run_on(desk, clock)
    clock.variant = variant
    if is_past_due(desk, clock):
        return
    _set_due(clock, due_times(clock.kind, variant, clock.started_at, desk.pack.calendar))
    for pause in clock.pauses:
        if pause.resumed_at:
            _stand_still(desk, clock, pause)


def _set_due(clock: Clock, due: DueTimes) -> None:
    clock.due_at, clock.warn_at, clock.timescale_version = due.due_at, due.warn_at, due.version
    clock.limit_text, clock.authority, clock.escalate_to = due.limit_text, due.authority, due.escalate_to
    # It is warned of and marked by its new limit: the sweep marked it, where it was rated on paper before that.
    clock.warned_at = clock.breached_at = clock.escalated_at = None


def is_past_due(desk: Desk, clock: Clock) -> bool:
    """Whether a clock that has not stopped should have by now. One that stands still is not, for as long as it does."""
    return clock.state == "running" and clock.due_at < desk.now


def running(case: Enquiry | Referral, kinds: Iterable[str] = ("*",)) -> list[Clock]:
    """The clocks of `case` of these kinds that have not stopped; "*" is every kind."""
    wanted = frozenset(kinds)
    if not wanted:
        return []  # and nobody asks the database for the clocks
    return [clock for clock in case.clocks if clock.state in RUNS and ("*" in wanted or clock.kind in wanted)]


def stop_clocks(desk: Desk, case: Enquiry | Referral, kinds: Iterable[str]) -> None:
    """Stop running clocks: met where it was in time, missed where it was not."""
    for clock in running(case, kinds):
        stop_clock(desk, clock)


def stop_clock(desk: Desk, clock: Clock) -> None:
    """Stop one clock now. One that is paused stood still until now."""
    _run_on(desk, clock)
    _note_end(desk, clock)
    clock.state = "met" if desk.now <= clock.due_at else "missed"


def cancel_clocks(desk: Desk, case: Enquiry | Referral, kinds: Iterable[str] = ("*",)) -> None:
    """End running clocks that no longer have anything to time: missed if they were past due by then, else neither."""
    for clock in running(case, kinds):
        if clock.kind not in OUTLIVES:
            cancel_clock(desk, clock)


def cancel_clock(desk: Desk, clock: Clock) -> None:
    """End one clock that has nothing left to time. What was past due counts as missed: no end makes it good."""
    _run_on(desk, clock)
    ended = "missed" if is_past_due(desk, clock) else "cancelled"
    _note_end(desk, clock)
    clock.state = ended


def _note_end(desk: Desk, clock: Clock) -> None:
    """When it ended, and when that was entered if that is not the same."""
    clock.stopped_at, clock.entered_at = desk.now, desk.entered_at if desk.late else None


def pause_clock(desk: Desk, case: Enquiry | Referral, kind: str, reason: str, until: date) -> dict[str, object]:
    """Let the clocks of `kind` stand still from now until that day, for a reason that is kept and shown."""
    clocks = [clock for clock in running(case, (kind,)) if clock.state == "running"]
    for clock in clocks:
        pause = ClockPause(clock=clock, paused_at=desk.now, paused_by_id=desk.actor.id, reason=reason, until=until)
        desk.session.add(pause)
        clock.state, clock.paused_at = "paused", desk.now
    due = [clock.due_at.isoformat() for clock in clocks]
    return {"kind": kind, "until": until.isoformat(), "due_at": due}


def resume_clock(desk: Desk, case: Enquiry | Referral, kind: str) -> dict[str, object]:
    """Let the clocks of `kind` run on: what was left of each when it was paused is left now."""
    clocks = [clock for clock in running(case, (kind,)) if clock.state == "paused"]
    for clock in clocks:
        _run_on(desk, clock)
    return {"kind": kind, "due_at": [clock.due_at.isoformat() for clock in clocks]}


def resume_ended(desk: Desk, clock: Clock) -> dict[str, object]:
    """Let a clock run on whose pause has ended by itself: what its event tells, with the reason of the pause."""
    pause = clock.pause
    _run_on(desk, clock)
    told = {"kind": clock.kind, "until": pause.until.isoformat(), "reason": pause.reason}
    return {**told, "due_at": [clock.due_at.isoformat()]}


def run_all_on(desk: Desk, case: Enquiry | Referral) -> None:
    """Let every paused clock run on: a red is worked until it is done."""
    for clock in running(case):
        _run_on(desk, clock)


def _run_on(desk: Desk, clock: Clock) -> None:
    """From now or, where its pause had ended by then, from that end: a sweep that comes late gives no time away."""
    if clock.state != "paused":
        return
    pause, ended_at = clock.pause, _end_of(desk, clock.pause)
    by_itself = ended_at <= desk.now
    pause.resumed_at, pause.resumed_by_id = (ended_at, SYSTEM.id) if by_itself else (desk.now, desk.actor.id)
    _stand_still(desk, clock, pause)
    clock.state, clock.paused_at = "running", None


def _end_of(desk: Desk, pause: ClockPause) -> datetime:
    """When it ends by itself: as the office opens on its day or, where it does not, next."""
    return desk.pack.calendar.first_opening(pause.until)


def _stand_still(desk: Desk, clock: Clock, pause: ClockPause) -> None:
    """What was left when the pause began is left when it ends."""
    unit = timescale_on(clock.kind, clock.variant, local_day(clock.started_at)).unit
    for name in ("due_at", "warn_at"):
        at = getattr(clock, name)
        if at >= pause.paused_at:  # what was due before the pause stays due
            moved = due_after_pause(unit, at, pause.paused_at, pause.resumed_at, desk.pack.calendar)
            setattr(clock, name, moved)
