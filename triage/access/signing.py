"""The ledger's signature: Ed25519 (RFC 8032). The key is 32 bytes in base64; who has the public half can check."""

import base64
import binascii
import hashlib
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from triage.errors import CommandRefused
from triage.weak import weakness_of

SIZE = 32  # bytes of either half of a key


@dataclass(frozen=True)
class PublicKey:
    """What a signature is checked with."""

    raw: bytes

    @property
    def id(self) -> str:
        """By which a checkpoint names it."""
        return hashlib.sha256(self.raw).hexdigest()[:16]

    def has_signed(self, text: bytes, signature: bytes) -> bool:
        """Whether the other half signed that text."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, text)
        except InvalidSignature:
            return False
        return True

    def __str__(self) -> str:
        return base64.b64encode(self.raw).decode()


@dataclass(frozen=True)
class SigningKey:
    """What checkpoints are signed with. Never shown."""

    raw: bytes = field(repr=False)

    @property
    def public(self) -> PublicKey:
        """The half that may be given to anybody."""
        return PublicKey(Ed25519PrivateKey.from_private_bytes(self.raw).public_key().public_bytes_raw())

    def sign(self, text: bytes) -> bytes:
        """64 bytes."""
        return Ed25519PrivateKey.from_private_bytes(self.raw).sign(text)


def make_key() -> str:
    """A new signing key, as the settings take it."""
    return base64.b64encode(secrets.token_bytes(SIZE)).decode()


def find_key(text: str | None, file: Path | None = None) -> SigningKey | None:
    """The signing key of the settings: its text, else what stands in the file; None where neither is given.

    CommandRefused where it is not one, or one that anybody would guess.
    """
    if not text and file:
        text = _read(file)
    if not text:
        return None
    raw = _decode(text, "ledger key")
    if weakness := weakness_of(raw.decode("latin-1")):
        raise CommandRefused(f"The ledger key {weakness}: `triage ledger new-key` makes one.")
    return SigningKey(raw)


def read_public_key(text: str) -> PublicKey:
    """As `triage ledger key` prints it. CommandRefused where it is not one."""
    return PublicKey(_decode(text, "public key"))


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandRefused(f"The ledger key cannot be read from {file}: {type(error).__name__}.") from error


def _decode(text: str, what: str) -> bytes:
    try:
        raw = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != SIZE:
        raise CommandRefused(f"The {what} must be {SIZE} bytes in base64: `triage ledger new-key` makes one.")
    return raw
