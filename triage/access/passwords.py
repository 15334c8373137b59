"""Passwords: which are refused, and how the others are kept (OWASP ASVS 5.0, 6.2).

Any characters, in any mix. Refused is what is tried first: what zxcvbn's lists of leaked passwords, names, words and
keyboard walks lead to in too few guesses, and what is little more than one's own or the service's name.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from zxcvbn import zxcvbn

from triage.access.claiming import claiming
from triage.errors import invalid
from triage.models import Credential, User
from triage.pack import Pack

LEAST, MOST = 12, 128  # characters
SHORTEST = 4  # characters of a name that is looked for in a password
LEFT = 8  # characters that must be left of a password without such names
GUESSABLE = 3  # zxcvbn's score below which it takes fewer than 10^8 guesses
OURS = ("triage", "mash", "safeguarding", "children", "council", "social care", "early help")

TOO_SHORT = f"Use {LEAST} characters or more. Three unrelated words make a good password."
TOO_LONG = f"Use no more than {MOST} characters."
OF_NAMES = "This is little more than your name, your username, the council's name or what we do. Choose another."
SAME = "This is the password that you have now. Choose another, which nobody else knows."
COMMON = "This is among the passwords that are tried first. Three or four unrelated words make a good one."


def words_about(pack: Pack, *about: str) -> tuple[str, ...]:
    """What a password must not be made of: the words of these names, of the council's, and of what we do."""
    words = {word for each in (pack.name, *about) for word in re.split(r"[^\w]+", each.casefold())}
    return tuple(sorted(word for word in words | set(OURS) if len(word) >= SHORTEST))


def check_password(password: str, words: Iterable[str], field: str = "password") -> None:
    """Invalid where nobody should have this password, with what to do instead."""
    reason = _refuse(password, tuple(words))
    if reason:
        raise invalid(field, reason, "weak_password")


def _refuse(password: str, words: tuple[str, ...]) -> str | None:
    if len(password) < LEAST:
        return TOO_SHORT
    if len(password) > MOST:
        return TOO_LONG
    left = password.casefold()
    for word in sorted(words, key=len, reverse=True):
        left = left.replace(word, "")
    if len(left) < min(LEFT, len(password)) and left != password.casefold():
        return OF_NAMES
    found = zxcvbn(password, user_inputs=list(words), max_length=MOST)
    return COMMON if found["score"] < GUESSABLE else None


@cache
def hasher() -> PasswordHasher:
    """Argon2id with the library's current parameters (RFC 9106, second choice: 64 MiB, three passes)."""
    return PasswordHasher()


def hash_password(password: str) -> str:
    """What is kept of a password."""
    return hasher().hash(password.encode("utf-8", "surrogatepass"))


def fits(kept: str, password: str) -> bool:
    """Whether it is the password of which this was kept."""
    try:
        return hasher().verify(kept, password.encode("utf-8", "surrogatepass"))
    except (VerificationError, InvalidHashError):
        return False


def keep_password(session: Session, user_id: UUID, password: str, now: datetime, *, must_change: bool = False) -> None:
    """Keep it as this person's, checked or not. `must_change`: whoever gave it to them knows it."""
    kept = {"password_hash": hash_password(password), "changed_at": now, "must_change": must_change}
    row = insert(Credential).values(user_id=user_id, totp_step=0, **kept)
    with claiming(session, user_id):
        session.execute(row.on_conflict_do_update(index_elements=["user_id"], set_=kept))


def drop_password(session: Session, user_id: UUID) -> None:
    """Nobody signs in by the password that this person had."""
    with claiming(session, user_id):
        mine = update(Credential).where(Credential.user_id == user_id).values(password_hash=None)
        session.execute(mine.execution_options(synchronize_session=False))


def has_password(session: Session, user_id: UUID) -> bool:
    """Whether there is one by which this person signs in."""
    with claiming(session, user_id):
        return bool(session.scalar(select(Credential.password_hash).where(Credential.user_id == user_id)))


def keep_own_password(session: Session, user_id: UUID, password: str, pack: Pack, now: datetime) -> None:
    """Another password of their own choice. Invalid where it is not to be had, or is the one that they have."""
    user = session.get_one(User, user_id)
    check_password(password, words_about(pack, user.name, user.username), "new_password")
    with claiming(session, user_id):
        kept = session.scalar(select(Credential.password_hash).where(Credential.user_id == user_id))
    if kept and fits(kept, password):
        raise invalid("new_password", SAME)
    keep_password(session, user_id, password, now)
