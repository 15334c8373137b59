"""What Prometheus is told equals what there is, is of work and of nobody, and says so when a part is away."""

from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from redis import Redis
from sqlalchemy import select, text

from tests.conftest import OneConnection
from tests.making import an_enquiry, decide_as, screen
from tests.services import own_redis
from tests.watching import samples_in, sum_of
from tests.worlds import a_world
from triage.access.actor import SYSTEM
from triage.heard import KEY, QUEUES, connect, note_begun, note_ended
from triage.models import SEND_WEBHOOK, Clock, OutboxMessage
from triage.models.codes import CLOCK_KINDS
from triage.services.sweep import sweep
from triage.serving import free_port
from triage.store.operations import COLOURS, STANDINGS
from triage.store.schema import known_revisions
from triage.watching.gauges import Gauges, tell_database

NAME = "Quillfeather"
GRAVE = {"route": "social_care", "level": 4, "section_47": True}


@pytest.fixture
def redis():
    with connect(own_redis()) as redis:
        redis.delete(KEY, *QUEUES)
        yield redis
        redis.delete(KEY, *QUEUES)


class Moment(OneConnection):
    """The service's own moment, in the test's savepoint."""

    def one_moment(self):
        return self.transaction(SYSTEM)


@pytest.fixture
def told(session, redis, clock):
    """All that is told now, as Prometheus reads it."""

    def ask():
        registry = CollectorRegistry()
        registry.register(Gauges(Moment(session), redis, clock))
        return samples_in(generate_latest(registry).decode())

    return ask


def test_undecided_are_told_by_colour_with_the_age_of_the_oldest(told, office, session):
    first = an_enquiry(office, indicators=("C4_NAI",))  # recommended red, and rated by nobody yet
    office.clock.at += timedelta(hours=2)
    screen(office, an_enquiry(office, indicators=("C4_NAI",)), rag="amber")
    decided = an_enquiry(office, indicators=("C4_NAI",))
    screen(office, decided, rag="red")
    decide_as(office, "social_worker", decided, **GRAVE)
    session.flush()
    numbers = told()
    there = {rag: sum_of(numbers, "triage_enquiries_undecided", rag=rag) for rag in COLOURS}
    assert there == {"red": 1, "amber": 1, "green": 0, "none": 0}
    oldest = sum_of(numbers, "triage_enquiries_undecided_oldest_seconds", rag="red")
    assert oldest == (office.clock.now() - first.received_at).total_seconds() == 7200


def test_queues_hold_every_open_case_once(told, office, session):
    a_world(office)
    numbers = told()
    for holds, table in (("enquiries", "enquiries"), ("referrals", "referrals")):
        there = session.scalar(text(f"SELECT count(*) FROM {table} WHERE state <> 'closed'"))  # noqa: S608
        assert sum_of(numbers, "triage_queue", holds=holds) == there > 0


def test_clocks_are_in_time_then_near_then_breached_and_every_kind_is_told(told, office, session):
    an_enquiry(office)
    session.flush()
    every = {(kind, standing) for kind in CLOCK_KINDS for standing in STANDINGS}
    assert {(n.labels["kind"], n.labels["standing"]) for n in told() if n.name == "triage_clocks"} == every
    screening = session.scalars(select(Clock).where(Clock.kind == "screening")).one()
    for at, standing in (
        (screening.started_at, "in_time"),
        (screening.warn_at, "near"),
        (screening.due_at + timedelta(seconds=1), "breached"),
    ):
        office.clock.at = at
        assert sum_of(told(), "triage_clocks", kind="screening", standing=standing) == 1


def test_sweep_is_behind_until_it_has_marked_what_is_late(told, office, session):
    an_enquiry(office)
    session.flush()
    due = session.scalars(select(Clock.due_at).order_by(Clock.due_at)).first()
    assert sum_of(told(), "triage_sweep_behind_seconds") == 0
    office.clock.at = due + timedelta(seconds=90)
    assert sum_of(told(), "triage_sweep_behind_seconds") == 90
    sweep(office.desk("system"))
    session.flush()
    assert sum_of(told(), "triage_sweep_behind_seconds") == 0


def a_message(session, clock, **more):
    row = {"task": "acknowledge_referrer", "payload": {}, "created_at": clock.now(), "available_at": clock.now()}
    message = OutboxMessage(**(row | more))
    session.add(message)
    session.flush()
    return message


def test_outbox_tells_what_is_late_what_is_tried_again_and_what_is_given_up(told, session, clock):
    late, again, lost, old = (a_message(session, clock) for _ in range(4))
    a_message(session, clock, task=SEND_WEBHOOK)
    a_message(session, clock, available_at=clock.now() + timedelta(hours=1))
    a_message(session, clock).done_at = clock.now()
    again.attempts = 2
    lost.failed_at = clock.now()
    old.failed_at = clock.now() - timedelta(days=2)
    session.flush()
    clock.at += timedelta(minutes=10)
    numbers = told()
    expected = {"due": 2, "lag_seconds": 600, "again": 1, "failed": 2, "failed_last_day": 1}
    assert {each: sum_of(numbers, f"triage_outbox_{each}", kind="letter") for each in expected} == expected
    assert sum_of(numbers, "triage_outbox_due", kind="webhook") == 1
    late.done_at = clock.now()
    again.done_at = clock.now()
    session.flush()
    assert sum_of(told(), "triage_outbox_lag_seconds", kind="letter") == 0


def test_tasks_are_told_by_how_they_ended_and_since_when_they_are_silent(told, redis, clock):
    for _ in range(3):
        note_begun(redis, "outbox.relay")
    note_ended(redis, "outbox.relay", "success", 0.25, clock.now())
    note_ended(redis, "outbox.relay", "failure", 0.5, clock.now())
    for queue in QUEUES:
        redis.rpush(queue, "a task")
    clock.at += timedelta(seconds=42)
    numbers = told()
    assert sum_of(numbers, "triage_tasks_begun_total", task="outbox.relay") == 3
    assert sum_of(numbers, "triage_tasks_total", outcome="failure") == 1
    assert sum_of(numbers, "triage_task_seconds_total", task="outbox.relay") == 0.75
    assert sum_of(numbers, "triage_task_silent_seconds", task="outbox.relay") == 42
    assert sum_of(numbers, "triage_tasks_waiting") == len(QUEUES)


def test_schema_is_behind_where_a_migration_is_missing_and_not_where_one_is_newer(told, session):
    for revision, behind in ((known_revisions()[-2], 1), ("9999", 0), (known_revisions()[-1], 0)):
        with session.begin_nested() as savepoint:
            session.execute(text("SELECT 1"))
            _say_revision(session, revision)
            assert sum_of(told(), "triage_schema_behind") == behind
            savepoint.rollback()


def _say_revision(session, revision):
    """In the test's own schema: the service's role may not write the real one."""
    session.execute(text("CREATE TEMPORARY TABLE IF NOT EXISTS alembic_version (version_num text)"))
    session.execute(text("DELETE FROM pg_temp.alembic_version"))
    session.execute(text("INSERT INTO pg_temp.alembic_version VALUES (:it)"), {"it": revision})


def test_nobody_is_named_and_no_case_is_referred_to(told, office, session):
    world = a_world(office, NAME)
    screen(office, an_enquiry(office, family_name=NAME), ask="police", finish=False)
    session.flush()
    numbers = told()
    labels = {value for each in numbers for value in each.labels.values()}
    assert len(numbers) > 100
    assert not any(NAME.casefold() in value.casefold() for value in labels)
    assert not labels & {each.reference for each in (*world.enquiries, *world.referrals)}
    assert {key for each in numbers for key in each.labels} <= {
        *("rag", "holds", "queue", "kind", "standing", "task", "outcome"),
    }


def test_what_is_away_is_told_to_be_away(session, clock, settings):
    away = Redis(port=free_port())
    registry = CollectorRegistry()
    registry.register(Gauges(Moment(session), away, clock))
    numbers = samples_in(generate_latest(registry).decode())
    assert sum_of(numbers, "triage_redis_up") == 0
    assert sum_of(numbers, "triage_database_up") == 1
    assert not any(each.name.startswith("triage_task") for each in numbers)


def test_what_the_rows_say_is_told_to_the_service_itself_alone(office, session, clock):
    an_enquiry(office)
    families = list(tell_database(session, clock.now()))
    assert len({family.name for family in families}) == len(families) > 10
