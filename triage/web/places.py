"""The places of the service that somebody may go to: those of every day first, the rest under headings of a "More"."""

from dataclasses import dataclass

from flask import current_app, request, url_for

from triage.access.actor import Actor
from triage.access.permissions import has

MOST = 7  # that stand side by side
DAILY = {
    "Worktray": "worktray.show",
    "Log an enquiry": "log_enquiry.show",
    "Referrals": "referrals.show_inbox",
    "Search": "search.show",
    "Duty": "duty.show",
    "Directory": "directory.show_all",
}
REST = {
    "How we are doing": {
        "Unmet needs": "unmet_needs.show",
        "Measures": "insight.show",
        "Quarterly reports": "reports.show_all",
        "Why-not ledger": "why_nots.show",
        "Second looks": "second_looks.show_all",
    },
    "Records of people": {
        "Requests": "rights.show_list",
        "Restricted records": "restrictions.show",
        "Open in an emergency": "restrictions.ask",
        "Who opened what": "openings.show",
        "Retention": "retention.show",
    },
    "What we asked and what you sent": {
        "Checks": "partners.show_checks",
        "What you sent": "partners.show_own",
    },
    "Accounts": {
        "Accounts to agree to": "agreeing.show_all",
        "Accounts": "accounts.show_all",
        "Tokens": "accounts.show_tokens",
        "Webhooks": "webhooks.show_all",
        "What failed": "failed.show_all",
    },
}


@dataclass(frozen=True, slots=True)
class Place:
    """A page with its name, and whether it is the one that is open."""

    name: str
    url: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class Menu:
    """What stands side by side, and what is folded away under each heading: nothing where all have room."""

    first: list[Place]
    more: dict[str, list[Place]]

    @property
    def here(self) -> Place | None:
        """The open page, if it is one of those that are folded away."""
        return next((place for places in self.more.values() for place in places if place.is_here), None)


def list_places(actor: Actor) -> Menu:
    """Where somebody of this role may go, in one order whether or not some of it is folded away."""
    first = _open_to(actor, DAILY)
    rest = {heading: places for heading, named in REST.items() if (places := _open_to(actor, named))}
    everything = [*first, *(place for places in rest.values() for place in places)]
    return Menu(everything, {}) if len(everything) <= MOST else Menu(first, rest)


def may_open(endpoint: str, actor: Actor) -> bool:
    """Whether the page of that endpoint is for somebody of this role."""
    return has(current_app.view_functions[endpoint].access, actor.role)


def _open_to(actor: Actor, named: dict[str, str]) -> list[Place]:
    known = ((name, url_for(endpoint)) for name, endpoint in named.items() if may_open(endpoint, actor))
    return [Place(name, url, request.path == url) for name, url in known]
