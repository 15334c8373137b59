"""Referrals: a locality's inbox, the hub's list of what waits for a team, and the page of one."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from triage.errors import Conflict, DomainError, Invalid, NotFound, Problem, Stale, Unavailable
from triage.models import Referral
from triage.models.codes import TABLES
from triage.schemas.referral import ReferralActionSchema
from triage.services.desk import Desk
from triage.services.family import gather_families
from triage.services.files import may_keep_files
from triage.services.first_view import sees_recommendation
from triage.services.outages import ENTERED_LATE, list_open_outages
from triage.services.reading import people_of
from triage.services.referral_actions import ReferralAction, act_on_referral
from triage.store.disclosures import list_shared
from triage.store.enquiries import list_events
from triage.store.files import list_files
from triage.store.rectifications import list_rectifications
from triage.store.referrals import count_hands, get_referral, get_service, list_following
from triage.store.repeats import count_before_latest, list_repeats
from triage.store.restrictions import list_restricted
from triage.web.access import HUB, may, note_shown, open_desk
from triage.web.again import carry_on
from triage.web.file_parts import NEW, part_of
from triage.web.forms import (
    DONE_AT,
    errors_by_field,
    is_typed,
    load,
    naming_fields,
    read_timed,
    times_of,
    typed_elsewhere,
)
from triage.web.helping import PART, arrange_help
from triage.web.inbox import Part, arrange_hub_inbox, arrange_locality_inbox, find_colleague_of
from triage.web.keeping import NOTHING, begin, was_sent
from triage.web.offering import find_open
from triage.web.places import may_open
from triage.web.steps import arrange_answers, arrange_steps
from triage.web.work_done import name_everybody, tell_work
from triage.web.work_kept import tell_faults, tell_kept

blueprint = Blueprint("referrals", __name__, url_prefix="/referrals")
carry_on(blueprint)
PLAINER = {"no_closure": "Choose why it closes."}  # the page names what a system is told the codes of
Attempt = Callable[[Desk], Any]


@blueprint.get("")
@may("inbox.read")
def show_inbox() -> Any:
    """What waits, by what it waits for; or what is in somebody's hands, by what it waits for there."""
    with open_desk() as desk:
        whose = request.args.get("whose") or None
        colleague = find_colleague_of(desk, whose)
        if g.actor.role in HUB and whose is None:
            return _render_inbox(desk, arrange_hub_inbox(desk), whose=None, counts=None, colleague=None)
        counts = count_hands(desk.session, g.actor, desk.now, whose)
        inbox = arrange_locality_inbox(desk, whose)
        return _render_inbox(desk, inbox, whose=whose, counts=counts, colleague=colleague)


def _render_inbox(desk: Desk, inbox: list[Part], **about: Any) -> str:
    page = render_template("locality/inbox.html", inbox=inbox, beside=_list_beside(about["whose"]), **about)
    note_shown(desk, people_of(line.referral for part in inbox for line in part.lines))
    return page


def _list_beside(whose: str | None) -> list[tuple[str, str]]:
    """What lies beside the inbox for this person: its name and address. The hub gives out what waits for a team."""
    held = g.actor.role not in HUB or (whose and g.actor.role == "early_help_unit")
    service = "early_help" if g.actor.role == "early_help_unit" else "social_care"
    several = {"what": "held", "which": whose or "nobody"} if held else {"what": "waiting", "which": service}
    places = (
        ("Allocate several at once", "several.show", several),
        ("Caseloads", "caseloads.show", {}),
        ("Who covers for whom", "cover.show", {}),
    )
    return [(name, url_for(page, **keys)) for name, page, keys in places if may_open(page, g.actor)]


@blueprint.get("/<uuid:referral_id>")
@may("referral.read")
def show(referral_id: UUID) -> Any:
    """One referral: the child, why, what is due, what has been done, what may be done."""
    return show_again(referral_id, NOTHING, {})


@blueprint.get("/<uuid:referral_id>/files/<path:_rest>")
@blueprint.get("/<uuid:referral_id>/files", defaults={"_rest": ""})
@blueprint.get("/<uuid:referral_id>/actions/<path:_rest>")
@blueprint.get("/<uuid:referral_id>/transfers/<path:_rest>")
@may("referral.read")
def go_back(referral_id: UUID, _rest: str) -> Any:
    """To the referral, for whoever opens the address of something that was sent."""
    return redirect(url_for("referrals.show", referral_id=referral_id))


@blueprint.post("/<uuid:referral_id>/actions/<action>")
@may("referral.act")
def act(referral_id: UUID, action: str) -> Any:
    """Do one of the permitted actions, then show the referral again; a refusal is shown on it."""
    version = request.form.get("version", type=int)

    def attempt(desk: Desk) -> None:
        details = load(ReferralActionSchema(), _read_details(action))
        with naming_fields(TABLES[get_service(desk.session, referral_id)], action):
            act_on_referral(desk, ReferralAction(referral_id=referral_id, action=action, version=version, **details))

    return try_step(referral_id, action, attempt, times_of(action))


def _read_details(action: str) -> Any:
    """What was sent with the action. Another authority is chosen from those known or named, and not both."""
    sent = read_timed(request.form, action, action)
    named = sent.pop("other_authority", None) if isinstance(sent, dict) else None
    if named and "transfer_to" in sent:
        message = "Choose a team or authority, or name another: not both."
        raise Invalid(Problem("two_places", message, "transfer_to"))
    return sent | {"transfer_to": named} if named else sent


def try_step(referral_id: UUID, action: str, attempt: Attempt, also: Sequence[str] = ()) -> Any:
    """Attempt it and show the referral again; what was typed for other actions is kept. `also` was sent with it."""
    typed = typed_elsewhere(request.form, action, *also)
    try:
        with open_desk() as desk:
            attempt(desk)
            was_sent(desk, typed)
    except (Conflict, Invalid, Stale, Unavailable) as refusal:
        return show_again(referral_id, request.form, place_errors(refusal, action)), refusal.status
    return go_on(referral_id, typed)


def place_errors(refusal: DomainError, action: str) -> dict[str, str]:
    """What to put right, by the names of the page's fields."""
    said = (replace(each, message=PLAINER.get(each.code, each.message)) for each in refusal.problems)
    told = sorted(errors_by_field(DomainError(*said)).items(), key=lambda each: each[0] == "reason")  # asked last
    # A fault of one of several that were chosen is told once, at what they were chosen from.
    return {_place_error(field, action): words for field, words in told}


def _place_error(field: str, action: str) -> str:
    """When it was done is asked once for all of them; and what is about no field stands by itself."""
    return field if field in ("", DONE_AT) else f"{action}.{field.partition('.')[0]}"


def go_on(referral_id: UUID, typed: MultiDict[str, str], done: str = "") -> Any:
    """To the referral, with what else was typed there; to the inbox, where it is no longer this person's to see.

    There `done` says what was done, which no page of theirs tells.
    """
    with open_desk() as desk:
        try:
            referral = get_referral(desk.session, referral_id)
        except NotFound:
            if done:
                flash(done)
            return redirect(url_for("referrals.show_inbox"))
        here = url_for("referrals.show", referral_id=referral_id)
        return _render(desk, referral, typed, {}) if typed else redirect(here)


def show_again(referral_id: UUID, values: MultiDict[str, str], errors: dict[str, str]) -> str:
    """The page of a referral with what was typed on it, and what was wrong with that."""
    with open_desk() as desk:
        return _render(desk, get_referral(desk.session, referral_id), values, errors)


def _render(desk: Desk, referral: Referral, values: MultiDict[str, str], errors: dict[str, str]) -> str:
    events = list_events(desk.session, referral.id)
    steps, answers = arrange_steps(desk, referral), arrange_answers(desk, referral.offer)
    files = list_files(desk.session, referral)
    asked = steps.asked | answers.asked | {NEW, PART, DONE_AT, *(part_of(file.id) for file in files)}
    form = begin(desk, url_for("referrals.show", referral_id=referral.id), values)
    family = gather_families(desk, [referral.person], desk.today)[referral.person.identity_id]
    page = render_template(
        "locality/referral.html",
        referral=referral,
        restricted=list_restricted(desk.session, [referral.person_id]),
        shared=list_shared(desk.session, referral),
        corrections=list_rectifications(desk.session, [referral.person_id]),
        family=family,
        help=arrange_help(desk, referral),
        repeats=list_repeats(desk.session, [referral.id]),
        before_latest=count_before_latest(desk.session, referral.person_id),
        events=events,
        files=files,
        keeps_files=may_keep_files(desk, referral),
        steps=steps,
        answers=answers,
        outages=list_open_outages(desk) if steps.asked & ENTERED_LATE[Referral] else (),
        work=tell_work(desk, referral, events),
        kept=tell_kept(referral),
        faults=tell_faults(desk, referral),
        names=name_everybody(desk, referral),
        following=list_following(desk.session, referral),
        shown=referral.subject is None or sees_recommendation(desk.actor, referral.subject),
        form=form,
        values=form.values,
        unsent=[said for name, said in form.values.items(multi=True) if _is_unsent(name, said, asked)],
        open=find_open(form.values, errors),
        errors=errors,
    )
    note_shown(desk, people_of([referral]) | {each.id for each in family.people.values()}, referral)
    return page


def _is_unsent(name: str, said: str, asked: frozenset[str]) -> bool:
    """Whether it was typed for an action that the page has no form for any more."""
    return is_typed(name, said) and name.partition("-")[0].partition(".")[0] not in asked
