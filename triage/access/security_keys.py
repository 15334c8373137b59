"""Passkeys and security keys (WebAuthn, level 2): asked of the browser as JSON, and what it answers is verified."""

import json
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

import webauthn
from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from triage.access.claiming import claiming
from triage.models import SecurityKey, User

SERVICE = "Triage"
MOST_NAME = 60  # characters


@dataclass(frozen=True, slots=True)
class Asked:
    """What a browser is asked for: its options as JSON, and the challenge that the answer must hold."""

    options: str
    challenge: bytes


def ask_to_register(session: Session, user: User, origin: str) -> Asked:
    """Ask for a new key of this person at the site of that origin ("https://triage.example")."""
    options = webauthn.generate_registration_options(
        rp_id=_site(origin),
        rp_name=SERVICE,
        user_id=user.id.bytes,
        user_name=user.username,
        user_display_name=user.name,
        exclude_credentials=_known(session, user.id),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED, user_verification=UserVerificationRequirement.PREFERRED
        ),
    )
    return Asked(webauthn.options_to_json(options), options.challenge)


def register(
    session: Session, user_id: UUID, origin: str, challenge: bytes | None, answer: str, name: str, now: datetime
) -> bool:
    """Whether the browser answered what it was asked, with a new key that is kept under that name."""
    try:
        verified = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge or b"",
            expected_rp_id=_site(origin),
            expected_origin=origin,
        )
    except WebAuthnException:
        return False
    key = SecurityKey(
        user_id=user_id,
        credential_id=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        name=name.strip()[:MOST_NAME] or "Security key",
        added_at=now,
    )
    with claiming(session, user_id):
        session.add(key)
    return True


def ask_to_sign(session: Session, user_id: UUID, origin: str) -> Asked:
    """Ask for the signature of one of this person's keys."""
    options = webauthn.generate_authentication_options(
        rp_id=_site(origin),
        allow_credentials=_known(session, user_id),
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return Asked(webauthn.options_to_json(options), options.challenge)


def check_signature(
    session: Session, user_id: UUID, origin: str, challenge: bytes | None, answer: str, now: datetime
) -> bool:
    """Whether one of this person's keys signed what it was asked to, and is no copy by its count."""
    with claiming(session, user_id):
        key = _find(session, user_id, answer)
        if key is None or not challenge:
            return False
        try:
            verified = webauthn.verify_authentication_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=_site(origin),
                expected_origin=origin,
                credential_public_key=key.public_key,
                credential_current_sign_count=key.sign_count,
            )
        except WebAuthnException:
            return False
        key.sign_count, key.last_used_at = verified.new_sign_count, now
        return True


def remove_key(session: Session, user_id: UUID, key_id: UUID) -> bool:
    """Whether there was such a key of this person. Now there is none."""
    with claiming(session, user_id):
        gone = session.execute(delete(SecurityKey).where(SecurityKey.user_id == user_id, SecurityKey.id == key_id))
        return gone.rowcount == 1


def _find(session: Session, user_id: UUID, answer: str) -> SecurityKey | None:
    try:
        credential_id = base64url_to_bytes(json.loads(answer)["id"])
    except (ValueError, TypeError, KeyError):
        return None
    mine = (SecurityKey.user_id == user_id, SecurityKey.credential_id == credential_id)
    return session.scalar(select(SecurityKey).where(*mine).with_for_update())


def _known(session: Session, user_id: UUID) -> list[PublicKeyCredentialDescriptor]:
    with claiming(session, user_id):
        ids = session.scalars(select(SecurityKey.credential_id).where(SecurityKey.user_id == user_id)).all()
    return [PublicKeyCredentialDescriptor(id=each) for each in ids]


def _site(origin: str) -> str:
    """The relying party's id: the host without its port."""
    return urlsplit(origin).hostname or ""
