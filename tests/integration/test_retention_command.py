"""`triage retention due`: numbers and no names; and the traces that go by their age."""

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner

from tests.asking_for_records import VAULT, ask, do, give_out
from tests.conftest import MORNING
from tests.disposing import at_desk, closed_enquiry, service_desk
from tests.faults.front_door import FrontDoor
from tests.services import own_database, role_url
from triage.access.actor import SYSTEM
from triage.cli import main
from triage.clock import SettableClock, SystemClock
from triage.database import Database
from triage.errors import Conflict
from triage.models import AccessExport, Disclosure, IdempotencyKey, OutboxMessage
from triage.services.desk import Desk
from triage.services.retention import forget_routines
from triage.services.rights.keeping import open_material


@pytest.fixture(scope="module")
def url():
    with own_database() as name:
        url = role_url("triage_app", name)
        with Database(url, pool_size=2) as database, FrontDoor(database, SettableClock(MORNING)).office() as office:
            closed_enquiry(office, given_name="Quistelwyn")
        yield url


def told(url, *more):
    done = CliRunner().invoke(main, ["retention", "due", "--url", url, *more])
    assert done.exit_code == 0, done.output
    assert "Quistelwyn" not in done.output
    return done.output


def test_files_are_counted_on_the_day_that_is_asked_for(url):
    assert told(url, "--on", "2019-05-06") == "Nothing is due.\nDue later: 1\n"
    assert (
        told(url, "--on", "2019-05-07")
        == "Enquiry that led to no service here: 1 due, 1 people in them\nDue later: 0\n"
    )
    counted = json.loads(told(url, "--on", "2019-05-07", "--json"))
    assert counted == {"due": {"no_service": {"files": 1, "people": 1}}, "kept": {}, "later": 0}
    assert json.loads(told(url, "--on", "2019-05-07", "--json", "--class", "adult"))["due"] == {}


def test_class_that_is_not_there_is_told_with_those_that_are(url):
    done = CliRunner().invoke(main, ["retention", "due", "--url", url, "--class", "adoption"])
    assert done.exit_code == 1
    assert "There is no class 'adoption'. Those there are: looked_after" in done.output


def test_traces_go_once_they_are_old_enough_and_what_is_unsent_stays(office):
    for age in (31, 29):
        made = office.clock.now() - timedelta(days=age)
        with at_desk(office, "mash_officer") as desk:
            desk.session.add(IdempotencyKey(user_id=desk.actor.id, key=str(age), fingerprint=b"", created_at=made))
    old = office.clock.now() - timedelta(days=731)
    for done in (old, None):
        office.session.add(OutboxMessage(task="x", payload={}, created_at=old, available_at=old, done_at=done))
    office.session.flush()
    assert forget_routines(service_desk(office)) == {"letters": 1, "answers": 1, "copies": 0}
    with at_desk(office, "mash_officer") as desk:
        assert [each.key for each in desk.session.query(IdempotencyKey)] == ["29"]
    assert [each.done_at for each in office.session.query(OutboxMessage)] == [None]


def test_traces_go_by_the_clock_of_the_machine(office, pack):
    desk = Desk(office.session, SYSTEM, SystemClock(), pack)
    assert set(forget_routines(desk)) == {"letters", "answers", "copies"}


def test_letter_goes_and_what_it_shared_stays_on_record(office):
    enquiry = closed_enquiry(office)
    old = office.clock.now() - timedelta(days=731)
    letter = OutboxMessage(task="x", payload={}, created_at=old, available_at=old, done_at=old)
    office.session.add(letter)
    office.session.flush()
    told = {"what": "a letter", "to_whom": "Made-up School", "shared_at": old, "recorded_at": old, "how": "letter"}
    who = office.actor("mash_officer").id
    shared = Disclosure(
        enquiry_id=enquiry.id, outbox_id=letter.id, shared_by_id=who, lawful_basis="public_task", **told
    )
    office.session.add(shared)
    office.session.flush()
    assert forget_routines(service_desk(office))["letters"] == 1
    office.session.refresh(shared)
    assert (shared.what, shared.outbox_id) == ("a letter", None)


def test_copies_go_once_they_have_expired_and_their_request_is_over(office):
    closed_enquiry(office)
    over, runs = give_out(office, ask(office)), do(office, "information_governance", ask(office), "prepare")
    office.clock.at += timedelta(days=30)
    assert forget_routines(service_desk(office))["copies"] == 0
    office.clock.at += timedelta(days=2)
    assert forget_routines(service_desk(office))["copies"] == 3
    office.session.expire_all()
    left = {export.request_id for export in office.session.query(AccessExport) if export.sealed}
    assert (left, office.session.query(AccessExport).count()) == ({runs.id}, 4)
    with pytest.raises(Conflict, match="has expired"):
        open_material(service_desk(office), VAULT, over)
    assert forget_routines(service_desk(office))["copies"] == 0
