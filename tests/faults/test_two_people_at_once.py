"""What takes two people, or leaves one at least, holds where two act in the same instant: one waits for the other."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.disposing import LATER, closed_enquiry, weigh
from tests.making import an_enquiry
from triage.errors import Conflict, Invalid
from triage.models import Disposal, DisposalItem, GlassBreak, Restriction
from triage.services.breaking_glass import BreakGlass, break_glass, review_break
from triage.services.disposing import ExcludeItem, exclude, prepare
from triage.services.restricting import Restrict, add_reader, lift, remove_reader, restrict

ONE, OTHER = "mash_manager", "mash_manager 2"
GOVERNS, TOO = "information_governance", "information_governance 2"


@pytest.fixture(autouse=True)
def governance(door):
    for who in (GOVERNS, TOO):
        door.hire(who, "information_governance")


@pytest.fixture
def restriction(door):
    """Its key; a manager's and a colleague's names are on the list, and nobody else's."""
    with door.office() as office:
        enquiry = an_enquiry(office).id
    with door.desk(door.actors[ONE]) as desk:
        key = restrict(desk, Restrict(enquiry_id=enquiry, ordinal=1, reason="A colleague's child")).id
    with door.desk(door.actors[ONE]) as desk:
        add_reader(desk, key, OTHER.replace(" ", "-"))
    return key


def while_(door, who, do, then, what):
    """What `then` is told who asks for `what` while `who` has done their part and not yet ended."""
    with ThreadPoolExecutor(1) as pool:
        with door.desk(door.actors[who]) as desk:
            do(desk)
            desk.session.flush()
            second = door.run_into(door.try_at(then, what), pool)
        return second.result()


def test_list_keeps_one_reader_where_two_take_both_off(door, restriction):
    def taking_off(who):
        return lambda desk: remove_reader(desk, restriction, door.actors[who].id)

    told = while_(door, ONE, taking_off(OTHER), GOVERNS, taking_off(ONE))
    assert (type(told), told.problems[0].code) == (Conflict, "last_reader")
    with door.desk() as desk:
        (left,) = (each for each in desk.session.get_one(Restriction, restriction).readers if not each.removed_at)
        assert left.user_id == door.actors[ONE].id


def test_one_who_puts_the_same_name_on_the_list_is_told_that_it_is_there(door, restriction):
    def putting(desk):
        return add_reader(desk, restriction, "social_worker")

    told = while_(door, ONE, putting, OTHER, putting)
    assert (type(told), told.problems[0].message) == (Invalid, "Made-up social_worker is on the list already.")


def test_restriction_is_lifted_once(door, restriction):
    told = while_(
        door, ONE, lambda desk: lift(desk, restriction, "Made up"), OTHER, lambda desk: lift(desk, restriction, "!")
    )
    assert (type(told), told.problems[0].code) == (Conflict, "lifted")


def test_first_verdict_on_an_opening_stands(door, restriction):
    with door.desk() as desk:
        reference = desk.session.get_one(Restriction, restriction).reference
    with door.desk(door.actors["social_worker"]) as desk:
        (opened,) = break_glass(desk, BreakGlass(reason="He is on his way", reference=reference))
    told = while_(
        door,
        GOVERNS,
        lambda desk: review_break(desk, opened.id, "not_justified", "Talk to them"),
        TOO,
        lambda desk: review_break(desk, opened.id, "justified", ""),
    )
    assert (type(told), told.problems[0].code) == (Conflict, "reviewed")
    with door.desk() as desk:
        assert desk.session.get_one(GlassBreak, opened.id).verdict == "not_justified"


@pytest.fixture
def due(door):
    """One file that may go."""
    with door.office() as office:
        closed_enquiry(office)
    door.clock.at = LATER
    with door.office() as office:
        weigh(office)


def test_file_stands_in_one_disposal_where_two_are_put_together(door, due):
    told = while_(door, GOVERNS, prepare, TOO, prepare)
    assert (type(told), told.problems[0].code) == (Conflict, "nothing_due")
    with door.desk() as desk:
        assert desk.session.query(Disposal).count() == 1


def test_file_is_left_out_once(door, due):
    with door.desk(door.actors[GOVERNS]) as desk:
        prepare(desk)
    with door.desk() as desk:
        command = ExcludeItem(item_id=desk.session.query(DisposalItem).one().id, reason="Made up: a claim")
    told = while_(door, GOVERNS, lambda desk: exclude(desk, command), ONE, lambda desk: exclude(desk, command))
    assert (type(told), told.problems[0].code) == (Conflict, "excluded")
