"""Logging an enquiry: what was told is kept, its people are added or recognised, the policy is asked, clocks start."""

from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from triage.errors import Invalid, Problem
from triage.models import Enquiry, Recommendation, Subject
from triage.models.codes import OUTSIDE
from triage.pack import Place
from triage.services.clocks import recommended_colour, start_clock
from triage.services.desk import Desk, reaching_in
from triage.services.events import record
from triage.services.facts import recommend_for
from triage.services.first_view import add_first_view, check_view, in_short
from triage.services.night import give_red_to_night
from triage.services.outbox import promise
from triage.services.people import NewPerson, add_person, get_person
from triage.services.policies import policy_for
from triage.store.locking import hold, lock_people
from triage.store.references import next_enquiry_reference
from workflows.calendar import LONDON

EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSubject:
    """One person the enquiry is about: somebody known (`person_id`) or described (`person`), and what was seen."""

    person_id: UUID | None = None
    person: NewPerson | None = None
    indicators: tuple[str, ...] = ()
    needs: str = ""
    mobile: bool | None = None
    plan_failed: bool | None = None
    ehc_request: bool = False
    needs_immediate_protection: bool | None = None
    danger_unsure: bool = False
    first_view_level: int | None = None
    first_view_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEnquiry:
    """What somebody told the hub. `received_at` may be earlier than now, never later.

    `reference` is given only where history is replayed; otherwise the next one is taken.
    """

    received_at: datetime
    channel: str
    source: str
    subjects: tuple[NewSubject, ...]
    agency_code: str | None = None
    referrer_name: str = ""
    referrer_role: str = ""
    referrer_email: str | None = None
    referrer_phone: str = ""
    referrer_may_be_named: bool = True
    who_was_told: str = ""
    consent: str = "not_asked"
    consent_reason: str = ""
    witnessed: str = ""
    reported: str = ""
    opinion: str = ""
    child_voice: str = ""
    reference: str | None = None


def log_enquiry(desk: Desk, command: LogEnquiry) -> Enquiry:
    """Keep the enquiry with a recommendation for each subject and its clocks running. Invalid names every fault."""
    problems = tuple(check_enquiry(desk, command))
    if problems:
        raise Invalid(*problems)
    with reaching_in(desk):
        return _keep(desk, command)


def _keep(desk: Desk, command: LogEnquiry) -> Enquiry:
    _hold_known(desk, command)
    enquiry = make_enquiry(desk, command)
    desk.session.add(enquiry)
    recommendations = [_add_subject(desk, enquiry, n, new) for n, new in enumerate(command.subjects, 1)]
    place_enquiry(enquiry, desk.pack.locate(enquiry.subjects[0].person.postcode))
    record(
        desk,
        enquiry,
        "enquiry_received",
        reference=enquiry.reference,
        channel=enquiry.channel,
        source=enquiry.source,
        recommended=[{"level": each.level, "route": each.route, "rag": each.rag} for each in recommendations],
        first_views=[in_short(view) for subject in enquiry.subjects for view in subject.first_views],
    )
    _start_clocks(desk, enquiry)
    if enquiry.referrer_email:
        promise(desk, "acknowledge_referrer", enquiry_id=str(enquiry.id))
    desk.session.flush()
    hold(desk.session, enquiry)
    return enquiry


def _hold_known(desk: Desk, command: LogEnquiry) -> None:
    """Who came back is told anew of each child, which locks them one by one: so several are locked in order before."""
    told = ((f"subjects.{n}.person_id", new.person_id) for n, new in enumerate(command.subjects) if new.person_id)
    known = [get_person(desk, key, field).id for field, key in told]
    if len(known) > 1:
        lock_people(desk.session, known)


def check_enquiry(desk: Desk, command: LogEnquiry) -> Iterator[Problem]:
    """Everything that is wrong with what was told, but for how its people are described."""
    if command.received_at > desk.now:
        message = "The enquiry cannot be received after now. Check the date and time."
        yield Problem("future", message, "received_at")
    if command.received_at < EARLIEST:
        yield Problem("too_early", "The date received must be in 1900 or later.", "received_at")
    if not command.subjects:
        message = "Say who the enquiry is about: at least one child or adult."
        yield Problem("no_subject", message, "subjects")
    if command.agency_code and command.agency_code not in desk.pack.agencies:
        yield Problem("unknown_code", f"There is no agency {command.agency_code!r}.", "agency_code")
    if command.consent in ("refused", "not_safe_to_ask") and not command.consent_reason.strip():
        message = "Say why consent was refused or was not safe to ask for."
        yield Problem("no_reason", message, "consent_reason")
    if not any(text.strip() for text in (command.witnessed, command.reported, command.opinion, command.child_voice)):
        message = "Write what was seen or said. If nothing was, say so."
        yield Problem("no_narrative", message, "reported")
    indicators = policy_for(desk, command.received_at).vocabulary.indicators
    for number, subject in enumerate(command.subjects):
        yield from _check_subject(indicators, subject, f"subjects.{number}")
        if subject.person_id and desk.actor.role in OUTSIDE:
            message = "Describe the person: whom the hub knows already is for the hub to say."
            yield Problem("person", message, f"subjects.{number}.person_id")


def _check_subject(indicators: Container[str], subject: NewSubject, field: str) -> Iterator[Problem]:
    if (subject.person_id is None) == (subject.person is None):
        message = "Give either the id of a person already known or the details of a new one."
        yield Problem("person", message, f"{field}.person")
    for position, code in enumerate(subject.indicators):
        if code not in indicators:
            message = f"There is no indicator {code!r}. The list is at /api/v1/indicators."
            yield Problem("unknown_code", message, f"{field}.indicators.{position}")
    if subject.first_view_level is not None or subject.first_view_reason.strip():
        yield from check_view(subject.first_view_level, subject.first_view_reason, f"{field}.first_view_")


def make_enquiry(desk: Desk, command: LogEnquiry, **more: object) -> Enquiry:
    """The row, which no session knows yet, of an enquiry that was checked; as yet it is about nobody."""
    year = command.received_at.astimezone(LONDON).year
    return Enquiry(
        reference=command.reference or next_enquiry_reference(desk.session, year),
        received_at=command.received_at,
        logged_at=desk.now,
        out_of_hours=not desk.pack.calendar.is_open(command.received_at),
        logged_by_id=desk.actor.id,
        channel=command.channel,
        source=command.source,
        agency_code=desk.actor.agency_code or command.agency_code,
        referrer_name=command.referrer_name,
        referrer_role=command.referrer_role,
        referrer_email=command.referrer_email,
        referrer_phone=command.referrer_phone,
        referrer_may_be_named=command.referrer_may_be_named,
        who_was_told=command.who_was_told,
        consent=command.consent,
        consent_reason=command.consent_reason,
        witnessed=command.witnessed,
        reported=command.reported,
        opinion=command.opinion,
        child_voice=command.child_voice,
        **more,
    )


def _add_subject(desk: Desk, enquiry: Enquiry, ordinal: int, new: NewSubject) -> Recommendation:
    field = f"subjects.{ordinal - 1}"
    if new.person_id:
        person = get_person(desk, new.person_id, f"{field}.person_id")
        name = f"{person.given_name} {person.family_name}".strip()
    else:
        person = add_person(desk, new.person, f"{field}.person")
        name = f"{new.person.given_name} {new.person.family_name}".strip()
    subject = Subject(
        enquiry=enquiry,
        person=person,
        ordinal=ordinal,
        name_as_given=name,
        indicators=sorted(set(new.indicators)),
        needs=new.needs,
        mobile=new.mobile,
        plan_failed=new.plan_failed,
        ehc_request=new.ehc_request,
        needs_immediate_protection=new.needs_immediate_protection,
        danger_unsure=new.danger_unsure,
        seen_said_at=desk.now if new.indicators or desk.actor.role not in OUTSIDE else None,
    )
    desk.session.add(subject)
    if new.first_view_level is not None:
        add_first_view(desk, subject, new.first_view_level, new.first_view_reason)
    return recommend_for(desk, enquiry, subject, known_before=new.person_id is not None)


def place_enquiry(enquiry: Enquiry, place: Place) -> None:
    """Where those whom it is about live: what is opened for them goes there."""
    enquiry.authority = place.authority
    enquiry.district_code = place.district_code
    enquiry.locality_code = place.locality_code


def _start_clocks(desk: Desk, enquiry: Enquiry) -> None:
    """Both clocks count from receipt, however late it was logged (Working Together: within one working day)."""
    rag = recommended_colour(enquiry)
    start_clock(desk, enquiry, "screening", rag, started_at=enquiry.received_at)
    start_clock(desk, enquiry, "decision", started_at=enquiry.received_at)
    give_red_to_night(desk, enquiry, rag)
