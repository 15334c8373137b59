"""What a manager sees of what waits: the oldest undecided, and the partners who have not answered."""

from datetime import timedelta

from tests.acting import act, two_children
from tests.making import an_enquiry, decide_as, screen
from tests.reading import main_of
from triage.services.waiting import MOST, list_waiting

ASKED = {"lawful_basis": "public_task", "consent": "given"}


def waiting(office):
    office.session.flush()
    office.session.expire_all()
    return list_waiting(office.desk("mash_manager"))


def test_oldest_undecided_comes_first_and_what_is_decided_not_at_all(office, clock):
    made = []
    for _ in range(4):
        made.append(an_enquiry(office, indicators=()))
        clock.at += timedelta(hours=1)
    screen(office, made[1])
    decide_as(office, "social_worker", made[1], route="no_further_action", level=1)
    proposed = an_enquiry(office, indicators=("C4_NAI",))
    screen(office, proposed)
    decide_as(office, "social_worker", proposed, approve=False, route="social_care", level=4, section_47=True)
    found = waiting(office)
    expected = [made[0], made[2], made[3], proposed]
    assert [each.case.reference for each in found.undecided.cases] == [each.reference for each in expected]
    assert found.undecided.total == 4


def test_more_than_are_shown_are_counted(office):
    for _ in range(MOST + 2):
        an_enquiry(office)
    found = waiting(office)
    assert len(found.undecided.cases) == MOST
    assert found.undecided.total == MOST + 2


def test_partners_who_have_not_answered_are_listed_by_what_is_most_overdue(office, clock, sign_in):
    first, second = an_enquiry(office), two_children(office)
    screen(office, first, ask="police", finish=False)
    clock.at += timedelta(days=1)
    screen(office, second, ask="health", finish=False)
    act(office, "social_worker", second, "request_check", agency_code="school", **ASKED)
    act(office, "mash_officer", second.checks[0], "nothing_known")
    clock.at += timedelta(days=1)
    found = waiting(office)
    assert [(each.check.enquiry.reference, each.check.agency_code) for each in found.asked] == [
        (first.reference, "police"),
        (second.reference, "school"),
    ]
    assert found.of_asked == 2
    assert all(each.clock.agency_check_id == each.check.id for each in found.asked)
    page = sign_in("mash_manager").get("/duty").text
    said = main_of(page)
    assert "Partners' answers that are out (2)" in said
    assert "Oldest undecided (2)" in said
    for address in ("/enquiries?late=true", "/enquiries?queue=checking", f"/enquiries/{first.id}"):
        assert f'href="{address}"' in page


def test_nothing_that_waits_is_said_in_words(sign_in):
    said = main_of(sign_in("mash_manager").get("/duty").text)
    assert "Every enquiry has been decided." in said
    assert "Every partner has answered." in said


def test_locality_is_led_to_its_referrals_and_told_of_no_enquiry(sign_in, office):
    an_enquiry(office)
    page = sign_in("locality_manager:west").get("/duty").text
    assert 'id="waiting"' not in page
    assert "All that waits, in Referrals" in main_of(page)
