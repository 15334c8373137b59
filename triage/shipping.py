"""The policies that came with the service, as rows: published, and never changed after that."""

from collections.abc import Iterator
from importlib.resources import files
from typing import Any, NamedTuple

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import Connection
from uuid_utils.compat import uuid7

from rules.policy import Policy
from rules.reading import load
from triage.errors import CommandRefused
from triage.models import PolicyVersion
from triage.models.codes import PUBLISHED_STATES
from triage.store.policies import lock_versions

NOT_PUT_IN = (
    "Not put in: {title}. The council has published thresholds of its own. If you want these, give the file from"
    " rules/policies a version and a first day of your own, and draft it: triage policy draft FILE"
)
PUT_BACK = "put the file of that version back as it was, or give the new text another version, and migrate again."


class ShippingError(CommandRefused):
    """What came with this release contradicts what the database holds as published: says what to do."""


class Shipped(NamedTuple):
    """A policy with the text that says so."""

    policy: Policy
    text: str


def publish_shipped(connection: Connection, name: str) -> list[str]:
    """Write the versions of `name` that the database has not, as the schema's owner; the newest is the one published.

    A council that has published one of its own goes on by itself: nothing more is put in for it. Answers with what was
    not put in, in words. ShippingError where a version that came before says otherwise now, or a new one would begin
    before the newest.
    """
    table = PolicyVersion.__table__
    lock_versions(connection, name)
    there = (table.c.name == name) & table.c.state.in_(PUBLISHED_STATES)
    kept = {row.policy_version: row for row in connection.execute(select(table).where(there))}
    fresh = [each for each in _shipped(name) if not _is_kept(each.policy, kept)]
    if any(row.drafted_by_id for row in kept.values()):
        return [NOT_PUT_IN.format(title=each.policy.title) for each in fresh]
    if fresh:
        _refuse_the_past(fresh[0].policy, list(kept.values()))
        _put_in(connection, name, fresh)
    return []


def _put_in(connection: Connection, name: str, fresh: list[Shipped]) -> None:
    table = PolicyVersion.__table__
    followed = update(table).where(table.c.name == name, table.c.state == "published")
    connection.execute(followed.values(state="superseded", version=table.c.version + 1))
    rows = [_row(each, "published" if each is fresh[-1] else "superseded") for each in fresh]
    connection.execute(insert(table).values(rows))


def _shipped(name: str) -> list[Shipped]:
    """The versions of a policy, the oldest first."""
    found = [each for each in _read_all() if each.policy.name == name]
    return sorted(found, key=lambda each: each.policy.effective_from)


def _read_all() -> Iterator[Shipped]:
    for path in (files("rules") / "policies").iterdir():
        if path.name.endswith(".yaml"):
            text = path.read_text(encoding="utf-8")
            yield Shipped(load(text, path.name), text)


def _is_kept(policy: Policy, kept: dict[str, Any]) -> bool:
    """Whether that very text is there. The council's own of the same version stands, and is not that text."""
    row = kept.get(policy.version)
    if row is None or (row.drafted_by_id and row.hash != policy.hash):
        return False
    if row.hash != policy.hash:
        message = f"{policy.title} in rules/policies is not the one that was published: {policy.hash[:12]}, not"
        raise ShippingError(f"{message} {row.hash[:12]}. What was published cannot change: {PUT_BACK}")
    return True


def _refuse_the_past(oldest: Policy, published: list[Any]) -> None:
    """What was in force on a day stays so."""
    newest = max(published, key=lambda row: row.effective_from, default=None)
    if newest is not None and oldest.effective_from <= newest.effective_from:
        message = (
            f"{oldest.title} is in force from {oldest.effective_from:%d %B %Y}, and the database's newest version,"
        )
        later = f"{newest.policy_version}, from {newest.effective_from:%d %B %Y}. Give it a later first day."
        raise ShippingError(f"{message} {later}")


def _row(shipped: Shipped, state: str) -> dict[str, Any]:
    policy = shipped.policy
    return {
        "id": uuid7(),
        "name": policy.name,
        "policy_version": policy.version,
        "effective_from": policy.effective_from,
        "hash": policy.hash,
        "text": shipped.text,
        "state": state,
        "event_number": 0,
        "event_hash": b"",
        "version": 1,
    }
