"""Letters to people about their own account: that something was done to it, in case they did not ask for it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from triage.models import User
from triage.services.addresses import own
from triage.services.desk import Desk
from triage.services.letters import Letter

DONE = {
    "post_changed": "An administrator has changed what you do in this service, or where.",
    "account_closed": "An administrator has closed your account.",
    "account_reopened": "An administrator has opened your account again.",
    "password_reset": "An administrator has given your account a new first password.",
    "second_factor_reset": "An administrator has taken away your second factor. Set up another when you sign in.",
    "change_agreed": "What an administrator did to your account was agreed to. It is open.",
    "change_refused": "What an administrator did to your account was not agreed to. It is closed.",
}


def tell_account(desk: Desk, payload: Mapping[str, Any], domain: str) -> Letter:
    """To whoever's account it is."""
    user = desk.session.get_one(User, UUID(payload["user_id"]))
    text = f"{DONE[payload['what']]}\n\nIf you did not ask for this, or did not expect it, ring your manager now.\n"
    return Letter((own(user, domain),), "Your account was changed", text)
