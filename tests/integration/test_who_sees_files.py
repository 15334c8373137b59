"""Whatever SQL reaches the database: a file is seen with its case, added by who writes on it, and only taken away."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.acting import a_referral, accepted, act
from tests.making import an_enquiry
from triage.access.actor import NOBODY, SYSTEM
from triage.access.vault import Vault
from triage.database import act_as
from triage.models.codes import ROLES
from triage.services.files import AddFile, Cabinet, add_file

WEST, NORTH, SOUTH = "locality_worker:west", "locality_worker:north", "locality_worker:south"
LOCAL = ("locality_worker", "locality_manager")
HUB = ("mash_officer", "social_worker", "mash_manager", "early_help_unit", "emergency_duty_team")
NONE = ("analyst", "locality_worker", "locality_manager", NORTH, SOUTH, None)
CABINET = Cabinet(Vault(["only-in-tests-but-long-enough-for-it"]), 10_000, 10_000)
ADD = """
INSERT INTO files (id, enquiry_id, referral_id, name, kind, described, size, sha256, sent_sha256, content, added_at,
                   added_by_id, removed_reason)
VALUES (gen_random_uuid(), {enquiry}, {referral}, 'x.txt', 'txt', '', 1, '', '', 'x', now(), {by}, '')
"""
ME = "current_setting('triage.user_id')::uuid"
GONE = "content = NULL, removed_at = now(), removed_reason = 'x', removed_by_id = "
AWAY = f"UPDATE files SET {GONE}{ME} WHERE id = :id"  # noqa: S608


@pytest.fixture
def case(office):
    """A referral that the west has."""
    for who in (WEST, NORTH, SOUTH, *ROLES):
        office.actor(who)
    return accepted(office)


def keep(office, who, case):
    file = add_file(office.desk(who), CABINET, AddFile(kind=type(case), case_id=case.id, name="a", content=b"made up"))
    office.session.flush()
    return file


@pytest.fixture
def files(office, case):
    """One of the referral's own and one of its enquiry's."""
    return {"referral": keep(office, WEST, case), "enquiry": keep(office, "mash_officer", case.enquiry)}


def run_as(office, who, statement, **values):
    """How many rows it was about, or in short why the database refused it."""
    office.session.flush()
    act_as(office.session, office.actor(who) if who else NOBODY)
    try:
        with office.session.begin_nested():
            return office.session.execute(text(statement), values).rowcount
    except DBAPIError as refusal:
        return next(each for each in ("row-level", "permission", "stays so", "violates check") if each in str(refusal))
    finally:
        act_as(office.session, SYSTEM)


@pytest.mark.parametrize("who", [*HUB, "system", WEST])
def test_whoever_sees_the_case_reads_its_files(office, files, who):
    assert run_as(office, who, "SELECT content FROM files") == 2


@pytest.mark.parametrize("who", NONE)
def test_whoever_does_not_sees_neither_row_nor_content_and_takes_nothing_away(office, files, who):
    assert run_as(office, who, "SELECT 1 FROM files") == 0
    assert run_as(office, who, "SELECT content FROM files WHERE content IS NOT NULL") == 0
    if who:
        assert run_as(office, who, AWAY, id=files["referral"].id) == 0


def add_to(case, of, by=ME):
    keys = {"enquiry": "NULL", "referral": "NULL", of: f"'{getattr(case, 'id' if of == 'referral' else 'enquiry_id')}'"}
    return ADD.format(by=by, **keys)


@pytest.mark.parametrize("who", [*HUB, "system"])
@pytest.mark.parametrize("of", ["enquiry", "referral"])
def test_hub_adds_in_its_own_name(office, case, who, of):
    assert run_as(office, who, add_to(case, of)) == 1
    other = f"'{office.actor(WEST).id}'"
    assert run_as(office, who, add_to(case, of, by=other)) == (1 if who == "system" else "row-level")


@pytest.mark.parametrize(("who", "added"), [(WEST, 1), (NORTH, "row-level"), ("analyst", "row-level")])
def test_locality_adds_to_the_referral_that_it_has_and_to_no_enquiry(office, case, who, added):
    assert run_as(office, who, add_to(case, "referral")) == added
    assert run_as(office, who, add_to(case, "enquiry")) == "row-level"


def test_whoever_is_offered_the_case_reads_its_files_and_writes_none(office, case, files):
    act(office, WEST, case, "offer_transfer", transfer_to="social_care_north", reason="They moved")
    assert run_as(office, NORTH, "SELECT 1 FROM files") == 2
    assert run_as(office, NORTH, add_to(case, "referral")) == "row-level"
    assert run_as(office, NORTH, AWAY, id=files["referral"].id) == "row-level"


@pytest.mark.parametrize("who", [*HUB, "system"])
def test_hub_takes_away_what_came_with_either(office, files, who):
    assert [run_as(office, who, AWAY, id=file.id) for file in files.values()] == [1, 1]


def test_locality_takes_away_what_came_with_its_referral_alone(office, files):
    assert [run_as(office, WEST, AWAY, id=file.id) for file in files.values()] == [1, "row-level"]


def test_system_of_a_partner_sees_no_file_adds_none_and_takes_none_away(office, case, files):
    assert run_as(office, "partner_system", "SELECT 1 FROM files") == 0
    assert [run_as(office, "partner_system", add_to(case, of)) for of in ("enquiry", "referral")] == ["row-level"] * 2
    assert run_as(office, "partner_system", AWAY, id=files["enquiry"].id) == 0


def test_what_was_taken_away_stays_so(office, files):
    away = run_as(office, "mash_manager", AWAY, id=files["enquiry"].id)
    assert (away, run_as(office, "mash_manager", AWAY, id=files["enquiry"].id)) == (1, "stays so")


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("UPDATE files SET name = 'x'", "permission"),
        ("UPDATE files SET added_by_id = NULL", "permission"),
        ("UPDATE files SET referral_id = NULL", "permission"),
        ("DELETE FROM files", "permission"),
        ("UPDATE files SET content = 'x'", "row-level"),
        ("UPDATE files SET content = NULL", "row-level"),
        (AWAY.replace("'x'", "''"), "violates check"),
        (AWAY.replace("content = NULL", "content = 'x'"), "violates check"),
        (AWAY.replace(ME, f"'{SYSTEM.id}'"), "row-level"),
    ],
)
def test_nothing_else_of_a_file_is_ever_changed(office, files, statement, why):
    values = {"id": files["enquiry"].id} if ":id" in statement else {}
    assert run_as(office, "mash_manager", statement, **values) == why


def test_locality_does_not_see_files_of_an_enquiry_that_is_another_childs(office, files):
    keep(office, "mash_officer", an_enquiry(office, given_name="Ben"))
    keep(office, "mash_officer", a_referral(office, given_name="Cem", postcode="S80 1AA"))
    assert (run_as(office, WEST, "SELECT 1 FROM files"), run_as(office, "mash_officer", "SELECT 1 FROM files")) == (
        2,
        4,
    )
