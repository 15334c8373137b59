"""What can go wrong in a use case, said once: a code, an HTTP status, plain words, and which field it is about."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to put right. `field` is the path of the input it is about ("subjects.0.birth_date")."""

    code: str
    message: str
    field: str | None = None


class DomainError(Exception):
    """A refusal that a person or system can do something about."""

    status = 400
    title = "The request was not understood"
    retry_seconds: int | None = None  # after which the same may be tried again

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems


class Invalid(DomainError):
    """The input is well formed but cannot be right."""

    status = 422
    title = "Check what you entered"


class NotFound(DomainError):
    """There is no such thing, or not for this person."""

    status = 404
    title = "Not found"


class Forbidden(DomainError):
    """This person may not do that."""

    status = 403
    title = "You cannot do that"


class Unauthorised(DomainError):
    """Nobody is signed in, or the token does not hold."""

    status = 401
    title = "Sign in first"


class Conflict(DomainError):
    """The case is not in a state in which that can be done."""

    status = 409
    title = "That cannot be done now"


class Stale(DomainError):
    """Somebody changed it since it was read."""

    status = 412
    title = "Somebody changed this since you read it"


class TooMany(DomainError):
    """This was asked for too often of late."""

    status = 429
    title = "Wait a minute"
    retry_seconds = 60


class PreconditionRequired(DomainError):
    """The caller must say which version it has read."""

    status = 428
    title = "Say which version you have read"


class Unavailable(DomainError):
    """Something that this needs is away. Nothing was done."""

    status = 503
    title = "That cannot be done just now"
    retry_seconds = 5


def invalid(field: str, message: str, code: str = "invalid") -> Invalid:
    """A refusal of one field."""
    return Invalid(Problem(code, message, field))


def flatten_messages(messages: Any, path: str = "") -> Iterator[Problem]:
    """marshmallow's nested messages as a list of problems, each with the dotted path of its field."""
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            step = "" if key == "_schema" else str(key)
            yield from flatten_messages(inner, f"{path}.{step}".strip("."))
    elif isinstance(messages, list):
        for inner in messages:
            yield from flatten_messages(inner, path)
    else:
        yield Problem("invalid", str(messages), path or None)


class CommandRefused(Exception):
    """Why a command cannot be done on this machine, and what to do, in one line."""
