"""Verifying the ledger: every event, reading, leaf and checkpoint is looked at, and whatever is wrong is named."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from heapq import merge
from itertools import chain, groupby
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from triage.access.chains import Head, Link, Seal, Walk
from triage.access.checkpoints import Keys, Log, find_export_faults
from triage.access.ledger import is_disposed, say_instant, seal, seal_account, seal_reading, tell_left
from triage.models.codes import CHAIN_KINDS
from triage.services.auditing_disposals import Emptied, Told, find_disposal_faults, tell_disposals
from triage.store.ledger import (
    ACCOUNTS,
    APART,
    READINGS,
    find_checkpoint,
    find_horizon,
    find_last_checkpoint,
    find_next_transaction,
    stream_checkpoints,
    stream_entries,
    stream_heads,
    stream_leaves,
    stream_seals,
)

HEAD, SEAL, ENTRY = range(3)
SEALS = {READINGS: seal_reading, ACCOUNTS: seal_account}  # by which its hash is due, if it is no event of a case
Looked = Callable[[int], None]


@dataclass
class Verdict:
    """What was looked at, and every fault in words."""

    entries: dict[str, int] = field(default_factory=dict)
    chains: dict[str, int] = field(default_factory=dict)
    checkpoints: int = 0
    leaves: int = 0
    unsealed: int = 0
    emptied: dict[str, Emptied] = field(default_factory=dict)  # by the item of a disposal that they went with
    disposals: list[Told] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Window:
    """Whatever is not sealed should have been written by a transaction of these, from the last checkpoint's end."""

    since: int
    until: int

    def hides(self, xid: int) -> bool:
        """Whether no sealing would come by it."""
        return not self.since <= xid < self.until


EVERYTHING = Window(0, 2**63)


def verify_ledger(
    session: Session,
    keys: Keys,
    exported: Mapping[str, Any] | None = None,
    looked: Looked = lambda _number: None,
    *,
    schedules: Collection[str] = (),
    restored: bool = False,
) -> Verdict:
    """Look at everything, in a transaction that sees one moment. `looked` hears how many entries were looked at.

    `keys` are those whose signatures are trusted, by their id; `exported` is a checkpoint that another body was given;
    `schedules` are the hashes of those that files may have been let go by. `restored`: the numbers of transactions are
    another cluster's, and tell nothing.
    """
    verdict = Verdict()
    log = Log(stream_leaves(session), keys)
    verdict.faults += log.find_faults(stream_checkpoints(session))
    verdict.checkpoints, verdict.leaves = log.count, log.position
    if exported is not None:
        number = exported.get("number")
        kept = find_checkpoint(session, number) if isinstance(number, int) else None
        verdict.faults += find_export_faults(exported, kept, keys)
    window = EVERYTHING if restored else _find_window(session)
    for kind in CHAIN_KINDS:
        _verify_chains(session, kind, window, verdict, looked)
    verdict.faults += find_disposal_faults(session, verdict.emptied, schedules)
    verdict.disposals += tell_disposals(session, verdict.emptied)
    return verdict


def _find_window(session: Session) -> Window:
    """Of what is not sealed yet. After a restore, until it is sealed again, transactions tell nothing."""
    last, until = find_last_checkpoint(session), find_next_transaction(session)
    if last is None or find_horizon(session) < last.horizon:
        return EVERYTHING
    return Window(last.horizon, until)


def _verify_chains(session: Session, kind: str, window: Window, verdict: Verdict, looked: Looked) -> None:
    """Heads, leaves and entries in step, by chain: none is in memory but the leaves of one chain."""
    streams = ((HEAD, stream_heads), (SEAL, stream_seals), (ENTRY, stream_entries))
    rows = merge(*(_tagged(tag, stream(session, kind)) for tag, stream in streams), key=lambda each: each[:2])
    verdict.entries[kind] = verdict.chains[kind] = 0
    for key, its in groupby(rows, key=lambda each: each[0]):
        verdict.faults += _verify_chain(kind, key, (each[1:] for each in its), window, verdict)
        verdict.chains[kind] += 1
        looked(sum(verdict.entries.values()))


def _tagged(tag: int, rows: Iterator[Any]) -> Iterator[tuple[UUID, int, Any]]:
    return ((row[0], tag, row) for row in rows)


def _verify_chain(kind: str, key: UUID, rows: Iterator[tuple[int, Any]], window: Window, verdict: Verdict) -> list[str]:
    head, reference, seals, first = None, None, [], ()
    for tag, row in rows:
        if tag == ENTRY:
            first = (row,)
            break
        if tag == HEAD:
            head, reference = Head(row[2], row[3]), row[1]
        else:
            seals.append(Seal(row.number, row.hash, row.checkpoint))
    links = (_link(kind, row, window, verdict) for row in chain(first, (row for _tag, row in rows)))
    walk = Walk("reading" if kind == READINGS else "event", head, seals)
    name = reference or f"{'reader' if kind == READINGS else kind} {key}"
    faults = [f"{name}: {fault}" for fault in walk.find_faults(links)]
    verdict.unsealed += walk.unsealed
    if walk.disposed_by:
        verdict.emptied.setdefault(walk.disposed_by, Emptied()).add(walk.emptied, walk.last_at)
    return faults


def _link(kind: str, row: Any, window: Window, verdict: Verdict) -> Link:
    verdict.entries[kind] += 1
    says = f"{row.what if kind == READINGS else row.type}, {say_instant(row.at)}"
    due = SEALS.get(kind, seal)(row)
    link = Link(row.number, says, row.previous_hash, row.hash, due, window.hides(row.xid))
    return link if kind in APART else _with_disposal(link, row)


def _with_disposal(link: Link, row: Any) -> Link:
    """What the event says of its case's disposal."""
    if is_disposed(row):
        return replace(link, at=row.at, left=tell_left(row))
    if row.type != "disposed":
        return link
    return replace(link, disposed_by=str(row.data.get("item")), left_hash=str(row.data.get("left")))
