"""The network between web and database is parted: who asks is told so, and hears all is well once it is whole again."""

from uuid import uuid4

import pytest

from tests.faults.disk import small_disk
from tests.faults.stream import TOLD, Stream
from tests.faults.test_killed_at_random import OFFSET, hire
from tests.faults.whole import Whole

BODY = TOLD | {"subjects": [{"person": {"given_name": "Ava"}}]}


@pytest.fixture
def whole():
    with small_disk() as (folder, _own), Whole(folder, 25, OFFSET, ("web",)) as whole:
        yield whole


def test_who_asks_while_the_database_cannot_be_reached_is_told_to_try_again(whole):
    stream = Stream(whole.port, hire(whole))
    stream.send("before", BODY)
    with whole.link.parted():
        assert [stream.ask(uuid4().hex, BODY)[0] for _ in range(3)] == ["503"] * 3
    stream.send("after", BODY)
    assert set(stream.told) == {"before", "after"}
