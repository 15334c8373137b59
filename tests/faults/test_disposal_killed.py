"""Files go whole or not at all, whatever is killed in the middle; and then nothing of them is left in any table."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, text

from tests.conftest import MORNING
from tests.disposing import LATER, agreed, close_unheeded, closed_enquiry, find_word
from tests.faults.front_door import FrontDoor
from tests.making import a_subject, an_enquiry
from tests.services import own_database, role_url
from triage.access.actor import SYSTEM
from triage.clock import SettableClock
from triage.database import Database
from triage.insight.counting import refresh

ROOT = Path(__file__).parents[2]
# Peculiar enough to be nowhere but in the file of whoever is called so.
GONE = ("Quistelwyn", "Ombrathil", "Vesperook", "Zintharow", "Yaxbendry")
KEPT = "Brambleby"
NUMBER = "9434765919"
KILLS = (
    *(("INSERT INTO events", 2), ("SELECT dispose_item", 1), ("COMMIT", 1)),
    *(("SELECT dispose_item", 2), ("SELECT finish_disposal", 1)),
)


@pytest.fixture
def place():
    """A database of its own, by the name that the service and its owner find it by."""
    with own_database() as name:
        yield name


@pytest.fixture
def owner(place):
    engine = create_engine(role_url("triage_owner", place), poolclass=NullPool)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection


@pytest.fixture
def disposal_id(place):
    """Files that are due, and that two people agreed to let go; of one child, whose brother's case is open, another."""
    with Database(role_url("triage_app", place), pool_size=2) as database:
        door = FrontDoor(database, SettableClock(MORNING))
        with door.office() as office:
            for number, name in enumerate(GONE):
                more = {"nhs_number": NUMBER} if number == 0 else {}
                closed_enquiry(office, given_name=name, reported=f"Made up: {name} is tired.", **more)
            both = an_enquiry(office, subjects=(a_subject(given_name=KEPT), a_subject(given_name=f"{KEPT}a")))
            close_unheeded(office, both)
            brother = both.subjects[1].person_id
            an_enquiry(office, subjects=(a_subject(person_id=brother),))
        door.clock.at = LATER
        with door.office() as office:
            key = agreed(office).id
        yield key


def dispose_until_killed(place, step, times):
    command = [sys.executable, "-m", "tests.faults.disposing", role_url("triage_app", place), LATER.isoformat()]
    return subprocess.run([*command, step, str(times)], cwd=ROOT, check=False).returncode


def test_killed_again_and_again_it_ends_whole_and_leaves_nothing(place, owner, disposal_id):
    whole = {name: find_word(owner, name) for name in (*GONE, KEPT)}
    assert all({"people", "enquiries", "subjects"} <= set(whole[name]) for name in GONE)
    for step, times in KILLS:
        assert dispose_until_killed(place, step, times) == -signal.SIGKILL
        for name in GONE:
            assert find_word(owner, name) in (whole[name], {}), (step, times, name)
    assert dispose_until_killed(place, "nothing", 0) == 0
    with Database(role_url("triage_app", place)) as database, database.transaction(SYSTEM) as session:
        refresh(session)
    for word in (*GONE, NUMBER):
        assert find_word(owner, word) == {}
    assert find_word(owner, KEPT) == whole[KEPT]
    check_certificate(owner, disposal_id)


def check_certificate(owner, disposal_id):
    """Done once, whole, and said so once."""
    done = owner.execute(text("SELECT executed_at, certificate = certificate_of(id) AS holds FROM disposals")).one()
    assert (done.executed_at, done.holds) == (LATER, True)
    items = owner.execute(text("SELECT disposed_at, since, skipped FROM disposal_items")).all()
    assert items == [(LATER, None, None)] * len(GONE)
    told = "SELECT type, count(*) FROM events WHERE type LIKE 'dispos%' GROUP BY 1 ORDER BY 1"
    assert owner.execute(text(told)).all() == [
        ("disposal_approved", 1),
        ("disposal_executed", 1),
        ("disposal_prepared", 1),
        ("disposed", 2 * len(GONE)),  # of the enquiry, and of the child
    ]
