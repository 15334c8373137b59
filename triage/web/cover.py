"""Who covers for whom while they are away, and saying so."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from triage.errors import Invalid
from triage.models import User
from triage.schemas.cover import CoverSchema
from triage.services.covering import count_unseen, cover_for, end_cover, list_who_may_be_away, list_who_may_cover
from triage.services.desk import Desk
from triage.store.covers import list_covers
from triage.web.access import may, open_desk
from triage.web.forms import errors_by_field, load, nest
from triage.web.keeping import NOTHING

blueprint = Blueprint("cover", __name__, url_prefix="/cover")
FIELDS = tuple(CoverSchema().fields)


@blueprint.get("")
@may("cover.say")
def show() -> Any:
    """Every cover that stands or is to come."""
    return _render(NOTHING, {})


@blueprint.post("")
@may("cover.say")
def say() -> Any:
    """Say who covers for whom."""

    def attempt(desk: Desk) -> str:
        cover = cover_for(desk, load(CoverSchema(), nest(request.form, FIELDS)))
        return f"{cover.by.name} covers for {cover.user.name}."

    return _try(attempt)


@blueprint.post("/<uuid:cover_id>/end")
@may("cover.say")
def end(cover_id: UUID) -> Any:
    """Say that they are back, or that it was otherwise."""
    return _try(lambda desk: f"Nobody covers for {end_cover(desk, cover_id).user.name} from now on.")


def _try(attempt: Callable[[Desk], str]) -> Any:
    try:
        with open_desk() as desk:
            done = attempt(desk)
    except Invalid as refusal:
        return _render(request.form, errors_by_field(refusal)), 422
    flash(done)
    return redirect(url_for("cover.show"))


def _render(values: MultiDict[str, str], errors: dict[str, str]) -> str:
    with open_desk() as desk:
        away = list_who_may_be_away(desk)
        mine, covers = {user.id for user in away}, list_covers(desk.session, desk.now)
        return render_template(
            "cover.html",
            covers=covers,
            unseen={cover.id: count_unseen(desk, cover) for cover in covers if cover.user_id in mine},
            away=_options(away),
            mine=mine,
            beside=_options(list_who_may_cover(desk, away)),
            day=timedelta(days=1),
            values=values,
            errors=errors,
        )


def _options(users: list[User]) -> list[tuple[str, str]]:
    return [(str(user.id), user.name) for user in users]
