"""Pages of whoever signs in, half way and whole: their own account, and nothing of any case."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import g, redirect, url_for

from triage.access.permissions import has
from triage.errors import Forbidden, Problem
from triage.web.access import lead_to_sign_in
from triage.web.sessions import current_session

View = Callable[..., Any]
OWN = "account.own"


def own_account(*owing: str | None) -> Callable[[View], View]:
    """Declare a page that everybody has of their own, for those who still owe one of these: None is nothing."""

    def declare(view: View) -> View:
        @wraps(view)
        def entered(*args: Any, **kwargs: Any) -> Any:
            held = current_session()
            if held and not has(OWN, held.actor.role):
                raise Forbidden(Problem("role", "A system has no pages of its own: it calls by token."))
            if held is None or held.timed_out:
                return lead_to_sign_in()
            if held.owes not in owing:
                return redirect(url_for("signin.show" if held.owes else "signin.go_home"))
            g.actor, g.permission = held.actor, OWN
            return view(*args, **kwargs)

        entered.access = OWN
        return entered

    return declare
