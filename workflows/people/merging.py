"""Which records are one person's, by what people said of pairs of them. Nothing merges by itself."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

Key = TypeVar("Key")


def find_heads(records: Iterable[Key], pairs: Iterable[tuple[Key, Key]]) -> Mapping[Key, Key]:
    """Of each of these records, the first of all that are the same person's: itself, where it stands alone.

    `pairs` are what is said now, in any order: whoever is one with somebody is one with whoever that is one with.
    """
    heads = {record: record for record in records}
    for one, other in pairs:
        kept, joined = sorted((heads[one], heads[other]))
        heads |= {record: kept for record, head in heads.items() if head == joined}
    return heads
