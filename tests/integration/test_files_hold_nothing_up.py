"""While a letter is looked at, which may take a minute, no transaction that writes waits: the ledger is sealed on."""

from io import BytesIO

import pytest
from sqlalchemy import text
from werkzeug.datastructures import FileStorage

from tests import samples
from tests.calling import Caller, post_form
from tests.ledgers import Kept
from tests.making import an_enquiry
from tests.scanning import address_of, listening
from tests.services import own_database, role_url
from triage.access.actor import SYSTEM
from triage.access.passwords import keep_password
from triage.access.signin import issue_token
from triage.app import create_app
from triage.database import Database
from triage.models import File, User

WRITING = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_xid IS NOT NULL")


def a_letter():
    return FileStorage(BytesIO(samples.pdf()), "letter.pdf")


@pytest.fixture
def kept():
    with own_database() as name:
        yield Kept(name, actors={"system": SYSTEM})


def prepare(kept):
    """An enquiry, and somebody of the hub with a password and a token."""
    with kept.office() as office:
        enquiry = an_enquiry(office)
        user = office.session.get_one(User, office.actor("mash_officer").id)
        keep_password(office.session, user.id, "right", office.clock.now())
        token = issue_token(office.session, user, "test", ["read", "write"], office.clock.now())
        return enquiry.id, user.username, token


def through_the_api(app, enquiry, token, **_):
    return (
        Caller(app.test_client(), token).post_form(f"/enquiries/{enquiry}/files", {"content": a_letter()}).status_code
    )


def on_the_page(app, enquiry, username, **_):
    client = app.test_client()
    client.post("/sign-in", data={"username": username, "password": "right"})
    return post_form(client, f"/enquiries/{enquiry}/files", {"file.content": a_letter()}).status_code


@pytest.mark.parametrize("way", [through_the_api, on_the_page])
def test_nobody_writes_while_a_file_is_looked_at(kept, settings, way):
    enquiry, username, token = prepare(kept)
    writing = []

    def look_who_writes():
        with kept.owner() as owner:
            writing.append(owner.scalar(WRITING))

    with listening(look_who_writes) as daemon, Database(role_url("triage_app", kept.name)) as database:
        scanned = settings.model_copy(update={"clamd_address": address_of(daemon)})
        app = create_app(scanned, kept.clock, database)
        app.config["WTF_CSRF_ENABLED"] = False
        assert way(app, enquiry, username=username, token=token) in (201, 302)
    assert writing == [0]
    with kept.owner() as owner:
        assert owner.query(File).count() == 1
