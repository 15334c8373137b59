"""Which thresholds an enquiry is weighed by: those in force on the local day on which it was received."""

import logging
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import event
from sqlalchemy.orm import Session

from rules.document import PolicyError
from rules.library import find_in_force, policies, versions_of
from rules.policy import Policy
from rules.reading import load
from triage.services.desk import Desk
from triage.store.policies import hashes_in_force, read_texts
from workflows.calendar import LONDON

log = logging.getLogger("triage")
LINE = "policy_line"
# By hash, which means one content for ever: a text is read once in each process.
_known: dict[str, Policy] = {}
# By name, the newest first: what this process has last seen published.
_seen: dict[str, tuple[Policy, ...]] = {}


def policy_for(desk: Desk, received_at: datetime) -> Policy:
    """The version of the authority's policy in force when an enquiry was received; before the first one, the first."""
    return _in_force(versions_for(desk), received_at)


def versions_for(desk: Desk) -> tuple[Policy, ...]:
    """Every version of the authority's policy that was ever published, the newest first.

    Asks the database once in a transaction, so that what was published meanwhile needs no restart.
    """
    return _read_line(desk.session, desk.pack.policy)


def policy_at_hand(name: str, at: datetime) -> Policy:
    """As `policy_for`, without a database."""
    return _in_force(versions_at_hand(name), at)


def versions_at_hand(name: str) -> tuple[Policy, ...]:
    """As `versions_for`, without a database: what this process has last seen published, else what came with us."""
    return _seen.get(name) or versions_of(name)


def forget_line(session: Session) -> None:
    """Ask the database again: a version has been published in this very transaction."""
    session.info.pop(LINE, None)


def read_policies(session: Session, hashes: Iterable[str]) -> dict[str, Policy]:
    """The policies of these hashes; one that is neither in the database nor came with the service is left out.

    PolicyError where a text cannot be read, or is not the one of its hash.
    """
    wanted = dict.fromkeys(hashes)
    if wanted.keys() - _known.keys():
        _known.update({each.hash: each for each in policies().values()})
    if unknown := [each for each in wanted if each not in _known]:
        _known.update({hash_: _load_exactly(text, hash_) for hash_, text in read_texts(session, unknown).items()})
    return {each: _known[each] for each in wanted if each in _known}


def _load_exactly(text: str, hash_: str) -> Policy:
    """The policy in a text, where it is the one that the hash was made of: nothing else may judge in its name."""
    policy = load(text, hash_[:12])
    if policy.hash != hash_:
        log.error("the text kept as policy %s is that of %s, %s", hash_, policy.title, policy.hash)
        problem = f"this text has another hash, {policy.hash[:12]}. Do not use it: restore the table from a backup"
        raise PolicyError(problem, 1, 1, hash_[:12])
    return policy


def _in_force(line: tuple[Policy, ...], at: datetime) -> Policy:
    return find_in_force(line, at.astimezone(LONDON).date())


def _read_line(session: Session, name: str) -> tuple[Policy, ...]:
    """The versions ever published, newest first; of a name that the database has none of, those that came with us."""
    lines = session.info.setdefault(LINE, {})
    if name not in lines:
        found = read_policies(session, hashes_in_force(session, name))
        lines[name] = _seen[name] = tuple(found.values()) or versions_of(name)
    return lines[name]


@event.listens_for(Session, "after_transaction_end")
def _forget(session: Session, transaction: object) -> None:
    # A flush is a transaction of its own to SQLAlchemy; it ends nothing.
    if getattr(transaction, "nested", False) or getattr(transaction, "parent", None) is None:
        session.info.pop(LINE, None)
