"""What may be done to a version of the thresholds: one function for each action.

The table in workflows/policy.py says who may do what from which state. Publishing is in publishing_policy.py.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from triage.access.actor import SYSTEM
from triage.errors import NotFound, Problem
from triage.models import PolicyVersion
from triage.services.contexts import policy_context
from triage.services.desk import Desk
from triage.services.drafting_policy import admit, in_short, read_draft
from triage.services.events import record
from triage.services.firing import check_version, fire_action
from triage.services.policies import forget_line
from triage.store.locking import lock
from triage.store.policies import find_last_followed, lock_versions
from workflows.policy import POLICY


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyAction:
    """One action on a version. `version` is the row's that the actor has read; `text` is for revising alone.

    `where` is what faults of the text call it.
    """

    policy_id: UUID
    action: str
    version: int | None = None
    reason: str = ""
    text: str = ""
    where: str = "policy"


def act_on_policy(desk: Desk, command: PolicyAction) -> PolicyVersion:
    """Do the action, or refuse: Forbidden, Stale, Conflict (with every reason) or Invalid (with every fault)."""
    admit(desk)
    lock_versions(desk.session, desk.pack.policy)  # before any row of them, always: else two wait for each other
    policy = lock(desk.session, PolicyVersion, command.policy_id)
    check_version(desk, policy, command.version)
    if command.action not in EFFECTS:
        message = f"There is no action {command.action!r}. Those there are: {', '.join((*EFFECTS, 'publish'))}."
        raise NotFound(Problem("unknown_action", message, "action"))
    context = policy_context(desk, policy, reason=command.reason.strip() or None, text=command.text.strip() or None)
    fired = fire_action(POLICY, desk, policy, command.action, context)
    details = EFFECTS[command.action](desk, policy, command)
    policy.state = fired.target
    record(desk, policy, fired.row.event, **details, **({"reason": command.reason} if command.reason else {}))
    return policy


def _revise(desk: Desk, policy: PolicyVersion, command: PolicyAction) -> dict[str, object]:
    read, before = read_draft(desk, command.text, command.where, policy), policy.hash
    policy.policy_version, policy.effective_from = read.version, read.effective_from
    policy.hash, policy.text = read.hash, command.text
    return in_short(policy) | {"hash_before": before}


def _review(desk: Desk, policy: PolicyVersion, command: PolicyAction) -> dict[str, object]:
    policy.reviewed_by_id, policy.reviewed_at = desk.actor.id, desk.now
    return in_short(policy)


def _send_back(desk: Desk, policy: PolicyVersion, command: PolicyAction) -> dict[str, object]:
    policy.reviewed_by_id = policy.reviewed_at = None
    return in_short(policy)


def _withdraw(desk: Desk, policy: PolicyVersion, command: PolicyAction) -> dict[str, object]:
    was = policy.state
    policy.withdrawn_by_id, policy.withdrawn_at = desk.actor.id, desk.now
    if was != "published":
        return in_short(policy)
    policy.state = "withdrawn"
    desk.session.flush()  # first: the database holds one that nothing follows, never two
    return in_short(policy) | {"restored": _restore(desk, policy)}


def _restore(desk: Desk, policy: PolicyVersion) -> str | None:
    """The version before the one withdrawn, which nothing follows now."""
    forget_line(desk.session)
    found = find_last_followed(desk.session, policy.name)
    if found is None:
        return None
    before, system = lock(desk.session, PolicyVersion, found.id), desk.with_actor(SYSTEM)
    fired = fire_action(POLICY, system, before, "restore", policy_context(system, before))
    before.state = fired.target
    record(system, before, fired.row.event, **in_short(before), withdrawn=policy.policy_version)
    return before.policy_version


EFFECTS: dict[str, Callable[[Desk, PolicyVersion, PolicyAction], dict[str, object]]] = {
    "revise": _revise,
    "review": _review,
    "send_back": _send_back,
    "withdraw": _withdraw,
}
