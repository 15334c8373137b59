"""A new version's migrations are applied while enquiries come in and are worked: nothing is lost, nothing done twice.

The code that runs is the code of before, as where a version comes in: what is applied last is made up. The real ones
before it are those that this code can work without, because they add no column that it writes.
"""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

from alembic.script import ScriptDirectory
from sqlalchemy import NullPool, create_engine, inspect, text
from sqlalchemy.exc import OperationalError

from tests.faults.made_up_migrations import IS_VALID, LEFT_OUT, STEPS, with_made_up
from tests.faults.stream import TOLD, Stream
from tests.faults.test_killed_at_random import LATER, OFFSET, hire, look, settle
from tests.faults.whole import PACK, Whole
from tests.integration.test_worker import mail_server
from triage.access.actor import SYSTEM
from triage.database import act_as
from triage.models import Base
from triage.schema import alembic_config, bring_up, load_reference_data, migrate

LAST = 4  # real migrations, of which those are applied that the code can work without
MEANWHILE, GUARD = 3, 120  # enquiries that are taken between two of them, and seconds to wait for those
SHORT, PAUSE = 1.5, 2  # seconds for which somebody reads all that there is, and between two who do
READS = "SELECT count(*) FROM enquiries, events, clocks, outbox WHERE false"


class Earlier(Whole):
    """The whole service, whose database is of before: as far back as its code can work with."""

    def migrate(self) -> None:
        for each in list_revisions(self.url("triage_owner"))[-LAST:]:
            migrate(self.url("triage_owner"), each)
            if not lacks_columns(self.url("triage_owner")):
                break
        load_reference_data(self.url("triage_owner"), PACK)


def list_revisions(owner_url: str) -> list[str]:
    """The numbers of the real ones, the newest last."""
    return [each.revision for each in ScriptDirectory.from_config(alembic_config(owner_url)).walk_revisions()][::-1]


def lacks_columns(owner_url: str) -> bool:
    """Whether the code would write a column that a table has not. A table that is not there yet is no part of this."""
    there = inspect(create_engine(owner_url, poolclass=NullPool)).get_multi_columns()
    has = {name: {each["name"] for each in columns} for (_schema, name), columns in there.items()}
    return any(set(table.columns.keys()) - has.get(name, set(table.columns.keys())) for name, table in TABLES.items())


TABLES = dict(Base.metadata.tables)


def ask_owner(owner_url: str, question: str) -> object:
    with create_engine(owner_url, poolclass=NullPool).connect() as connection:
        act_as(connection, SYSTEM)
        return connection.scalar(text(question))


def stands_at(owner_url: str) -> str:
    return str(ask_owner(owner_url, "SELECT version_num FROM alembic_version"))


@dataclass
class Reader:
    """Reads all that there is, again and again: the first time until a migration gave way to that."""

    url: str
    said: list[str] = field(default_factory=list)
    over: Event = field(default_factory=Event)

    def say(self, words: str) -> None:
        """What who migrates says."""
        self.said.append(words)

    @property
    def has_held_up(self) -> bool:
        return any("It was undone" in each for each in self.said)

    def read(self) -> None:
        while not self.over.is_set():
            with suppress(OperationalError), create_engine(self.url, poolclass=NullPool).begin() as connection:
                connection.execute(text(READS))
                self.over.wait(SHORT)
                while not (self.has_held_up or self.over.is_set()):
                    self.over.wait(SHORT)
            self.over.wait(PAUSE)


@contextmanager
def together(over: Event, *tasks) -> Iterator[None]:
    """They go on for as long as the block lasts, and end once it is over."""
    threads = [Thread(target=each) for each in tasks]
    for each in threads:
        each.start()
    try:
        yield
    finally:
        over.set()
        for each in threads:
            each.join()


def read_enquiries(stream: Stream, over: Event) -> None:
    """As somebody who looks at the enquiry that came last."""
    while not over.wait(0.1):
        if stream.told:
            stream.read(list(stream.told.values())[-1])


def wait_until_up(stream: Stream) -> None:
    """Until the web answers, by sending the first."""
    stream.send("before", TOLD | {"subjects": [{"person": {"given_name": "Ava"}}]})
    stream.answers.clear()
    stream.longest = 0.0


def wait_for_enquiries(stream: Stream) -> None:
    wanted, end = len(stream.told) + MEANWHILE, time.monotonic() + GUARD
    while len(stream.told) < wanted:
        time.sleep(0.05)
        assert time.monotonic() < end, dict(stream.answers)


def bring_in(whole: Whole, stream: Stream, folder: Path, reader: Reader) -> list[str]:
    """Apply one migration after another among people who work; which those were."""
    owner = whole.url("triage_owner")
    known, done = [*list_revisions(owner), *STEPS], []
    for revision in known[known.index(stands_at(owner)) + 1 :]:
        wait_for_enquiries(stream)
        bring_up(with_made_up(owner, folder), revision, reader.say)
        done.append(revision)
    load_reference_data(owner, PACK, reader.say)
    wait_for_enquiries(stream)
    return done


def test_nothing_is_lost_or_done_twice_while_a_new_version_comes_in():
    with (
        tempfile.TemporaryDirectory(prefix="triage-versions-") as folder,
        tempfile.TemporaryDirectory(prefix="triage-migrated-") as home,
        mail_server() as (sink, port),
    ):
        Path(home).chmod(0o755)
        with Earlier(Path(home), port, OFFSET) as whole:
            stream, reader = Stream(whole.port, hire(whole)), Reader(whole.url())
            wait_until_up(stream)
            reading = together(reader.over, reader.read, lambda: read_enquiries(stream, reader.over))
            with stream.running(1), reading:
                done = bring_in(whole, stream, Path(folder), reader)
            ended = whole.watch()
            is_whole = [ask_owner(whole.url("triage_owner"), each) for each in (LEFT_OUT, IS_VALID)]
            whole.step_clock(LATER)
            settle(whole)
            faults = look(whole, stream, [letter for _to, letter in sink.letters])
    print(f"{done} among {len(stream.told)} enquiries; answers {dict(stream.answers)};")  # noqa: T201
    print(f"the longest {stream.longest:.1f} s; said: {reader.said}")  # noqa: T201
    assert (faults, ended) == ([], [])
    assert done[-len(STEPS) :] == list(STEPS)
    assert reader.has_held_up
    assert is_whole == [0, True]
    assert set(stream.answers) == {"200", "201", "503"}
    assert stream.untold == 0
