"""Words that nobody can guess, and what is kept of them."""

import hashlib
import re
import secrets

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: none is taken for another


def new_token() -> str:
    """256 random bits, in letters, digits, hyphens and underscores."""
    return secrets.token_urlsafe(32)


def new_code() -> str:
    """100 random bits that a person can write down and type: five groups of four, with no I, L, O or U."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(5))


def read_code(said: str) -> str:
    """A code as it was given out, of what somebody typed: in any case and spacing, with O for 0, or I or L for 1."""
    letters = re.sub(r"[^0-9A-Z]", "", said[:100].upper()).translate(str.maketrans("OIL", "011"))
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def digest(token: str) -> bytes:
    """What is kept of a word with so many random bits: none can be guessed, so none needs a slow hash."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
