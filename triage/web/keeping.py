"""What is typed in a form is kept as its draft, and brought back on the page that it was typed on.

A form that takes words bears its draft's key and the page that it is opened at (`drafts.html`). No other is ever kept.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from flask import current_app, request
from uuid_utils.compat import uuid7
from werkzeug.datastructures import MultiDict

from triage.access.actor import Actor
from triage.errors import Invalid
from triage.services.desk import Desk
from triage.services.drafts import Fields, KeepDraft, Kept, find, forget, keep, list_kept
from triage.state import state_of
from triage.web.forms import is_typed

log = logging.getLogger("triage")
KEY, PAGE = "draft.id", "draft.page"  # what a form bears of its draft
NOTHING: MultiDict[str, str] = MultiDict()


@dataclass(frozen=True, slots=True)
class Form:
    """A form to be shown: its draft's key, its page, what is in it, and what was typed there before and not sent.

    Where a page has several, each has a place on it ("/partners/checks#check-1"). `lost` is what has no place any more.
    """

    key: UUID
    page: str
    values: MultiDict[str, str]
    unsent: list[Kept] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    def within(self, place: str, values: MultiDict[str, str] = NOTHING) -> "Form":
        """The form in that place of the page: with what was typed there or, where nothing was, with these values."""
        page = f"{_leave_place(self.page)}#{place}"
        return Form(self.key, page, self.values) if page == self.page else Form(uuid7(), page, values)


def begin(desk: Desk, page: str, values: MultiDict[str, str]) -> Form:
    """The form of that page with these values or, where somebody carries on with a draft, with what they had typed.

    One that is shown again, with what was sent of it, is kept as it is shown.
    """
    form = _carry_on(desk, page) or begin_alone(page, values)
    if request.method == "POST":
        _keep_shown(desk, form)
    others = [each for each in list_kept(desk, state_of(current_app).vault, page) if each.key != form.key]
    form.unsent.extend(others)
    return form


def begin_alone(page: str, values: MultiDict[str, str]) -> Form:
    """The same with no need of the database, and so with no draft but its own."""
    sent = request.form.get(PAGE, "")
    here = sent if _leave_place(sent) == page else page
    return Form(_read_key(request.form.get(KEY)) or uuid7(), here, values)


def was_sent(desk: Desk, rest: MultiDict[str, str] = NOTHING) -> None:
    """Forget the draft of the form that was sent, but for the rest, which was typed beside what is done.

    Within the transaction that does it, so that nothing is both done and not sent.
    """
    key = _read_key(request.form.get(KEY))
    if key:
        _keep(desk, key, request.form.get(PAGE, ""), rest)


def keep_sent(desk: Desk) -> Sequence[datetime] | None:
    """Keep what was sent as the draft that its form bears: when those were begun that had to go for it.

    None where it bears none, or nothing was typed. Invalid where it cannot be kept.
    """
    key = _read_key(request.form.get(KEY))
    return _keep(desk, key, request.form.get(PAGE, ""), request.form) if key else None


def has_words() -> bool:
    """Whether what was sent is of a form that takes words, and something is in it."""
    return KEY in request.form and bool(_typed(request.form))


def keep_for(actor: Actor) -> str | None:
    """Keep what was sent for somebody who is signed in no more. The page that it was typed on, if it was kept."""
    state = state_of(current_app)
    try:
        with state.database.transaction(actor) as session:
            dropped = keep_sent(Desk(session, actor, state.clock, state.pack))
    except Invalid:
        return None
    return None if dropped is None else request.form[PAGE]


def _carry_on(desk: Desk, page: str) -> Form | None:
    key = _read_key(request.args.get("draft"))
    kept = find(desk, state_of(current_app).vault, key) if key else None
    return Form(kept.key, kept.page, MultiDict(kept.fields)) if kept and _leave_place(kept.page) == page else None


def _keep_shown(desk: Desk, form: Form) -> None:
    """The page is shown whether or not this can be kept."""
    try:
        _keep(desk, form.key, form.page, form.values)
    except Invalid as refusal:
        log.warning("draft %s is not kept: %s", form.key, refusal.problems[0].code)


def _keep(desk: Desk, key: UUID, page: str, values: MultiDict[str, str]) -> Sequence[datetime] | None:
    fields = _typed(values)
    if not fields:
        forget(desk, key)
        return None
    state = state_of(current_app)
    return keep(desk, state.vault, KeepDraft(key, page, fields), days=state.settings.draft_days)


def _leave_place(page: str) -> str:
    return page.partition("#")[0]


def _typed(values: MultiDict[str, str]) -> Fields:
    """What somebody typed or chose, whom it is about and where it leads; nothing where that is all."""
    fields = tuple((name, said) for name, said in values.items(multi=True) if _may_be_kept(name, said))
    return fields if any(name != "to" and not name.endswith(".subject_id") for name, _said in fields) else ()


def _may_be_kept(name: str, said: str) -> bool:
    return is_typed(name, said) and "password" not in name


def _read_key(said: str | None) -> UUID | None:
    try:
        return UUID(said or "")
    except ValueError:
        return None
