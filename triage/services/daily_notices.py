"""The notices of a working day: at the opening, at one o'clock, and before closing. Each to each person once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from email.headerregistry import Address
from typing import Any
from uuid import UUID

from triage.access.signin import actor_of
from triage.database import acting_as
from triage.models import User
from triage.pack import Pack
from triage.services.desk import Desk
from triage.services.duty import list_due, prepare_brief, prepare_morning
from triage.services.duty_words import Words, say_brief, say_due, say_morning
from triage.services.letters import Letter, NoLongerNeeded
from triage.store.daily_notices import promise_notices

DUE_LIST_AT = time(13)  # by the office's clocks: early enough to still do something about it


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice of the day: to which roles, from what instant of a working day on, and in which words."""

    roles: tuple[str, ...]
    begins: Callable[[Pack, date], datetime]
    say: Callable[[Desk, date], Words]


def promise_daily_notices(desk: Desk) -> int:
    """Promise what is due since its time today and has not been promised yet; how many letters that makes.

    Asked each minute: whoever was down at the time catches up on the same day, and nobody is told twice.
    """
    today = desk.today
    if not desk.pack.calendar.is_working_day(today):
        return 0
    begun = {kind: notice for kind, notice in NOTICES.items() if notice.begins(desk.pack, today) <= desk.now}
    return sum(promise_notices(desk.session, kind, today, each.roles, desk.now) for kind, each in begun.items())


def write_daily_notice(desk: Desk, payload: Mapping[str, Any], domain: str) -> Letter:
    """The letter of that kind for that person, from what they may see now."""
    notice, on_day = NOTICES[payload["kind"]], date.fromisoformat(payload["on_day"])
    user = desk.session.get_one(User, UUID(payload["user_id"]))
    if not user.active or user.role not in notice.roles:
        raise NoLongerNeeded("No longer in that role.")
    if desk.now >= _ends(desk.pack, on_day):
        raise NoLongerNeeded("The office opened again before it went.")
    with acting_as(desk.session, actor_of(user)):  # so that the database shows what they may see and nothing else
        words = notice.say(desk.with_actor(actor_of(user)), on_day)
    return Letter((Address(username=user.username, domain=domain),), words.subject, words.text)


def _ends(pack: Pack, day: date) -> datetime:
    return pack.calendar.next_opening(pack.calendar.closing(day))


def _at_opening(pack: Pack, day: date) -> datetime:
    return pack.calendar.opening(day)


def _at_one(pack: Pack, day: date) -> datetime:
    return datetime.combine(day, DUE_LIST_AT, pack.calendar.zone)


def _before_closing(pack: Pack, day: date) -> datetime:
    return pack.calendar.closing(day) - timedelta(minutes=pack.last_intake_minutes)


def _say_due(desk: Desk, day: date) -> Words:
    by = desk.pack.calendar.closing(day)
    return say_due(desk, list_due(desk, by), by)


def _say_brief(desk: Desk, day: date) -> Words:
    return say_brief(desk, prepare_brief(desk))


def _say_morning(desk: Desk, day: date) -> Words:
    return say_morning(desk, prepare_morning(desk, desk.pack.calendar.opening(day)))


NOTICES = {
    "due_by_closing": Notice(("mash_manager", "locality_manager"), _at_one, _say_due),
    "edt_brief": Notice(("emergency_duty_team", "mash_manager"), _before_closing, _say_brief),
    "edt_morning": Notice(("mash_manager",), _at_opening, _say_morning),
}
