"""Letters and photographs as a system of the hub sends and reads them."""

import json
from io import BytesIO

import pytest
from werkzeug.datastructures import FileStorage

from tests import samples
from tests.acting import accepted
from tests.making import an_enquiry
from triage.models import File

PDF = samples.pdf()


@pytest.fixture
def at(office):
    enquiry = an_enquiry(office)
    office.session.flush()
    return f"/enquiries/{enquiry.id}/files"


def send(caller, at, content=PDF, key="", **typed):
    sent = {} if content is None else {"content": FileStorage(BytesIO(content), "letter.pdf")}
    return caller.post_form(at, sent | typed, key)


def test_file_is_added_listed_and_opened(caller, at):
    hub = caller("mash_officer")
    added = send(hub, at, described="letter from the school")
    told = added.get_json()
    assert added.status_code == 201
    assert (told["name"], told["kind"], told["size"], len(told["sha256"])) == (
        "letter.pdf",
        "pdf",
        len(PDF),
        64,
    )
    assert hub.get(at).get_json()["items"] == [told]
    opened = hub.get(added.headers["Location"].removeprefix("/api/v1"))
    assert (opened.data, opened.content_type) == (PDF, "application/pdf")
    assert opened.headers["Content-Disposition"] == "attachment; filename=letter.pdf"


def test_same_key_and_file_are_kept_once_though_the_line_between_fields_is_another(caller, at, office):
    hub = caller("mash_officer")
    first, again = (send(hub, at, key="k1", described="the school's") for _each in range(2))
    assert (again.status_code, again.get_json()) == (201, first.get_json())
    assert office.session.query(File).count() == 1
    other = send(hub, at, key="k1", described="the school's", content=PDF + b"\n")
    assert other.get_json()["errors"][0]["code"] == "key_reused"
    assert send(hub, at, key="k1", described="another's").get_json()["errors"][0]["code"] == "key_reused"


@pytest.mark.parametrize(
    ("content", "typed", "field"),
    [
        (None, {}, "content"),
        (b"", {}, "content"),
        (b"%PDF-1.7 made up", {}, "content"),
        (b"MZ\x00", {}, "content"),
        (PDF, {"described": "x" * 501}, "described"),
        (PDF, {"reason": "x"}, "reason"),
    ],
)
def test_wrong_field_is_named(caller, at, content, typed, field):
    answer = send(caller("mash_officer"), at, content=content, **typed)
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
    assert [each["field"] for each in answer.get_json()["errors"]] == [field]


def test_other_content_types_are_refused_in_words(caller, at):
    assert caller("mash_officer").post(at, {"content": "x"}).status_code == 422


def test_locality_adds_to_its_referral_alone(caller, office):
    case = accepted(office)
    office.session.flush()
    west, at = caller("locality_worker:west"), f"/referrals/{case.id}/files"
    file = send(west, at).get_json()
    assert west.get(at).get_json()["items"] == [file]
    assert send(west, f"/enquiries/{case.enquiry_id}/files").status_code == 409
    north = caller("locality_worker:north")
    assert [north.get(each).status_code for each in (at, f"/files/{file['id']}")] == [404, 404]


def test_token_that_only_reads_adds_nothing(caller, at):
    assert send(caller("mash_officer", "read"), at).status_code == 403


def test_description_tells_what_is_sent_and_what_comes_back(app):
    paths = json.loads(app.test_client().get("/api/v1/openapi.json").text)["paths"]
    sent = paths["/api/v1/enquiries/{enquiry_id}/files"]["post"]["requestBody"]["content"]
    assert sent == {"multipart/form-data": {"schema": {"$ref": "#/components/schemas/AddFile"}}}
    assert "application/pdf" in paths["/api/v1/files/{file_id}"]["get"]["responses"]["200"]["content"]
