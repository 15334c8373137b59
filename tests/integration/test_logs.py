"""The log tells which route, whose and how it ended. It never tells a name, a telling, a token or a query."""

import ast
import json
import logging
from io import StringIO
from itertools import product
from pathlib import Path
from uuid import UUID

import pytest
from flask import abort, request
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError

import triage
from tests.crawling import forms_of, forms_within, pages_of
from tests.telling import CODE, PUBLIC, a_visitor, fill_in
from tests.worlds import a_world
from triage.access.actor import SYSTEM
from triage.access.routes import public
from triage.database import Database
from triage.logs import FIELDS, SAID, JsonLines
from triage.models import User
from triage.state import state_of

NAME = "Quillfeather"
UNKNOWN = "00000000-0000-7000-8000-000000000009"
KEYS = {
    "at",
    "level",
    "logger",
    "message",
    "request_id",
    "route",
    "method",
    "status",
    "milliseconds",
    "user_id",
    "role",
}


@pytest.fixture
def logged():
    """What every logger says, as production would write it."""
    out, root = StringIO(), logging.getLogger()
    handler = logging.StreamHandler(out)
    handler.setFormatter(JsonLines())
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield out
    root.setLevel(before)
    root.removeHandler(handler)


def lines_of(out):
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_request_is_one_line_with_ids_and_no_name(logged, sign_in, office):
    sign_in("mash_officer").get("/enquiries?state=received", headers={"X-Request-ID": "12345678"})
    line = lines_of(logged)[-1]
    assert set(line) == KEYS
    wanted = {"route": "worktray.show", "method": "GET", "status": 200, "role": "mash_officer"}
    assert line.items() >= (wanted | {"request_id": "12345678"}).items()
    assert UUID(line["user_id"]) == office.actor("mash_officer").id
    assert "received" not in logged.getvalue()


def notes_in_code():
    """The fields that each `note(…)` of our code adds to its line, but for what a caller passes on."""
    for path in sorted(Path(triage.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "note":
                yield {each.arg for each in node.keywords if each.arg}


def test_every_field_that_is_noted_of_accounts_is_told():
    noted = set().union(*notes_in_code())
    assert {"why", "way", "how", "wait_seconds", "actor_id", "error"} <= noted
    assert noted <= {*FIELDS, *SAID}


def test_sign_in_that_failed_is_told_with_why_and_how_long(logged, app, office, sign_in):
    sign_in("mash_officer")
    wrong = {"username": office.session.get(User, office.actor("mash_officer").id).username, "password": NAME}
    while app.test_client().post("/sign-in", data=wrong).status_code != 429:
        pass
    told = {line["message"]: line for line in lines_of(logged) if line["logger"] == "triage.accounts"}
    assert told["signed_in"]["how"] == "local"
    assert int(told["attempt_delayed"]["wait_seconds"]) > 0
    assert wrong["username"] not in logged.getvalue()


def test_library_cannot_say_more_by_our_fields(logged):
    logging.getLogger("some.library").warning("x", extra={"error": NAME, "why": NAME})
    logging.getLogger("triage.accounts").info("x", extra={"error": "Timeout"})
    library, ours = lines_of(logged)
    assert "error" not in library
    assert ours["error"] == "Timeout"
    assert NAME not in logged.getvalue()


def test_secret_of_a_link_and_what_is_told_without_an_account_are_logged_nowhere(logged, app):
    client, secret = a_visitor(app), "s3cret-in-a-letter"
    assert client.get(f"/answer/{secret}").status_code == 404
    fill_in(client, PUBLIC | {"seen": {"witnessed": NAME}})
    code = CODE.search(client.post("/tell-us/send").text)[0]
    client.post("/tell-us/resume", data={"reference": NAME, "code": code})
    assert "answering.open_link" in {line.get("route") for line in lines_of(logged)}
    assert not any(each in logged.getvalue() for each in (secret, code, NAME))


def test_nothing_that_was_typed_is_logged_by_any_page(logged, sign_in, office):
    a_world(office, NAME)
    sent = 0
    for who in ("mash_manager", "locality_worker:west"):
        client = sign_in(who)
        for form in forms_within(client):
            client.get(form.page.partition("?")[0], query_string={"q": NAME, "from": NAME, NAME: NAME})
            client.post(form.action, data=dict.fromkeys(dict(form.values), NAME), query_string={"next": NAME})
            client.post(form.action, data=form.filled(**dict.fromkeys(form.typed, NAME)))
            sent += 1
    assert sent > 30
    assert len(lines_of(logged)) > 3 * sent
    assert NAME.casefold() not in logged.getvalue().casefold()


def test_nothing_that_was_sent_is_logged_by_the_api(logged, app, caller, office):
    ids = {name: str(found[0].id) for name, found in a_world(office, NAME).rows().items()}
    hub = caller("mash_manager")
    known = {"action": NAME, "name": NAME, "ordinal": 1}
    bodies = (
        {"reason": NAME},
        {NAME: NAME},
        [NAME],
        {"witnessed": NAME, "subjects": [{"person": {"given_name": NAME}}]},
    )
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/v1")]
    for rule, body in product(rules, bodies):
        path = rule.build({name: (ids | known).get(name, UNKNOWN) for name in rule.arguments})[1].removeprefix(
            "/api/v1"
        )
        if "POST" in rule.methods:
            hub.post(path, body, If_Match='"1"')
        else:
            hub.get(path, cursor=NAME, q=NAME)
    assert len(lines_of(logged)) == len(rules) * len(bodies)
    assert [word for word in (NAME, hub.token) if word.casefold() in logged.getvalue().casefold()] == []


def breaks_a_rule_of_the_database(session, name):
    row = text(
        "INSERT INTO users (id, username, name, role, active) VALUES (gen_random_uuid(), :name, 'x', 'analyst', true)"
    )
    session.execute(row, {"name": name})
    session.execute(row, {"name": name})


def asks_for_what_is_not(session, name):
    session.execute(text("SELECT :name FROM nothing_there"), {"name": name})


def takes_a_name_for_a_number(session, name):
    session.execute(text("SELECT CAST(:name AS integer)"), {"name": name})


def fails_in_python(_session, name):
    try:
        int(name)
    except ValueError as error:
        raise KeyError(name) from error


def ends_with_words(_session, name):
    abort(418, name)


FAILURES = (
    breaks_a_rule_of_the_database,
    asks_for_what_is_not,
    takes_a_name_for_a_number,
    fails_in_python,
    ends_with_words,
)


@pytest.mark.parametrize("fail", FAILURES, ids=lambda each: each.__name__)
def test_fault_is_told_by_type_and_place_and_never_by_its_words(logged, app, monkeypatch, fail):
    @public("made up")
    def break_down():
        with state_of(app).database.transaction(SYSTEM) as transaction:
            fail(transaction, request.args["name"])

    monkeypatch.setitem(app.view_functions, "signin.show", break_down)
    answer = app.test_client().get("/sign-in", query_string={"name": NAME})
    assert answer.status_code == (418 if fail is ends_with_words else 500)
    assert NAME.casefold() not in logged.getvalue().casefold()
    faults = [fault for line in lines_of(logged) for fault in line.get("faults", ())]
    assert any(fail.__name__ in place for fault in faults for place in fault["at"]) == (fail is not ends_with_words)
    if fail is breaks_a_rule_of_the_database:
        assert {"sqlstate": "23505", "constraint": "uq_users_username"}.items() <= faults[1].items()


def test_library_is_quoted_without_what_it_fills_in(logged):
    logging.getLogger("some.library").warning("%s could not be sent %d times", NAME, 3)
    logging.getLogger("some.library").warning("%(who)s waits for %(seconds)d s", {"who": NAME, "seconds": 7})
    logging.getLogger("some.library").error(ValueError(NAME))
    said = [line["message"] for line in lines_of(logged)]
    assert said == ["… could not be sent 3 times", "… waits for 7 s", "ValueError"]


def test_fault_of_the_database_does_not_repeat_what_was_sent(settings):
    failures = (IntegrityError, ProgrammingError)
    with (
        Database(settings.database_url) as database,
        pytest.raises(failures) as refusal,
        database.transaction(SYSTEM) as it,
    ):
        asks_for_what_is_not(it, NAME)
    assert NAME not in str(refusal.value)


def test_no_token_stands_in_an_address(app, sign_in, office):
    a_world(office)
    client = sign_in("mash_manager")
    app.config["WTF_CSRF_ENABLED"] = True
    tokens = {
        dict(form.values).get("csrf_token") for path, page in pages_of(client).items() for form in forms_of(page, path)
    }
    addresses = [
        each
        for page in pages_of(client).values()
        for each in page.xpath("//@href | //@action | //@src | //@formaction")
    ]
    assert len(addresses) > 100
    assert len(tokens - {None}) >= 1
    assert [
        each for each in addresses if "token=" in each or "password=" in each or any(t and t in each for t in tokens)
    ] == []
