"""Publishing a version of the thresholds: proved, by another than its author, from a day ahead, after the last."""

from dataclasses import dataclass, replace
from uuid import UUID

from rules.policy import Policy
from triage.access.actor import SYSTEM
from triage.errors import Conflict, Problem
from triage.models import PolicyVersion
from triage.services.contexts import policy_context
from triage.services.desk import Desk
from triage.services.drafting_policy import admit, in_short, read_draft
from triage.services.events import record
from triage.services.firing import check_version, fire_action
from triage.services.policies import forget_line
from triage.services.proving import Prove, prove_policy
from triage.store.locking import lock
from triage.store.policies import find_unfollowed, lock_versions
from workflows.policy import POLICY


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishPolicy:
    """Publish this reviewed version. `version` is the row's that the actor has read."""

    policy_id: UUID
    version: int | None = None


def publish_policy(desk: Desk, command: PublishPolicy, prove: Prove = prove_policy) -> PolicyVersion:
    """Publish it and supersede the one before. Forbidden, Stale, or Conflict with every reason, the proofs' last."""
    admit(desk)
    lock_versions(desk.session, desk.pack.policy)  # before any row of them, always: else two wait for each other
    policy = lock(desk.session, PolicyVersion, command.policy_id)
    check_version(desk, policy, command.version)
    context = policy_context(desk, policy, proved=True)
    fire_action(POLICY, desk, policy, "publish", context)  # whatever else forbids it is said first: proofs take seconds
    proof = prove(_read(desk, policy))
    fired = fire_action(POLICY, desk, policy, "publish", replace(context, proved=bool(proof)))
    follows = _supersede(desk, policy)
    policy.state, policy.proof = fired.target, proof
    policy.published_by_id, policy.published_at = desk.actor.id, desk.now
    record(desk, policy, fired.row.event, **in_short(policy), follows=follows)
    desk.session.flush()
    forget_line(desk.session)
    return policy


def _read(desk: Desk, policy: PolicyVersion) -> Policy:
    title = f"{policy.name}@{policy.policy_version}"
    read = read_draft(desk, policy.text, title, policy)
    if read.hash != policy.hash:
        message = f"The text of {title} is not the one that was reviewed. Withdraw it, and draft it anew."
        raise Conflict(Problem("other_text", message))
    return read


def _supersede(desk: Desk, policy: PolicyVersion) -> str | None:
    """The version that this one follows, now superseded. It stays in force for its own days."""
    found = find_unfollowed(desk.session, policy.name)
    if found is None:
        return None
    before, system = lock(desk.session, PolicyVersion, found.id), desk.with_actor(SYSTEM)
    fired = fire_action(POLICY, system, before, "supersede", policy_context(system, before))
    before.state = fired.target
    record(system, before, fired.row.event, **in_short(before), followed_by=policy.policy_version)
    desk.session.flush()  # first: the database holds one that nothing follows, never two
    return before.policy_version
