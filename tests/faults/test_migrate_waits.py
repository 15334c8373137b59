"""`triage migrate` beside people who work: it waits a little, says who holds what it needs, and comes again."""

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import NullPool, create_engine, text

from tests.services import own_database, role_url
from triage import migrating
from triage.access.actor import SYSTEM
from triage.database import WEB, Database
from triage.errors import CommandRefused
from triage.migrating import Step
from triage.schema import alembic_config, migrate
from triage.store.holders import find_holders

EARLIER = "0059"  # the next makes an index of enquiries
USES = "LOCK TABLE enquiries IN ROW EXCLUSIVE MODE"
HELD_BY_WEB = re.compile(
    r"Waiting, 5 seconds at most: enquiries is held by triage web"
    r" \(process (\d+),.* for \d+ seconds in its transaction, doing nothing now\)\.$"
)
A_ROW = "SELECT FROM teams ORDER BY code LIMIT 1 FOR UPDATE"
MINE = "SELECT pg_backend_pid()"


@pytest.fixture
def database():
    """One that the last migrations have not been through, as the web connects to it, and its owner's address."""
    with own_database(empty=True) as name, Database(role_url("triage_app", name), WEB) as database:
        owner = role_url("triage_owner", name)
        migrate(owner, EARLIER)
        yield database, owner


@pytest.fixture
def impatient(monkeypatch):
    """As ever, but for a short while between two tries, of which there are two."""
    monkeypatch.setattr(migrating, "PAUSE", 0.1)
    monkeypatch.setattr(migrating, "TRIES", 2)


class Heard(list):
    """What was said, and what is done when it is something like this."""

    def __init__(self, **then):
        self.then = then

    def __call__(self, words):
        self.append(words)
        self.then.get(words.split()[0].strip(","), lambda: None)()


def newest(owner):
    return ScriptDirectory.from_config(alembic_config(owner)).get_current_head()


def ask_owner(owner, question):
    with create_engine(owner, poolclass=NullPool).connect() as connection:
        return connection.scalar(text(question))


def stands_at(owner):
    return ask_owner(owner, "SELECT version_num FROM alembic_version")


def use(service):
    """As whoever logs an enquiry does."""
    with service.transaction(SYSTEM) as session:
        session.execute(text(USES))
        return "done"


def test_migration_says_who_holds_its_table_lets_people_by_and_goes_on_once_it_is_let_go(database, impatient):
    service, owner = database
    behind = []
    with ThreadPoolExecutor(1) as pool, service.transaction(SYSTEM) as session:
        session.execute(text(USES))
        holder = session.scalar(text(MINE))

        def let_go():
            behind.append(behind.pop().result())  # while the table is held as before
            session.commit()

        heard = Heard(Waiting=lambda: behind.append(pool.submit(use, service)), It=let_go)
        migrate(owner, say=heard)
    assert HELD_BY_WEB.match(heard[0])[1] == str(holder)
    assert heard[1:] == ["It was undone, so that nobody waits behind it. Again in 0 seconds, 1 times."]
    assert behind == ["done"]
    assert stands_at(owner) == newest(owner)


def test_migration_that_is_never_let_in_gives_up_with_who_held_it_and_leaves_nothing_half_done(database, impatient):
    service, owner = database
    with service.transaction(SYSTEM) as session:
        session.execute(text(USES))
        holder = session.scalar(text(MINE))
        with pytest.raises(CommandRefused, match=rf"2 times.*triage web \(process {holder},.*pg_terminate_backend"):
            migrate(owner, say=Heard())
    assert stands_at(owner) == EARLIER
    assert ask_owner(owner, "SELECT to_regclass('ix_enquiries_logged_by_id')") is None
    migrate(owner, say=Heard())
    assert stands_at(owner) == newest(owner)


def test_what_is_wrong_otherwise_is_not_tried_again(database):
    _service, owner = database
    tried = []

    def fail():
        tried.append(1)
        return ask_owner(owner, "SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(migrating.OperationalError):
        Step(owner, Heard()).try_until_done(fail)
    assert tried == [1]


def test_who_may_not_see_since_when_is_told_who_holds_it_all_the_same():
    with own_database() as name, ThreadPoolExecutor(1) as pool:
        step = Step(role_url("triage_owner", name))
        with step.engine().connect() as holder, look_as("triage_app", name) as watcher:
            holder.execute(text("SET application_name = 'made up'"))
            holder.execute(text(A_ROW))
            waits = pool.submit(use_row, step)
            while not (found := find_holders(watcher, step.name)):
                pass
            said = f"a row is held by made up (process {holder.scalar(text(MINE))})."
            holder.rollback()
        assert [str(each) for each in found] == [said]
        assert waits.result() == "done"


def look_as(role, name):
    return create_engine(role_url(role, name), poolclass=NullPool, isolation_level="AUTOCOMMIT").connect()


def use_row(step):
    with step.engine().begin() as connection:
        connection.execute(text(A_ROW))
        return "done"


def test_command_waits_for_a_row_too_and_goes_on_when_it_is_let_go():
    with own_database() as name, create_engine(role_url("triage_owner", name), poolclass=NullPool).connect() as other:
        other.execute(text(A_ROW))
        command = [sys.executable, "-m", "triage.cli", "migrate", "--url", role_url("triage_owner", name)]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
            said = [process.stderr.readline(), process.stderr.readline()]
            other.rollback()
            rest = process.stderr.read()
    assert said[0].startswith("Waiting, 5 seconds at most: a row is held by triage_owner (process ")
    assert said[1] == "It was undone, so that nobody waits behind it. Again in 5 seconds, 11 times.\n"
    assert (process.returncode, rest) == (0, "")
