"""A draft is its owner's alone: sealed, bound to their form, replaced at each pause, and ended in time."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from triage.access.actor import NOBODY, SYSTEM
from triage.access.vault import Vault
from triage.database import act_as
from triage.errors import Invalid
from triage.models import Draft
from triage.models.codes import ROLES
from triage.services.drafts import MOST, MOST_TYPED, KeepDraft, find, forget, forget_expired, keep, list_kept

VAULT = Vault(["a-key-that-is-long-enough-for-a-test"])
PAGE = "/enquiries/new"
TYPED = (("witnessed", "Made up: a bruise on Zoë's arm"), ("subjects.0.indicators", "C4_NAI"))
EVERYBODY = tuple(role for role in ROLES if role not in ("system", "partner_system"))


@pytest.fixture
def desk(office):
    """A social worker's, who acts in the database too."""
    desk = office.desk("social_worker")
    act_as(office.session, desk.actor)
    return desk


def typed(desk, fields=TYPED, *, page=PAGE, key=None, days=7):
    """Keep these fields of a form. The form's key."""
    draft = KeepDraft(key or uuid4(), page, tuple(fields))
    keep(desk, VAULT, draft, days=days)
    return draft.key


def test_what_was_typed_comes_back_to_whoever_typed_it(desk):
    key = typed(desk)
    kept = find(desk, VAULT, key)
    assert (kept.page, kept.fields) == (PAGE, TYPED)
    assert [each.key for each in list_kept(desk, VAULT, PAGE)] == [key]
    assert list_kept(desk, VAULT, "/enquiries") == []


ONE = uuid4()  # form, kept again and again: of more forms than one may have the oldest go
# Control characters, lone surrogates, and pairs of them that are no character.
WORDS = st.text(st.characters(codec=None) | st.sampled_from("\x00\r\n\ud83d\ude00\u202e<&\"'"), max_size=60)


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=8))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
def test_whatever_text_is_kept_comes_back_exactly(desk, fields):
    assert find(desk, VAULT, typed(desk, fields, key=ONE)).fields == tuple(fields)


def test_one_form_has_one_draft_and_two_windows_have_two(office, desk):
    key, other = typed(desk), typed(desk, [("opinion", "Another call")])
    begun = office.clock.now()
    office.clock.at += timedelta(minutes=5)
    typed(desk, [("witnessed", "More")], key=key)
    first, second = list_kept(desk, VAULT)
    assert (first.key, first.fields, second.key) == (key, (("witnessed", "More"),), other)
    assert (first.begun_at, first.saved_at) == (begun, office.clock.now())


def raw(session, actor, statement, **values):
    """One statement as somebody, and back to the service itself."""
    act_as(session, actor)
    try:
        with session.begin_nested():
            return session.execute(text(statement), values)
    finally:
        act_as(session, SYSTEM)


@pytest.mark.parametrize("role", EVERYBODY)
def test_nobody_finds_or_touches_the_draft_of_another(office, desk, role):
    typed(desk)
    somebody = office.actor(f"{role} 2")
    for statement in (
        "SELECT * FROM drafts",
        "UPDATE drafts SET page = '/' RETURNING id",
        "DELETE FROM drafts RETURNING id",
    ):
        assert raw(office.session, somebody, statement).all() == []
    with pytest.raises(ProgrammingError, match="row-level security"):
        raw(
            office.session,
            somebody,
            "INSERT INTO drafts VALUES (:whose, gen_random_uuid(), '/', '', now(), now(), now())",
            whose=desk.actor.id,
        )
    assert len(raw(office.session, desk.actor, "SELECT * FROM drafts").all()) == 1


@pytest.mark.parametrize("actor", [NOBODY, SYSTEM], ids=["nobody", "the service itself"])
def test_neither_nobody_nor_the_service_sees_any(office, desk, actor):
    typed(desk)
    for statement in ("SELECT * FROM drafts", "DELETE FROM drafts RETURNING id"):
        assert raw(office.session, actor, statement).all() == []


def test_another_may_have_a_form_of_the_same_key(office, desk):
    key = typed(desk)
    other = office.desk("mash_manager")
    act_as(office.session, other.actor)
    assert (find(other, VAULT, key), forget(other, key)) == (None, None)
    typed(other, [("opinion", "Mine")], key=key)
    act_as(office.session, desk.actor)
    assert find(desk, VAULT, key).fields == TYPED


def test_database_holds_no_readable_text(office, desk):
    typed(desk)
    row = raw(office.session, desk.actor, "SELECT content, drafts::text AS said FROM drafts").one()
    for words in ("bruise", "Zoë", "witnessed", "C4_NAI"):  # too long to stand in what is sealed by chance
        assert words.encode() not in bytes(row.content)
        assert words not in row.said


SWAP = "UPDATE drafts SET content = CASE id WHEN :a THEN CAST(:of_b AS bytea) ELSE CAST(:of_a AS bytea) END"


def test_rows_that_were_swapped_do_not_open(office, desk, caplog):
    a, b = typed(desk), typed(desk, page="/enquiries")
    content = {key: office.session.get(Draft, (desk.actor.id, key)).content for key in (a, b)}
    office.session.execute(text(SWAP), {"a": a, "of_a": content[a], "of_b": content[b]})
    assert (find(desk, VAULT, a), find(desk, VAULT, b), list_kept(desk, VAULT)) == (None, None, [])
    assert str(a) in caplog.text


@pytest.mark.parametrize("column", ["page", "id", "user_id"])
def test_row_that_was_made_anothers_does_not_open(office, desk, column):
    key, other = typed(desk), office.desk("social_worker 2")
    content = office.session.get(Draft, (desk.actor.id, key)).content
    given = {"user_id": desk.actor.id, "id": key, "page": PAGE}
    given |= {column: {"page": "/drafts", "id": uuid4(), "user_id": other.actor.id}[column]}
    office.session.execute(text("DELETE FROM drafts"))
    whose = other if column == "user_id" else desk
    act_as(office.session, whose.actor)
    now = office.clock.now()
    times = {"begun_at": now, "saved_at": now, "expires_at": now + timedelta(days=1)}
    office.session.add(Draft(**given, **times, content=content))
    office.session.flush()
    assert find(whose, VAULT, given["id"]) is None


def test_key_that_was_changed_opens_what_the_old_one_sealed_while_that_is_given(desk):
    key = typed(desk)
    old, new = "a-key-that-is-long-enough-for-a-test", "another-key-that-is-long-enough-too"
    assert find(desk, Vault([new, old]), key).fields == TYPED
    assert find(desk, Vault([new]), key) is None


def test_draft_that_was_forgotten_is_gone(desk):
    key = typed(desk)
    assert forget(desk, key) == PAGE
    assert find(desk, VAULT, key) is None
    assert forget(desk, key) is None


def test_draft_expires_and_the_service_deletes_it_and_nothing_else(office, desk):
    old, young = typed(desk), typed(desk, days=8)
    office.clock.at += timedelta(days=7)
    assert (find(desk, VAULT, old), find(desk, VAULT, young).key) == (None, young)
    assert [each.key for each in list_kept(desk, VAULT)] == [young]
    act_as(office.session, SYSTEM)
    assert forget_expired(office.desk("system")) == 1
    assert [row.id for row in raw(office.session, desk.actor, "SELECT id FROM drafts")] == [young]


def test_typing_on_puts_off_its_end(office, desk):
    key = typed(desk)
    office.clock.at += timedelta(days=6)
    typed(desk, key=key)
    office.clock.at += timedelta(days=6)
    assert find(desk, VAULT, key) is not None


ENDS = "SELECT forget_drafts('infinity')"


def test_nothing_is_deleted_before_its_time_whatever_the_service_says(office, desk):
    office.clock.at = office.session.scalar(text("SELECT now()"))
    typed(desk)
    assert raw(office.session, SYSTEM, ENDS).scalar() == 0
    assert len(raw(office.session, desk.actor, "SELECT id FROM drafts").all()) == 1


def test_only_the_service_ends_what_has_expired(office, desk):
    typed(desk)
    for actor in (office.actor("mash_manager"), desk.actor, NOBODY):
        assert raw(office.session, actor, ENDS).scalar() == 0
    assert raw(office.session, SYSTEM, ENDS).scalar() == 1


def test_oldest_goes_where_there_are_too_many_and_that_is_said(office, desk):
    begun = []
    for _ in range(MOST):
        office.clock.at += timedelta(minutes=1)
        begun.append((typed(desk), office.clock.now()))
    office.clock.at += timedelta(minutes=1)
    assert list(keep(desk, VAULT, KeepDraft(uuid4(), PAGE, TYPED), days=7)) == [begun[0][1]]
    assert len(list_kept(desk, VAULT)) == MOST
    assert find(desk, VAULT, begun[0][0]) is None
    assert keep(desk, VAULT, KeepDraft(begun[1][0], PAGE, TYPED), days=7) == []


def test_too_much_is_refused_in_words_and_by_the_database(office, desk):
    with pytest.raises(Invalid, match="too much at once"):
        typed(desk, [("witnessed", "x" * MOST_TYPED)])
    kept = find(desk, VAULT, typed(desk, [("witnessed", "x" * (MOST_TYPED - 300))]))
    assert len(kept.fields[0][1]) == MOST_TYPED - 300
    for change in (
        "UPDATE drafts SET content = decode(repeat('00', 1500001), 'hex')",
        "UPDATE drafts SET page = repeat('x', 201)",
    ):
        with pytest.raises(DBAPIError, match="check constraint"):
            raw(office.session, desk.actor, change)


@pytest.mark.parametrize(
    "page",
    ["", "enquiries", "//elsewhere.example", "https://elsewhere.example", "/\\elsewhere", "/a?b", "/" + "x" * 200],
)
def test_only_a_page_of_this_service_has_drafts(desk, page):
    with pytest.raises(Invalid, match="not a page of this service"):
        typed(desk, page=page)


def test_times_are_the_clocks_own(office, desk):
    key = typed(desk, days=3)
    row = office.session.get(Draft, (desk.actor.id, key))
    assert row.saved_at == office.clock.now()
    assert row.expires_at - row.saved_at == timedelta(days=3)
    assert isinstance(row.begun_at, datetime)
