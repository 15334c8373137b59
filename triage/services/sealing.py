"""Sealing: the head of every chain that grew becomes a leaf of the ledger's tree, whose root is signed."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import islice
from typing import Any

from sqlalchemy import insert

from triage.access.checkpoints import hash_checkpoint, leaf_text, tell
from triage.access.ledger import canonical
from triage.access.merkle import Tree
from triage.access.signing import SigningKey
from triage.models import Checkpoint, Leaf
from triage.services.desk import Desk
from triage.store.ledger import (
    AT_ONCE,
    ChainHead,
    begin_sealing,
    find_horizon,
    find_last_checkpoint,
    find_new_heads,
)

QUIET = timedelta(hours=1)  # so often there is a checkpoint where nothing happened: that shows that nothing did


def seal_heads(desk: Desk, key: SigningKey, *, everything: bool = False) -> Checkpoint | None:
    """A checkpoint over each chain that grew since the last, or None: nothing did, or somebody else seals just now.

    Only what transactions wrote that are over is taken, from where the last checkpoint ended: each head once, in
    whatever order they committed. `everything` looks at every chain instead, as it must where numbers of transactions
    began anew: after a restore into another cluster, which is noticed here too.
    """
    if not begin_sealing(desk.session, wait=everything):
        return None
    last, horizon = find_last_checkpoint(desk.session), find_horizon(desk.session)
    goes_on = last is not None and horizon >= last.horizon and not everything
    heads = find_new_heads(desk.session, last.horizon if goes_on else None, horizon)
    number, tree = (last.number + 1, Tree(last.tree_size, list(last.frontier))) if last else (1, Tree())
    _add_leaves(desk, tree, number, heads)
    if last and tree.size == last.tree_size and goes_on and desk.now < last.made_at + QUIET:
        return None
    return _sign(desk, key, tree, number=number, previous=hash_checkpoint(last), horizon=horizon)


def _add_leaves(desk: Desk, tree: Tree, number: int, heads: Iterator[ChainHead]) -> None:
    while some := list(islice(heads, AT_ONCE)):
        desk.session.execute(insert(Leaf.__table__), list(_make_leaves(tree, number, some)))


def _make_leaves(tree: Tree, number: int, heads: Iterable[ChainHead]) -> Iterator[dict[str, Any]]:
    for head in heads:
        leaf = Leaf(
            position=tree.size,
            chain_kind=head.chain_kind,
            chain_id=head.chain_id,
            number=head.number,
            hash=head.hash,
            checkpoint=number,
        )
        tree.add(leaf_text(leaf))
        yield {column.key: getattr(leaf, column.key) for column in Leaf.__table__.columns}


def _sign(desk: Desk, key: SigningKey, tree: Tree, **about: Any) -> Checkpoint:
    checkpoint = Checkpoint(
        made_at=desk.now,
        tree_size=tree.size,
        root=tree.root,
        frontier=list(tree.peaks),
        key_id=key.public.id,
        signature=b"",
        **about,
    )
    checkpoint.signature = key.sign(canonical(tell(checkpoint)))
    desk.session.add(checkpoint)
    desk.session.flush()
    return checkpoint
