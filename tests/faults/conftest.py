"""What the tests of several at once share."""

from collections.abc import Iterator

import pytest

from tests.acting import accepted
from tests.faults.front_door import FrontDoor
from tests.services import own_database, role_url
from triage.app import create_app
from triage.database import Database

AT_ONCE = 16  # connections; who is one too many waits for one, as on a busy morning


@pytest.fixture
def door() -> Iterator[FrontDoor]:
    """A front door with a database and a staff of its own."""
    with own_database() as name, Database(role_url("triage_app", name), pool_size=AT_ONCE) as database:
        door = FrontDoor(database)
        door.staff()
        yield door


@pytest.fixture
def case(door):
    """A case that the west's team has accepted: its key, and its child's."""
    with door.office() as office:
        case = accepted(office)
        return case.id, case.person_id


@pytest.fixture
def app(door, settings):
    """The application at that door, which answers what fails as it does where people work."""
    app = create_app(settings, door.clock, door.database)
    app.config.update(TESTING=True, PROPAGATE_EXCEPTIONS=False, WTF_CSRF_ENABLED=False)
    return app
