"""The thresholds as everybody may read them: the version in force today, and every other."""

from typing import Any

from flask import Blueprint, current_app, render_template

from rules.policy import Policy
from triage.access.actor import NOBODY
from triage.access.routes import public
from triage.database import UNREACHABLE
from triage.errors import NotFound, Problem
from triage.request_ids import request_id
from triage.services.desk import Desk
from triage.services.policies import policy_at_hand, policy_for, versions_at_hand, versions_for
from triage.state import state_of
from triage.thresholds.page import compose_page, list_versions
from workflows.policy import DRAFTS

# The page's body is the one that `triage policy render` writes, so that nothing is said twice.
blueprint = Blueprint("thresholds", __name__, url_prefix="/thresholds", template_folder="../thresholds/templates")


@blueprint.get("")
@public("thresholds are published")
def show() -> Any:
    """The version in force today."""
    versions, today = _published()
    return _render(today, versions, today)


@blueprint.get("/<path:version>")  # a version may be called "2014/15"
@public("thresholds are published")
def show_version(version: str) -> Any:
    """One version, whether it is in force, was, or will be."""
    versions, today = _published()
    found = next((each for each in versions if each.version == version), None)
    if found is None:
        known = ", ".join(each.version for each in versions)
        raise NotFound(Problem("version", f"There is no version {version} of these thresholds. There are: {known}."))
    return _render(found, versions, today)


def _published() -> tuple[tuple[Policy, ...], Policy]:
    """The versions that people may read, the newest first, and the one that is in force today."""
    state = state_of(current_app)
    try:
        with state.database.transaction(NOBODY) as session:
            desk = Desk(session, NOBODY, state.clock, state.pack, request_id=request_id())
            return versions_for(desk), policy_for(desk, desk.now)
    except UNREACHABLE:  # what was last seen published is better than nothing
        return versions_at_hand(state.pack.policy), policy_at_hand(state.pack.policy, state.clock.now())


def _render(policy: Policy, versions: tuple[Policy, ...], today: Policy) -> str:
    listed = list_versions(versions, today)
    return render_template(
        "thresholds/show.html", page=compose_page(policy), versions=listed, in_force=policy == today, drafts=DRAFTS
    )
