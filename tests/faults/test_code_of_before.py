"""The code of before on the database of now, as while a new version comes in: all of it works, and nothing is lost."""

import tempfile
from pathlib import Path

from tests.faults.before import OfBefore, put_code_of_before
from tests.faults.stream import Stream
from tests.faults.test_killed_at_random import LATER, OFFSET, hire, look, settle
from tests.faults.test_migration_under_load import wait_for_enquiries, wait_until_up
from tests.integration.test_worker import mail_server

TIMES = 5  # as many enquiries are waited for, some at once


def test_code_of_before_takes_enquiries_on_the_database_of_now():
    with (
        tempfile.TemporaryDirectory(prefix="triage-before-") as code,
        tempfile.TemporaryDirectory(prefix="triage-before-run-") as home,
        mail_server() as (sink, port),
    ):
        Path(home).chmod(0o755)
        whole = OfBefore(Path(home), port, OFFSET)
        whole.code = Path(code)
        lacks = put_code_of_before(whole.code, "postgresql+psycopg://")
        with whole:
            stream = Stream(whole.port, hire(whole))
            wait_until_up(stream)
            with stream.running(1):
                for _ in range(TIMES):
                    wait_for_enquiries(stream)
            read = [stream.read(each) for each in stream.told.values()]
            ended = whole.watch()
            whole.step_clock(LATER)
            settle(whole)
            faults = look(whole, stream, [letter for _to, letter in sink.letters])
            ran = whole.runs()
    print(f"without {lacks}: {len(stream.told)} enquiries, {len(sink.letters)} letters")  # noqa: T201
    assert (faults, ended) == ([], [])
    assert set(read) == {"200"}
    assert set(stream.answers) == {"200", "201"}
    assert len(sink.letters) >= len(stream.told)
    assert ran == whole.code
