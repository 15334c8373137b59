"""What somebody shows beside their password: a code from an app (RFC 6238), a security key, or a recovery code."""

import hmac
import secrets
from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import pyotp
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from triage.access.claiming import claiming
from triage.access.tokens import digest
from triage.access.vault import Unreadable, Vault
from triage.models import Credential, RecoveryCode, SecurityKey, User

ISSUER = "Triage"
PURPOSE = "second factors"
STEP = 30  # seconds for which a code is shown
DRIFT = 1  # steps by which somebody's clock may be wrong
RECOVERY_CODES = 10
RECOVERY_BYTES = 15  # 120 random bits, 24 letters and digits


@dataclass(frozen=True, slots=True)
class KeyLine:
    """A security key, as its owner knows it."""

    id: UUID
    name: str
    added_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Factors:
    """What somebody can show beside their password."""

    app_since: datetime | None
    keys: tuple[KeyLine, ...]
    recovery_codes: int

    def __bool__(self) -> bool:
        return bool(self.app_since or self.keys)


def list_factors(session: Session, user_id: UUID) -> Factors:
    """What this person has set up."""
    mine, unused = SecurityKey.user_id == user_id, RecoveryCode.used_at.is_(None)
    with claiming(session, user_id):
        since = session.scalar(select(Credential.totp_since).where(Credential.user_id == user_id))
        keys = session.scalars(select(SecurityKey).where(mine).order_by(SecurityKey.added_at)).all()
        lines = tuple(KeyLine(key.id, key.name, key.added_at, key.last_used_at) for key in keys)
        left = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.user_id == user_id, unused)
        return Factors(since, lines, session.scalar(left) or 0)


def owed(session: Session, user_id: UUID, *, second_factor: bool, demanded: bool) -> str | None:
    """What this person must do before anything else, after the password: in the order of SESSION_OWES."""
    factors = list_factors(session, user_id)
    if factors and not second_factor:
        return "second_factor"
    with claiming(session, user_id):
        if session.scalar(select(Credential.must_change).where(Credential.user_id == user_id)):
            return "new_password"
    return "setting_up" if demanded and not factors else None


def offer_app(session: Session, user: User, vault: Vault) -> str:
    """A new secret for an app, as the address that its QR code holds. It counts once a code from it was shown."""
    secret, name = pyotp.random_base32(), user.username
    _keep(session, user.id, totp_secret=vault.seal(PURPOSE, secret.encode()), totp_since=None, totp_step=0)
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def offered_app(session: Session, user: User, vault: Vault) -> str:
    """The address of the secret that is offered now; a new one where none is, or none that can be read."""
    with claiming(session, user.id):
        mine = session.get(Credential, user.id)
        secret = _open(mine.totp_secret, vault) if mine and mine.totp_since is None else None
    if secret is None:
        return offer_app(session, user, vault)
    return pyotp.TOTP(secret).provisioning_uri(name=user.username, issuer_name=ISSUER)


def add_app(session: Session, user_id: UUID, vault: Vault, code: str, now: datetime, *, since: datetime) -> bool:
    """Whether the code is from the secret that was offered, which counts from then. `now` is by everybody's clocks."""
    if not _shows(session, user_id, vault, code, now, offered=True):
        return False
    _keep(session, user_id, totp_since=since)
    return True


def check_code(session: Session, user_id: UUID, vault: Vault, code: str, now: datetime) -> bool:
    """Whether it is a code of about now that was not shown before. `now` is the time that everybody's clocks tell."""
    return _shows(session, user_id, vault, code, now, offered=False)


def _shows(session: Session, user_id: UUID, vault: Vault, code: str, now: datetime, *, offered: bool) -> bool:
    """Whether the app shows this code: the one that counts, or the one that is merely offered."""
    with claiming(session, user_id):
        mine = session.get(Credential, user_id, with_for_update=True)
        secret = _open(mine.totp_secret, vault) if mine and (mine.totp_since is None) is offered else None
        step = _find_step(secret, code, now, mine.totp_step) if secret else None
        if step is not None:
            mine.totp_step = step
    return step is not None


def _find_step(secret: str, code: str, now: datetime, last: int) -> int | None:
    """The step after the last one whose code it is, as far as somebody's clock may be wrong."""
    app, shown, present = (
        pyotp.TOTP(secret),
        "".join(code.split()).encode("utf-8", "replace"),
        int(now.timestamp()) // STEP,
    )
    steps = range(max(present - DRIFT, last + 1), present + DRIFT + 1)
    return next((step for step in steps if hmac.compare_digest(app.generate_otp(step).encode(), shown)), None)


def _open(sealed: bytes | None, vault: Vault) -> str | None:
    """The secret, if there is one that a key of today opens."""
    try:
        return vault.unseal(PURPOSE, sealed).decode() if sealed else None
    except Unreadable:
        return None


def remove_app(session: Session, user_id: UUID) -> None:
    """Take the app away."""
    _keep(session, user_id, totp_secret=None, totp_since=None)


def remove_all(session: Session, user_id: UUID) -> None:
    """Take away whatever this person shows beside their password."""
    remove_app(session, user_id)
    with claiming(session, user_id):
        session.execute(delete(SecurityKey).where(SecurityKey.user_id == user_id))
        session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))


def new_recovery_codes(session: Session, user_id: UUID) -> list[str]:
    """Ten new codes in place of those before: shown this once."""
    codes = [b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode().lower() for _ in range(RECOVERY_CODES)]
    with claiming(session, user_id):
        session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
        session.add_all(RecoveryCode(user_id=user_id, code_hash=digest(code)) for code in codes)
    return ["-".join(code[at : at + 6] for at in range(0, len(code), 6)) for code in codes]


def use_recovery_code(session: Session, user_id: UUID, code: str, now: datetime) -> bool:
    """Whether it is one of this person's codes that was not used yet. Now it is."""
    kept = digest("".join(letter for letter in code.lower() if letter.isalnum()))
    unused = (RecoveryCode.user_id == user_id, RecoveryCode.code_hash == kept, RecoveryCode.used_at.is_(None))
    with claiming(session, user_id):
        used = session.execute(update(RecoveryCode).where(*unused).values(used_at=now))
        return used.rowcount == 1


def _keep(session: Session, user_id: UUID, **values: object) -> None:
    mine = update(Credential).where(Credential.user_id == user_id).values(**values)
    with claiming(session, user_id):
        session.execute(mine.execution_options(synchronize_session=False))
