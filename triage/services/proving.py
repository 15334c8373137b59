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
KEPT = ("name", "says", "seconds")  # of what was proved of a version that is published
_one_at_a_time = Lock()  # the solver's expressions are all in one place that threads may not share


def prove_policy(policy: Policy) -> dict[str, Any]:
    """Every proof of the policy, with the hash of what was proved, ready for JSON.

    Conflict names each that fails, with somebody for whom it does.
    """
    proofs = try_proofs(policy)
    if failed := [each for each in proofs if not each["holds"]]:
        raise Conflict(*(Problem("not_proved", f"{each['says']} Not so: {each['counter_example']}") for each in failed))
    return {"hash": policy.hash, "proofs": [{name: each[name] for name in KEPT} for each in proofs]}


def try_proofs(policy: Policy) -> list[dict[str, Any]]:
    """Every theorem, whether it holds and, where it fails, for whom in plain words; ready for JSON.

    Conflict where there is no solver, or where it gives up.
    """
    try:
        from rules.prove import CannotProve, prove  # an optional extra, and slow to load
    except ModuleNotFoundError as error:
        if error.name != "z3":
            raise
        raise Conflict(Problem("no_solver", NO_SOLVER)) from error
    try:
        with _one_at_a_time:
            proofs = prove(policy)
    except CannotProve as error:
        raise Conflict(Problem("cannot_prove", str(error))) from error
    return [_tell(each) for each in proofs]


def _tell(proof: Any) -> dict[str, Any]:
    told = {name: getattr(proof, name) for name in ("name", "says", "holds", "counter_example")}
    return told | {"seconds": round(proof.seconds, 3)}
