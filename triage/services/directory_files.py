"""A file of services is looked at before it is taken in: what it would change is shown, and nothing changes yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from triage.directory.service import Document
from triage.errors import Conflict, Problem
from triage.models import DirectoryFile
from triage.services.desk import Desk
from triage.services.directory import Taken, take_services
from triage.store.directory import fingerprint_directory, lock_directory, put_file_aside

LONGEST = 120  # characters of a file's name


@dataclass(frozen=True, slots=True, kw_only=True)
class SendFile:
    """A file of services, and whether what it does not have is to be made inactive."""

    name: str
    content: bytes
    withdraw: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file that waits would change; `seen` is the mark of that very file and of the directory as it is."""

    file: DirectoryFile
    taken: Taken
    seen: str


def keep_file(desk: Desk, command: SendFile) -> None:
    """Let a file that was found to be right wait, in the place of what this person sent before."""
    put_file_aside(desk.session, desk.actor.id)
    about = {"name": command.name[:LONGEST], "content": command.content, "withdraw": command.withdraw}
    desk.session.add(DirectoryFile(sent_by_id=desk.actor.id, sent_at=desk.now, **about))
    desk.session.flush()


def preview_file(desk: Desk, file: DirectoryFile, documents: Sequence[Document]) -> Preview:
    """What the services of a file that waits would change today: they are taken in, and that is undone."""
    seen = _mark(desk, file)
    with desk.session.no_autoflush:
        attempt = desk.session.begin_nested()
        taken = take_services(desk, documents, withdraw=file.withdraw)
        attempt.rollback()
    return Preview(file, taken, seen)


def take_file(desk: Desk, file: DirectoryFile, documents: Sequence[Document], seen: str) -> Taken:
    """Take in the services of the file that waits, all of them. Conflict where it or the directory is not as `seen`."""
    lock_directory(desk.session)
    if _mark(desk, file) != seen:
        message = "The file or the directory changed after you looked. Look again at what it would change."
        raise Conflict(Problem("changed", message))
    taken = take_services(desk, documents, withdraw=file.withdraw)
    put_file_aside(desk.session, desk.actor.id)
    return taken


def discard_file(desk: Desk) -> None:
    """Let the file that waits go, with nothing taken from it."""
    put_file_aside(desk.session, desk.actor.id)


def _mark(desk: Desk, file: DirectoryFile) -> str:
    parts = (
        sha256(file.content).digest(),
        bytes([file.withdraw]),
        fingerprint_directory(desk.session),
    )
    return sha256(b"".join(parts)).hexdigest()
