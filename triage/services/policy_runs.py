"""Asking for a version of the thresholds to be proved or tried on the past. The worker makes one after the other."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from rules.policy import Policy
from triage.errors import Conflict, Problem, invalid
from triage.models import PolicyRun
from triage.services.desk import Desk
from triage.services.drafting_policy import admit
from triage.services.proving import KEPT, Prove
from triage.store.policies import get_policy
from triage.store.policy_runs import find_proof, find_waiting

GIVEN_UP = timedelta(minutes=15)  # as long as the worker may take; what is begun and not done by then came to nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class AskRun:
    """A proof of the version as it stands, or a replay from `first` to `last` (local days, both included)."""

    policy_id: UUID
    kind: str
    first: date | None = None
    last: date | None = None


def ask_for_run(desk: Desk, command: AskRun) -> PolicyRun:
    """Keep what is asked for; or what was asked in the same words before and is on its way.

    Forbidden for a role that drafts no thresholds; Invalid where the days are turned round.
    """
    admit(desk)
    if command.first and command.last and command.last < command.first:
        raise invalid("last", "The last day is before the first. Turn them round.", "turned_round")
    policy = get_policy(desk.session, command.policy_id)
    run = PolicyRun(
        policy_id=policy.id,
        kind=command.kind,
        hash=policy.hash,
        first=command.first,
        last=command.last,
        asked_by_id=desk.actor.id,
        asked_at=desk.now,
    )
    waiting = find_waiting(desk.session, run, desk.now - GIVEN_UP)
    if waiting:
        return waiting
    desk.session.add(run)
    desk.session.flush()
    return run


def has_given_up(run: PolicyRun, now: datetime) -> bool:
    """Whether the worker began it and never came to an end."""
    return run.finished_at is None and run.begun_at is not None and now - run.begun_at > GIVEN_UP


def proved_already(desk: Desk, policy_id: UUID) -> Prove:
    """What stands for trying every proof where the worker has tried them: what it kept of that very text.

    Conflict where it has not, or where one fails.
    """

    def find(policy: Policy) -> dict[str, Any]:
        run = find_proof(desk.session, policy_id, policy.hash)
        if run is None:
            message = "Nothing is proved of this text yet. Press Prove it; once every proof holds, publish it."
            raise Conflict(Problem("not_proved_yet", message))
        if not holds(run):
            raise Conflict(Problem("not_proved", "A proof fails of this text. Send it back, and have it mended."))
        return {"hash": run.hash, "proofs": [{name: each[name] for name in KEPT} for each in run.result["proofs"]]}

    return find


def holds(run: PolicyRun) -> bool:
    """Whether it is a proof that was made, and every theorem holds."""
    proofs = (run.result or {}).get("proofs", [])
    return bool(proofs) and all(each["holds"] for each in proofs)
