"""What keeps failing and waits for a person: letters that were given up and tasks, to be tried again or let go of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from triage.access.account_log import record_account
from triage.errors import Conflict, Problem, invalid
from triage.models import FailingTask, OutboxMessage
from triage.services.desk import Desk, seeing_all
from triage.store.failing import count_given_up, list_failing, list_given_up, take_failing, take_given_up

SET_ASIDE = "Every try failed, and an administrator set it aside."  # their own words are in the log of their account
LONGEST_REASON = 500  # characters
# What went wrong, by the kind of error alone: its own words may name somebody.
WORDS = {
    "ConnectionRefusedError": "The mail server could not be reached.",
    "SMTPConnectError": "The mail server could not be reached.",
    "SMTPServerDisconnected": "The mail server ended the connection.",
    "SMTPRecipientsRefused": "The mail server refused the address.",
    "SMTPSenderRefused": "The mail server refused the address that letters come from.",
    "SMTPDataError": "The mail server refused the letter.",
    "TimeoutError": "The mail server did not answer.",
    "gaierror": "The mail server's name is not known.",
    "WorkerLost": "The process that did it died each time.",
    "WorkerLostError": "The process that did it died.",
    "SnapshotFailed": "The folder for it is gone, full, or may not be written to. The last page stays there.",
    "TimeLimitExceeded": "It took longer than it may.",
}


@dataclass(frozen=True, slots=True)
class GivenUp:
    """A letter that was given up: what it was, since when, how often it was tried, and what went wrong. Of nobody."""

    id: UUID
    task: str
    since: datetime
    tries: int
    error: str


def list_letters(desk: Desk, limit: int) -> tuple[list[GivenUp], int]:
    """Letters that were given up, the latest first, and how many there are in all."""
    with seeing_all(desk):
        rows, count = list_given_up(desk.session, limit), count_given_up(desk.session)
    return [_tell(row) for row in rows], count


def _tell(row: OutboxMessage) -> GivenUp:
    return GivenUp(row.id, row.task, row.failed_at or row.created_at, row.attempts, say_error(row.last_error))


def list_tasks(desk: Desk) -> Sequence[FailingTask]:
    """Tasks that fail."""
    return list_failing(desk.session)


def say_error(error: str) -> str:
    """What went wrong, in words that name nobody."""
    kind = error.partition(":")[0]
    return WORDS.get(kind, f"It failed ({kind}). The worker's log says where." if kind.isidentifier() else "It failed.")


def send_letter_again(desk: Desk, message_id: UUID) -> None:
    """Try it anew, as often as a new one. Conflict where it was not given up, or is no longer."""
    message = _take_letter(desk, message_id)
    with seeing_all(desk):
        message.available_at, message.published_at, message.failed_at = desk.now, None, None
        message.attempts, message.begun = 0, 0
    _note(desk, "failed_letter_sent_again", message=str(message_id), task=message.task)


def discard_letter(desk: Desk, message_id: UUID, reason: str) -> None:
    """Never send it. Invalid without a reason; Conflict where it was not given up, or is no longer."""
    said = _check(reason)
    message = _take_letter(desk, message_id)
    with seeing_all(desk):
        message.cancelled_reason = SET_ASIDE
        message.done_at, message.failed_at = desk.now, None
    _note(desk, "failed_letter_discarded", said, message=str(message_id), task=message.task)


def try_task_again(desk: Desk, name: str) -> None:
    """Ask for it at once. Conflict where it does not fail, or no longer."""
    task = _take_task(desk, name)
    with seeing_all(desk):
        task.asked_at = desk.now
    _note(desk, "failing_task_tried_again", task=name)


def discard_task(desk: Desk, name: str, reason: str) -> None:
    """Take it from the list, until it fails again. Invalid without a reason; Conflict where it does not fail."""
    said = _check(reason)
    task = _take_task(desk, name)
    with seeing_all(desk):
        desk.session.delete(task)
    _note(desk, "failing_task_discarded", said, task=name, times=task.times)


def _take_letter(desk: Desk, message_id: UUID) -> OutboxMessage:
    with seeing_all(desk):
        message = take_given_up(desk.session, message_id)
    if message is None:
        raise Conflict(Problem("not_failed", "This letter is not in the list any more. Somebody was there before you."))
    return message


def _take_task(desk: Desk, name: str) -> FailingTask:
    with seeing_all(desk):
        task = take_failing(desk.session, name)
    if task is None:
        raise Conflict(Problem("not_failed", "This task does not fail any more."))
    return task


def _check(reason: str) -> str:
    said = reason.strip()
    if not said:
        raise invalid("reason", "Say why it is not to be done, in a few words and without names.")
    if len(said) > LONGEST_REASON:
        raise invalid("reason", f"Say it in {LONGEST_REASON} characters or fewer.")
    return said


def _note(desk: Desk, what: str, reason: str = "", **data: object) -> None:
    """In the log of whoever did it: of no case, and of nobody else."""
    record_account(desk.session, desk.actor, desk.actor.id, what, desk.now, reason, **data)
