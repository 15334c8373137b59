"""The way into every API view: a token with the scope, one transaction as its bearer, and each POST done once."""

import hashlib
import re
import secrets
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any
from uuid import UUID

from flask import Response, abort, current_app, g, make_response, request
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from werkzeug.datastructures import FileStorage

from triage.access.actor import NOBODY, Actor
from triage.access.permissions import find_permission, has
from triage.access.signin import recognise_token
from triage.database import once_more
from triage.errors import Forbidden, Invalid, PreconditionRequired, Problem, Unauthorised
from triage.limits import note_bad_token
from triage.models import IdempotencyKey
from triage.request_ids import request_id
from triage.services.desk import Desk
from triage.services.reading import Case, note_reading
from triage.services.standing import stand_before
from triage.state import state_of
from workflows.definition import IMMEDIATE_DANGER

View = Callable[..., Any]


def may(permission: str) -> Callable[[View], View]:
    """Declare the permission of the table that a view needs. A route without such a declaration fails the tests."""
    scope = find_permission(permission).scope

    def declare(view: View) -> View:
        @wraps(view)
        def entered(*args: Any, **kwargs: Any) -> Any:
            actor = _recognise(scope)
            if not has(permission, actor.role):
                raise Forbidden(Problem("role", f"This is not for the role of this token ({actor.role})."))
            g.permission = permission
            if request.method == "POST" and not (request.is_json or hasattr(entered, "takes_file")):
                abort(415, "Send JSON, and say so: Content-Type: application/json.")
            if look := getattr(entered, "look", None):
                g.looked = look()
            return once_more(lambda: _answer(actor, lambda: view(*args, **kwargs)))

        entered.access = permission
        return entered

    return declare


def looks_first(look: Callable[[], Any]) -> Callable[[View], View]:
    """Declare what takes long and is done before the view's transaction begins; the view finds it in `g.looked`."""

    def declare(view: View) -> View:
        view.look = look
        return view

    return declare


def _answer(actor: Actor, view: Callable[[], Any]) -> Any:
    """What the view says, in one transaction as that actor: with it ends, or is kept, all that it did."""
    state = state_of(current_app)
    with state.database.transaction(actor, state.clock.now()) as session:
        desk = Desk(session, actor, state.clock, state.pack, request_id=request_id())
        g.desk = stand_before(desk, g.permission, request.view_args or {}, asks=False)
        g.shown = set()
        if request.method == "POST":
            return _answer_once(g.desk, lambda: make_response(view()))
        return view()


def note_shown(people: Iterable[UUID], case: Case | None = None) -> None:
    """Put on record whom this answer shows: last, once all that it needs is read or done."""
    g.shown |= set(people)
    note_reading(g.desk, request.endpoint or "", g.shown, case)


def _recognise(scope: str) -> Actor:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token:
        note_bad_token()
        raise Unauthorised(Problem("no_token", "Send your token: Authorization: Bearer <token>."))
    state = state_of(current_app)
    with state.database.transaction(NOBODY) as session:
        actor = recognise_token(session, token.strip(), state.clock.now())
    if actor is None:
        note_bad_token()
        raise Unauthorised(
            Problem("bad_token", "This token is not known, has expired or was revoked. Ask for another.")
        )
    g.actor = actor
    if scope not in actor.scopes:
        raise Forbidden(Problem("scope", f"This token may not {scope}. Ask for one with the scope {scope!r}."))
    return actor


def _answer_once(desk: Desk, answer: Callable[[], Response]) -> Response:
    """The stored answer to this Idempotency-Key, or a new one that is stored in the same transaction.

    A second request with the key waits at the unique index until the first has committed.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not 1 <= len(key) <= 200:
        message = (
            "Send an Idempotency-Key of 1 to 200 characters, new for each thing you ask for, the same if you retry."
        )
        raise MissingHeader(Problem("no_idempotency_key", message))
    fingerprint = hashlib.sha256(request.full_path.encode() + b"\n" + _read_body()).digest()
    row = _claim(desk, key, fingerprint)
    if row.status is not None:
        again = _replayed(row, fingerprint)
        note_shown(row.people)
        return again
    response = answer()
    row.status, row.body = response.status_code, response.get_data(as_text=True)
    row.people = sorted(g.shown)
    row.headers = {name: response.headers[name] for name in ("ETag", "Location") if name in response.headers}
    return response


def _read_body() -> bytes:
    """What was sent; of a form with files what its fields hold, for the line between them is new at each attempt."""
    if request.mimetype != "multipart/form-data":
        return request.get_data()
    told = [(name, sent.filename, _digest(sent)) for name, sent in request.files.items(multi=True)]
    return repr((sorted(request.form.items(multi=True)), told)).encode("utf-8", "surrogatepass")


def _digest(sent: FileStorage) -> str:
    sent.stream.seek(0)  # it was read before where it was looked at first, or the attempt is made once more
    digest = hashlib.file_digest(sent.stream, "sha256").hexdigest()
    sent.stream.seek(0)
    return digest


class MissingHeader(Invalid):
    """A header is missing."""

    status = 400
    title = "A header is missing"


def _claim(desk: Desk, key: str, fingerprint: bytes) -> IdempotencyKey:
    fresh = IdempotencyKey(user_id=desk.actor.id, key=key, fingerprint=fingerprint, created_at=desk.now)
    values = {
        "id": fresh.id,
        "user_id": fresh.user_id,
        "key": key,
        "fingerprint": fingerprint,
        "created_at": desk.now,
        "headers": {},
        "body": "",
        "people": [],
    }
    desk.session.execute(insert(IdempotencyKey).values(values).on_conflict_do_nothing())
    mine = (IdempotencyKey.user_id == desk.actor.id) & (IdempotencyKey.key == key)
    return desk.session.scalars(select(IdempotencyKey).where(mine)).one()


def _replayed(row: IdempotencyKey, fingerprint: bytes) -> Response:
    if not secrets.compare_digest(row.fingerprint, fingerprint):
        message = "This Idempotency-Key was used for another request. Use a new key for a new request."
        raise Invalid(Problem("key_reused", message))
    return Response(row.body, row.status, row.headers, content_type="application/json")


def read_version_for(action: str) -> int | None:
    """The version that an action goes by: None for immediate danger, which no change makes unsafe."""
    return None if action == IMMEDIATE_DANGER else read_version()


def read_versions() -> tuple[int, int]:
    """An offer's version and its case's that the caller has read, from If-Match. PreconditionRequired without both."""
    stated = re.fullmatch(r'(?:W/)?"?([0-9]{1,9})\.([0-9]{1,9})"?', request.headers.get("If-Match", ""))
    if stated is None:
        message = 'Send If-Match with the etag of the offer as you have read it, like If-Match: "1.12".'
        raise PreconditionRequired(Problem("no_if_match", message))
    return int(stated[1]), int(stated[2])


def read_version() -> int:
    """The version that the caller has read, from If-Match. PreconditionRequired where it is not said."""
    stated = re.fullmatch(r'(?:W/)?"?([0-9]{1,9})"?', request.headers.get("If-Match", ""))
    if stated is None:
        message = 'Send If-Match with the ETag of what you have read, like If-Match: "3".'
        raise PreconditionRequired(Problem("no_if_match", message))
    return int(stated[1])
