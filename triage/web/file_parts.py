"""What the fields about letters and photographs are called on the page of a case."""

from uuid import UUID

NEW = "file"  # one that is added: file.content, file.described


def part_of(file_id: UUID) -> str:
    """The part of the page in which that file is taken away: its fields' names begin so."""
    return f"file_{file_id.hex}"
