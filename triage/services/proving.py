"""The proofs that a version of the thresholds must pass before it is published."""

from collections.abc import Callable
from threading import Lock
from typing import Any

from rules.policy import Policy
from triage.errors import Conflict, Problem

Prove = Callable[[Policy], dict[str, Any]]
HOW_TO_INSTALL = (
    "Install z3-solver (the extra `prove` in pyproject.toml; its version and hash stand in requirements/service.lock)."
)
NO_SOLVER = f"Publishing tries every proof, and the solver z3 is not installed. {HOW_TO_INSTALL}"
_one_at_a_time = Lock()  # the solver's expressions are all in one place that threads may not share


def prove_policy(policy: Policy) -> dict[str, Any]:
    """Every proof of the policy, with the hash of what was proved, ready for JSON.

    Conflict names each that fails, with somebody for whom it does.
    """
    try:
        from rules.prove import prove  # an optional extra, and slow to load
    except ModuleNotFoundError as error:
        if error.name != "z3":
            raise
        raise Conflict(Problem("no_solver", NO_SOLVER)) from error
    with _one_at_a_time:
        proofs = prove(policy)
    if failed := [proof for proof in proofs if not proof.holds]:
        raise Conflict(*(Problem("not_proved", f"{each.says} Not so: {each.counter_example}") for each in failed))
    kept = [{"name": each.name, "says": each.says, "seconds": round(each.seconds, 3)} for each in proofs]
    return {"hash": policy.hash, "proofs": kept}
