"""Letters and photographs of an enquiry or a referral: added once they are looked at, opened, taken away."""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from triage.access.vault import Unreadable, Vault
from triage.errors import Conflict, Invalid, NotFound, Problem, invalid
from triage.models import Enquiry, File, Referral
from triage.services.contexts import is_elsewhere
from triage.services.desk import Desk, seeing_all
from triage.services.events import record
from triage.store.enquiries import get_enquiry
from triage.store.files import get_file, measure_files, read_sealed
from triage.store.locking import lock
from triage.store.referrals import get_referral
from triage.uploads.apart import look_apart
from triage.uploads.checking import Checked, check_file
from triage.uploads.kinds import FIELD
from triage.uploads.scanning import scan
from workflows.refusals import words

PURPOSE = "files"
LOCAL = ("locality_worker", "locality_manager")
KILOBYTE, MEGABYTE = 1_000, 1_000_000
Case = Enquiry | Referral


@dataclass(frozen=True, slots=True)
class Cabinet:
    """Where files are kept: sealed, within limits in bytes, once the virus scanner (if any) has passed them."""

    vault: Vault
    file_limit: int
    case_limit: int
    clamd_address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddFile:
    """What was sent to be kept with a case. `name` is as given."""

    kind: type[Enquiry] | type[Referral]
    case_id: UUID
    name: str
    content: bytes
    described: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeFileAway:
    """A file that does not belong here, and why."""

    file_id: UUID
    reason: str = ""


def add_file(desk: Desk, cabinet: Cabinet, command: AddFile, checked: Checked | None = None) -> File:
    """Keep what was sent, if it is what it may be: it is looked at here, unless it was before (`checked`).

    Invalid and Unavailable as look_at; Conflict for whoever only reads the case, or where it is full; NotFound.
    """
    _refuse_reader(desk, _find(desk, command))
    checked = checked or look_at(cabinet, command.name, command.content)
    case = lock(desk.session, command.kind, command.case_id)
    _refuse_reader(desk, case)  # it may have gone to others meanwhile
    _refuse_full(desk, cabinet, case, checked)
    file = _file_of(desk, case, checked, command.described)
    file.content = cabinet.vault.seal(PURPOSE, file.id.bytes + checked.content)
    desk.session.add(file)
    record(desk, case, "file_added", **_in_short(file), described=file.described)
    return file


def _find(desk: Desk, command: AddFile) -> Case:
    case: Case | None = desk.session.get(command.kind, command.case_id)
    return case or lock(desk.session, command.kind, command.case_id)  # which says that there is none


def _refuse_reader(desk: Desk, case: Case) -> None:
    why_not = _why_not(desk, case)
    if why_not:
        raise Conflict(Problem(*why_not))


def may_keep_files(desk: Desk, case: Case) -> bool:
    """Whether this person may add files to the case, and take them away."""
    return _why_not(desk, case) is None


def _why_not(desk: Desk, case: Case) -> tuple[str, str] | None:
    """An enquiry is the hub's to write on, and a referral theirs who have it."""
    if isinstance(case, Enquiry) and desk.actor.role in LOCAL:
        return "not_your_role", words("not_your_role", roles="the hub. Add it to your referral")
    if isinstance(case, Referral) and is_elsewhere(desk, case):
        return "another_locality", words("another_locality")
    return None


def look_at(cabinet: Cabinet, name: str, content: bytes) -> Checked:
    """What may be kept of what was sent under that name. It may take a minute: no transaction that writes waits for it.

    Invalid, in words, where it is too large or of no kind that is kept; Unavailable where the virus scanner gives no
    answer.
    """
    if len(content) > cabinet.file_limit:
        most = say_size(cabinet.file_limit)
        raise invalid(FIELD, f"This file is too large: the most is {most}. Scan it with less detail, or in parts.")
    if cabinet.clamd_address and content:
        scan(cabinet.clamd_address, content)
    return check_file(name, content, look_apart)


def _refuse_full(desk: Desk, cabinet: Cabinet, case: Case, checked: Checked) -> None:
    if measure_files(desk.session, case) + len(checked.content) > cabinet.case_limit:
        most = say_size(cabinet.case_limit)
        raise Conflict(Problem("full", f"This case has as many files as it can keep: {most} in all.", FIELD))


def say_size(size: int) -> str:
    """A number of bytes in words: "2.4 MB", "850 KB", "9 bytes"."""
    if size >= MEGABYTE:
        return f"{size / MEGABYTE:.1f} MB".replace(".0 ", " ")
    return f"{size // KILOBYTE} KB" if size >= KILOBYTE else f"{size} bytes"


def _file_of(desk: Desk, case: Case, checked: Checked, described: str) -> File:
    of = {"enquiry_id": case.id} if isinstance(case, Enquiry) else {"referral_id": case.id}
    return File(
        **of,
        name=checked.name,
        kind=checked.kind,
        described=described.strip(),
        size=len(checked.content),
        sha256=hashlib.sha256(checked.content).digest(),
        sent_sha256=checked.sent_sha256,
        content=None,
        added_at=desk.now,
        added_by_id=desk.actor.id,
    )


def _in_short(file: File) -> dict[str, object]:
    """A file as an event tells it. Of a picture that was drawn anew, the hash of what was sent can be told as well."""
    hashes = {"sha256": file.sha256.hex(), "sent_sha256": file.sent_sha256.hex()}
    return {"file": str(file.id), "name": file.name, "kind": file.kind, "size": file.size, **hashes}


def open_file(desk: Desk, cabinet: Cabinet, file_id: UUID) -> tuple[File, bytes]:
    """The file and what is in it. NotFound where it is unseen or was taken away; Unreadable if not what was kept."""
    file = get_file(desk.session, file_id)
    sealed = read_sealed(desk.session, file_id)
    if sealed is None:
        raise NotFound(Problem("taken_away", "This file was taken away. Its case says when, by whom and why."))
    content = cabinet.vault.unseal(PURPOSE, sealed)
    if not content.startswith(file.id.bytes):
        raise Unreadable(PURPOSE)  # another file's, put in its place
    return file, content[len(file.id.bytes) :]


def case_read(desk: Desk, file: File) -> Case:
    """The case whose people one reads of in the file, for the record of readings: seen by who opens it or not."""
    with seeing_all(desk):
        if file.enquiry_id:
            return get_enquiry(desk.session, file.enquiry_id)
        return get_referral(desk.session, file.referral_id)


def take_file_away(desk: Desk, command: TakeFileAway) -> File:
    """Delete what is in a wrong file, and keep that it was there, who took it away and why.

    Invalid without a reason; Conflict for whoever only reads its case, or where it is gone already; NotFound.
    """
    if not command.reason.strip():
        raise Invalid(Problem("no_reason", words("no_reason"), "reason"))
    case = _case_of(desk, get_file(desk.session, command.file_id))
    _refuse_reader(desk, case)
    file = get_file(desk.session, command.file_id, anew=True)
    if file.removed_at is not None:
        raise Conflict(Problem("taken_away", "Somebody has taken this file away already."))
    file.content, file.removed_at = None, desk.now
    file.removed_by_id, file.removed_reason = desk.actor.id, command.reason.strip()
    record(desk, case, "file_removed", **_in_short(file), reason=file.removed_reason)
    return file


def _case_of(desk: Desk, file: File) -> Case:
    """The case that it came with, locked. NotFound for who is shown it by an enquiry that its own was joined into."""
    if file.enquiry_id:
        return lock(desk.session, Enquiry, file.enquiry_id)
    return lock(desk.session, Referral, file.referral_id)
