"""Checkpoints: the heads of the ledger's chains as leaves of a Merkle tree that only grows, its root signed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from triage.models.base import Base, code_of
from triage.models.codes import CHAIN_KINDS


class Checkpoint(Base):
    """The tree as it stood: its size in leaves, its root (RFC 6962) and the root's signature (Ed25519).

    `frontier` are the tree's peaks, the largest first, from which it grows on. `previous` is the hash of the checkpoint
    before. Whatever a transaction below `horizon` wrote is sealed.
    """

    __tablename__ = "checkpoints"
    __table_args__ = (CheckConstraint("number > 0", "number"),)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    made_at: Mapped[datetime]
    tree_size: Mapped[int] = mapped_column(BigInteger)
    root: Mapped[bytes]
    frontier: Mapped[list[bytes]]
    previous: Mapped[bytes]
    horizon: Mapped[int] = mapped_column(BigInteger)
    key_id: Mapped[str]
    signature: Mapped[bytes]


class Leaf(Base):
    """The entry of that number was the head of its chain, with that hash, when the checkpoint was made."""

    __tablename__ = "ledger_leaves"
    __table_args__ = (
        UniqueConstraint("chain_kind", "chain_id", "number"),
        CheckConstraint("position >= 0", "position"),
    )
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    chain_kind: Mapped[str] = mapped_column(code_of("chain_kind", CHAIN_KINDS))
    chain_id: Mapped[UUID]
    number: Mapped[int]
    hash: Mapped[bytes]
    checkpoint: Mapped[int]
