"""A Merkle tree that only grows, hashed as RFC 6962 (2.1) has it: 0x00 before a leaf, 0x01 before two nodes.

A few lines, because the library of the field (pymerkle) is under the GPL, which does not fit ours.
"""

import hashlib
from dataclasses import dataclass, field


def hash_leaf(data: bytes) -> bytes:
    """MTH({data})"""
    return hashlib.sha256(b"\x00" + data).digest()


def hash_node(left: bytes, right: bytes) -> bytes:
    """The node above two."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass
class Tree:
    """The tree of `size` leaves by its peaks alone: the roots of its perfect subtrees, the largest first."""

    size: int = 0
    peaks: list[bytes] = field(default_factory=list)

    def add(self, data: bytes) -> None:
        """One more leaf at the end."""
        node, rest = hash_leaf(data), self.size
        while rest & 1:
            node, rest = hash_node(self.peaks.pop(), node), rest >> 1
        self.peaks.append(node)
        self.size += 1

    @property
    def is_sound(self) -> bool:
        """Whether there are as many peaks as a tree of that size has."""
        return len(self.peaks) == self.size.bit_count()

    @property
    def root(self) -> bytes:
        """MTH of all the leaves."""
        if not self.peaks:
            return hashlib.sha256().digest()
        *larger, node = self.peaks
        for peak in reversed(larger):
            node = hash_node(peak, node)
        return node
