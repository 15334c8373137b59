"""Who may open a page: declared beside each view, from the signed-in session."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any
from uuid import UUID

from flask import current_app, g, redirect, request, url_for

from triage.access.actor import Actor
from triage.access.permissions import find_permission, has
from triage.database import UNREACHABLE, once_more
from triage.errors import Forbidden, Problem
from triage.models.codes import ROLES
from triage.pack import Pack
from triage.request_ids import request_id
from triage.services.desk import Desk
from triage.services.reading import Case, note_reading
from triage.services.standing import stand_before
from triage.state import state_of
from triage.web.carrying import list_fields, show_carried
from triage.web.keeping import has_words, keep_for
from triage.web.places import list_places
from triage.web.sessions import current_actor, expired_actor
from workflows.referral import LOCALITY

View = Callable[..., Any]
HUB = ("mash_officer", "social_worker", "mash_manager", "early_help_unit", "emergency_duty_team")
CARRIED = (
    "You were signed out, and nothing was done. What you typed is not lost: leave this page open, sign in in another"
    " window, then press Send again here."
)
HOME = {
    "locality_worker": "referrals.show_inbox",
    "locality_manager": "referrals.show_inbox",
    "analyst": "insight.show",
    "partner_contributor": "partners.show_checks",
    "referrer": "partners.show_own",
    "information_governance": "rights.show_list",
    "administrator": "accounts.show_all",
}


def may(permission: str) -> Callable[[View], View]:
    """Declare the permission of the table that a page needs. A route without such a declaration fails the tests."""
    find_permission(permission)

    def declare(view: View) -> View:
        @wraps(view)
        def entered(*args: Any, **kwargs: Any) -> Any:
            actor = current_actor()
            if actor is None:
                return lead_to_sign_in()
            if not has(permission, actor.role):
                message = f"This page is not for your role ({ROLES[actor.role].lower()})."
                raise Forbidden(Problem("role", message))
            g.actor, g.permission = actor, permission
            return once_more(lambda: view(*args, **kwargs), lambda: not g.get("kept"))

        entered.access = permission
        return entered

    return declare


def lead_to_sign_in() -> Any:
    """To the sign-in page, and from there back to the page that was wanted."""
    if request.method == "GET":
        return redirect(url_for("signin.show", next=request.path))
    return keep_and_sign_in() or redirect(url_for("signin.show", ended=1))


def keep_and_sign_in() -> Any:
    """Keep what was sent for whoever was signed in until a moment ago, and lead them to sign in and carry on with it.

    Where nobody knows whose it is, a page that carries it. None where it is no form that takes words.
    """
    actor = expired_actor()
    page = keep_for(actor) if actor else None
    if page:
        return redirect(url_for("signin.show", next=page, kept=1))
    return (show_carried("You are signed out", CARRIED, request.path, list_fields()), 400) if has_words() else None


@contextmanager
def open_desk() -> Iterator[Desk]:
    """A desk for the person signed in: committed if the block succeeds."""
    state = state_of(current_app)
    with state.database.transaction(g.actor, state.clock.now()) as transaction:
        desk = Desk(transaction, g.actor, state.clock, state.pack, request_id=request_id())
        asks = not g.permission.endswith(".danger")  # which nothing holds up
        yield stand_before(desk, g.permission, request.view_args or {}, asks=asks)
    g.kept = True  # the view is not begun again: what it did would be done twice


def note_shown(desk: Desk, people: Iterable[UUID], case: Case | None = None) -> None:
    """Put on record whom this page shows: last, once all that it needs is read, and before the desk is left."""
    note_reading(desk, request.endpoint or "", people, case)


def home_url(actor: Actor) -> str:
    """The page that a person's day begins with."""
    return url_for(HOME.get(actor.role, "worktray.show"))


def present_user() -> dict[str, Any]:
    """What every page shows of the person signed in, and the places they may go."""
    state, actor = state_of(current_app), _whoever_is_there()
    around = {"county": state.pack.name, "demo": state.settings.clock_offset_seconds != 0, "now": state.clock.now()}
    if actor is None:
        return around | {"user": None}
    return around | {"user": actor, "role_name": _say_role(actor, state.pack), "places": list_places(actor)}


def _whoever_is_there() -> Actor | None:
    """Who is signed in, as far as can be told: a page that says that the database is away must not ask for it."""
    try:
        return current_actor()
    except UNREACHABLE:
        return None


def _say_role(actor: Actor, pack: Pack) -> str:
    """What somebody is here: whoever works for the whole county is called by their team, and not a locality's."""
    serves_county = actor.role in LOCALITY and actor.locality_code is None and actor.team_code in pack.teams
    return pack.teams[actor.team_code]["name"] if serves_county else ROLES[actor.role]
