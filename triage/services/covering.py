"""Covering for a colleague who is away: their work stands with one's own, from one day to another."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from uuid_utils.compat import uuid7

from triage.access.account_log import record_account
from triage.access.signin import actor_of
from triage.database import acting_as
from triage.errors import Forbidden, Problem, invalid
from triage.models import Cover, User
from triage.services.colleagues import PEOPLE
from triage.services.desk import Desk
from triage.store.covers import find_overlapping, get_cover, list_held_by
from triage.store.staff import list_staff
from workflows.referral import LOCALITY

LONGEST = timedelta(days=366)
NOT_YOURS = "Only whoever is away, or their manager, says who covers for them."


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverFor:
    """That `by_id` covers for `user_id` from the beginning of the first day to the end of the last."""

    user_id: UUID
    by_id: UUID
    first: date
    last: date


def cover_for(desk: Desk, command: CoverFor) -> Cover:
    """Say who covers for whom. Invalid for strangers to each other, days that are over, or days that are covered."""
    away = _find_away(desk, command.user_id)
    if command.by_id not in {user.id for user in _list_everybody(desk) if may_cover(user, away)}:
        raise invalid("by_id", "Choose somebody who works in the same place.", "unknown_worker")
    begins_at, ends_at = _read_days(desk, command)
    who = {"user_id": away.id, "by_id": command.by_id, "said_by_id": desk.actor.id}
    said = who | {"begins_at": begins_at, "ends_at": ends_at, "said_at": desk.now}
    kept = insert(Cover).values(id=uuid7(), **said).on_conflict_do_nothing().returning(Cover.id)
    key = desk.session.scalar(kept)
    if key is None:
        already = find_overlapping(desk.session, away.id, begins_at, ends_at)
        words = f"{already.by.name} covers for some of these days. End that first, or choose other days."
        raise invalid("first", words, "covered_already")
    days = {"first": command.first.isoformat(), "last": command.last.isoformat()}
    _log(desk, "cover_said", away.id, by=str(command.by_id), **days)
    return desk.session.get_one(Cover, key)


def end_cover(desk: Desk, key: UUID) -> Cover:
    """From now on nobody covers; one that has not begun does not begin. Forbidden for others' absence."""
    cover = get_cover(desk.session, key)
    _find_away(desk, cover.user_id)
    if cover.ends_at > max(desk.now, cover.begins_at):
        cover.ends_at = max(desk.now, cover.begins_at)
        _log(desk, "cover_ended", cover.user_id, by=str(cover.by_id))
    return cover


def count_unseen(desk: Desk, cover: Cover) -> int:
    """How many cases of whoever is away few may see, and whoever covers may not; of what this person sees."""
    held = list_held_by(desk.session, cover.user_id)
    with acting_as(desk.session, actor_of(cover.by)):
        return len(held - list_held_by(desk.session, cover.user_id))


def _log(desk: Desk, event: str, away: UUID, **told: str) -> None:
    """In the log of whoever says so: nobody writes in another's."""
    record_account(desk.session, desk.actor, desk.actor.id, event, desk.now, away=str(away), **told)


def list_who_may_be_away(desk: Desk) -> list[User]:
    """For whom this person may say who covers: themselves and, for a manager, those of the same place."""
    return [user for user in _list_everybody(desk) if user.id == desk.actor.id or _manages(desk, user)]


def list_who_may_cover(desk: Desk, away: Collection[User]) -> list[User]:
    """Whoever may cover for one of these, by name."""
    return [user for user in _list_everybody(desk) if any(may_cover(user, each) for each in away)]


def may_cover(user: User, away: User) -> bool:
    """Whether they are of the same place: of the hub, of the locality, or of the county's team."""
    return user.id != away.id and _is_beside(user, away)


def _list_everybody(desk: Desk) -> list[User]:
    return list_staff(desk.session, {*PEOPLE, *LOCALITY})


def _manages(desk: Desk, user: User) -> bool:
    if desk.actor.role == "mash_manager":
        return True
    return desk.actor.role == "locality_manager" and user.role == "locality_worker" and _is_beside(user, desk.actor)


def _is_beside(one: User, other: User) -> bool:
    if one.role in PEOPLE or other.role in PEOPLE:
        return one.role in PEOPLE and other.role in PEOPLE
    if one.locality_code or other.locality_code:
        return one.locality_code == other.locality_code
    return one.team_code == other.team_code


def _find_away(desk: Desk, key: UUID) -> User:
    found = next((user for user in list_who_may_be_away(desk) if user.id == key), None)
    if found is None:
        raise Forbidden(Problem("not_yours", NOT_YOURS, "user_id"))
    return found


def _read_days(desk: Desk, command: CoverFor) -> tuple[datetime, datetime]:
    """From midnight, or from now, to midnight. Invalid where it ends first, is over, or is longer than a year."""
    if command.last < command.first:
        raise invalid("last", "The last day is before the first. Enter a later one.", "ends_first")
    if command.last < desk.today:
        raise invalid("last", "That is over. Enter a day from today on.", "is_over")
    if command.last - command.first > LONGEST:
        raise invalid("last", "That is longer than a year. Hand the work over instead.", "too_long")
    first, after = command.first, command.last + timedelta(days=1)
    zone = desk.pack.calendar.zone
    return max(desk.now, datetime.combine(first, time.min, zone)), datetime.combine(after, time.min, zone)
