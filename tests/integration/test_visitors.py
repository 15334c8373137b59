"""Somebody without an account sees what they tell and nothing else: by the pages, and by raw SQL in the database."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from tests.acting import accepted
from tests.conftest import OneConnection
from tests.integration.test_cover import covers
from tests.listing import in_directory
from tests.making import an_enquiry
from tests.reading import main_of, plain
from tests.telling import CODE, PUBLIC, REFERENCE, a_visitor, fill_in, send, sent_by, telling_of
from triage.access.actor import SYSTEM, VISITOR, visitor
from triage.access.tokens import LETTERS, digest, new_code, read_code
from triage.access.vault import Vault
from triage.app import create_app
from triage.database import act_as
from triage.errors import NotFound
from triage.models import Base, Enquiry, Telling
from triage.services.desk import Desk
from triage.services.tellings import begin, forget_expired, keep_page, open_telling
from triage.store.people import find_candidates
from workflows.people import Identity

VAULT = Vault(["a-key-that-is-long-enough-for-a-test"])
OPEN = ("agencies", "districts", "localities", "providers", "teams", "retention_classes", "users", "policies")


def at_desk(office, actor):
    act_as(office.session, actor, office.clock.now())
    return Desk(office.session, actor, office.clock, office.pack)


def a_telling(office, **pages):
    """Somebody's telling with these pages: its key."""
    desk = at_desk(office, visitor(uuid4()))
    begin(desk, 14)
    for page, said in (pages or {"seen": "Made up"}).items():
        keep_page(desk, VAULT, page, (("witnessed", said),), 14)
    office.session.flush()
    act_as(office.session, SYSTEM)
    return desk.actor.id


@pytest.fixture
def county(office):
    """Cases, one told of by a visitor, somebody who covers, and services; and two tellings."""
    accepted(office)
    in_directory(office)
    covers(office, "mash_officer", "social_worker")
    office.session.flush()
    with_account = an_enquiry(office)
    with_account.logged_by_id = VISITOR.id
    office.session.flush()
    return a_telling(office), a_telling(office)


@pytest.mark.parametrize("whose", ["own", "the user's in whose name it is logged"])
def test_visitor_finds_no_row_of_anybody_in_any_table(office, county, whose):
    mine, others = county
    office.session.expire_all()
    act_as(office.session, visitor(mine) if whose == "own" else VISITOR, office.clock.now())
    found = {}
    for table in Base.metadata.sorted_tables:
        may = office.session.scalar(select(text(f"has_table_privilege('{table.name}', 'SELECT')")))
        if may and table.name not in OPEN:
            rows = office.session.execute(text(f"SELECT count(*) FROM {table.name}")).scalar()  # noqa: S608
            found |= {table.name: rows} if rows else {}
    assert found == ({"tellings": 1} if whose == "own" else {})
    keys = office.session.scalars(text("SELECT id FROM tellings")).all()
    assert others not in keys


def test_visitor_finds_no_candidate(office, county):
    identity = Identity("Ava", "Testley")
    assert find_candidates(office.session, identity)
    act_as(office.session, visitor(county[0]), office.clock.now())
    assert not find_candidates(office.session, identity)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO holds (id, enquiry_id) SELECT id, id FROM enquiries RETURNING id",
        "UPDATE enquiries SET state = 'closed' RETURNING id",
        "UPDATE tellings SET content = '' WHERE id <> :mine RETURNING id",
        "DELETE FROM tellings WHERE id <> :mine RETURNING id",
    ],
)
def test_visitor_changes_nothing_of_anybody_elses(office, county, statement):
    act_as(office.session, visitor(county[0]), office.clock.now())
    assert office.session.execute(text(statement), {"mine": county[0]}).all() == []


def test_visitor_begins_no_telling_but_their_own(office):
    act_as(office.session, visitor(uuid4()), office.clock.now())
    times = "now(), now(), now()"
    insert = f"INSERT INTO tellings VALUES (gen_random_uuid(), 'x', '', {times})"  # noqa: S608
    with pytest.raises(ProgrammingError, match="row-level security"), office.session.begin_nested():
        office.session.execute(text(insert))


def test_nobody_else_sees_a_telling_not_even_the_service(office, county):
    for who in ("mash_manager", "administrator", "information_governance", "referrer", "visitor"):
        act_as(office.session, office.actor(who), office.clock.now())
        assert office.session.scalars(text("SELECT id FROM tellings")).all() == [], who
    act_as(office.session, SYSTEM)
    assert office.session.scalars(text("SELECT id FROM tellings")).all() == []


def test_what_was_put_in_anothers_place_does_not_open(office):
    mine, other = a_telling(office, seen="Made up: mine"), a_telling(office, seen="Made up: another's")
    desk = at_desk(office, visitor(other))
    stolen = office.session.get_one(Telling, other).content
    desk = at_desk(office, visitor(mine))
    assert open_telling(desk, VAULT).pages == {"seen": (("witnessed", "Made up: mine"),)}
    office.session.execute(text("UPDATE tellings SET content = :stolen"), {"stolen": stolen})
    with pytest.raises(NotFound):
        open_telling(desk, VAULT)


def test_what_has_expired_is_opened_by_nobody_and_goes_in_the_night(office):
    key = a_telling(office)
    office.clock.at += timedelta(days=14)
    assert open_telling(at_desk(office, visitor(key)), VAULT) is None
    assert forget_expired(at_desk(office, SYSTEM)) == 1
    act_as(office.session, visitor(key))
    assert office.session.scalars(text("SELECT id FROM tellings")).all() == []


def test_what_has_not_expired_by_the_databases_own_clock_stays(office):
    office.clock.at += timedelta(days=365 * 50)
    key = a_telling(office)
    assert office.session.scalar(text("SELECT forget_tellings('infinity')")) == 0
    act_as(office.session, visitor(key))
    assert office.session.scalar(text("SELECT forget_tellings('infinity')")) == 0


@pytest.mark.parametrize("change", ["content = 'x'", "enquiry_id = NULL", "sent_at = NULL"])
def test_database_keeps_no_words_of_what_was_sent(office, app, change):
    client = a_visitor(app)
    send(client)
    act_as(office.session, visitor(telling_of(client, office).id))
    with pytest.raises(DBAPIError, match="ck_tellings"), office.session.begin_nested():
        office.session.execute(text(f"UPDATE tellings SET {change}"))  # noqa: S608


def test_code_is_long_and_read_however_it_is_typed():
    codes = {new_code() for _ in range(500)}
    assert len(codes) == 500
    assert len(LETTERS) ** 20 >= 2**100
    for code in codes:
        assert CODE.fullmatch(code)
        assert set(code) <= {*LETTERS, "-"}
        assert read_code(f"  {code.replace('-', ' ').replace('0', 'o').replace('1', 'l').lower()} ") == code
    assert read_code("é" * 1000) == ""


def go_on(client, reference, code):
    return client.post("/tell-us/resume", data={"reference": reference, "code": code})


def test_what_was_begun_is_gone_on_with_elsewhere_by_reference_and_code(app, office):
    client, elsewhere = a_visitor(app), a_visitor(app)
    fill_in(client, {page: PUBLIC[page] for page in ("now", "who")})
    page = client.post("/tell-us/children", data=PUBLIC["children"] | {"later": "1"}).text
    reference, code = REFERENCE.search(page)[0], CODE.search(page)[0]
    assert telling_of(client, office).code_hash == digest(code)
    assert code not in client.get("/tell-us/check").text
    assert go_on(elsewhere, reference.lower(), code.lower()).location == "/tell-us/seen"
    assert 'value="Testley"' in elsewhere.get("/tell-us/children").text
    fill_in(elsewhere, {page: PUBLIC[page] for page in ("seen", "you")})
    assert "We have it" in elsewhere.post("/tell-us/send").text
    assert "We have it" in client.post("/tell-us/send").text  # and here it is the same one
    assert office.session.query(Enquiry).count() == 1


def test_wrong_code_wrong_reference_and_what_has_expired_are_answered_alike(app, office):
    client = a_visitor(app)
    page = client.post("/tell-us/now", data=PUBLIC["now"] | {"later": "1"}).text
    reference, code = REFERENCE.search(page)[0], CODE.search(page)[0]
    tries = [
        (reference, new_code()),
        ("TELL-0000-0000", code),
        ("", ""),
        ("ENQ-2013-000001", code),
        (reference, "\x00"),
    ]
    said = {main_of(go_on(a_visitor(app), *each).text).replace(each[0], "") for each in tries}
    office.clock.at += timedelta(days=14)
    said.add(main_of(go_on(a_visitor(app), reference, code).text).replace(reference, ""))
    assert len(said) == 1
    assert "do not fit together" in said.pop()


def test_new_code_takes_the_place_of_the_one_before(app):
    client = a_visitor(app)
    page = client.post("/tell-us/now", data=PUBLIC["now"] | {"later": "1"}).text
    reference, before = REFERENCE.search(page)[0], CODE.search(page)[0]
    now = CODE.search(client.post("/tell-us/code").text)[0]
    assert go_on(a_visitor(app), reference, before).status_code == 404
    assert go_on(a_visitor(app), reference, now).status_code == 302


def test_whoever_leaves_leaves_nothing_in_the_browser_and_may_delete_it_all(app, office):
    client = a_visitor(app)
    fill_in(client)
    with client.session_transaction() as held:
        before = dict(held)
    assert "deleted, and nothing was sent" not in client.post("/tell-us/leave").text
    assert client.get("/tell-us/check").location == "/tell-us"
    gone = client.post("/tell-us/leave", data={"forget": "1"}).text
    assert "Nothing was deleted" in gone
    for kept in (True, False):
        with client.session_transaction() as held:
            held.update(before)
        assert bool(telling_of(client, office)) is kept
        left = client.post("/tell-us/leave", data={"forget": "1"}).text
        assert ("What you typed is deleted, and nothing was sent." in left) is kept
    reference, _code = send(client)
    left = main_of(client.post("/tell-us/leave", data={"forget": "1"}).text)
    assert f"It was sent already, and we have it: its reference is {reference}" in left
    assert office.session.query(Enquiry).count() == 1


def test_leave_now_stands_on_every_page_and_leads_elsewhere_at_once(app, office):
    client = a_visitor(app)
    fill_in(client)
    for path in ("", "/now", "/who", "/children", "/seen", "/you", "/check", "/ring-999", "/resume"):
        assert "Leave now</button>" in client.get(f"/tell-us{path}").text, path
    gone = client.post("/tell-us/leave", data={"now": "1"})
    assert (gone.text, gone.headers["Refresh"]) == ("", "0; url=https://www.bbc.co.uk/weather")
    with client.session_transaction() as held:
        assert set(held) <= {"csrf_token"}


def test_browser_forgets_it_without_a_sign_of_life(settings, clock, session):
    app = limited(settings, clock, session, session_idle_minutes=30)
    client = a_visitor(app)
    fill_in(client)
    for _ in range(3):
        clock.at += timedelta(minutes=29)
        assert client.get("/tell-us/check").status_code == 200
    page = sent_by(client.get("/tell-us/seen").text)
    clock.at += timedelta(minutes=30)
    assert client.get("/tell-us/check").location == client.get("/tell-us/seen").location == "/tell-us"
    assert "You have begun already" not in client.get("/tell-us").text
    late = client.post("/tell-us/seen", data=page | {"witnessed": "Made up: a long page"})
    assert (late.status_code, 'value="Made up: a long page"' in late.text) == (409, True)


def test_two_tabs_do_not_mix_two_children(app, office):
    client = a_visitor(app)
    fill_in(client, {page: PUBLIC[page] for page in ("now", "who")})
    first = {"telling": str(telling_of(client, office).id)}
    client.post("/tell-us/leave")
    stale = client.post("/tell-us/seen", data=first | {"witnessed": "Made up: of Ava"})
    assert (stale.status_code, 'value="Made up: of Ava"' in stale.text) == (409, True)  # to begin anew with it
    assert 'name="telling"' not in stale.text
    fill_in(client, PUBLIC | {"children": {"children.0.given_name": "Bo"}})
    for path, data in (
        ("seen", {"witnessed": "Made up: of Ava"}),
        ("send", {}),
        ("code", {}),
        ("now", {"telling": ""}),
    ):
        mixed = client.post(f"/tell-us/{path}", data=first | data)
        assert (mixed.status_code, "two children are not mixed up" in plain(mixed.text)) == (409, True), path
        assert all(said in mixed.text for said in data.values()), path
    client.post("/tell-us/send")
    enquiry = office.session.query(Enquiry).one()
    assert "of Ava" not in enquiry.witnessed
    late = client.post(
        "/tell-us/seen", data={"telling": str(telling_of(client, office).id), "witnessed": "Made up: late"}
    )
    assert (late.status_code, 'value="Made up: late"' in late.text) == (409, True)


def limited(settings, clock, session, **few):
    app = create_app(settings.model_copy(update={"trusted_proxies": 1} | few), clock, OneConnection(session))
    app.extensions["triage.limits"]._shared.storage.reset()
    return app


def ask(client, path, address, **data):
    return client.post(path, data=data, headers={"X-Forwarded-For": address})


def test_address_begins_so_many_and_is_told_to_ring_with_nothing_lost(settings, clock, session, office):
    app = limited(settings, clock, session, tellings_an_hour=2)
    for _ in range(2):
        assert ask(a_visitor(app), "/tell-us/seen", "192.0.2.1", witnessed="Made up").status_code == 302
    told = ask(a_visitor(app), "/tell-us/seen", "192.0.2.1", witnessed="Made up: kept")
    assert (told.status_code, told.headers["Retry-After"]) == (429, "3600")
    assert office.pack.emergency_phone in told.text
    assert 'name="witnessed" value="Made up: kept"' in told.text
    assert ask(a_visitor(app), "/tell-us/seen", "192.0.2.2", witnessed="Made up").status_code == 302


def test_nobody_is_kept_from_sending_by_what_others_send(settings, clock, session, office):
    app = limited(settings, clock, session, all_tellings_an_hour=2, tellings_an_hour=2)
    clients = [a_visitor(app) for _ in range(3)]
    for number, client in enumerate(clients):
        client.environ_base["HTTP_X_FORWARDED_FOR"] = f"192.0.2.{number}"
    for client in clients[:2]:
        fill_in(client)
    for _ in range(3):
        assert clients[0].post("/tell-us/send").status_code == 200
    told = clients[2].post("/tell-us/seen", data={"witnessed": "Made up: kept"})
    assert (told.status_code, office.pack.emergency_phone in told.text, "Made up: kept" in told.text) == (
        429,
        True,
        True,
    )
    assert "We have it" in clients[1].post("/tell-us/send").text
    assert office.session.query(Enquiry).count() == 2


def test_only_what_becomes_an_enquiry_is_counted_as_sent_and_a_line_is_one_address(settings, clock, session, office):
    app = limited(settings, clock, session, tellings_an_hour=2)
    mine = "2001:db8:7:{}::1"
    client = a_visitor(app)
    client.environ_base["HTTP_X_FORWARDED_FOR"] = mine.format(1)
    client.post("/tell-us/now", data={"danger": "no"})
    for _ in range(3):
        assert client.post("/tell-us/send").location == "/tell-us/check"  # to be put right first
    fill_in(client, {page: PUBLIC[page] for page in ("who", "children", "seen", "you")})
    for _ in range(3):
        assert "We have it" in client.post("/tell-us/send").text
    assert ask(a_visitor(app), "/tell-us/now", mine.format(2), danger="no").status_code == 302
    assert ask(a_visitor(app), "/tell-us/now", mine.format(3), danger="no").status_code == 429


def test_form_that_is_refused_by_its_address_is_sent_later_with_nothing_lost(settings, clock, session, office):
    app = limited(settings, clock, session, tellings_an_hour=1)
    for number in range(2):
        client = a_visitor(app)
        client.environ_base["HTTP_X_FORWARDED_FOR"] = f"192.0.2.{number}"
        fill_in(client)
        client.environ_base["HTTP_X_FORWARDED_FOR"] = "192.0.2.9"
        told = client.post("/tell-us/send")
    assert (told.status_code, office.pack.emergency_phone in told.text) == (429, True)
    client.environ_base["HTTP_X_FORWARDED_FOR"] = "192.0.2.10"
    assert "We have it" in client.post("/tell-us/send", data=sent_by(told.text)).text


def test_more_than_the_form_takes_is_said_in_words_and_given_back(app):
    client = a_visitor(app)
    fill_in(client, {"now": PUBLIC["now"]})
    for name, much, status in (("witnessed", "é" * 20_000, 302), ("witnessed", "x" * 200_000, 422)):
        answer = client.post("/tell-us/seen", data={name: much})
        assert (answer.status_code, "about 30,000 words are the most" in answer.text) == (status, status == 422)
    assert "x" * 200_000 in answer.text


def test_browser_without_cookies_is_told_so_and_whom_to_ring(app, office):
    client = app.test_client(use_cookies=False)
    first = client.post("/tell-us/seen", data={"witnessed": "Made up: kept"})
    assert (first.status_code, "press Send again" in first.text) == (400, True)
    again = client.post("/tell-us/seen", data=sent_by(first.text))
    assert (again.status_code, "Your browser keeps no cookies" in again.text) == (400, True)
    assert office.pack.emergency_phone in again.text
    assert "Made up: kept" in again.text
    assert "press Send again" not in again.text


def test_form_of_another_site_is_not_taken_and_one_from_long_ago_is_sent_once_more(app):
    client = app.test_client()
    told = client.post("/tell-us/seen", data={"witnessed": "Made up: kept"})
    assert (told.status_code, "Made up: kept" in told.text) == (400, True)
    forged = client.post("/tell-us/seen", data={"witnessed": "forged"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert (forged.status_code, "forged" in forged.text) == (400, False)


def test_answers_are_kept_by_no_browser_and_log_nobody_in(app):
    client = a_visitor(app)
    answer = client.post("/tell-us/now", data=PUBLIC["now"], follow_redirects=True)
    assert answer.headers["Cache-Control"] == "no-store"
    assert client.get("/enquiries").location == "/sign-in?next=/enquiries"
