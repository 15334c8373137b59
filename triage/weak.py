"""Secrets that are none: what stands in examples, what everybody tries first, and what repeats itself."""

KNOWN = (
    "changeme",
    "change-me",
    "default",
    "example",
    "made-up-people",  # of the demo's people
    "not-a-secret",
    "password",
    "postgres",
    "secret",
    "triage",
)
LEAST_DIFFERENT = 10  # characters of a key: of 32 random hexadecimal digits fewer are all but never seen


def weakness_of(key: str) -> str | None:
    """Why this is no key to sign or encrypt with, or None."""
    if key in (key * 2)[1:-1]:
        return "repeats itself"
    if len(set(key)) < LEAST_DIFFERENT:
        return f"has fewer than {LEAST_DIFFERENT} different characters"
    return "has words in it that everybody tries" if any(word in key.casefold() for word in KNOWN) else None


def is_known(password: str, username: str) -> bool:
    """Whether a password is one that everybody tries first."""
    return password.casefold() in (*KNOWN, username.casefold())
