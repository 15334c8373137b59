"""The pages and the API on which somebody says that two records are one person's, and takes it back."""

import pytest

from tests.acting import accepted, last_event
from tests.asking_for_records import as_
from tests.merging import TWO, WHY, part, say_one, two_records
from tests.reading import main_of
from triage.models import Merge


@pytest.fixture
def told(office):
    return two_records(office)


def test_said_on_the_page_and_taken_back_there(sign_in, office, told):
    first, later, holm, ashby = told
    key, page = ashby.id, sign_in("social_worker")
    here = f"/people/{key}/records"
    assert here in page.get(f"/enquiries/{later.id}").text
    before = main_of(page.get(here).text)
    assert "One record" in before
    assert f"{here}/{holm.id}" in page.get(here).text
    beside = main_of(page.get(f"{here}/{holm.id}").text)
    assert "Against family name differs" in beside
    assert first.reference in beside
    assert page.post(f"{here}/{holm.id}", data={"reason": WHY}).location == here
    shown = main_of(page.get(here).text)
    assert "2 records, which count as one person" in shown
    assert WHY in shown
    assert "Recorded as Ava Holm too" in main_of(page.get(f"/enquiries/{later.id}").text)
    merge = office.session.query(Merge).one()
    part_of_page = f"m{merge.id.hex}.reason"
    refused = page.post(f"{here}/merges/{merge.id}/undo", data={part_of_page: " "})
    assert refused.status_code == 422
    assert "Say how you know" in main_of(refused.text)
    assert page.post(f"{here}/merges/{merge.id}/undo", data={part_of_page: TWO}).status_code == 302
    shown = main_of(page.get(here).text)
    assert "Said before, and taken back" in shown
    assert TWO in shown
    again = page.post(f"{here}/merges/{merge.id}/undo", data={part_of_page: TWO})
    assert again.status_code == 409
    assert "taken back already" in main_of(again.text)


def test_another_name_is_kept_on_the_page_and_by_the_api(sign_in, caller, office, told):
    _, later, _, ashby = told
    page, here = sign_in("mash_officer"), f"/people/{ashby.id}/records"
    refused = page.post(
        f"{here}/names", data={"name.family_name": "Ashby", "name.given_name": "Ava", "name.reason": WHY}
    )
    assert refused.status_code == 422
    assert "a name that they have already" in main_of(refused.text)
    sent = {"name.given_name": "Zuzanna", "name.family_name": "Kowalczyk", "name.reason": WHY}
    assert page.post(f"{here}/names", data=sent).location == here
    assert "Recorded as Zuzanna Kowalczyk too" in main_of(page.get(f"/enquiries/{later.id}").text)
    said = caller("mash_manager").post(f"/people/{ashby.id}/names", {"given_name": "Zuza", "reason": WHY})
    assert (said.status_code, said.get_json()["person_id"]) == (201, str(ashby.id))


def test_without_a_reason_what_was_compared_is_shown_again(sign_in, told):
    _, _, holm, ashby = told
    page = sign_in("mash_officer")
    refused = page.post(f"/people/{ashby.id}/records/{holm.id}", data={"reason": ""})
    assert refused.status_code == 422
    assert "Say how you know" in main_of(refused.text)
    assert "Against family name differs" in main_of(refused.text)


@pytest.mark.parametrize("who", ["early_help_unit", "locality_worker:west", "analyst"])
def test_it_is_no_page_of_theirs(sign_in, told, who):
    _, _, holm, ashby = told
    page = sign_in(who)
    for address in (f"/people/{ashby.id}/records", f"/people/{ashby.id}/records/{holm.id}"):
        assert page.get(address).status_code == 403


def test_api_says_so_and_takes_it_back(caller, office, told):
    _, _, holm, ashby = told
    hub = caller("mash_manager")
    said = hub.post(f"/people/{ashby.id}/merges", {"other_id": str(holm.id), "reason": WHY})
    assert said.status_code == 201
    merge = said.get_json()
    assert (merge["person_id"], merge["other_id"], merge["undone_at"]) == (str(holm.id), str(ashby.id), None)
    shown = hub.get(f"/people/{ashby.id}/records").get_json()
    assert [each["family_name"] for each in shown["records"]] == ["Holm", "Ashby"]
    assert {each["identity_id"] for each in shown["records"]} == {str(holm.id)}
    again = hub.post(f"/people/{holm.id}/merges", {"other_id": str(ashby.id), "reason": WHY})
    assert [each["field"] for each in again.get_json()["errors"]] == ["other_id"]
    undone = hub.post(f"/merges/{merge['id']}/undo", {"reason": TWO})
    assert undone.get_json()["undone_reason"] == TWO
    assert len(hub.get(f"/people/{ashby.id}/records").get_json()["records"]) == 1
    assert last_event(office, office.session.get(type(ashby), holm.id), "merge_undone").data["reason"] == TWO


def test_whoever_sees_both_records_sees_what_was_said_of_them(office):
    one, other = (accepted(office, given_name=name, family_name="Holm") for name in ("Ava", "Eva"))
    merge = say_one(office, "mash_officer", one.person, other.person)
    for who, sees in (
        ("locality_worker:west", True),
        ("locality_worker:north", False),
        ("early_help_unit", True),
        ("analyst", False),
        ("information_governance", False),
    ):
        with as_(office, who):
            assert (office.session.query(Merge.id).filter_by(id=merge.id).count() == 1) is sees, who
    part(office, "mash_officer", merge.id)
