"""What the page of an enquiry offers to do: what comes next in full, immediate danger always, the rest folded away.

An action's form has one field for each name that its table asks for; here is what such a field lets one choose from.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from triage.models import Enquiry
from triage.models.codes import CLOCK_KINDS, CONSENTS, LAWFUL_BASES, ROLES
from triage.services.colleagues import list_colleagues
from triage.services.contexts import enquiry_context
from triage.services.desk import Desk
from triage.services.first_view import name_of
from workflows.definition import IMMEDIATE_DANGER
from workflows.engine import Permitted

Options = list[tuple[str, str]]
SCREEN = ("set_rag", "request_check", "finish_screening")
NEXT = {
    "received": ("start_screening",),
    "screening": SCREEN,
    "checking": SCREEN,
    "on_hold": ("resume",),
    "awaiting_decision": ("decide",),
    "awaiting_approval": ("approve", "send_back"),
    "decided": ("close",),
}
APART = ("claim", "propose")  # beside who has it; and deciding itself, which finds out whether it takes two


@dataclass(frozen=True, slots=True)
class Offer:
    """The actions that may be done now, by their place on the page. `claim` and `danger` may be None: not now."""

    claim: Permitted | None
    next: list[Permitted]
    danger: Permitted | None
    more: list[Permitted]


def offer(enquiry: Enquiry, actions: Sequence[Permitted]) -> Offer:
    """Sort what is permitted."""
    allowed = {each.action: each for each in actions if each.allowed}
    first = [allowed[name] for name in NEXT.get(enquiry.state, ()) if name in allowed]
    apart = {*APART, IMMEDIATE_DANGER, *(each.action for each in first)}
    more = [each for name, each in allowed.items() if name not in apart]
    return Offer(allowed.get("claim"), first, allowed.get(IMMEDIATE_DANGER), more)


def choices_on(desk: Desk, enquiry: Enquiry) -> dict[str, Options]:
    """What each field of a form lets one choose from, by its name, or by its action's and its own."""
    context = enquiry_context(desk, enquiry)
    return {
        "agency_code": list(desk.pack.agencies.items()),
        "lawful_basis": list(LAWFUL_BASES.items()),
        "consent": list(CONSENTS.items()),
        "worker_id": _colleagues(desk, enquiry),
        "subject_ids": [(str(each.id), name_of(each)) for each in enquiry.subjects],
        "pause_clock.clock": _kinds(context.clocks - context.unpausable),
        "resume_clock.clock": _kinds(context.paused),
    }


def _colleagues(desk: Desk, enquiry: Enquiry) -> Options:
    staff = list_colleagues(desk, enquiry.owner_id)
    return [(str(each.id), f"{each.name} ({ROLES[each.role]})") for each in staff]


def _kinds(kinds: frozenset[str]) -> Options:
    return [(kind, name) for kind, name in CLOCK_KINDS.items() if kind in kinds]


def find_open(values: MultiDict[str, str], errors: dict[str, str]) -> set[str]:
    """The parts of a page in which something was typed, or is wrong: {"withdraw"}. They are not folded away."""
    typed = {name for name, value in values.items(multi=True) if value.strip()}
    return {name.rpartition(".")[0] for name in typed | set(errors)}
