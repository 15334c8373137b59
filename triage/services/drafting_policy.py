"""Drafting a version of the thresholds: its text is read, checked, and kept until others review and publish it."""

from collections.abc import Iterator

from rules.checking import check_policy
from rules.policy import Policy
from rules.reading import load
from triage.errors import Forbidden, Invalid, Problem
from triage.models import PolicyVersion
from triage.services.desk import Desk
from triage.services.events import record
from triage.store.locking import hold
from triage.store.policies import find_taken, lock_versions
from workflows.policy import DRAFTS
from workflows.refusals import words


def draft_policy(desk: Desk, text: str, where: str = "policy") -> PolicyVersion:
    """Keep `text` as a new draft. Invalid names every fault of it with line and column; `where` is what they call it.

    Forbidden for a role that drafts no thresholds.
    """
    admit(desk)
    policy = read_draft(desk, text, where)
    draft = PolicyVersion(
        name=policy.name,
        policy_version=policy.version,
        effective_from=policy.effective_from,
        hash=policy.hash,
        text=text,
        drafted_by_id=desk.actor.id,
        drafted_at=desk.now,
    )
    desk.session.add(draft)
    record(desk, draft, "policy_drafted", **in_short(draft))
    desk.session.flush()
    hold(desk.session, draft)
    return draft


def admit(desk: Desk) -> None:
    """Forbidden for whoever has no part in the life of a policy, before they wait for its lock."""
    if desk.actor.role not in DRAFTS:
        roles = ", ".join(sorted(role.replace("_", " ") for role in DRAFTS))
        raise Forbidden(Problem("not_your_role", words("not_your_role", roles=roles)))


def read_draft(desk: Desk, text: str, where: str, kept: PolicyVersion | None = None) -> Policy:
    """The policy in `text`, where it may be a draft of this authority (`kept` is the one that it replaces)."""
    faults = check_policy(text, where)
    if faults:
        raise Invalid(*(Problem("policy", str(fault), "text") for fault in faults))
    policy = load(text, where)
    problems = tuple(_check(desk, policy, kept))
    if problems:
        raise Invalid(*problems)
    return policy


def _check(desk: Desk, policy: Policy, kept: PolicyVersion | None) -> Iterator[Problem]:
    if policy.name != desk.pack.policy:
        message = f"This policy is called {policy.name!r}; the authority's is {desk.pack.policy!r}. Change its name."
        yield Problem("other_policy", message, "text")
        return
    home = desk.pack.document["authority"]
    if home not in policy.vocabulary.authorities:
        message = f"The policy's authorities lack {home!r}, where most addresses are. Add it."
        yield Problem("no_home", message, "text")
    lock_versions(desk.session, policy.name)
    taken = find_taken(desk.session, policy.name, policy.version, kept)
    if taken is not None:
        message = f"There is a {policy.title} already ({taken.state}). Give this text another version."
        yield Problem("version_taken", message, "text")


def in_short(policy: PolicyVersion) -> dict[str, object]:
    """What its events say of a version."""
    return {
        "policy": f"{policy.name}@{policy.policy_version}",
        "hash": policy.hash,
        "effective_from": policy.effective_from.isoformat(),
    }
