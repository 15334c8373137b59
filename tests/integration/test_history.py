"""What was known before: of the child by every record, of those told of together, of the house."""

from dataclasses import replace
from datetime import date, timedelta

from tests.acting import accepted, act
from tests.making import a_subject, an_enquiry, decide_as, screen
from tests.merging import say_one
from tests.reading import main_of
from tests.relating import history_of

WHY_NOT = {"early_help": "The family has what it needs"}


def passed_over(office, **about):
    """An enquiry that came to nothing."""
    enquiry = an_enquiry(office, **about)
    screen(office, enquiry)
    decide_as(office, "social_worker", enquiry, route="no_further_action", level=1, why_not=WHY_NOT)
    return enquiry


def at_address(address, **named):
    """A child who lives there."""
    subject = a_subject(**named)
    return replace(subject, person=replace(subject.person, address=address))


def told(office, enquiry):
    office.session.flush()
    return history_of(office, enquiry, "social_worker")


def test_everything_of_the_child_is_there_in_order_with_age_and_outcome(office):
    first = passed_over(office, family_name="Holm")
    office.clock.at += timedelta(days=10)
    case = accepted(office, family_name="Ashby")
    act(office, "locality_worker:west", case, "close", closure="RC1")
    office.clock.at += timedelta(days=10)
    now = an_enquiry(office, family_name="Ashby", person_id=case.person_id)
    say_one(office, "mash_officer", first.subjects[0].person, case.person)
    entries = told(office, now).entries
    assert [(each.kind, each.reference, each.outcome) for each in entries] == [
        ("ended", case.reference, "RC1"),
        ("referral", case.reference, ""),
        ("enquiry", case.enquiry.reference, "social_care"),
        ("enquiry", first.reference, "no_further_action"),
    ]
    assert [each.nothing for each in entries] == [False, False, False, True]
    assert {each.months for each in entries} == {64}
    assert entries[-1].by == office.actor("social_worker").name
    assert {each.relation for each in entries} == {"subject"}


def test_brother_who_was_told_of_together_and_whoever_lives_in_the_house_are_there_too(office):
    both = an_enquiry(office, subjects=(a_subject(), a_subject(given_name="Ben")))
    office.clock.at += timedelta(days=1)
    ben = passed_over(office, given_name="Ben", person_id=both.subjects[1].person_id)
    here = an_enquiry(office, subjects=(at_address("1 Made-up Street, Hucknall", family_name="Voss"),))
    elsewhere = an_enquiry(office, subjects=(at_address("2 Made-up Street, Hucknall", family_name="Orr"),))
    office.clock.at += timedelta(days=1)
    now = an_enquiry(office, person_id=both.subjects[0].person_id)
    both.subjects[0].person.address = "1 Made-up St\nHucknall"
    entries = told(office, now).entries
    relations = {(each.reference, each.person.given_name, each.relation) for each in entries}
    assert relations == {
        (both.reference, "Ava", "subject"),
        (both.reference, "Ben", "together"),
        (ben.reference, "Ben", "together"),
        (here.reference, "Ava", "address"),
    }
    assert elsewhere.reference not in {each.reference for each in entries}


def test_much_at_once_and_long_quiet_stand_out(sign_in, office):
    known = passed_over(office).subjects[0].person_id
    for days in (300, 5, 5):
        office.clock.at += timedelta(days=days)
        now = an_enquiry(office, person_id=known)
    office.session.flush()
    history = told(office, now)
    assert [each.count for each in history.clusters] == [3]
    assert [(each.quiet.days if each.quiet else None) for each in history.entries] == [None, 300, None]
    page = main_of(sign_in("social_worker").get(f"/enquiries/{now.id}").text)
    assert "3 enquiries in 10 days" in page
    assert "10 months in which nobody told anything" in page
    assert "level 1, no further action" in page
    assert "5 years old" in page


def test_first_enquiry_has_nothing_before_it(sign_in, office):
    enquiry = an_enquiry(office)
    office.session.flush()
    assert "Nothing is on record of them" in main_of(sign_in("mash_officer").get(f"/enquiries/{enquiry.id}").text)


def test_unborn_child_has_no_age(office):
    expected = {"kind": "unborn_child", "given_name": "", "birth_date": None, "expected_date": date(2013, 7, 1)}
    first = an_enquiry(office, **expected)
    office.clock.at += timedelta(days=1)
    now = an_enquiry(office, person_id=first.subjects[0].person_id)
    assert [each.months for each in told(office, now).entries] == [None]


def test_crowd_at_an_address_is_not_each_others(office):
    for place in range(9):
        an_enquiry(office, subjects=(at_address("1 Refuge Road, Hucknall", family_name=f"Voss{chr(97 + place)}"),))
    office.clock.at += timedelta(days=1)
    now = an_enquiry(office, subjects=(at_address("1 Refuge Road, Hucknall", family_name="Orr"),))
    assert told(office, now).entries == []
