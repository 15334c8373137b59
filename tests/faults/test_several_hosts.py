"""Workers on several hosts share the letters: each goes once, and what a host that is cut off leaves, others do."""

import tempfile
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from kombu.exceptions import OperationalError as BrokerAway
from sqlalchemy import select

from tests.faults.county import a_county
from tests.faults.hosts import Namespaces, Processes, make_hosts, may_make_namespaces
from tests.faults.test_celery import log_one
from tests.working import send
from triage.access.actor import SYSTEM
from triage.models import OutboxMessage

HOSTS = ("north", "west", "south")
AT_ONCE = 12  # letters


@pytest.fixture
def county(monkeypatch):
    hosts = make_hosts(HOSTS)
    print(f"Hosts are {hosts.kind}.")  # noqa: T201 - so that a run says what it has shown
    with (
        tempfile.TemporaryDirectory(prefix="triage-hosts-") as folder,
        a_county(Path(folder), hosts, monkeypatch) as county,
    ):
        yield county


def log_some(county):
    """Letters that are promised."""
    return {log_one(county.database) for _ in range(AT_ONCE)}


def relay():
    """As beat asks for it."""
    with suppress(BrokerAway):
        send("outbox.relay")


def left_of(county, promised):
    """Which of them are not done."""
    with county.database.transaction(SYSTEM) as session:
        done = session.scalars(select(OutboxMessage.id).where(OutboxMessage.done_at.is_not(None)))
        return promised - set(done)


def work_until(county, so):
    """Promise letters and have them relayed until it is so; the keys of the letters."""
    promised = set()

    def is_so():
        promised.update(log_some(county))
        relay()
        return so()

    county.wait(is_so)
    return promised


def finish(county, promised):
    def is_done():
        relay()
        return not left_of(county, promised)

    county.wait(is_done)


def test_each_letter_goes_once_and_others_do_what_a_host_that_is_cut_off_leaves(county):
    promised = work_until(county, lambda: all(county.done_by()[name] for name in HOSTS))
    county.hosts.cut("north")
    before = county.done_by()
    promised |= work_until(county, lambda: all(county.done_by()[name] > before[name] for name in ("west", "south")))
    finish(county, promised)
    others = county.done_by()
    assert others["north"] - before["north"] <= 1  # what it had in its hands as the line was cut
    county.hosts.join("north")
    promised |= work_until(county, lambda: county.done_by()["north"] > others["north"])
    finish(county, promised)
    went = Counter(each["Message-ID"] for each in county.letters())
    assert len(went) == len(promised)
    assert went.total() - len(went) <= 1  # see docs/operations.md: one that the relay took as its worker was gone


def test_hosts_have_a_network_of_their_own_where_this_machine_lets_them():
    made = make_hosts(HOSTS)
    assert isinstance(made, Namespaces if may_make_namespaces() else Processes)


def test_the_same_holds_of_processes_of_one_machine(monkeypatch):
    hosts = Processes(HOSTS[:2])
    with (
        tempfile.TemporaryDirectory(prefix="triage-hosts-") as folder,
        a_county(Path(folder), hosts, monkeypatch) as county,
    ):
        promised = work_until(county, lambda: all(county.done_by()[name] for name in hosts.names))
        finish(county, promised)
        county.hosts.cut("north")
        promised |= log_some(county)
        finish(county, promised)
        assert len({each["Message-ID"] for each in county.letters()}) == len(promised)
