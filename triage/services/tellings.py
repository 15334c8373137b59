"""What somebody without an account tells: kept page by page as they type, opened elsewhere by a code, and sent once.

The visitor who acts sees the telling before them and nothing else. What is sealed says which it is of: a row that was
put in another's place does not open.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from triage.access.actor import VISITOR
from triage.access.tokens import digest, new_code, read_code
from triage.access.vault import Unreadable, Vault
from triage.errors import Invalid, NotFound, Problem
from triage.models import Enquiry, Telling
from triage.services.desk import Desk, seeing_all
from triage.services.drafts import Fields
from triage.services.logging_enquiry import LogEnquiry, log_enquiry
from triage.store.tellings import drop_expired, drop_telling, find_key_of_code, find_telling

PURPOSE = "tellings"
MOST_TOLD = 200_000  # bytes of one telling, sealed: about what all its fields may hold together
TOO_LONG = "All that you wrote is together too long to keep: about 30,000 words are the most. Shorten it, or ring us."
Pages = Mapping[str, Fields]
GONE = "What you typed here is kept no more, or was never here. Begin again, or ring us."


@dataclass(frozen=True, slots=True)
class Told:
    """A telling, opened: what stands on each of its pages so far or, once it is sent, the enquiry's reference."""

    key: UUID
    reference: str
    pages: Pages
    sent: "Sent | None" = None


@dataclass(frozen=True, slots=True)
class Sent:
    """What a telling became: the enquiry's reference, by when it is decided on if that is to come, its code once."""

    reference: str
    decide_by: datetime | None
    code: str | None = None


def begin(desk: Desk, days: int) -> None:
    """Begin the telling whose key the visitor acts under; it is kept for so many days from now."""
    telling = Telling(
        id=desk.actor.id,
        reference=f"TELL-{new_code()[:9]}",
        content=b"",
        begun_at=desk.now,
        saved_at=desk.now,
        expires_at=desk.now + timedelta(days=days),
    )
    desk.session.add(telling)
    desk.session.flush()


def new_key() -> UUID:
    """The key of a telling that is about to begin."""
    return uuid7()


def open_telling(desk: Desk, vault: Vault) -> Told | None:
    """The telling before this visitor, or None where there is none any more."""
    telling = find_telling(desk.session, desk.actor.id, desk.now)
    if telling is None:
        return None
    return Told(telling.id, telling.reference, _open(vault, telling), _show_sent(desk, telling))


def keep_page(desk: Desk, vault: Vault, page: str, fields: Fields, days: int) -> None:
    """Keep what stands on that page in place of what stood there. Invalid where all of it together is too long."""
    telling = _hold(desk)
    if telling.sent_at:
        raise Invalid(Problem("sent", "This was sent already. Begin again to tell us more."))
    content = json.dumps({"of": str(telling.id), "pages": {**_open(vault, telling), page: fields}}, ensure_ascii=False)
    content = content.encode()
    if len(content) > MOST_TOLD:
        raise Invalid(Problem("too_long", TOO_LONG))
    telling.content = vault.seal(PURPOSE, content)
    telling.saved_at, telling.expires_at = desk.now, desk.now + timedelta(days=days)


def give_code(desk: Desk) -> str:
    """A new code by which the telling is opened elsewhere. It is told once, and the one before it opens nothing."""
    code = new_code()
    _hold(desk).code_hash = digest(code)
    return code


def find_by_code(session: Session, code: str) -> UUID:
    """The telling that the code opens, for whoever acts as nobody yet. NotFound where none.

    Whether the reference is right is asked only of whoever has a code of 100 random bits: neither is told apart.
    """
    key = find_key_of_code(session, digest(read_code(code)))
    if key is None:
        raise _no_such()
    return key


def belongs(told: Told | None, reference: str) -> Told:
    """The telling, if it is called that. NotFound where it is not, or is kept no more."""
    said = reference.strip().upper()
    if told is None or said not in (told.reference, told.sent and told.sent.reference):
        raise _no_such()
    return told


def send(desk: Desk, vault: Vault, compose: Callable[[Pages], LogEnquiry], days: int) -> Sent:
    """Log what was told as an enquiry, as staff do: once, however often it is sent. Invalid names what to put right.

    What was typed is then the enquiry's alone. Where it stands may be asked for so many days.
    """
    telling = _hold(desk)
    if sent := _show_sent(desk, telling):
        return sent
    command = compose(_open(vault, telling))
    with seeing_all(desk):
        enquiry = log_enquiry(desk.with_actor(VISITOR), command)
    code = give_code(desk)
    telling.content, telling.sent_at, telling.enquiry_id = b"", desk.now, enquiry.id
    telling.expires_at = desk.now + timedelta(days=days)
    desk.session.flush()
    return replace(_show_sent(desk, telling), code=code)


def throw_away(desk: Desk) -> bool:
    """Delete what was typed and not sent. Whether there was any."""
    return drop_telling(desk.session, desk.actor.id)


def forget_expired(desk: Desk) -> int:
    """Forget everybody's that have expired. How many."""
    return drop_expired(desk.session, desk.now)


def _hold(desk: Desk) -> Telling:
    telling = find_telling(desk.session, desk.actor.id, desk.now, lock=True)
    if telling is None:
        raise NotFound(Problem("gone", GONE))
    return telling


def _show_sent(desk: Desk, telling: Telling) -> Sent | None:
    if telling.enquiry_id is None:
        return None
    with seeing_all(desk):
        enquiry = desk.session.get_one(Enquiry, telling.enquiry_id)
        running = (each for each in enquiry.clocks if each.kind == "decision" and each.state == "running")
        due = next((clock.due_at for clock in running if clock.due_at > desk.now), None)
        return Sent(enquiry.reference, due)


def _open(vault: Vault, telling: Telling) -> Pages:
    if not telling.content:
        return {}
    try:
        content = json.loads(vault.unseal(PURPOSE, telling.content))
    except Unreadable:
        raise NotFound(Problem("gone", GONE)) from None
    if content["of"] != str(telling.id):
        raise NotFound(Problem("gone", GONE))
    return {page: tuple((name, said) for name, said in fields) for page, fields in content["pages"].items()}


def _no_such() -> NotFound:
    words = "This reference and this code do not fit together, or what they were for is kept no more."
    return NotFound(Problem("no_such_telling", words, "code"))
