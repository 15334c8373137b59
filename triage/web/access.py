"""Who may open a page: declared beside each view, from the signed-in session."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any
from uuid import UUID

from flask import current_app, g, redirect, request, session, url_for

from triage.access.actor import Actor
from triage.access.permissions import find_permission, has
from triage.access.signin import actor_of
from triage.database import once_more
from triage.errors import Forbidden, Problem
from triage.models import User
from triage.models.codes import ROLES
from triage.pack import Pack
from triage.request_ids import request_id
from triage.services.desk import Desk
from triage.services.reading import Case, note_reading
from triage.services.standing import stand_before
from triage.state import state_of

View = Callable[..., Any]
HUB = ("mash_officer", "social_worker", "mash_manager", "early_help_unit", "emergency_duty_team")
LOCALITY = ("locality_worker", "locality_manager")
HOME = {
    "locality_worker": "referrals.show_inbox",
    "locality_manager": "referrals.show_inbox",
    "analyst": "insight.show",
    "partner_contributor": "partners.show_checks",
    "referrer": "partners.show_own",
    "information_governance": "restrictions.show",
}


def may(permission: str) -> Callable[[View], View]:
    """Declare the permission of the table that a page needs. A route without such a declaration fails the tests."""
    find_permission(permission)

    def declare(view: View) -> View:
        @wraps(view)
        def entered(*args: Any, **kwargs: Any) -> Any:
            actor = current_actor()
            if actor is None:
                return redirect(url_for("signin.show", next=request.path if request.method == "GET" else None))
            if not has(permission, actor.role):
                message = f"This page is not for your role ({ROLES[actor.role].lower()})."
                raise Forbidden(Problem("role", message))
            g.actor, g.permission = actor, permission
            return once_more(lambda: view(*args, **kwargs), lambda: not g.get("kept"))

        entered.access = permission
        return entered

    return declare


def remember(actor: Actor) -> None:
    """Begin a session for this person, with nothing left of the one before."""
    session.clear()
    session["actor"] = {
        "id": str(actor.id),
        "name": actor.name,
        "role": actor.role,
        "team_code": actor.team_code,
        "locality_code": actor.locality_code,
        "agency_code": actor.agency_code,
    }


def current_actor() -> Actor | None:
    """Who is signed in, by the signed cookie: it needs no database, so that a page can say that there is none."""
    kept = session.get("actor")
    return Actor(UUID(kept["id"]), **{key: kept[key] for key in kept if key != "id"}) if kept else None


@contextmanager
def open_desk() -> Iterator[Desk]:
    """A desk for the person signed in: committed if the block succeeds. Forbidden once their account is closed."""
    state = state_of(current_app)
    with state.database.transaction(g.actor, state.clock.now()) as transaction:
        user = transaction.get(User, g.actor.id)
        if user is None or not user.active or actor_of(user) != g.actor:
            session.clear()
            raise Forbidden(Problem("closed", "Your account has changed or is closed. Sign in again."))
        desk = Desk(transaction, g.actor, state.clock, state.pack, request_id=request_id())
        asks = not g.permission.endswith(".danger")  # which nothing holds up
        yield stand_before(desk, g.permission, request.view_args or {}, asks=asks)
    g.kept = True  # the view is not begun again: what it did would be done twice


def note_shown(desk: Desk, people: Iterable[UUID], case: Case | None = None) -> None:
    """Put on record whom this page shows: last, once all that it needs is read, and before the desk is left."""
    note_reading(desk, request.endpoint or "", people, case)


def home_url(actor: Actor) -> str:
    """The page that a person's day begins with."""
    return url_for(HOME.get(actor.role, "enquiries.show_worktray"))


def present_user() -> dict[str, Any]:
    """What every page shows of the person signed in, and the places they may go."""
    state, actor = state_of(current_app), current_actor()
    around = {"county": state.pack.name, "demo": state.settings.clock_offset_seconds != 0, "now": state.clock.now()}
    if actor is None:
        return around | {"user": None, "places": []}
    places = (
        ("Worktray", "enquiries.show_worktray"),
        ("Log an enquiry", "log_enquiry.show"),
        ("Referrals", "referrals.show_inbox"),
        ("Duty", "duty.show"),
        ("Measures", "insight.show"),
        ("Why-not ledger", "why_nots.show"),
        ("Restricted records", "restrictions.show"),
        ("Open in an emergency", "restrictions.ask"),
        ("Checks", "partners.show_checks"),
        ("What you sent", "partners.show_own"),
    )
    open_to = [(name, url_for(endpoint)) for name, endpoint in places if may_open(endpoint, actor)]
    return around | {"user": actor, "role_name": _say_role(actor, state.pack), "places": open_to}


def may_open(endpoint: str, actor: Actor) -> bool:
    """Whether the page of that endpoint is for somebody of this role."""
    return has(current_app.view_functions[endpoint].access, actor.role)


def _say_role(actor: Actor, pack: Pack) -> str:
    """What somebody is here: whoever works for the whole county is called by their team, and not a locality's."""
    serves_county = actor.role in LOCALITY and actor.locality_code is None and actor.team_code in pack.teams
    return pack.teams[actor.team_code]["name"] if serves_county else ROLES[actor.role]
