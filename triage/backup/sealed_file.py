"""The file that a backup is: encrypted in chunks, none of which can be changed, left out, moved or added unseen.

AES-256-GCM (NIST SP 800-38D) in the STREAM construction (Hoang, Reyhanitabar, Rogaway and Vizár 2015), by a key made
for this file alone. A chunk's nonce is its number and whether it is the last, so a file that ends early says so; the
header is bound to every chunk.

    "triage backup 1\\n" (16 bytes) | which key (8) | salt (32) | chunks and their tags (16 each)
"""

import base64
import binascii
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from triage.errors import CommandRefused
from triage.weak import weakness_of

MAGIC = b"triage backup 1\n"
KEY_SIZE, ID_SIZE, SALT_SIZE, TAG_SIZE = 32, 8, 32, 16  # bytes
HEADER_SIZE = len(MAGIC) + ID_SIZE + SALT_SIZE
CHUNK = 1 << 20  # bytes of content
SEALED_CHUNK = CHUNK + TAG_SIZE
HOW = "`openssl rand -base64 32` makes one"


@dataclass(frozen=True)
class BackupKey:
    """What backups are sealed with: 32 bytes. Never shown; its id is, by which a file names it."""

    raw: bytes = field(repr=False)

    @property
    def id(self) -> bytes:
        return _derive(self.raw, b"", b"triage backup id", ID_SIZE)

    def cipher(self, salt: bytes) -> AESGCM:
        """For one file alone."""
        return AESGCM(_derive(self.raw, salt, b"triage backup file", KEY_SIZE))


def read_keys(text: str) -> tuple[BackupKey, ...]:
    """The keys of a setting, the newest first, between commas. CommandRefused where one is none."""
    return tuple(_read_key(each.strip()) for each in text.split(","))


def _read_key(text: str) -> BackupKey:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != KEY_SIZE:
        raise CommandRefused(f"A backup key must be {KEY_SIZE} bytes in base64: {HOW}.")
    if weakness := weakness_of(raw.decode("latin-1")):
        raise CommandRefused(f"The backup key {weakness}: {HOW}.")
    return BackupKey(raw)


def _derive(key: bytes, salt: bytes, purpose: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt or None, info=purpose).derive(key)


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


class Sealer:
    """Takes what is to be kept, a piece at a time, and writes it sealed. Whole only once `finish` has been called."""

    def __init__(self, out: IO[bytes], key: BackupKey) -> None:
        salt = secrets.token_bytes(SALT_SIZE)
        self._out, self._header, self._cipher = out, MAGIC + key.id + salt, key.cipher(salt)
        self._held, self._number = bytearray(), 0
        out.write(self._header)

    def write(self, piece: bytes) -> None:
        """More of it. A chunk goes out once there is something after it: the last one is sealed as the last."""
        self._held += piece
        while len(self._held) > CHUNK:
            self._seal(bytes(self._held[:CHUNK]), last=False)
            del self._held[:CHUNK]

    def finish(self) -> None:
        """There is no more."""
        self._seal(bytes(self._held), last=True)

    def _seal(self, content: bytes, *, last: bool) -> None:
        self._out.write(self._cipher.encrypt(_nonce(self._number, last=last), content, self._header))
        self._number += 1


def unseal(path: Path, keys: Sequence[BackupKey]) -> Iterator[bytes]:
    """What was sealed, a chunk at a time, each of them as it was written.

    CommandRefused, in words, at the first that is not, or where the file is none of ours or of another key.
    """
    with _open(path) as file:
        header = file.read(HEADER_SIZE)
        key = _find_key(path, header, keys)
        cipher, number = key.cipher(header[-SALT_SIZE:]), 0
        sealed = file.read(SEALED_CHUNK)
        while True:
            after = file.read(SEALED_CHUNK)
            yield _unseal_one(path, cipher, header, number, sealed, last=not after)
            if not after:
                return
            sealed, number = after, number + 1


def _open(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except OSError as error:
        raise CommandRefused(f"{path} cannot be read: {error.strerror}.") from error


def _find_key(path: Path, header: bytes, keys: Sequence[BackupKey]) -> BackupKey:
    if not header.startswith(MAGIC):
        raise CommandRefused(f"{path} is not a backup of this service.")
    if len(header) < HEADER_SIZE:
        raise CommandRefused(f"{path} was cut off: it ends in its header.")
    id_ = header[len(MAGIC) : len(MAGIC) + ID_SIZE]
    for key in keys:
        if key.id == id_:
            return key
    given = ", ".join(key.id.hex() for key in keys)
    raise CommandRefused(f"{path} was sealed with another key, {id_.hex()}: given was {given}. Give that one.")


def _unseal_one(path: Path, cipher: AESGCM, header: bytes, number: int, sealed: bytes, *, last: bool) -> bytes:
    for is_last in (last, not last):
        try:
            content = cipher.decrypt(_nonce(number, last=is_last), sealed, header)
        except (InvalidTag, ValueError):  # a piece shorter than its tag
            continue
        if is_last == last:
            return content
        raise CommandRefused(f"{path} {'was cut off: more should follow' if last else 'has something after its end'}.")
    at = HEADER_SIZE + number * SEALED_CHUNK
    raise CommandRefused(f"{path} was altered or cut off: what begins at byte {at:,} is not what was written there.")
