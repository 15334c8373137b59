"""The API as a partner's system meets it."""

import json
from uuid import UUID

import pytest
from werkzeug.test import TestResponse

from tests.acting import accepted
from tests.asking import asked_of
from tests.calling import Caller
from tests.making import an_enquiry, screen, view_first
from triage.models import Enquiry

TOLD = {
    "received_at": "2013-05-07T09:30:00+01:00",
    "channel": "telephone",
    "source": "2A",
    "witnessed": "Made up: a bruise on the arm.",
    "subjects": [{"person": {"given_name": "Ava", "postcode": "ng157aa"}, "indicators": ["C4_NAI"]}],
}


@pytest.fixture
def hub(caller):
    return caller("mash_manager")


def fields_of(response: TestResponse) -> set[str]:
    assert response.content_type == "application/problem+json"
    return {error.get("field") for error in response.get_json()["errors"]}


def test_logged_enquiry_answers_with_recommendation_clocks_and_actions(hub):
    response = hub.post("/enquiries", TOLD)
    answer = response.get_json()
    (subject,) = answer["subjects"]
    assert response.status_code == 201
    assert (answer["state"], answer["district_code"]) == ("received", "E07000170")
    assert {key: subject["recommendation"][key] for key in ("level", "route", "rag", "section_47")} == {
        "level": 4,
        "route": "social_care",
        "rag": "red",
        "section_47": True,
    }
    assert set(subject["recommendation"]) >= {"reasons", "why_not", "missing", "policy"}
    assert {clock["kind"]: clock["state"] for clock in answer["clocks"]} == {
        "screening": "running",
        "decision": "running",
    }
    assert {each["action"]: each["allowed"] for each in answer["permitted_actions"]}["start_screening"]
    assert hub.get(response.headers["Location"].removeprefix("/api/v1")).get_json()["id"] == answer["id"]


def test_whole_path_goes_through_the_api(hub, caller, office):
    viewed = TOLD["subjects"][0] | {"first_view_level": 3, "first_view_reason": "A bruise"}
    enquiry = hub.post("/enquiries", TOLD | {"subjects": [viewed]})
    at, etag = f"/enquiries/{enquiry.get_json()['id']}", enquiry.headers["ETag"]
    for action, body in (("start_screening", {}), ("set_rag", {"rag": "red"}), ("finish_screening", {})):
        done = hub.post(f"{at}/actions/{action}", body, If_Match=etag)
        assert done.status_code == 200, done.text
        etag = done.headers["ETag"]
    subject = enquiry.get_json()["subjects"][0]["id"]
    chosen = {"subject_id": subject, "level": 4, "route": "social_care", "section_47": True, "reason": "The bruise"}
    proposed = hub.post(f"{at}/decisions", {"decisions": [chosen]}, If_Match=etag)
    assert (proposed.status_code, proposed.get_json()["state"]) == (201, "awaiting_approval")
    assert hub.get("/referrals").get_json()["items"] == []
    view_first(office, "mash_manager 2", office.session.get_one(Enquiry, UUID(enquiry.get_json()["id"])))
    approved = caller("mash_manager 2").post(f"{at}/actions/approve", {}, If_Match=hub.get(at).headers["ETag"])
    assert (approved.status_code, approved.get_json()["state"]) == (200, "decided")
    (referral,) = hub.get("/referrals").get_json()["items"]
    at = f"/referrals/{referral['id']}"
    allocated = hub.post(
        f"{at}/actions/allocate", {"team_code": "social_care_west"}, If_Match=f'"{referral["version"]}"'
    )
    assert allocated.get_json()["state"] == "allocated"
    locality = caller("locality_worker:west")
    accepted = locality.post(f"{at}/actions/accept", {}, If_Match=allocated.headers["ETag"])
    assert accepted.get_json()["state"] == "accepted"
    assert [event["type"] for event in locality.get(f"{at}/events").get_json()["items"]] == [
        "referral_requested",
        "referral_allocated",
        "referral_accepted",
    ]


def test_same_key_and_body_give_the_same_answer_once(hub):
    first = hub.post("/enquiries", TOLD, Idempotency_Key="k1")
    again = hub.post("/enquiries", TOLD, Idempotency_Key="k1")
    assert (again.status_code, again.get_json(), again.headers["ETag"]) == (
        201,
        first.get_json(),
        first.headers["ETag"],
    )
    assert len(hub.get("/enquiries").get_json()["items"]) == 1


def test_same_key_with_another_body_is_refused(hub):
    hub.post("/enquiries", TOLD, Idempotency_Key="k1")
    other = hub.post("/enquiries", TOLD | {"source": "6"}, Idempotency_Key="k1")
    assert (other.status_code, other.get_json()["errors"][0]["code"]) == (422, "key_reused")


def test_refused_request_leaves_its_key_free_for_the_corrected_one(hub):
    assert hub.post("/enquiries", TOLD | {"source": "99"}, Idempotency_Key="k1").status_code == 422
    assert hub.post("/enquiries", TOLD, Idempotency_Key="k1").status_code == 201


def test_post_without_a_key_is_told_so(hub):
    assert hub.post("/enquiries", TOLD, Idempotency_Key="").status_code == 400


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"source": "99"}, "source"),
        ({"received_at": "yesterday"}, "received_at"),
        ({"received_at": "2013-05-07T09:30:00"}, "received_at"),
        ({"recieved": "x"}, "recieved"),
        ({"subjects": []}, "subjects"),
        ({"subjects": [{"person": {"birth_date": "31/02/2010"}}]}, "subjects.0.person.birth_date"),
        ({"witnessed": "x" * 20_001}, "witnessed"),
        ({"witnessed": "a\x00b"}, "witnessed"),
        ({"referrer_email": "not an address"}, "referrer_email"),
    ],
)
def test_wrong_field_is_named(hub, change, field):
    response = hub.post("/enquiries", TOLD | change)
    assert response.status_code == 422
    assert field in fields_of(response)


def test_two_megabytes_are_refused_with_their_limit(hub):
    response = hub.post("/enquiries", TOLD | {"witnessed": "x" * 2_000_000})
    assert (response.status_code, response.content_type) == (413, "application/problem+json")
    assert "the most is 1 MB. Shorten it." in response.get_json()["detail"]


def test_stale_if_match_is_412_and_none_is_428(hub):
    enquiry = hub.post("/enquiries", TOLD)
    at, etag = f"/enquiries/{enquiry.get_json()['id']}/actions", enquiry.headers["ETag"]
    hub.post(f"{at}/start_screening", {}, If_Match=etag)
    assert hub.post(f"{at}/set_rag", {"rag": "red"}, If_Match=etag).status_code == 412
    assert hub.post(f"{at}/set_rag", {"rag": "red"}).status_code == 428


def test_action_from_another_state_is_409_with_its_reason(hub):
    enquiry = hub.post("/enquiries", TOLD)
    at = f"/enquiries/{enquiry.get_json()['id']}/actions/close"
    response = hub.post(at, {}, If_Match=enquiry.headers["ETag"])
    assert (response.status_code, response.get_json()["errors"][0]["code"]) == (409, "not_in_this_state")


@pytest.mark.parametrize(
    ("what", "action", "unasked"),
    [
        ("enquiries", "claim", {"agency_code": "police"}),
        ("enquiries", "immediate_danger", {"question": "Made up", "reason": "Made up"}),
        ("referrals", "accept", {"closure": "RC1"}),
        ("checks", "nothing_known", {"answer": "Made up: bruises, twice"}),
    ],
)
def test_what_is_not_asked_for_is_refused_and_named(caller, office, what, action, unasked):
    enquiry, case = an_enquiry(office), accepted(office)
    screen(office, enquiry, ask="police", finish=False)
    office.session.flush()
    row = {"enquiries": enquiry, "referrals": case, "checks": enquiry.checks[0]}[what]
    refused = caller("mash_manager").post(f"/{what}/{row.id}/actions/{action}", unasked, If_Match=f'"{row.version}"')
    said = [(each["code"], each["field"]) for each in refused.get_json()["errors"]]
    assert (refused.status_code, said) == (422, [("not_asked", next(iter(unasked)))])


def test_pages_follow_each_other_without_gap_or_repeat(hub):
    made = {hub.post("/enquiries", TOLD).get_json()["reference"] for _ in range(5)}
    seen, cursor = [], ""
    while cursor is not None:
        page = hub.get("/enquiries", limit=2, cursor=cursor).get_json()
        seen += [each["reference"] for each in page["items"]]
        cursor = page["next_cursor"]
    assert (len(seen), set(seen)) == (5, made)


def test_list_of_enquiries_reads_what_it_tells_and_nothing_else(hub, office):
    for _each in range(3):
        hub.post("/enquiries", TOLD)
    with asked_of(office.session) as asked:
        items = hub.get("/enquiries").get_json()["items"]
    assert [{clock["kind"] for clock in each["clocks"]} for each in items] == [{"screening", "decision"}] * 3
    read = " ".join(asked)
    untold = ("recommendations", "first_views", "decisions", "agency_checks", "referrals")
    assert [table for table in untold if f"FROM {table}" in read or f"JOIN {table}" in read] == []
    assert read.count("FROM subjects") == 1  # whom it tells of, for the record of who read of them


@pytest.mark.parametrize("cursor", ["x", "W10=", "bnVsbA==", "é"])
def test_cursor_of_another_making_is_refused(hub, cursor):
    assert hub.get("/enquiries", cursor=cursor).status_code == 422


def test_token_without_the_scope_may_not(caller):
    assert caller("mash_manager", "read").post("/enquiries", TOLD).status_code == 403


def test_unknown_token_is_told_how_to_sign_in(app):
    response = Caller(app.test_client(), "triage_guessed").get("/enquiries")
    assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_measures_are_named_and_asked_for(hub):
    items = hub.get("/measures").get_json()["items"]
    for each in items:
        asked = {"from": "2013-04-01", "to": "2013-12-31", "by": each["by"][0]}
        response = hub.get(f"/measures/{each['name']}", **asked)
        assert response.status_code == 200, response.text
    assert fields_of(hub.get("/measures/enquiries", **{"from": "2013-04-01"})) == {"to"}
    assert hub.get("/measures/none", **{"from": "2013-04-01", "to": "2013-04-02"}).status_code == 404


def test_description_lists_every_operation(app):
    spec = json.loads(app.test_client().get("/api/v1/openapi.json").text)
    described = {(method.upper(), path) for path, each in spec["paths"].items() for method in each}
    assert {("POST", "/api/v1/enquiries"), ("POST", "/api/v1/referrals/{referral_id}/actions/{action}")} <= described
    assert "POST /api/v1/enquiries" in app.test_client().get("/api/docs").text.replace("\n", " ")
