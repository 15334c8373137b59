"""Telling us of a child without an account: one thing a page, kept on the server at each step, and sent once."""

import re
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from triage.access.routes import public
from triage.errors import DomainError, Invalid, NotFound, Problem
from triage.limits import note_begun, note_sent
from triage.models.codes import SOURCES
from triage.schemas.telling import MOST_CHILDREN, TellUsSchema
from triage.services.composing import AGREED, DANGER, PAGES, PROFESSIONS, RELATIONS, WHO, TellUs, check_told, compose
from triage.services.desk import Desk
from triage.services.logging_enquiry import LogEnquiry
from triage.services.tellings import Pages, begin, give_code, keep_page, new_key, send
from triage.state import state_of
from triage.web.forms import errors_by_field, load, nest
from triage.web.portal.guarding import guard, show_other
from triage.web.portal.holding import desk_of_visitor, held_key, hold, key_of_form, read_held

blueprint = Blueprint("tell_us", __name__, url_prefix="/tell-us")
guard(blueprint)
WHY = "whoever is worried about a child may tell us, and needs no account"
ONLY_SENT = ("send", "code", "leave", "disagree")  # what a form leads to, and no page
STEM = re.compile(r"[a-z_]*")
PLACE = re.compile(r"children\.([0-9]{1,2})\.")


@blueprint.get("")
@public(WHY)
def show() -> Any:
    """Whom to ring in an emergency, what happens with what is told, and where to begin."""
    return render_template("portal/start.html", told=read_held(), pack=_pack())


@blueprint.get("/<page>")
@public(WHY)
def show_page(page: str) -> Any:
    """One page of the form, with what was typed there before."""
    if page in ONLY_SENT:
        return redirect(url_for("tell_us.show"))
    _know(page)
    told = read_held()
    if (told is None or told.sent) and page != "now":
        return redirect(url_for("tell_us.show"))
    going_on = told if told and not told.sent else None
    pages = going_on.pages if going_on else {}
    return _render(page, pages, MultiDict(pages.get(page, ())), going_on and going_on.key)


@blueprint.post("/<page>")
@public(WHY)
def keep(page: str) -> Any:
    """Keep what was typed, right or wrong; then show what to put right, or lead on."""
    _know(page)
    values = _read_typed(page)
    state = state_of(current_app)
    told = read_held()
    key = told.key if told and not told.sent else None
    if key_of_form() != str(key or ""):
        return show_other(told)
    if key is None:
        note_begun()
    pages = told.pages if told and key else {}
    try:
        with desk_of_visitor(key or new_key()) as desk:
            if key is None:
                begin(desk, state.settings.telling_days)
            keep_page(desk, state.vault, page, tuple(values.items(multi=True)), state.settings.telling_days)
            pages = {**pages, page: tuple(values.items(multi=True))}
            errors = find_faults(desk, pages, page)
            code = give_code(desk) if "later" in request.form else None
    except Invalid as refusal:
        return _render(page, pages, values, key, errors_by_field(refusal)), refusal.status
    key = desk.actor.id
    hold(key)
    if code:
        return _show_code(code)
    if "add_child" in request.form:
        return _render(page, pages, values, key, more=1)
    return (_render(page, pages, values, key, errors), 422) if errors else redirect(_next(pages, page))


def _know(page: str) -> None:
    """NotFound where the form has no such page."""
    if page not in PAGES:
        raise NotFound(Problem("no_page", "There is no such page of this form."))


def _read_typed(page: str) -> MultiDict[str, str]:
    """What was sent of the fields of that page, empty ones too: a year may be known without the day."""
    sent = request.form.items(multi=True)
    return MultiDict((name, said) for name, said in sent if STEM.match(name)[0] in PAGES[page])


def _show_code(code: str) -> str:
    told = read_held()
    return render_template("portal/code.html", told=told, code=code, days=state_of(current_app).settings.telling_days)


@blueprint.get("/ring-999")
@public(WHY)
def show_danger() -> Any:
    """Whoever says that a child is in danger now is told whom to ring before anything else."""
    told = read_held()
    return render_template("portal/danger.html", pack=_pack(), on=next_page(told.pages if told else {}))


@blueprint.get("/check")
@public(WHY)
def show_check() -> Any:
    """All that was typed, to be looked over, and what is still to be put right."""
    told = read_held()
    if told is None or told.sent:
        return redirect(url_for("tell_us.show"))
    with desk_of_visitor(told.key) as desk:
        errors = {page: found for page in PAGES if (found := find_faults(desk, told.pages, page))}
    given = {page: MultiDict(told.pages.get(page, ())) for page in PAGES}
    count = count_children(given["children"])
    return render_template("portal/check.html", given=given, errors=errors, count=count, key=told.key, **_words())


@blueprint.post("/send")
@public(WHY)
def send_it() -> Any:
    """Log it as an enquiry. Sent twice, it is one."""
    key, state = held_key(), state_of(current_app)
    if key is None or key_of_form() != str(key):
        return show_other(read_held())
    try:
        with desk_of_visitor(key) as desk:
            days = state.settings.progress_days
            sent = send(desk, state.vault, lambda pages: _compose(desk, pages), days)
    except Invalid:
        return redirect(url_for("tell_us.show_check"))
    return render_template("portal/sent.html", sent=sent, key=key, pack=_pack(), days=days)


def _compose(desk: Desk, pages: Pages) -> LogEnquiry:
    told = read_told(pages, *PAGES)
    problems = tuple(check_told(desk, told))
    if problems:
        raise Invalid(*problems)
    note_sent()
    return compose(told, desk.now)


def find_faults(desk: Desk, pages: Pages, page: str) -> dict[str, str]:
    """What to put right on that page, by field."""
    try:
        told = read_told(pages, page, "who")
        if problems := tuple(check_told(desk, told, (page,))):
            raise Invalid(*problems)
    except DomainError as refusal:
        places = list_places(MultiDict(pages.get(page, ())))
        return {_put_back(field, places): words for field, words in errors_by_field(refusal).items()}
    return {}


def list_places(values: MultiDict[str, str]) -> list[str]:
    """The places on the page of those children of whom something is typed: they are judged without those left empty."""
    places = (PLACE.match(name) for name, said in values.items(multi=True) if said.strip())
    return sorted({each[1] for each in places if each}, key=int)


def _put_back(field: str, places: list[str]) -> str:
    """The field of the child who was judged, where that child stands on the page."""
    found = PLACE.match(field)
    if not found or int(found[1]) >= len(places):
        return field
    return f"children.{places[int(found[1])]}.{field[found.end() :]}"


def read_told(pages: Pages, *only: str) -> TellUs:
    """What these pages say together. Invalid where a field cannot be right."""
    whole: MultiDict[str, str] = MultiDict(each for page in dict.fromkeys(only) for each in pages.get(page, ()))
    data = nest(whole, TellUsSchema().fields)
    if isinstance(data.get("children"), list):
        data["children"] = [each for each in data["children"] if each]
    return load(TellUsSchema(), data)


def next_page(pages: Pages) -> str:
    """The first page that nobody has come to yet, or the one to look it all over."""
    page = next((each for each in PAGES if each not in pages), None)
    return url_for("tell_us.show_page", page=page) if page else url_for("tell_us.show_check")


def _next(pages: Pages, page: str) -> str:
    in_danger = page == "now" and ("danger", "yes") in pages["now"]
    return url_for("tell_us.show_danger") if in_danger else next_page(pages)


def count_children(values: MultiDict[str, str]) -> int:
    """For how many children there is room."""
    return min(max(map(int, list_places(values)), default=0) + 1, MOST_CHILDREN)


def _render(
    page: str,
    pages: Pages,
    values: MultiDict[str, str],
    key: UUID | None,
    errors: dict[str, str] | None = None,
    more: int = 0,
) -> str:
    who = dict(pages.get("who", ())).get("who", "")
    before = [each for each in PAGES if each != page][: list(PAGES).index(page)]
    back = url_for("tell_us.show_page", page=before[-1]) if before else url_for("tell_us.show")
    count = min(count_children(values) + more, MOST_CHILDREN)
    return render_template(
        f"portal/{page}.html",
        page=page,
        key=key,
        values=values,
        errors=errors or {},
        who=who,
        back=back,
        count=count,
        **_words(),
    )


def _words() -> dict[str, Any]:
    return {
        "dangers": DANGER,
        "whos": WHO,
        "relations": RELATIONS,
        "professions": {code: SOURCES[code] for code in PROFESSIONS},
        "consents": AGREED,
        "most": MOST_CHILDREN,
        "pack": _pack(),
        "idle": state_of(current_app).settings.session_idle_minutes,
    }


def _pack() -> Any:
    return state_of(current_app).pack
