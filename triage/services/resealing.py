"""Sealing again, with the newest secret key, what an older one sealed: until then the older one cannot be taken away.

As the owner of the database, for the service's role may change none of it. A batch is a transaction, and what the
newest key sealed is left as it is: killed at any point, it is begun again and goes on.
"""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import InstrumentedAttribute, Session

from triage.access import second_factor, webhook_signing
from triage.access.vault import Unreadable, Vault
from triage.models import AccessExport, Credential, Draft, File, Telling, Webhook
from triage.services import drafts, files, tellings
from triage.services.rights import keeping
from triage.store.sealed import SealedRow, list_sealed, put_sealed


@dataclass(frozen=True, slots=True)
class Sealed:
    """A column of what is sealed, for which purpose, and what people call it."""

    noun: str
    purpose: str
    column: InstrumentedAttribute[Any]


SEALED = (
    Sealed("letters and photographs", files.PURPOSE, File.content),
    Sealed("second factors", second_factor.PURPOSE, Credential.totp_secret),
    Sealed("copies of records", keeping.PURPOSE, AccessExport.sealed),
    Sealed("drafts", drafts.PURPOSE, Draft.content),
    Sealed("forms of those without an account", tellings.PURPOSE, Telling.content),
    Sealed("secrets of webhooks", webhook_signing.PURPOSE, Webhook.secret),
    Sealed("earlier secrets of webhooks", webhook_signing.PURPOSE, Webhook.previous_secret),
)


@dataclass(slots=True)
class Tally:
    """Of one kind: how many were looked at, how many an older key had sealed, and which none of the keys opens."""

    kind: Sealed
    looked: int = 0
    older: int = 0
    unreadable: list[str] = field(default_factory=list)
    last: tuple[Any, ...] | None = None  # the key of the one that was looked at last


def reseal_some(session: Session, vault: Vault, tally: Tally, *, change: bool) -> bool:
    """Look at the next few and, where `change`, seal anew what an older key sealed. Whether there were any."""
    rows = list_sealed(session, tally.kind.column, tally.last, lock=change)
    for row in rows:
        _reseal(session, vault, tally, row, change=change)
    return bool(rows)


def _reseal(session: Session, vault: Vault, tally: Tally, row: SealedRow, *, change: bool) -> None:
    tally.looked, tally.last = tally.looked + 1, row.key
    try:
        renewed = vault.renew(tally.kind.purpose, row.sealed)
    except Unreadable:
        tally.unreadable.append(" ".join(map(str, row.key)))
        return
    if renewed is not None:
        tally.older += 1
        if change:
            put_sealed(session, tally.kind.column, row, renewed)
