"""What one person opens in several windows at once is one chain; two who open one child do not wait for each other."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import select

from tests.faults.front_door import all_at_once
from tests.making import a_subject
from triage.access.ledger import seal_reading
from triage.models import Enquiry, Reading
from triage.services.reading import note_reading, people_of

WINDOWS = 8


def read(key):
    def look(desk):
        enquiry = desk.session.get_one(Enquiry, key)
        note_reading(desk, "enquiries.show", people_of([enquiry]), enquiry)

    return look


def test_windows_of_one_person_make_one_chain(door):
    key = door.log(a_subject())
    assert all_at_once(*[door.try_at("social_worker", read(key))] * WINDOWS) == [None] * WINDOWS
    with door.desk() as desk:
        readings = desk.session.scalars(select(Reading).order_by(Reading.number)).all()
        assert [each.number for each in readings] == list(range(1, WINDOWS + 1))
        assert [each.previous_hash for each in readings] == [b"", *(each.hash for each in readings[:-1])]
        assert all(seal_reading(each) == each.hash for each in readings)


def test_two_who_open_one_child_do_not_wait_for_each_other(door):
    key = door.log(a_subject())
    with door.desk(door.actors["social_worker"]) as desk, ThreadPoolExecutor(1) as pool:
        read(key)(desk)  # and not done yet
        assert pool.submit(door.try_at("social_worker 2", read(key))).result() is None
