"""Whether the service lives, and whether it can work: for load balancers and for the start of the demo."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, current_app
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from triage.access.actor import NOBODY
from triage.access.routes import public
from triage.database import TOO_MUCH, WrongRole
from triage.state import State, state_of
from triage.store.ledger import find_sealed_at

UNSEALED = timedelta(hours=2)
READY, DOWN, WRONG_ROLE = "ready", "down", "wrong role"
blueprint = Blueprint("health", __name__, url_prefix="/health")


@blueprint.get("/live")
@public("says only that the process answers")
def read_live() -> Any:
    """200 while the process answers."""
    return {"status": "live"}


@blueprint.get("/ready")
@public("says only which parts answer")
def read_ready() -> Any:
    """200 while the database answers and binds us by its policies, else 503.

    Without Redis enquiries are still taken: the outbox keeps them.
    """
    state = state_of(current_app)
    database, redis = _try_database(state), _try_redis(state)
    parts = {"database": database, "redis": _word(redis), "ledger": _say_sealed(state)}
    ready = database == READY
    return {"status": _word(ready), **parts}, 200 if ready else 503, {} if ready else {"Retry-After": "5"}


def _say_sealed(state: State) -> str:
    """Whether the worker seals the ledger: it makes a checkpoint every hour at least, if it has the key."""
    try:
        with state.database.transaction(NOBODY) as session:
            sealed_at = find_sealed_at(session)
    except (SQLAlchemyError, WrongRole):
        return DOWN
    return "sealed" if sealed_at and state.clock.now() - sealed_at < UNSEALED else "not sealed"


def _word(answers: bool) -> str:
    return READY if answers else DOWN


def _try_database(state: State) -> str:
    try:
        with state.database.transaction(NOBODY) as session:
            return WRONG_ROLE if session.scalar(text(TOO_MUCH)) else READY
    except WrongRole:
        return WRONG_ROLE
    except SQLAlchemyError:
        return DOWN


def _try_redis(state: State) -> bool:
    try:
        return bool(Redis.from_url(state.settings.redis_url, socket_timeout=1).ping())
    except RedisError:
        return False
