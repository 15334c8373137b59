"""Whether a chain of the ledger is whole: every entry there, in order, as it was written, up to its head and its seals.

Pure: whoever asks brings the entries in order, the head that the case's row (or the reader's) keeps, and the leaves.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class Head:
    """The last number given in a chain, and the hash of that entry."""

    number: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Seal:
    """What a checkpoint keeps of a chain: the hash of the entry that was its last then."""

    number: int
    hash: bytes
    checkpoint: int


@dataclass(frozen=True, slots=True)
class Link:
    """An entry. `due` is the hash that what it says should have; `says` names it for people.

    `hidden` is one that no checkpoint would seal: by the transaction that it claims, it should have been sealed before.
    `left` is what is left of one whose case was disposed of: its hash is of what it said. `disposed_by` is the item of
    a disposal, and `left_hash` the SHA-256 (in hex) of what it left, which an entry that ends such a chain names.
    """

    number: int
    says: str
    previous_hash: bytes
    hash: bytes
    due: bytes
    hidden: bool = False
    at: datetime | None = None
    left: bytes | None = None
    disposed_by: str | None = None
    left_hash: str = ""

    @property
    def emptied(self) -> bool:
        return self.left is not None


class Walk:
    """One chain, walked from its first entry. Tells each fault in words, and counts what is not sealed yet."""

    def __init__(self, noun: str, head: Head | None, seals: Sequence[Seal]) -> None:
        self.noun, self.head, self.seals = noun, head, deque(seals)
        self.sealed_to = seals[-1].number if seals else 0
        self.last = Head(0, b"")
        self.trusted = 0  # up to here, as a checkpoint sealed it
        self.unsealed = 0
        self.emptied = 0
        self.emptied_from = 0  # the first of them
        self.told = 0  # of those that say something still
        self.left = b""  # the hash of what is left of them
        self.last_at: datetime | None = None  # when the last of them happened
        self.disposed_by: str | None = None  # the item of a disposal that the last entry names
        self.left_hash = ""

    def find_faults(self, links: Iterable[Link]) -> Iterator[str]:
        """Each fault; nothing where the chain is whole."""
        for link in links:
            yield from self._step(link)
            self.last = Head(link.number, link.hash)
            self._count(link)
        yield from self._end()

    def _count(self, link: Link) -> None:
        self.disposed_by, self.left_hash = link.disposed_by, link.left_hash
        if link.left is None:
            self.told += 1
            return
        self.emptied += 1
        self.emptied_from = self.emptied_from or link.number
        self.left, self.last_at = sha256(self.left + link.left).digest(), link.at

    def _step(self, link: Link) -> Iterator[str]:
        gap, name = link.number != self.last.number + 1, f"{self.noun} {link.number} ({link.says})"
        if link.number > self.last.number + 1:
            yield self._gone(self.last.number + 1, link.number - 1)
        elif gap:
            yield f"{name} stands there twice"
        changed = not link.emptied and link.due != link.hash
        if changed:
            yield f"{name} was changed: its hash is not that of what it says"
        if not gap and link.previous_hash != self.last.hash:
            before = f"the one before it, {self.last.number}," if self.last.number else "nothing"
            yield f"{name} does not follow {before}: one of them was changed, put in or moved"
        yield from self._compare(link, name, changed)
        if link.number > self.sealed_to:
            self.unsealed += 1
            if link.hidden:
                yield f"{name} was kept out of the checkpoints (`triage ledger seal --all` takes it in)"

    def _compare(self, link: Link, name: str, changed: bool) -> Iterator[str]:
        """With what was sealed. A chain that was hashed anew is whole in itself, and its leaf tells."""
        while self.seals and self.seals[0].number < link.number:
            self.seals.popleft()  # of one that is gone, as was said
        if not (self.seals and self.seals[0].number == link.number):
            return
        seal = self.seals.popleft()
        if seal.hash == link.hash:
            self.trusted = link.number
        elif not changed:
            yield (
                f"{name} is not what checkpoint {seal.checkpoint} sealed: {self.noun} {self.trusted + 1} to"
                f" {link.number}, or one of them, was changed and the chain hashed anew"
            )

    def _gone(self, first: int, last: int) -> str:
        return f"{self.noun} {first} is gone" if first == last else f"{self.noun} {first} to {last} are gone"

    def _end(self) -> Iterator[str]:
        kept = max(self.head.number if self.head else 0, self.sealed_to)
        if kept > self.last.number:
            sealed = f", sealed in checkpoint {self.seals[-1].checkpoint}" if self.seals else ""
            yield self._gone(self.last.number + 1, kept) + sealed
        if self.emptied or self.disposed_by:
            yield from self._end_of_disposed()
        elif self.head is None:
            yield "its row is gone, which keeps the head"
        elif self.head.number < self.last.number:
            yield f"its head is {self.head.number}: {self._beyond(self.head.number + 1)} put in after it"
        elif self.head.number == self.last.number and self.head.hash != self.last.hash:
            yield f"its head is not {self.noun} {self.last.number}: one of them was changed"

    def _end_of_disposed(self) -> Iterator[str]:
        """All of it is emptied but the last, which says by which disposal; whether there is one, the caller knows."""
        if self.disposed_by is None:
            first = f"{self.noun} {self.emptied_from}, as the first of {self.emptied},"
            yield f"{first} was emptied, and it does not end with its disposal"
        elif self.told > 1:
            yield f"{self.told - 1} of its {self.noun}s not emptied, and it ends with its disposal"
        elif self.left.hex() != self.left_hash:
            those = f"{self.noun} {self.emptied_from} to {self.last.number - 1}"
            yield f"{those}, or one of them, was changed: what is left is not what the disposal left"
        if self.head is not None:
            yield "its row is there, and it ends with its disposal"

    def _beyond(self, first: int) -> str:
        some = self.noun if first == self.last.number else f"{self.noun} {first} to"
        return f"{some} {self.last.number} was" if first == self.last.number else f"{some} {self.last.number} were"
