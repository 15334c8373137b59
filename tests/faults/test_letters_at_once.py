"""A letter is taken up the moment it is published, though the relay has not committed yet; and by one alone."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import select

from triage.models import OutboxMessage
from triage.services.outbox import promise
from triage.services.relay import relay, take_message


@pytest.fixture
def promised(door):
    """The key of a letter that is due."""
    with door.desk() as desk:
        return promise(desk, "tell_danger", referral_id="made up").id


def take_up(door, key: UUID) -> bool:
    """Whether the letter was there to be done; then it is done."""
    with door.desk() as desk:
        message = take_message(desk.session, key)
        if message:
            message.done_at = desk.now
        return message is not None


def test_letter_taken_up_before_the_relay_has_committed_is_done_now_and_not_two_minutes_later(door, promised):
    with ThreadPoolExecutor(1) as pool:
        begun = []
        with door.desk() as desk:
            relay(desk.session, desk.now, lambda row: begun.append(door.run_into(lambda: take_up(door, row.id), pool)))
        assert [each.result() for each in begun] == [True]


def test_letter_that_two_take_up_at_once_is_done_by_one(door, promised):
    with ThreadPoolExecutor(1) as pool:
        with door.desk() as desk:
            take_message(desk.session, promised).done_at = desk.now
            desk.session.flush()
            second = door.run_into(lambda: take_up(door, promised), pool)
        assert second.result() is False
    with door.desk() as desk:
        assert desk.session.scalars(select(OutboxMessage.done_at)).one() is not None
