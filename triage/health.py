"""Whether the service lives, and whether it can work: for load balancers and for the start of the demo.

What each part says here is a word; what is to be done where one is not well stands beside it, under `do`. The longer
answer is `triage doctor`'s.
"""

from datetime import timedelta
from typing import Any

from flask import Blueprint, current_app
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from triage.access.actor import NOBODY
from triage.access.routes import public
from triage.database import TOO_MUCH, WrongRole
from triage.heard import RELAY, SILENT, connect, listen
from triage.replica import A_LITTLE
from triage.state import State, state_of
from triage.store.ledger import find_sealed_at
from triage.store.schema import is_behind

UNSEALED = timedelta(hours=2)  # a checkpoint is made every hour at least
READY, DOWN, WRONG_ROLE = "ready", "down", "wrong role"
CURRENT, BEHIND, UNKNOWN = "current", "behind", "not known"
SEALED, NOT_SEALED = "sealed", "not sealed"
UP_TO_DATE, LATE, NOT_OURS = "up to date", "behind", "follows another"
HEARD_OF, SILENT_NOW = "heard of", "not heard of"
# Without these nobody can work here; without the others enquiries are taken and decided, and what waits is kept.
NEEDED = {"database": (READY,), "schema": (CURRENT,)}
DO = {
    ("database", DOWN): "Start the database, or mend the way to it.",
    ("database", WRONG_ROLE): "Connect as triage_app: its role must be one that row-level security binds.",
    ("schema", BEHIND): "Run triage migrate: the database is older than this code.",
    (
        "replica",
        DOWN,
    ): "Start the replica, or mend the way to it. Until then managers' numbers are read from the database.",
    ("replica", LATE): "See why it lags: its disk, its network, a long query. Pages say how old their numbers are.",
    ("replica", NOT_OURS): "Let it follow this database, or take TRIAGE_INSIGHT_DATABASE_URL away.",
    ("redis", DOWN): "Start Redis. Until then no letter goes and no clock is marked; enquiries are taken and kept.",
    ("worker", SILENT_NOW): "Start worker and beat. Until then no letter goes and no clock is marked.",
    ("ledger", NOT_SEALED): "See that the worker runs and has its key.",
}
blueprint = Blueprint("health", __name__, url_prefix="/health")


@blueprint.get("/live")
@public("says only that the process answers")
def read_live() -> Any:
    """200 while the process answers."""
    return {"status": "live"}


@blueprint.get("/ready")
@public("says only which parts answer, and what to do about one that does not")
def read_ready() -> Any:
    """200 while the database answers, binds us by its policies and is no older than the code, else 503.

    Without Redis or worker enquiries are still taken: the outbox keeps what waits.
    """
    state = state_of(current_app)
    parts = _ask_database(state) | _ask_replica(state) | _ask_redis(state)
    do = {part: DO[part, word] for part, word in parts.items() if (part, word) in DO}
    ready = all(parts[part] in words for part, words in NEEDED.items())
    answer = {"status": READY if ready else DOWN, **parts, "do": do}
    return answer, 200 if ready else 503, {} if ready else {"Retry-After": "5"}


def _ask_database(state: State) -> dict[str, str]:
    """Each part by itself, so that one that fails hides no other."""
    database = _try(state, lambda session: WRONG_ROLE if session.scalar(text(TOO_MUCH)) else READY, DOWN)
    if database != READY:
        return {"database": database, "schema": UNKNOWN, "ledger": DOWN}
    return {
        "database": database,
        "schema": _try(state, lambda session: BEHIND if is_behind(session) else CURRENT, UNKNOWN),
        "ledger": _try(state, lambda session: _say_sealed(state, session), DOWN),
    }


def _ask_replica(state: State) -> dict[str, str]:
    """Nothing where there is none. People work without it."""
    if state.replica is None:
        return {}
    lag = state.replica.say_lag()
    if lag is None:
        return {"replica": DOWN}
    return {"replica": (LATE if lag.seconds > A_LITTLE else UP_TO_DATE) if lag.follows else NOT_OURS}


def _try(state: State, ask: Any, away: str) -> str:
    try:
        with state.database.transaction(NOBODY) as session:
            return ask(session)
    except WrongRole:
        return WRONG_ROLE
    except SQLAlchemyError:
        return away


def _say_sealed(state: State, session: Any) -> str:
    """Whether the worker seals the ledger: it makes a checkpoint every hour at least, if it has the key."""
    sealed_at = find_sealed_at(session)
    return SEALED if sealed_at and state.clock.now() - sealed_at < UNSEALED else NOT_SEALED


def _ask_redis(state: State) -> dict[str, str]:
    """Redis, and by what it keeps worker and beat: who has not been heard of for two minutes is down."""
    try:
        with connect(state.settings.redis_url) as redis:
            silent = listen(redis).silent(RELAY, state.clock.now())
    except RedisError:
        return {"redis": DOWN, "worker": UNKNOWN}
    return {"redis": READY, "worker": HEARD_OF if silent is not None and silent <= SILENT else SILENT_NOW}
