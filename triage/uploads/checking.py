"""What was sent as a file, and what may be kept of it."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from triage.uploads.kinds import clean_name, recognise


@dataclass(frozen=True, slots=True)
class Checked:
    """What is kept: as it was sent, or drawn anew. `sent_sha256` is of what was sent."""

    name: str
    kind: str
    content: bytes
    sent_sha256: bytes


def check_file(name: str, content: bytes, look: Callable[[str, bytes], bytes]) -> Checked:
    """What may be kept of a file called so. `look` is how its content is looked at. Invalid where it is not taken."""
    kind = recognise(content)
    called = clean_name(name, kind)
    return Checked(called, kind, look(kind, content), hashlib.sha256(content).digest())
