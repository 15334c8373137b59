"""What a checkpoint signs, how it is written for another body, and whether all of them and their leaves are whole."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from triage.access.ledger import canonical, say_instant
from triage.access.merkle import Tree
from triage.access.signing import PublicKey
from triage.errors import CommandRefused
from triage.models import Checkpoint, Leaf

Keys = Mapping[str, PublicKey]


def leaf_text(leaf: Leaf) -> bytes:
    """What is hashed into the tree: which entry was the head of which chain."""
    return canonical(
        {"kind": leaf.chain_kind, "chain": str(leaf.chain_id), "number": leaf.number, "hash": leaf.hash.hex()}
    )


def tell(checkpoint: Checkpoint) -> dict[str, Any]:
    """All that a checkpoint says, but for its signature and its frontier, which is worked out from the leaves."""
    return {
        "number": checkpoint.number,
        "made_at": say_instant(checkpoint.made_at),
        "tree_size": checkpoint.tree_size,
        "root": checkpoint.root.hex(),
        "previous": checkpoint.previous.hex(),
        "horizon": checkpoint.horizon,
        "key": checkpoint.key_id,
    }


def hash_checkpoint(checkpoint: Checkpoint | None) -> bytes:
    """What the next one bears as its `previous`: nothing before the first."""
    return hashlib.sha256(canonical(tell(checkpoint)) + checkpoint.signature).digest() if checkpoint else b""


def export(checkpoint: Checkpoint, key: PublicKey) -> dict[str, Any]:
    """For another body to keep: with it anybody can later show what stood in the ledger on that day."""
    return tell(checkpoint) | {"signature": checkpoint.signature.hex(), "public_key": str(key)}


def is_signed(told: Mapping[str, Any], signature: bytes, keys: Keys) -> bool:
    """Whether one of these keys, the one that it names, signed what is told."""
    key = keys.get(told["key"])
    return key is not None and key.has_signed(canonical(told), signature)


def find_export_faults(exported: Mapping[str, Any], kept: Checkpoint | None, keys: Keys) -> Iterator[str]:
    """Where what another body was given is not what stands here. CommandRefused where it is no export."""
    try:
        told = {
            name: exported[name] for name in ("number", "made_at", "tree_size", "root", "previous", "horizon", "key")
        }
        signature = bytes.fromhex(exported["signature"])
    except (KeyError, TypeError, ValueError) as error:
        raise CommandRefused("The file is not a checkpoint as `triage ledger export-checkpoint` writes it.") from error
    name = f"checkpoint {told['number']}"
    if not is_signed(told, signature, keys):
        yield f"{name} of the file bears no signature of a key that is trusted"
    if kept is None:
        yield f"{name} was given to another body and is gone: the ledger was taken back to before it"
    elif (tell(kept), kept.signature) != (told, signature):
        yield f"{name} is not the one that was given to another body: the ledger was written anew"


class Log:
    """The checkpoints in order, each beside the leaves that it added."""

    def __init__(self, leaves: Iterable[Leaf], keys: Keys) -> None:
        self.leaves, self.keys = iter(leaves), keys
        self.next = next(self.leaves, None)
        self.tree, self.position = Tree(), 0
        self.last: Checkpoint | None = None
        self.count = 0

    def find_faults(self, checkpoints: Iterable[Checkpoint]) -> Iterator[str]:
        """Each fault of a checkpoint or a leaf; nothing where all are whole."""
        for checkpoint in checkpoints:
            yield from self._check(checkpoint)
            self.last, self.count = checkpoint, self.count + 1
            self._go_on_from(checkpoint)
        while self.next is not None:
            yield f"leaf {self.next.position} is of checkpoint {self.next.checkpoint}, which is gone"
            self.next = next(self.leaves, None)

    def _go_on_from(self, checkpoint: Checkpoint) -> None:
        """By what it says of itself, where that is sound: what is wrong is told once."""
        said = Tree(checkpoint.tree_size, list(checkpoint.frontier))
        if said.is_sound and said.root == checkpoint.root:
            self.tree, self.position = said, said.size

    def _check(self, checkpoint: Checkpoint) -> Iterator[str]:
        name, expected = f"checkpoint {checkpoint.number}", self.last.number + 1 if self.last else 1
        if checkpoint.number != expected:
            gone = range(expected, checkpoint.number)
            yield f"checkpoint {', '.join(map(str, gone)) or expected} is gone"
        elif checkpoint.previous != hash_checkpoint(self.last):
            yield f"{name} does not follow the one before it: one of them was changed or put in"
        if not is_signed(tell(checkpoint), checkpoint.signature, self.keys):
            yield f"{name} bears no signature of a key that is trusted: it was changed, or is another's"
        yield from self._add_leaves(checkpoint)
        if (self.tree.size, self.tree.root) != (checkpoint.tree_size, checkpoint.root):
            first = self.last.tree_size if self.last else 0
            yield f"{name} does not fit its leaves, {first} to {checkpoint.tree_size - 1}: one of them was changed"
        elif self.tree.peaks != list(checkpoint.frontier):
            yield f"{name}: its frontier was changed"

    def _add_leaves(self, checkpoint: Checkpoint) -> Iterator[str]:
        while self.next is not None and self.next.position < checkpoint.tree_size:
            if self.next.position != self.position:
                yield f"leaf {self.position} of checkpoint {checkpoint.number} is gone"
            if self.next.checkpoint != checkpoint.number:
                says = f"says that it is of {self.next.checkpoint}: it was changed"
                yield f"leaf {self.next.position} of checkpoint {checkpoint.number} {says}"
            self.tree.add(leaf_text(self.next))
            self.position = self.next.position + 1
            self.next = next(self.leaves, None)
