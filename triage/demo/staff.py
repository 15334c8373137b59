"""The made-up people who work here. One of each kind may sign in; all have the same password, which the demo prints."""

from dataclasses import dataclass
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from triage.access.actor import Actor
from triage.access.passwords import hash_password
from triage.access.signin import actor_of
from triage.models import Credential, User

NAMESPACE = UUID("6f0d6a52-6c6f-5d2c-9a4e-0f1d3b7c2a10")  # so that the same people have the same keys each time
PASSWORD = "made-up-people"  # noqa: S105 - of the demo alone, which listens on loopback only
LOCALITIES = ("north", "west", "south")


@dataclass(frozen=True, slots=True)
class Staff:
    """Who does what in the replay."""

    officers: tuple[Actor, ...]
    social_workers: tuple[Actor, ...]
    managers: tuple[Actor, ...]
    locality: dict[tuple[str, str], Actor]


def _people() -> list[dict[str, str | None]]:
    hub = [
        ("officer", "Orla Made-Up", "mash_officer", "mash", None),
        ("officer2", "Oscar Made-Up", "mash_officer", "mash", None),
        ("social.worker", "Sam Made-Up", "social_worker", "mash", None),
        ("social.worker2", "Sunita Made-Up", "social_worker", "mash", None),
        ("manager", "Maya Made-Up", "mash_manager", "mash", None),
        ("edt", "Edie Made-Up", "emergency_duty_team", "mash", None),
        ("early.help", "Eve Made-Up", "early_help_unit", "early_help_unit", None),
        ("analyst", "Anil Made-Up", "analyst", None, None),
        ("adult.social.care", "Ada Made-Up", "locality_worker", "adult_social_care", None),
        ("send", "Seth Made-Up", "locality_worker", "send", None),
        ("governance", "Gwen Made-Up", "information_governance", None, None),
        ("administrator", "Abe Made-Up", "administrator", None, None),
        ("school", "Hattie Made-Up", "referrer", None, None),
        ("police", "Pat Made-Up", "partner_contributor", None, None),
    ]
    for place in LOCALITIES:
        hub.append((f"{place}.manager", f"Lee {place.title()}", "locality_manager", f"social_care_{place}", place))
        for service in ("social_care", "early_help"):
            short = service.replace("_", ".")
            hub.append((f"{place}.{short}", f"Kit {place.title()}", "locality_worker", f"{service}_{place}", place))
    keys = ("username", "name", "role", "team_code", "locality_code")
    return [dict(zip(keys, row, strict=True)) | _agency(row[0]) for row in hub]


def _agency(username: str) -> dict[str, str]:
    """Whoever answers for a partner is of that agency."""
    return {"agency_code": "police"} if username == "police" else {}


def add_staff(session: Session) -> None:
    """Add whoever is not there yet."""
    there = set(session.scalars(select(User.username)))
    hashed = None
    for person in _people():
        if person["username"] not in there:
            hashed = hashed or hash_password(PASSWORD)
            key = uuid5(NAMESPACE, person["username"])
            session.add(User(id=key, **person))
            session.flush()
            session.add(Credential(user_id=key, password_hash=hashed))


def load_staff(session: Session) -> Staff:
    """The staff as actors."""
    actors = {user.username: actor_of(user) for user in session.scalars(select(User).where(User.active))}

    def of(role: str) -> tuple[Actor, ...]:
        return tuple(actors[name] for name in sorted(actors) if actors[name].role == role)

    workers = {
        (service, place): actors[f"{place}.{service.replace('_', '.')}"]
        for place in LOCALITIES
        for service in ("social_care", "early_help")
    }
    return Staff(of("mash_officer"), of("social_worker"), of("mash_manager"), workers)


def sign_ins() -> list[tuple[str, str]]:
    """One username for each kind of user, with what they do."""
    shown = {"officer": "MASH officer", "social.worker": "MASH social worker", "manager": "MASH manager"}
    shown |= {
        "edt": "Emergency Duty Team",
        "early.help": "Early Help Unit",
        "west.social.care": "Locality worker, West",
    }
    shown |= {"adult.social.care": "Adult social care worker", "send": "Special educational needs worker"}
    shown |= {"west.manager": "Locality manager, West", "analyst": "Performance analyst"}
    shown |= {"police": "Partner contributor", "school": "Referrer"}
    return [*shown.items(), ("governance", "Information governance"), ("administrator", "Administrator")]
