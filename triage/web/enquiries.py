"""The page of one enquiry.

The page is one form: whatever part of it is sent, all else that was typed comes with it and is shown again.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from triage.access.permissions import has
from triage.errors import Conflict, Invalid, Stale, Unavailable
from triage.models import Enquiry, Event
from triage.schemas.agency_check import CheckActionSchema
from triage.schemas.enquiry import EnquiryActionSchema, RecordFirstViewsSchema
from triage.services.breaking_glass import is_like_hidden
from triage.services.checks import CheckAction, act_on_check
from triage.services.contexts import list_out
from triage.services.desk import Desk
from triage.services.enquiry_actions import EnquiryAction, act_on_enquiry
from triage.services.family import NOBODY, Kin, gather_families, name_kin_in
from triage.services.files import may_keep_files
from triage.services.first_view import RecordFirstViews, record_first_views, waits_for_view
from triage.services.history import gather_history
from triage.services.linking import LinkPerson, link_person, may_recognise
from triage.services.outages import list_open_outages
from triage.services.people import find_matches
from triage.services.permitted import permitted_on_check, permitted_on_enquiry
from triage.services.policies import policy_for
from triage.services.reading import people_of
from triage.services.saying_seen import may_say_seen
from triage.store.disagreements import list_disagreements
from triage.store.disclosures import list_shared
from triage.store.enquiries import get_enquiry, list_checks_beside, list_events
from triage.store.files import list_files
from triage.store.kin import find_kin
from triage.store.merges import list_records
from triage.store.rectifications import list_rectifications
from triage.store.repeats import list_repeats
from triage.store.restrictions import list_restricted
from triage.store.seeing import is_seen
from triage.web.access import may, note_shown, open_desk
from triage.web.again import carry_on
from triage.web.following import follow_subjects
from triage.web.forms import (
    DONE_AT,
    errors_by_field,
    load,
    naming_fields,
    nest,
    read_timed,
    read_version_of,
    times_of,
    typed_elsewhere,
)
from triage.web.keeping import begin, was_sent
from triage.web.offering import choices_on, find_open, offer
from triage.web.words import call_person, say_levels
from triage.web.worktray import address_of, last_tray
from workflows.agency_check import AGENCY_CHECK
from workflows.definition import IMMEDIATE_DANGER
from workflows.enquiry import ENQUIRY
from workflows.referral import LOCALITY

blueprint = Blueprint("enquiries", __name__, url_prefix="/enquiries")
carry_on(blueprint)
PLACE = re.compile(r"[0-9]{1,2}")
NOTHING: MultiDict[str, str] = MultiDict()


@blueprint.get("/<uuid:enquiry_id>")
@may("enquiry.read")
def show(enquiry_id: UUID) -> Any:
    """Who, what, how bad, what now."""
    with open_desk() as desk:
        return _render(desk, get_enquiry(desk.session, enquiry_id), NOTHING, {})


@blueprint.get("/<uuid:enquiry_id>/files/<path:_rest>")
@blueprint.get("/<uuid:enquiry_id>/files")
@blueprint.get("/<uuid:enquiry_id>/first-views")
@blueprint.get("/<uuid:enquiry_id>/actions/<path:_rest>")
@blueprint.get("/<uuid:enquiry_id>/checks/<path:_rest>")
@blueprint.get("/<uuid:enquiry_id>/subjects/<path:_rest>")
@may("enquiry.read")
def go_back(enquiry_id: UUID, _rest: str = "") -> Any:
    """To the enquiry, for whoever opens the address of something that was sent."""
    return redirect(url_for("enquiries.show", enquiry_id=enquiry_id))


@blueprint.post("/<uuid:enquiry_id>/first-views")
@may("first_view.record")
def record_views(enquiry_id: UUID) -> Any:
    """Keep this worker's own first view of the subject whose button was pressed, then show what the policy says."""
    place = request.form.get("only", "")
    if not PLACE.fullmatch(place):
        return try_part(enquiry_id, "first_views", lambda desk: record_first_views(desk, read_views(enquiry_id)), "")
    part = f"first_views.{place}"
    return try_part(enquiry_id, part, lambda desk: _record_one(desk, enquiry_id, int(place)), "")


def _record_one(desk: Desk, enquiry_id: UUID, place: int) -> None:
    """Keep the view of the subject in that place of the page's list. A refusal names its fields as the page does."""
    try:
        record_first_views(desk, read_views(enquiry_id, place))
    except Invalid as refusal:
        begins, here = "first_views.0.", f"first_views.{place}."
        told = (replace(each, field=(each.field or "").replace(begins, here) or None) for each in refusal.problems)
        raise Invalid(*told) from refusal


def read_views(enquiry_id: UUID, place: int | None = None) -> RecordFirstViews:
    """The command that the form means, of all subjects or of the one in that place. Invalid names its fields."""
    form = request.form
    if place is not None:
        form = MultiDict(each for each in form.items() if each[0].startswith(f"first_views.{place}."))
    details = load(RecordFirstViewsSchema(), nest(form, ("first_views",)))
    return RecordFirstViews(enquiry_id=enquiry_id, views=tuple(details["first_views"]))


@blueprint.post(f"/<uuid:enquiry_id>/actions/{IMMEDIATE_DANGER}")
@may("enquiry.danger")
def declare_danger(enquiry_id: UUID) -> Any:
    """Protect everybody whom it is about: for whoever has a page that is about one of them."""
    return _act(enquiry_id, IMMEDIATE_DANGER)


@blueprint.post("/<uuid:enquiry_id>/actions/<action>")
@may("enquiry.act")
def act(enquiry_id: UUID, action: str) -> Any:
    """Do one of the permitted actions, then show the enquiry again; a refusal is shown on it."""
    return _act(enquiry_id, action)


def _act(enquiry_id: UUID, action: str) -> Any:
    version = request.form.get("version", type=int)

    def attempt(desk: Desk) -> None:
        details = load(EnquiryActionSchema(), read_timed(request.form, action, action))
        with naming_fields(ENQUIRY, action):
            act_on_enquiry(desk, EnquiryAction(enquiry_id=enquiry_id, action=action, version=version, **details))

    return try_part(enquiry_id, action, attempt, also=times_of(action))


@blueprint.post("/<uuid:enquiry_id>/checks/<uuid:check_id>/<action>")
@may("check.act")
def act_on_one_check(enquiry_id: UUID, check_id: UUID, action: str) -> Any:
    """Record a partner's answer, or chase it."""
    part, version = f"check_{check_id.hex}.{action}", read_version_of(request.form, check_id)

    def attempt(desk: Desk) -> None:
        details = load(CheckActionSchema(), read_timed(request.form, part, action))
        with naming_fields(AGENCY_CHECK, action):
            act_on_check(desk, CheckAction(check_id=check_id, action=action, version=version, **details))

    return try_part(enquiry_id, part, attempt, also=times_of(action))


@blueprint.post("/<uuid:enquiry_id>/subjects/<int:ordinal>/person/<uuid:person_id>")
@may("person.recognise")
def recognise(enquiry_id: UUID, ordinal: int, person_id: UUID) -> Any:
    """Say that a subject is somebody known already."""
    version = request.form.get("version", type=int)
    command = LinkPerson(enquiry_id=enquiry_id, ordinal=ordinal, person_id=person_id, version=version)

    def join(desk: Desk) -> None:
        person = next(each.person for each in link_person(desk, command).subjects if each.ordinal == ordinal)
        flash(f"This is {call_person(person)} from now on, whose history the policy was asked with.")

    return try_part(enquiry_id, "person", join)


def _sees(enquiry_id: UUID) -> bool:
    with open_desk() as desk:
        return is_seen(desk.session, Enquiry, enquiry_id)


def try_part(
    enquiry_id: UUID, part: str, attempt: Callable[[Desk], Any], at: str | None = None, also: Sequence[str] = ()
) -> Any:
    """Attempt it and show the enquiry again. `part` begins the names of the fields sent; `at` those of its errors.

    `also` are fields of the page that were sent with it.
    """
    try:
        with open_desk() as desk:
            attempt(desk)
            was_sent(desk, typed_elsewhere(request.form, part, *also))
    except (Conflict, Invalid, Stale, Unavailable) as refusal:
        at = f"{part}." if at is None else at
        errors = {_name_field(at, field): words for field, words in errors_by_field(refusal).items()}
        return show_again(enquiry_id, request.form, errors), refusal.status
    if g.actor.role in LOCALITY and not _sees(enquiry_id):  # its danger was heard, wherever the case has gone since
        return redirect(url_for("referrals.show_inbox"))
    typed = typed_elsewhere(request.form, part, *also)
    return show_again(enquiry_id, typed, {}) if typed else redirect(url_for("enquiries.show", enquiry_id=enquiry_id))


def _name_field(at: str, field: str) -> str:
    """As the page calls it: of its part, but for when it was done, which is asked once for all of them."""
    return field if field in ("", DONE_AT) else f"{at}{field}"


def show_again(enquiry_id: UUID, values: MultiDict[str, str], errors: dict[str, str]) -> str:
    """The page of an enquiry with what was typed on it, and what was wrong with that."""
    with open_desk() as desk:
        return _render(desk, get_enquiry(desk.session, enquiry_id), values, errors)


def _tell_withdrawn(events: Sequence[Event]) -> dict[str, str]:
    """Why each check that was withdrawn is no longer needed, by its key: our reason, and no partner's words."""
    return {event.data["check"]: event.data["reason"] for event in events if event.type == "check_withdrawn"}


def _render(desk: Desk, enquiry: Enquiry, values: MultiDict[str, str], errors: dict[str, str]) -> str:
    policy = policy_for(desk, enquiry.received_at)
    actions = permitted_on_enquiry(desk, enquiry)
    events = list_events(desk.session, enquiry.id)
    known = _find_known(desk, enquiry)
    form = follow_subjects(begin(desk, url_for("enquiries.show", enquiry_id=enquiry.id), values), enquiry)
    page = render_template(
        "mash/enquiry.html",
        enquiry=enquiry,
        shared=list_shared(desk.session, enquiry),
        disagreements=list_disagreements(desk.session, [enquiry.id]),
        answers=has("disagreement.answer", desk.actor.role),
        waiting=waits_for_view(desk.actor, enquiry),
        withdrawn=_tell_withdrawn(events),
        out=list_out(desk, enquiry, known["checks_beside"]),
        events=events,
        files=list_files(desk.session, enquiry),
        keeps_files=may_keep_files(desk, enquiry),
        actions=actions,
        offer=offer(enquiry, actions),
        says_seen=may_say_seen(desk, enquiry),
        choices=choices_on(desk, enquiry),
        outages=list_open_outages(desk),
        check_actions={check.id: permitted_on_check(desk, check) for check in enquiry.checks},
        **known,
        indicators=policy.vocabulary.indicators,
        levels=say_levels(policy),
        form=form,
        values=form.values,
        errors=errors,
        open=find_open(form.values, errors),
        reads_tray=has("worktray.read", desk.actor.role),
        tray=address_of(last_tray()),
    )
    shown = {match.person.id for each in known["matches"].values() for match in each}
    shown |= known["history"].people | {each.id for each in known["records"]}
    shown |= {each.id for family in known["families"].values() for each in family.people.values()}
    note_shown(desk, people_of([enquiry]) | shown, enquiry)
    return page


def _find_known(desk: Desk, enquiry: Enquiry) -> dict[str, Any]:
    """What is known of those whom it is about, beside what this enquiry tells; and who they may be."""
    people, role = [each.person_id for each in enquiry.subjects], desk.actor.role
    repeats = list_repeats(desk.session, [each.id for each in enquiry.subjects])
    records = list_records(desk.session, people)
    families = gather_families(desk, [each.person for each in enquiry.subjects], desk.today)
    kin = find_kin(desk.session, enquiry)
    return {
        "kin": kin,
        "checks_beside": list_checks_beside(desk.session, enquiry) if kin.joined_here or enquiry.split_from_id else (),
        "corrections": list_rectifications(desk.session, people),
        "records": records,
        "families": families,
        "history": gather_history(desk, enquiry, records, families),
        "repeats": {each.case_id: each for each in repeats},
        "merges": has("person.merge", role),
        "relates": has("person.relate", role),
        "restricts": has("restriction.make", role),
        "restricted": list_restricted(desk.session, people),
        **_find_matches(desk, enquiry, name_kin_in(families)),
    }


def _find_matches(desk: Desk, enquiry: Enquiry, kin: Mapping[UUID, Kin]) -> dict[str, Any]:
    """By each subject's place who they may be, and whether somebody hidden is like them: for who may say who they are.

    Not those whom the enquiry is about as well.
    """
    described = {each.ordinal: each.person for each in enquiry.subjects}
    if not may_recognise(desk, enquiry):
        return {"matches": dict.fromkeys(described, ()), "hidden": dict.fromkeys(described, False)}
    about = {person.identity_id for person in described.values()}
    found = {
        ordinal: find_matches(desk, person, own=kin.get(person.identity_id, NOBODY))
        for ordinal, person in described.items()
    }
    return {
        "matches": {key: [one for one in each if one.person.identity_id not in about] for key, each in found.items()},
        "hidden": {ordinal: is_like_hidden(desk, person) for ordinal, person in described.items()},
    }
