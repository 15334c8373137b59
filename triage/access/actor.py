"""Who is acting: a person who signed in, a system with a token, or the service itself."""

from dataclasses import dataclass, replace
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Actor:
    """The one on whose behalf a use case runs. `scopes` limits a system's token; a person has them all."""

    id: UUID
    name: str
    role: str
    team_code: str | None = None
    locality_code: str | None = None
    agency_code: str | None = None
    scopes: frozenset[str] = frozenset({"read", "write", "measures"})


# The worker and the replay act as this user; the migrations create its row.
SYSTEM = Actor(UUID("00000000-0000-7000-8000-000000000001"), "Triage service", "system")
# Before anybody has signed in: sees no case, may only be recognised.
NOBODY = Actor(UUID("00000000-0000-7000-8000-000000000000"), "Nobody", "nobody")

# What those without an account send is logged in this user's name; the migrations create its row.
VISITOR = Actor(UUID("00000000-0000-7000-8000-000000000002"), "Somebody without an account", "visitor")


def visitor(telling_id: UUID) -> Actor:
    """Whoever has that telling before them: sees it, and nothing else."""
    return replace(VISITOR, id=telling_id)


def claimant(user_id: UUID) -> Actor:
    """Whoever says that they are this person: reads what shows whether they are, and no case."""
    return Actor(user_id, "Signing in", "signing_in")
