"""The life of a policy as a system meets it."""

import json
from datetime import UTC, datetime

import pytest

from tests.drafting import FIRST_DAY, a_published, a_text

pytestmark = pytest.mark.usefixtures("january")


@pytest.fixture
def author(caller):
    return caller("early_help_unit")


@pytest.fixture
def manager(caller):
    return caller("mash_manager")


def drafted(author, **changes):
    return author.post("/policies", {"text": a_text(**changes)})


def do(caller, answer, action, **body):
    """An action on what `answer` showed, as of its ETag."""
    return caller.post(f"/policies/{answer.get_json()['id']}/actions/{action}", body, If_Match=answer.headers["ETag"])


def test_versions_that_came_with_the_service_are_listed_with_their_hashes(manager):
    items = manager.get("/policies").get_json()["items"]
    assert [(each["policy_version"], each["state"]) for each in items] == [
        ("V5", "published"),
        ("V4", "superseded"),
        ("2013", "superseded"),
    ]
    assert all(len(each["hash"]) == 64 and "text" not in each for each in items)
    assert [each["policy_version"] for each in manager.get("/policies", state="published").get_json()["items"]] == [
        "V5"
    ]
    assert manager.get("/policies", state="drafty").status_code == 422


def test_whole_life_goes_through_the_api(author, manager):
    draft = drafted(author)
    assert (draft.status_code, draft.get_json()["state"]) == (201, "draft")
    revised = do(author, draft, "revise", text=a_text(absence=2))
    reviewed = do(manager, revised, "review")
    back = do(manager, reviewed, "send_back", reason="Absence is level 3")
    again = do(manager, do(author, back, "revise", text=a_text()), "review")
    published = do(manager, again, "publish")
    answer = published.get_json()
    assert (published.status_code, answer["state"], answer["text"]) == (200, "published", a_text())
    assert (answer["effective_from"], answer["hash"]) == (FIRST_DAY.isoformat(), draft.get_json()["hash"])
    assert "sound compiler" in {each["name"] for each in answer["proof"]["proofs"]}
    assert [each["action"] for each in answer["permitted_actions"]] == ["withdraw"]
    at = draft.headers["Location"].removeprefix("/api/v1")
    assert manager.get(at).get_json() == answer
    events = [event["type"] for event in manager.get(f"{at}/events").get_json()["items"]]
    assert (events[0], events[-1], len(events)) == ("policy_drafted", "policy_published", 7)


def test_fault_of_the_text_is_named_with_its_line_and_column(author):
    response = drafted(author, harm="5")
    (error,) = response.get_json()["errors"]
    assert (response.status_code, error["code"], error["field"]) == (422, "policy", "text")
    assert error["detail"].startswith("policy, line 24, column 19: a whole number from 1 to 4 is wanted here")


@pytest.mark.parametrize("body", [{}, {"text": "x" * 300_001}, {"text": "a\x00b"}, {"txt": "name: x"}])
def test_body_that_is_no_draft_is_refused_by_field(author, body):
    assert author.post("/policies", body).status_code == 422


def test_permitted_actions_say_who_may_and_what_it_needs(author, manager):
    draft = drafted(author)
    shown = {
        who: {
            each["action"]: each
            for each in caller.get(f"/policies/{draft.get_json()['id']}").get_json()["permitted_actions"]
        }
        for who, caller in (("author", author), ("manager", manager))
    }
    assert shown["author"]["revise"]["needs"][0]["code"] == "no_text"
    assert shown["author"]["review"]["reasons"][0]["code"] == "not_your_role"
    assert shown["manager"]["revise"]["reasons"][0]["code"] == "not_own_draft"
    assert shown["manager"]["review"]["allowed"]


def test_stale_if_match_is_412_and_none_is_428(author, manager):
    draft = drafted(author)
    do(author, draft, "revise", text=a_text(absence=2))
    stale = do(manager, draft, "review")
    assert (stale.status_code, "policy revised by" in stale.get_json()["detail"]) == (412, True)
    assert manager.post(f"/policies/{draft.get_json()['id']}/actions/review", {}).status_code == 428


@pytest.mark.parametrize("who", ["locality_worker:west", "partner_system", "mash_officer"])
def test_whoever_has_no_part_reads_what_is_published_alone_and_changes_nothing(office, author, caller, who):
    draft, worker = drafted(author, version="V7"), caller(who)
    at = f"/policies/{draft.get_json()['id']}"
    assert worker.get(at).status_code == worker.get(f"{at}/events").status_code == 404
    assert worker.get("/policies", state="draft").get_json()["items"] == []
    assert drafted(worker, version="V8").status_code == 403
    assert do(worker, draft, "review").status_code == 403
    published = f"/policies/{a_published(office).id}"
    assert worker.get(published).get_json()["state"] == "published"
    assert [each["type"] for each in worker.get(f"{published}/events").get_json()["items"]] == [
        "policy_drafted",
        "policy_reviewed",
        "policy_published",
    ]


@pytest.mark.parametrize("version", ["V\\06", "V" * 3200, "V 6/..\\n", ""])
def test_version_that_is_no_name_is_refused(author, version):
    assert drafted(author, version=version).status_code == 422


@pytest.mark.parametrize("etag", ["9" * 5000, "9" * 10, "-1", '"1', "1", 'W/"1"', "٣", "", "*"])
def test_if_match_is_an_etag_or_is_asked_for(author, etag):
    at = f"/policies/{drafted(author).get_json()['id']}/actions/withdraw"
    wanted = 200 if etag.strip('W/"') == "1" else 428
    assert author.post(at, {"reason": "x"}, If_Match=etag.encode().decode("latin-1")).status_code == wanted


def test_body_nested_fifty_thousand_deep_is_refused(author):
    headers = {"Authorization": f"Bearer {author.token}", "Idempotency-Key": "deep", "Content-Type": "application/json"}
    response = author.client.post("/api/v1/policies", data=b"[" * 50_000, headers=headers)
    assert response.status_code == 400
    assert "nested too deeply" in response.get_json()["detail"]


def test_token_that_only_reads_drafts_nothing(caller):
    assert drafted(caller("mash_manager", "read")).status_code == 403


def test_policy_that_is_not_there_is_404(manager):
    nowhere = "/policies/00000000-0000-7000-8000-000000000009"
    assert manager.get(nowhere).status_code == manager.get(f"{nowhere}/events").status_code == 404
    assert manager.post(f"{nowhere}/actions/publish", {}, If_Match='"1"').status_code == 404


def test_indicators_are_those_of_the_version_now_in_force(office, manager, clock):
    a_published(office)
    assert len(manager.get("/indicators").get_json()["items"]) > 2
    clock.at = datetime(2016, 2, 1, 9, tzinfo=UTC)
    codes = [each["code"] for each in manager.get("/indicators").get_json()["items"]]
    assert codes == ["C2_ABSENCE_PATTERN", "C4_NAI"]


def test_description_tells_of_policies(app):
    paths = json.loads(app.test_client().get("/api/v1/openapi.json").text)["paths"]
    assert set(paths["/api/v1/policies"]) >= {"get", "post"}
    action = paths["/api/v1/policies/{policy_id}/actions/{action}"]["post"]
    assert action["summary"].startswith("Do one of the permitted actions")
