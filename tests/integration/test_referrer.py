"""Somebody from outside tells the hub about a child, and hears where it stands and no more."""

import pytest

from tests.making import an_enquiry
from tests.reading import main_of
from triage.models import Enquiry

NEW = "/enquiries/new"
TOLD = {
    "source": "2A",
    "subjects.0.person.given_name": "Ava",
    "subjects.0.person.family_name": "Testley",
    "subjects.0.person.kind": "child",
    "witnessed": "Made up: she was cold.",
}


@pytest.fixture
def client(sign_in):
    return sign_in("referrer")


def test_referrer_sends_an_enquiry_and_lands_where_its_reference_and_state_are(client, office):
    known = an_enquiry(office, reported="Somebody else told us this")
    office.session.flush()
    sent = client.post(NEW, data=TOLD)
    assert (sent.status_code, sent.location) == (302, "/partners/sent")
    (mine,) = office.session.query(Enquiry).filter(Enquiry.id != known.id)
    assert (mine.logged_by_id, mine.channel, mine.received_at) == (
        office.actor("referrer").id,
        "portal",
        office.clock.now(),
    )
    page = main_of(client.get("/partners/sent").text)
    assert f"We have it. Its reference is {mine.reference}." in page
    assert f"{mine.reference} 10:00 today Received" in page
    assert known.reference not in page
    assert client.get(f"/enquiries/{mine.id}").status_code == 403


def test_form_of_a_referrer_is_short_and_keeps_what_was_typed(client):
    page = client.get(NEW).text
    assert "What you saw or heard yourself" in page
    assert not any(f'name="{name}"' in page for name in ("channel", "received_at-day", "subjects.0.first_view_level"))
    refused = client.post(NEW, data=TOLD | {"source": ""})
    assert refused.status_code == 422
    assert "Choose who told us." in refused.text
    assert "Made up: she was cold.</textarea>" in refused.text


def test_what_the_hub_says_of_the_same_child_stays_with_the_hub(client, office):
    an_enquiry(office, nhs_number="9434765919")
    office.session.flush()
    sent = client.post(NEW, data=TOLD | {"subjects.0.person.nhs_number": "9434765919"})
    assert (sent.status_code, sent.location) == (302, "/partners/sent")
    refused = client.post(NEW, data={"subjects.0.person_id": str(office.actor("referrer").id)} | TOLD)
    assert refused.status_code == 422
