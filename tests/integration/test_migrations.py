"""The migrations go up, come down, go up again, and lead to the rows that the code expects."""

import hashlib
import json
from datetime import datetime
from uuid import uuid4

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, NullPool, Table, create_engine, inspect, text
from sqlalchemy.orm import Session

from tests.conftest import MORNING
from tests.services import own_database, role_url
from triage.access.actor import SYSTEM
from triage.schema import alembic_config, migrate
from triage.services.auditing import verify_ledger


@pytest.fixture
def owner_url():
    with own_database(empty=True) as name:
        yield role_url("triage_owner", name)


def tables_in(url):
    return set(inspect(create_engine(url, poolclass=NullPool)).get_table_names()) - {"alembic_version"}


def test_up_then_check_then_down_then_up(owner_url):
    migrate(owner_url)
    command.check(alembic_config(owner_url))
    there = tables_in(owner_url)
    command.downgrade(alembic_config(owner_url), "base")
    assert tables_in(owner_url) == set()
    migrate(owner_url)
    assert tables_in(owner_url) == there


def rules_in(url):
    """What every CHECK of the database asks, by its name, and the columns that it works out itself."""
    checks = "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c' ORDER BY 1"
    worked_out = (
        "SELECT table_name, generation_expression FROM information_schema.columns WHERE is_generated = 'ALWAYS'"
    )
    with create_engine(url, poolclass=NullPool).connect() as connection:
        return [*connection.execute(text(checks)), *sorted(connection.execute(text(worked_out)))]


def test_coming_down_from_another_authority_leaves_every_rule_as_it_was(owner_url):
    before = ScriptDirectory.from_config(alembic_config(owner_url)).get_revision("0010").down_revision
    command.upgrade(alembic_config(owner_url), before)
    rules = rules_in(owner_url)
    command.upgrade(alembic_config(owner_url), "0010")
    assert rules_in(owner_url) != rules
    _hand_over(owner_url)
    command.downgrade(alembic_config(owner_url), before)
    assert rules_in(owner_url) == rules
    with create_engine(owner_url, poolclass=NullPool).connect() as connection:
        left = connection.execute(text("SELECT reference, stepped_from_id FROM referrals")).all()
        assert left == [("REF-1-47", None)]
        assert connection.scalar(text("SELECT count(*) FROM clocks")) == 0


def _hand_over(url):
    """A child told elsewhere, and the social care case that immediate danger opened from it."""
    person, told, danger = uuid4(), uuid4(), uuid4()
    with create_engine(url, poolclass=NullPool).begin() as connection:
        _insert(connection, "people", id=person)
        row = {"person_id": person, "workflow_version": 1, "requested_at": MORNING}
        _insert(connection, "referrals", id=told, reference="REF-1", service="other_authority", state="refused", **row)
        _insert(
            connection,
            "referrals",
            id=danger,
            reference="REF-1-47",
            service="social_care",
            state="requested",
            stepped_from_id=told,
            **(row | {"workflow_version": 2}),
        )
        _insert(connection, "clocks", id=uuid4(), referral_id=told, kind="authority_refusal")


def _insert(connection, name, **values):
    """A row with these values, and with something in each other column that may not be empty."""
    table = Table(name, MetaData(), autoload_with=connection)
    needed = (each for each in table.columns if not each.nullable and each.name not in values)
    connection.execute(table.insert(), {each.name: _something(each) for each in needed} | values)


def _something(column):
    known = {"kind": "child", "sex": "F", "ethnicity": "WBRI", "state": "running", "source": "6"}
    kinds = {int: 1, bool: False, datetime: MORNING, bytes: b"", list: []}
    return known.get(column.name, kinds.get(column.type.python_type, ""))


# One that is over, past midnight in Nottinghamshire; one that was forgotten; and one of today.
PAUSES = """
INSERT INTO clock_pauses (id, clock_id, paused_by_id, reason, paused_at, resumed_at)
SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), reason, paused_at, resumed_at FROM (VALUES
    ('over', timestamptz '2013-05-07 09:00Z', timestamptz '2013-05-09 23:30Z'),
    ('long ago', '2013-05-07 09:00Z', NULL),
    ('today', now(), NULL)) AS pauses (reason, paused_at, resumed_at)
"""
GIVEN = """
SELECT reason, until = CASE reason WHEN 'over' THEN DATE '2013-05-10' WHEN 'long ago' THEN current_date + 1
    ELSE (paused_at AT TIME ZONE 'Europe/London')::date + 14 END
FROM clock_pauses
"""


def test_pause_from_before_pauses_had_an_end_gets_one(owner_url):
    config, engine = alembic_config(owner_url), create_engine(owner_url, poolclass=NullPool)
    command.upgrade(config, "0005")
    with engine.begin() as connection:
        for key in inspect(connection).get_foreign_keys("clock_pauses"):
            connection.exec_driver_sql(f"ALTER TABLE clock_pauses DROP CONSTRAINT {key['name']}")
        connection.exec_driver_sql(PAUSES)
    command.upgrade(config, "0006")
    with engine.begin() as connection:
        given = dict(connection.exec_driver_sql(GIVEN).all())
    assert given == {"over": True, "long ago": True, "today": True}


def test_coming_down_from_every_service_keeps_the_case_that_danger_opened(owner_url):
    command.upgrade(alembic_config(owner_url), "0005")
    with create_engine(owner_url, poolclass=NullPool).begin() as connection:
        row = {"person_id": uuid4(), "requested_at": MORNING}
        _insert(connection, "people", id=row["person_id"])
        pupil = row | {"service": "ehc_assessment", "workflow_version": 1}
        _insert(connection, "referrals", id=uuid4(), reference="REF-1", state="assessment", **pupil)
        before = connection.scalar(text("SELECT id FROM referrals"))
        danger = row | {"service": "social_care", "workflow_version": 2, "stepped_from_id": before}
        _insert(connection, "referrals", id=uuid4(), reference="REF-1-47", state="section_47", **danger)
    command.downgrade(alembic_config(owner_url), "0004")
    with create_engine(owner_url, poolclass=NullPool).connect() as connection:
        left = connection.execute(text("SELECT reference, state, stepped_from_id FROM referrals")).all()
        assert left == [("REF-1-47", "in_progress", None)]


WHO = """
SELECT tablename, policyname, permissive, cmd, qual, with_check FROM pg_policies
UNION SELECT tgrelid::regclass::text, tgname, NULL, NULL, NULL, NULL FROM pg_trigger WHERE NOT tgisinternal
UNION SELECT proname, NULL, NULL, NULL, NULL, NULL FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION SELECT tablename, indexname, NULL, NULL, NULL, NULL FROM pg_indexes WHERE schemaname = 'public'
ORDER BY 1, 2
"""


def test_coming_down_from_who_writes_what_leaves_every_policy_as_it_was(owner_url):
    before = ScriptDirectory.from_config(alembic_config(owner_url)).get_revision("0011").down_revision
    engine = create_engine(owner_url, poolclass=NullPool)
    told = []
    for move, to in ((command.upgrade, before), (command.upgrade, "0011"), (command.downgrade, before)):
        move(alembic_config(owner_url), to)
        with engine.connect() as connection:
            told.append(connection.execute(text(WHO)).all())
    assert told[0] == told[2] != told[1]


def test_two_open_cases_of_a_child_are_named_and_a_person_says_which_goes_on(owner_url):
    before = ScriptDirectory.from_config(alembic_config(owner_url)).get_revision("0011").down_revision
    engine = create_engine(owner_url, poolclass=NullPool)
    command.upgrade(alembic_config(owner_url), before)
    with engine.begin() as connection:
        person = uuid4()
        _insert(connection, "people", id=person)
        row = {"person_id": person, "service": "social_care", "state": "plan", "workflow_version": 2}
        for reference in ("REF-1", "REF-2"):
            _insert(connection, "referrals", id=uuid4(), reference=reference, requested_at=MORNING, **row)
    with pytest.raises(RuntimeError, match="REF-1 and REF-2 are of one child"):
        command.upgrade(alembic_config(owner_url), "0011")
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE referrals SET state = 'closed', closed_at = requested_at WHERE reference = 'REF-2'")
        )
    command.upgrade(alembic_config(owner_url), "0011")


OF_SYSTEM = {"actor_id": SYSTEM.id, "actor_name": SYSTEM.name, "actor_role": SYSTEM.role, "type": "said", "data": {}}


def _chain_of_before(connection):
    """A person with two events, hashed as they were before: without the actor's name, the kind and the key."""
    person, before = uuid4(), b""
    for number in (1, 2):
        row = OF_SYSTEM | {"case_kind": "person", "case_id": person, "number": number, "at": MORNING}
        hashed = _hash_of_before(before, row)
        _insert(connection, "events", id=uuid4(), previous_hash=before, hash=hashed, **row)
        before = hashed
    _insert(connection, "people", id=person, event_number=2, event_hash=before)


def _hash_of_before(before, row):
    told = {"case": str(row["case_id"]), "number": row["number"], "type": row["type"], "at": row["at"].timestamp()}
    told |= {"actor": str(row["actor_id"]), "role": row["actor_role"], "data": row["data"]}
    return hashlib.sha256(before + json.dumps(told, sort_keys=True, separators=(",", ":")).encode()).digest()


def test_events_of_before_the_ledger_are_sealed_anew_and_as_before_on_the_way_down(owner_url):
    config, engine = alembic_config(owner_url), create_engine(owner_url, poolclass=NullPool)
    before = ScriptDirectory.from_config(config).get_revision("0016").down_revision
    command.upgrade(config, before)
    rows = text("SELECT e.*, p.event_hash FROM events e JOIN people p ON p.id = e.case_id ORDER BY number")
    with engine.begin() as connection:
        _chain_of_before(connection)
        stood = connection.execute(rows).all()
    command.upgrade(config, "head")
    with Session(engine) as session:
        verdict = verify_ledger(session, {})
        assert (verdict.faults, verdict.entries["person"], verdict.chains["person"]) == ([], 2, 1)
        assert session.scalar(text("SELECT event_hash FROM people")) != stood[0].event_hash
    command.downgrade(config, before)
    with engine.connect() as connection:
        assert connection.execute(rows).all() == stood


@pytest.mark.parametrize(("revision", "kind"), [("0018", "access_request"), ("0019", "disposal")])
def test_what_the_ledger_has_sealed_is_not_taken_out_by_coming_down(owner_url, revision, kind):
    config, engine = alembic_config(owner_url), create_engine(owner_url, poolclass=NullPool)
    command.upgrade(config, revision)
    before = ScriptDirectory.from_config(config).get_revision(revision).down_revision
    with engine.begin() as connection:
        _insert(connection, "ledger_leaves", chain_kind=kind, chain_id=uuid4(), position=0)
    with pytest.raises(RuntimeError, match=f"would break the ledger, in which events of kind {kind}"):
        command.downgrade(config, before)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM ledger_leaves"))
    command.downgrade(config, before)


def test_what_was_disposed_of_is_not_forgotten_by_coming_down(owner_url):
    config, engine = alembic_config(owner_url), create_engine(owner_url, poolclass=NullPool)
    command.upgrade(config, "0019")
    with engine.begin() as connection:
        row = OF_SYSTEM | {"case_kind": "person", "case_id": uuid4(), "type": "disposed", "at": MORNING}
        _insert(connection, "events", id=uuid4(), number=1, **row)
    with pytest.raises(RuntimeError, match="would break the ledger"):
        command.downgrade(config, "0018")


def test_coming_down_from_the_ledger_leaves_every_policy_as_it_was(owner_url):
    before = ScriptDirectory.from_config(alembic_config(owner_url)).get_revision("0016").down_revision
    engine = create_engine(owner_url, poolclass=NullPool)
    told = []
    for move, to in ((command.upgrade, before), (command.upgrade, "0016"), (command.downgrade, before)):
        move(alembic_config(owner_url), to)
        with engine.connect() as connection:
            told.append(connection.execute(text(WHO)).all())
    assert told[0] == told[2] != told[1]
