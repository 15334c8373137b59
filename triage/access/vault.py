"""What lies in the database and may not be read there: encrypted for one purpose, by a key the database never has."""

from base64 import urlsafe_b64encode
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class Unreadable(Exception):
    """It was changed, was sealed for another purpose, or by a key that is no longer given."""


class Vault:
    """Seals with the newest of the service's secret keys, and opens what any of them sealed.

    Each purpose ("drafts", "second factors") has a key of its own, so that what was sealed for one opens for no other.
    """

    def __init__(self, secret_keys: Sequence[str]) -> None:
        self._secrets = tuple(secret_keys)
        self._kept: dict[str, MultiFernet] = {}

    def seal(self, purpose: str, content: bytes) -> bytes:
        """The content, encrypted and signed."""
        return self._of(purpose).encrypt(content)

    def unseal(self, purpose: str, sealed: bytes) -> bytes:
        """The content as it was. Unreadable where it is not what was sealed for that purpose."""
        try:
            return self._of(purpose).decrypt(sealed)
        except InvalidToken:
            raise Unreadable(purpose) from None

    def renew(self, purpose: str, sealed: bytes) -> bytes | None:
        """The same, sealed by the newest key; None where that sealed it. Unreadable where no key opens it."""
        try:
            Fernet(_derive(self._secrets[0], purpose)).decrypt(sealed)
        except InvalidToken:
            self.unseal(purpose, sealed)
            return self._of(purpose).rotate(sealed)
        return None

    def _of(self, purpose: str) -> MultiFernet:
        if purpose not in self._kept:
            self._kept[purpose] = MultiFernet([Fernet(_derive(secret, purpose)) for secret in self._secrets])
        return self._kept[purpose]


def _derive(secret: str, purpose: str) -> bytes:
    """A key for one purpose alone (HKDF, RFC 5869)."""
    whole = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"triage {purpose}".encode())
    return urlsafe_b64encode(whole.derive(secret.encode()))
