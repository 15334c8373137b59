"""Whoever has no name yet, or none that is known, is called what they are on every page."""

from datetime import timedelta

from tests.acting import accepted
from tests.reading import plain

WORKER = "locality_worker:west"


def test_unborn_child_is_called_so_on_the_case_and_in_the_lists(sign_in, office):
    unborn = {"kind": "unborn_child", "given_name": "", "family_name": "", "birth_date": None}
    case = accepted(office, expected_date=office.clock.now().date() + timedelta(days=60), **unborn)
    office.session.flush()
    client = sign_in(WORKER)
    page = client.get(f"/referrals/{case.id}").text
    assert '<h2 class="govuk-heading-m">Unborn child</h2>' in page
    assert "Expected 6 July 2013." in plain(page)
    assert '<td class="govuk-table__cell">Unborn child</td>' in client.get("/referrals").text
    assert "Unborn child" in plain(sign_in("mash_manager").get(f"/enquiries/{case.enquiry_id}").text)


def test_child_whose_name_is_not_known_is_not_called_unborn(sign_in, office):
    case = accepted(office)
    case.person.given_name = case.person.family_name = case.subject.name_as_given = ""
    office.session.flush()
    client = sign_in(WORKER)
    assert '<h2 class="govuk-heading-m">Name not known</h2>' in client.get(f"/referrals/{case.id}").text
    assert "Name not known" in client.get("/referrals").text
    for page in (f"/enquiries/{case.enquiry_id}", "/enquiries"):
        shown = sign_in("mash_manager").get(page).text
        assert ("Name not known" in shown, "Unborn" in shown) == (True, False)
