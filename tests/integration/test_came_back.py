"""That a child came back: told on the case, counted once for each, seen by whoever sees the case."""

from datetime import timedelta

import pytest

from tests.acting import accepted, act
from tests.asking_for_records import as_
from tests.merging import part, say_one
from tests.reading import main_of
from triage.insight.counting import refresh
from triage.insight.measures import measure
from triage.models import Repeat


@pytest.fixture
def twice(office):
    """A child's case that was closed, and another under another name, a hundred days after the first began."""
    first = accepted(office, family_name="Holm")
    act(office, "locality_worker:west", first, "close", closure="RC1")
    office.clock.at += timedelta(days=100)
    return first, accepted(office, family_name="Ashby")


def re_referrals(office):
    refresh(office.session)
    day = office.clock.now().date()
    return measure(office.session, office.pack, "re_referrals", day - timedelta(days=200), day).whole.counted


def test_child_of_two_records_came_back_for_as_long_as_they_are_one(office, twice):
    first, again = twice
    assert re_referrals(office) == 0
    merge = say_one(office, "mash_officer", first.person, again.person)
    assert re_referrals(office) == 1
    part(office, "mash_officer", merge.id)
    assert re_referrals(office) == 0


def test_case_says_what_it_followed(sign_in, caller, office, twice):
    first, again = twice
    say_one(office, "mash_officer", first.person, again.person)
    page = main_of(sign_in("locality_worker:west").get(f"/referrals/{again.id}").text)
    assert "Referred again: 100 days after the referral before" in page
    assert "1 referral to social care in the 12 months before the child's latest" in page
    told = caller("mash_manager").get(f"/referrals/{again.id}").get_json()
    (repeat,) = told["repeats"]
    assert (repeat["kind"], repeat["before_id"], repeat["days"]) == ("re_referral", str(first.id), 100)
    assert told["referrals_before_latest"] == 1


def test_enquiry_says_that_it_is_not_the_first(sign_in, office, twice):
    first, again = twice
    say_one(office, "mash_officer", first.person, again.person)
    page = main_of(sign_in("social_worker").get(f"/enquiries/{again.enquiry_id}").text)
    assert "Told of again: 100 days after the enquiry before" in page


def test_whoever_sees_the_case_sees_that_the_child_came_back(office, twice):
    first, again = twice
    say_one(office, "mash_officer", first.person, again.person)
    of_both = {("re_referral", again.id), ("repeat_enquiry", again.subject_id)}
    for who, sees in (
        ("mash_officer", of_both),
        ("locality_worker:west", of_both),
        ("locality_worker:north", set()),
        ("analyst", set()),
        ("information_governance", set()),
    ):
        with as_(office, who):
            found = {(each.kind, each.case_id) for each in office.session.query(Repeat)}
            assert found & of_both == sees, who


def test_nobody_writes_it_by_hand(office, twice):
    with (
        as_(office, "mash_manager"),
        pytest.raises(Exception, match="permission denied"),
        office.session.begin_nested(),
    ):
        office.session.query(Repeat).delete()
