"""The pages by which two people let files go, and one keeps them."""

import pytest
from sqlalchemy import text

from tests.disposing import LATER, at_desk, closed_enquiry, dispose_all, service_desk, weigh
from triage.models import Disposal, Enquiry, Hold
from triage.services.disposing import prepare
from triage.services.weighing import work_out


@pytest.fixture
def file(office):
    """A file that is due."""
    enquiry = closed_enquiry(office, given_name="Quistelwyn")
    office.session.flush()
    office.clock.at = LATER
    weigh(office)
    return enquiry


def test_one_puts_together_another_agrees_and_the_file_goes(sign_in, office, file):
    governs, manager = sign_in("information_governance"), sign_in("mash_manager")
    assert "Enquiry that led to no service here" in governs.get("/retention").text
    at = governs.post("/retention", data={"code": "no_service"}).location
    page = governs.get(at).text
    assert "Disposal of 1 file" in page
    assert file.reference in page
    assert "somebody else must agree" in page
    assert "Quistelwyn" not in page
    assert governs.post(f"{at}/approve").status_code == 409
    assert manager.post(f"{at}/approve").status_code == 302
    dispose_all(service_desk(office))
    office.session.expire_all()
    assert office.session.query(Enquiry).count() == 0
    done = manager.get(at).text
    assert "Certificate (SHA-256)" in done
    assert "Gone, 09:00" in done


def test_file_is_left_out_with_a_reason_and_stays(sign_in, office, file):
    with at_desk(office, "information_governance") as desk:
        disposal = prepare(desk)
    key, item = disposal.id, disposal.items[0].id
    manager, at = sign_in("mash_manager"), f"/retention/disposals/{disposal.id}"
    refused = manager.post(f"{at}/items/{item}", data={"reason": " "})
    assert refused.status_code == 422
    assert f'href="#reason-{item}"' in refused.text
    assert manager.post(f"{at}/items/{item}", data={"reason": "Her solicitor wrote"}).status_code == 302
    assert manager.post(f"{at}/items/{item}", data={"reason": "Again"}).status_code == 409
    assert "Her solicitor wrote" in manager.get(at).text
    manager.post(f"{at}/approve")
    dispose_all(service_desk(office))
    office.session.expire_all()
    assert (office.session.query(Enquiry).count(), office.session.get(Disposal, key).state) == (1, "executed")


def test_withdrawn_disposal_lets_nothing_go(sign_in, office, file):
    with at_desk(office, "information_governance") as desk:
        disposal = prepare(desk)
    manager, at = sign_in("mash_manager"), f"/retention/disposals/{disposal.id}"
    assert manager.post(f"{at}/withdraw").status_code == 302
    assert manager.post(f"{at}/approve").status_code == 409
    assert manager.post(f"{at}/burn").status_code == 404
    assert dispose_all(service_desk(office)) == 0


def test_nothing_stands_in_two_disposals(sign_in, office, file):
    governs = sign_in("information_governance")
    assert governs.post("/retention").status_code == 302
    again = governs.post("/retention")
    assert again.status_code == 409
    assert "Nothing is due that does not stand in a disposal already" in again.text


def test_held_file_is_not_due_until_the_hold_is_lifted(sign_in, office, file):
    governs = sign_in("information_governance")
    said = {"reference": file.reference.lower(), "people": "true", "reason": "inquiry", "words": "A made-up inquiry"}
    assert governs.post("/retention/holds", data=said).status_code == 302
    assert "A made-up inquiry" in governs.get("/retention/holds").text
    assert f"A person in {file.reference}" in governs.get("/retention/holds").text
    assert work_out(service_desk(office))
    assert "Held: 1" in governs.get("/retention").text
    hold = office.session.query(Hold).one()
    refused = sign_in("mash_manager").post(f"/retention/holds/{hold.id}/lift", data={})
    assert refused.status_code == 422
    assert f'href="#lift-{hold.id}"' in refused.text
    assert governs.post(f"/retention/holds/{hold.id}/lift", data={"reason": "It is over"}).status_code == 302
    assert "Nothing is held" in governs.get("/retention/holds").text
    assert work_out(service_desk(office))
    assert "Enquiry that led to no service here" in governs.get("/retention").text


def test_class_put_by_hand_keeps_the_person_longer(sign_in, office, file):
    governs = sign_in("information_governance")
    said = {"reference": file.reference, "people": "true", "reason": "class", "words": "The care team said so"}
    said |= {"draft.page": "/retention/holds#new"}
    refused = governs.post("/retention/holds", data=said)
    assert "Choose the class: looked_after, sexual_abuse" in refused.text
    assert 'value="The care team said so"' in refused.text
    assert governs.post("/retention/holds", data=said | {"keep_as": "looked_after"}).status_code == 302
    assert work_out(service_desk(office))
    page = governs.get("/retention").text
    assert "Nothing is due today" in page
    assert "Due later: 1" in page
    assert office.session.scalar(text("SELECT max(due_day(id)) FROM people")).year == 2083


def test_whatever_is_missing_is_asked_for_by_name(sign_in):
    page = sign_in("information_governance").post("/retention/holds", data={}).text
    for asked in ("Enter the reference", "Choose what is held", "Choose why it is held", "Say which inquiry"):
        assert page.count(asked) == 2  # in the summary, and at the field


def test_reference_that_is_not_there_is_told(sign_in, office):
    said = {"reference": "ENQ-1999-1", "people": "false", "reason": "request", "words": "x"}
    refused = sign_in("information_governance").post("/retention/holds", data=said)
    assert refused.status_code == 422
    assert "There is no enquiry or referral ENQ-1999-1" in refused.text


@pytest.mark.parametrize("who", ["mash_officer", "locality_manager:west", "analyst"])
def test_page_is_for_those_who_answer_for_records(sign_in, office, file, who):
    client = sign_in(who)
    assert client.get("/retention").status_code == client.post("/retention").status_code == 403
    assert sign_in("mash_manager").post("/retention").status_code == 403
