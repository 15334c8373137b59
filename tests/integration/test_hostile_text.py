"""Whatever is typed into any field of any page or sent in any field to the API is kept as it is or refused in words.

It is never an error of ours, and wherever it is shown it is text: no element and no attribute is born of it.
"""

import re
from collections.abc import Callable
from copy import deepcopy
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from lxml import html
from sqlalchemy import func, select

from tests.crawling import Form, forms_of, forms_within, pages_of
from tests.disagreeing import decided, said_of
from tests.hostile import KNOWN, MARK, REFUSED, TEXTS, VALUES, example_of, paths_of, put
from tests.telling import PROFESSIONAL, a_visitor, fill_in
from tests.undoing import undone
from tests.worlds import a_world
from triage.models import Base
from triage.schemas.agency_check import CheckActionSchema
from triage.schemas.disagreement import DisagreeSchema
from triage.schemas.enquiry import (
    DecideSchema,
    EnquiryActionSchema,
    LinkPersonSchema,
    LogEnquirySchema,
    SaySeenSchema,
)
from triage.schemas.person import (
    AddNameSchema,
    EndRelationshipSchema,
    MergeSchema,
    RelateSchema,
    UndoMergeSchema,
    WithdrawRelationshipSchema,
)
from triage.schemas.policy import DraftPolicySchema, PolicyActionSchema
from triage.schemas.referral import ReferralActionSchema, TransferActionSchema

WHO = ("mash_manager", "locality_worker:west")
BESIDE = ("information_governance", "administrator", "partner_contributor", "referrer")
QUIETLY = settings(
    database=None, deadline=None, suppress_health_check=list(HealthCheck), max_examples=3, phases=[Phase.generate]
)
ANSWERS = (200, 201, 400, 403, 404, 409, 412, 413, 422, 428)
WHOLE = {"new": "", "first-views": "first_views.", "sign-in": ""}  # pages of which all fields are sent, by their part
SENT_TO = {
    LogEnquirySchema: "/enquiries",
    EnquiryActionSchema: "/enquiries/{enquiry_id}/actions/{action}",
    DecideSchema: "/enquiries/{enquiry_id}/decisions",
    LinkPersonSchema: "/enquiries/{enquiry_id}/person",
    SaySeenSchema: "/enquiries/{enquiry_id}/seen",
    MergeSchema: "/people/{person_id}/merges",
    AddNameSchema: "/people/{person_id}/names",
    UndoMergeSchema: "/merges/{merge_id}/undo",
    RelateSchema: "/people/{person_id}/family",
    EndRelationshipSchema: "/relationships/{relationship_id}/end",
    WithdrawRelationshipSchema: "/relationships/{relationship_id}/withdraw",
    CheckActionSchema: "/checks/{check_id}/actions/{action}",
    ReferralActionSchema: "/referrals/{referral_id}/actions/{action}",
    TransferActionSchema: "/transfers/{transfer_id}/actions/{action}",
    DraftPolicySchema: "/policies",
    PolicyActionSchema: "/policies/{policy_id}/actions/{action}",
    DisagreeSchema: "/sent/ENQ-2013-000001/disagreements",  # by whoever sent one: see below
}


def each_of(number: int, texts: st.SearchStrategy[Any], send: Callable[[Any], None]) -> None:
    """Send a few of them, other ones for each number and the same ones in each run."""
    seed(number)(settings(QUIETLY)(given(texts)(lambda text: send(text))))()


def assert_inert(page: str) -> None:
    """No name of an element or an attribute has anything of it, and no address begins with it."""
    for element in html.fromstring(page).iter():
        if isinstance(element.tag, str):
            assert MARK not in element.tag
            assert not any(MARK in name or name.startswith("on") for name in element.attrib)
        else:
            assert MARK not in (element.text or "")  # a comment
        for name in ("href", "src", "action", "formaction"):
            assert not (element.get(name) or "").strip().startswith("javascript:")


def texts_in(value: Any) -> list[str]:
    """Every string within what a row holds."""
    if isinstance(value, str):
        return [value]
    inner = [*value.keys(), *value.values()] if isinstance(value, dict) else value
    return [text for each in inner for text in texts_in(each)] if isinstance(value, dict | list | tuple) else []


def kept_in(session) -> set[str]:
    """All text of all rows that has the mark in it."""
    found = set()
    for table in Base.metadata.sorted_tables:
        if not session.scalar(select(func.has_table_privilege(table.name, "SELECT"))):
            continue  # of accounts, which nobody reads
        for row in session.execute(select(table)):
            found.update(text for value in row for text in texts_in(value) if MARK in text)
    return found


def sendable(text: str) -> str:
    """What a browser can send of it: half a character it sends as a sign that something was there."""
    return text.encode("utf-8", "replace").decode("utf-8")


def own_fields(form: Form) -> list[str]:
    """The fields that belong to what is sent: a page carries those of its other parts as well."""
    part = form.action.rsplit("/", 1)[-1]
    if part in WHOLE:
        return [name for name in form.typed if name.startswith(WHOLE[part]) and name != "csrf_token"]
    of_check = "/checks/" in form.action
    return [name for name in form.typed if part in name.split(".") and name.startswith("check_") == of_check]


def places(client) -> list[tuple[Form, str]]:
    return [(form, name) for form in forms_within(client) for name in own_fields(form)]


@pytest.mark.parametrize("who", WHO)
def test_what_is_typed_is_kept_exactly_or_refused_and_shown_inert(who, sign_in, office):
    a_world(office)
    client, session = sign_in(who), office.session
    found = places(client)
    outcomes = {"kept": set(), "refused": set()}

    def send(form, name, text):
        with undone(session):
            answer = client.post(form.action, data=form.filled(**{name: sendable(text)}))
            assert answer.status_code in (200, 302, 400, 404, 409, 412, 413, 422), (form.action, name, text)
            told = client.get(answer.location) if answer.status_code == 302 else answer
            assert_inert(told.text)
            if told.status_code == 200 and not {"add_subject", "find"} & dict(form.values).keys():
                outcomes["kept"].add(name)
                expected = sendable(text).strip()
                kept = kept_in(session)
                gone = name in form.hidden or name.startswith("find.")  # what is looked for by is not kept
                assert gone or any(expected in each for each in kept), (form.action, name, text, kept)
            else:
                outcomes["refused"].add(name)
                assert told.status_code == 200 or re.search("There is a problem|<h1", told.text)

    for number, (form, name) in enumerate(found):
        each_of(number, TEXTS, partial(send, form, name))
    assert min(len(each) for each in outcomes.values()) >= 1
    assert {name.rpartition(".")[2] for name in outcomes["kept"]} >= {"reason"}


@pytest.mark.parametrize("who", BESIDE)
def test_what_those_type_who_work_at_no_case_is_kept_or_refused_and_shown_inert(who, sign_in, office):
    a_world(office)
    client, session, outcomes = sign_in(who), office.session, set()

    def send(form, name, text):
        with undone(session):
            answer = client.post(form.action, data=form.filled(**{name: sendable(text)}))
            assert answer.status_code in (200, 302, 400, 404, 409, 413, 422, 429), (form.action, name, text)
            assert_inert((client.get(answer.location) if answer.status_code == 302 else answer).text)
            outcomes.add(answer.status_code)

    fields = [(form, name) for form in forms_within(client) for name in form.typed if name not in form.hidden]
    for number, (form, name) in enumerate(fields):
        each_of(number, TEXTS, partial(send, form, name))
    assert 422 in outcomes
    assert 302 in outcomes or who == "referrer"


def test_what_somebody_without_an_account_types_is_kept_or_refused_and_shown_inert(app, office):
    session, outcomes = office.session, {"kept": set(), "refused": set()}

    def tell(form, name, text):
        page = form.page
        with undone(session):
            client = a_visitor(app)
            fill_in(client, PROFESSIONAL)
            filled = form.filled(**{name: sendable(text)})
            filled.pop("telling")  # which is another's here
            answer = client.post(f"/tell-us/{page}", data=filled)
            assert answer.status_code in (302, 413, 422), (page, name, text)
            sent = client.post("/tell-us/send")
            for path in (page, "check", "ring-999"):
                assert_inert(client.get(f"/tell-us/{path}", follow_redirects=True).text)
            assert_inert(sent.text)
            taken = (answer.status_code, sent.status_code) == (302, 200)
            outcomes["kept" if taken else "refused"].add(name)
            assert not taken or any(sendable(text).strip() in each for each in kept_in(session)), (name, text)

    client = a_visitor(app)
    fill_in(client, PROFESSIONAL)
    pages = {page: html.fromstring(client.get(f"/tell-us/{page}").text) for page in PROFESSIONAL}
    forms = [
        next(each for each in forms_of(page, name) if each.action == f"/tell-us/{name}") for name, page in pages.items()
    ]
    fields = [(form, name) for form in forms for name in form.typed if name not in ("csrf_token", "telling")]
    assert len(fields) > 15
    for number, (form, name) in enumerate(fields):
        each_of(number, TEXTS, partial(tell, form, name))
    assert outcomes["kept"] >= {"witnessed", "children.0.about", "job", "who_was_told"}
    assert outcomes["refused"]


@pytest.mark.parametrize("field", ["reference", "code"])
def test_what_is_typed_for_a_code_is_shown_inert(app, field):
    for text in KNOWN:
        answer = a_visitor(app).post("/tell-us/resume", data={"reference": "x", "code": "x", field: sendable(text)})
        assert answer.status_code == 404
        assert_inert(answer.text)


def test_what_is_typed_by_who_disagrees_and_who_answers_is_kept_or_refused_and_shown_inert(sign_in, office):
    enquiry, outcomes = decided(office), set()
    at, sent = f"/enquiries/{enquiry.id}", f"/partners/sent/{enquiry.reference}"
    referrer, manager = sign_in("referrer"), sign_in("mash_manager 2")

    def tell(text):
        with undone(office.session):
            said = referrer.post(sent, data={"words": sendable(text)})
            assert_inert(said.text)
            outcomes.add(said.status_code)
            for row in said_of(office, enquiry):
                told = {"action": "let_stand", "answer": sendable(text), "reason": sendable(text)}
                answered = manager.post(f"{at}/disagreements/{row.id}", data=told)
                assert_inert(answered.text)
                for page in (manager.get(f"{at}/disagreements/{row.id}"), manager.get(at), referrer.get(sent)):
                    assert_inert(page.text)
                office.session.refresh(row)
                assert row.words == sendable(text).strip()
                assert answered.status_code == 422 or row.answer == row.reason == sendable(text).strip()

    for text in (*KNOWN, *REFUSED[:2]):
        tell(text)
    assert {302, 422} <= outcomes <= {302, 413, 422}


def test_hostile_case_is_inert_on_every_page_that_tells_of_it(sign_in, office):
    a_world(office, "".join(KNOWN[2:6])[:200], witnessed="\n".join(KNOWN))
    shown = 0
    for who in WHO:
        for page in pages_of(sign_in(who)).values():
            assert_inert(html.tostring(page, encoding="unicode"))
            shown += MARK in page.text_content()
    assert shown > 5


def test_every_schema_of_a_body_is_tried(app):
    paths = app.test_client().get("/api/v1/openapi.json").get_json()["paths"].values()
    bodies = [each["post"]["requestBody"]["content"] for each in paths if "requestBody" in each.get("post", {})]
    taken = {each["application/json"]["schema"]["$ref"] for each in bodies if "application/json" in each}
    assert {f"{each.rpartition('/')[2]}Schema" for each in taken} == {each.__name__ for each in SENT_TO}


@pytest.mark.parametrize("schema", SENT_TO, ids=lambda each: each.__name__)
def test_what_a_system_sends_is_kept_exactly_or_refused_by_its_field(schema, caller, office):
    world, session, system = a_world(office), office.session, caller("mash_manager")
    rows = {name: found[0] for name, found in world.rows().items()}
    keys = {name: str(row.id) for name, row in rows.items()}
    body, paths = example_of(schema(), keys), list(paths_of(schema()))
    row = next((rows[name] for name in rows if f"{{{name}}}" in SENT_TO[schema]), None)
    actions, taken = permitted(system, SENT_TO[schema], keys) or {"none": schema().fields}, set()
    keys["worker_id"] = str(office.actor("mash_officer").id)

    def send(path, value):
        sent = deepcopy(body)
        put(sent, path, value)
        with undone(session):
            etag = f'"{row.version}"' if hasattr(row, "version") else ""
            for action, asked in actions.items():
                brought = {name: each for name, each in sent.items() if name in {*asked, "reason", path[0]}}
                answer = system.post(SENT_TO[schema].format(**keys, action=action), brought, If_Match=etag)
                assert answer.status_code in ANSWERS, (path, value, answer.text)
                if answer.status_code in (200, 201) and isinstance(value, str) and path[0] in asked:
                    taken.add(path)
                    assert value in kept_in(session), (path, value)

    for number, path in enumerate(paths):
        each_of(number, VALUES, partial(send, path))
    assert taken or schema not in (LogEnquirySchema, EnquiryActionSchema)


def permitted(system, address: str, keys: dict[str, str]) -> dict[str, list[str]]:
    """What may be done now to what the address is of, where it says, and what each asks for."""
    answer = system.get(address.partition("/actions/")[0].format(**keys))
    if "{action}" not in address or answer.status_code != 200:
        return {}
    return {each["action"]: each["asks"] for each in answer.get_json()["permitted_actions"] if each["allowed"]}
