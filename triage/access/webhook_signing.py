"""By what a receiver knows that a webhook is ours: signatures as the Standard Webhooks specification has them."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable

PURPOSE = "webhooks"
BEGINS = "whsec_"
SECRET_BYTES = 32  # 256 random bits


def new_secret() -> str:
    """A secret as receivers' libraries take it: to be shown once."""
    return BEGINS + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def sign(keys: Iterable[str], message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers of a message that was made at `timestamp`, in seconds since 1970: a signature for each secret."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    signatures = (f"v1,{base64.b64encode(_digest(key, signed)).decode()}" for key in keys)
    return {"webhook-id": message_id, "webhook-timestamp": str(timestamp), "webhook-signature": " ".join(signatures)}


def _digest(secret: str, signed: bytes) -> bytes:
    return hmac.digest(base64.b64decode(secret.removeprefix(BEGINS)), signed, hashlib.sha256)
