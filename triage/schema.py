"""Bringing a database to the schema this code expects, and loading an authority's pack into it."""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from importlib.resources import files
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from triage.access.actor import SYSTEM
from triage.clock import Clock
from triage.database import act_as
from triage.migrating import Say, Step, log
from triage.models import Agency, Base, District, Locality, Provider, RetentionRule, Team
from triage.pack import Pack
from triage.services.desk import Desk
from triage.services.moving_cases import move_cases
from triage.services.people import index_names
from triage.shipping import publish_shipped
from workflows.retention_schedule import Schedule


def alembic_config(owner_url: str) -> Config:
    """Alembic's configuration for the database at `owner_url`, as its owner."""
    config = Config()
    config.set_main_option("script_location", str(files("migrations")))
    config.attributes["url"] = owner_url
    return config


def migrate(owner_url: str, revision: str = "head", say: Say = log.warning) -> None:
    """Bring the schema up to `revision`, one migration after another. CommandRefused where its locks are not let go."""
    bring_up(alembic_config(owner_url), revision, say)


def bring_up(config: Config, revision: str = "head", say: Say = log.warning) -> None:
    """The same by a configuration of Alembic's. What was done stays where it gives way, and it goes on from there."""
    step = Step(config.attributes["url"], say)
    config.attributes["name"] = step.name
    step.try_until_done(lambda: command.upgrade(config, revision))


def load_reference_data(owner_url: str, pack: Pack, say: Say = log.warning) -> list[str]:
    """Write the pack's localities, districts, teams, agencies and providers; the names of those there are changed.
    Its retention schedule takes the place of the one of before.

    The versions of its policy that came with the service are published. Answers with those that are not put in, because
    the council has its own. ShippingError where they contradict what is published.
    """
    step = Step(owner_url, say)
    return step.try_until_done(lambda: _load(step, pack))


def _load(step: Step, pack: Pack) -> list[str]:
    with step.engine().begin() as connection:
        _upsert(connection, Locality, [{"code": code, "name": name} for code, name in pack.localities.items()])
        _upsert(connection, District, [_district(row) for row in pack.districts.values()])
        _upsert(connection, Team, [_team(row) for row in pack.teams.values()])
        _upsert(connection, Agency, [{"code": code, "name": name} for code, name in pack.agencies.items()])
        _upsert(connection, Provider, [_provider(row) for row in pack.providers.values()])
        connection.execute(delete(RetentionRule))
        _upsert(connection, RetentionRule, [*_rules(pack.retention), *_routines(pack.retention)])
        return publish_shipped(connection, pack.policy)


def move_to_present_workflows(owner_url: str, pack: Pack, clock: Clock, say: Say = log.warning) -> int:
    """Move the cases that stand on an earlier version of their workflow's table to the present one; how many."""

    def move(session: Session) -> int:
        return move_cases(Desk(session, SYSTEM, clock, pack, request_id="command:migrate"))

    return _do_at_once(Step(owner_url, say), move)


def look_up_by_sound(owner_url: str, say: Say = log.warning) -> int:
    """Index the names of whoever was recorded before names were looked up by their sound; how many there were."""
    return _do_at_once(Step(owner_url, say), index_names)


def _do_at_once(step: Step, do: Callable[[Session], int]) -> int:
    """All of it in one transaction of the service's own, or nothing and again."""

    def attempt() -> int:
        with Session(step.engine()) as session, session.begin():
            act_as(session, SYSTEM)
            return do(session)

    return step.try_until_done(attempt)


def _district(row: dict[str, str]) -> dict[str, str | None]:
    return {"code": row["code"], "name": row["name"], "locality_code": row["locality"]}


def _provider(row: dict[str, str]) -> dict[str, str | None]:
    return {"code": row["code"], "name": row["name"], "kind": row["kind"], "locality_code": row.get("locality")}


def _team(row: dict[str, str]) -> dict[str, str | None]:
    return {
        "code": row["code"],
        "name": row["name"],
        "service": row.get("service"),
        "locality_code": row.get("locality"),
    }


def _rules(schedule: Schedule) -> Iterator[dict[str, Any]]:
    for each in schedule.classes:
        yield asdict(each) | {"routes": sorted(each.routes), "rows": None, "days": None}


def _routines(schedule: Schedule) -> Iterator[dict[str, Any]]:
    for each in schedule.routines:
        nothing = {"routes": [], "section_47": False, "protection_plan": False, "by_hand": False}
        nothing |= dict.fromkeys(("since_birth", "since_closing", "died_before_18"))
        yield nothing | asdict(each)


def _upsert(connection: Connection, model: type[Base], rows: list[dict[str, Any]]) -> None:
    statement = insert(model).values(rows)
    changed = {key: statement.excluded[key] for key in rows[0] if key != "code"}
    connection.execute(statement.on_conflict_do_update(index_elements=["code"], set_=changed))
