"""Who says who somebody is, whose records are whose, and who belongs to whom."""

from triage.errors import Conflict, Problem
from triage.services.desk import Desk
from workflows.enquiry import RECOGNISES
from workflows.refusals import words


def refuse_other_roles(desk: Desk) -> None:
    """Conflict for whoever neither takes enquiries in nor weighs them."""
    if desk.actor.role not in RECOGNISES:
        roles = ", ".join(sorted(each.replace("_", " ") for each in RECOGNISES))
        raise Conflict(Problem("not_your_role", words("not_your_role", roles=roles)))
