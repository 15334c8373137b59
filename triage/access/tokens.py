"""Words that nobody can guess, and what is kept of them."""

import hashlib
import secrets


def new_token() -> str:
    """256 random bits, in letters, digits, hyphens and underscores."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> bytes:
    """What is kept of a word with so many random bits: none can be guessed, so none needs a slow hash."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
