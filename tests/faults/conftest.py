"""What the tests of several at once share."""

from collections.abc import Iterator

import pytest

from tests.faults.front_door import FrontDoor
from tests.services import own_database, role_url
from triage.database import Database

AT_ONCE = 16  # connections; who is one too many waits for one, as on a busy morning


@pytest.fixture
def door() -> Iterator[FrontDoor]:
    """A front door with a database and a staff of its own."""
    with own_database() as name, Database(role_url("triage_app", name), pool_size=AT_ONCE) as database:
        door = FrontDoor(database)
        door.staff()
        yield door
