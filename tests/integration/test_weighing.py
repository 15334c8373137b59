"""What is due is worked out by the service and told as it was; what is put together is weighed anew each time."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.disposing import LATER, agreed, at_desk, closed_enquiry, dispose_all, service_desk, weigh
from tests.integration.test_retention_twice import DRAWING, STORY, write_all
from triage.database import acting_as
from triage.errors import Conflict
from triage.models import DueFile, Enquiry
from triage.models.codes import ROLES
from triage.services.disposing import finish_disposals, prepare
from triage.services.holding import LiftHold, PlaceHold, lift_hold, place_hold
from triage.services.retention import is_due, list_due, sum_up, weigh_files, weigh_those
from triage.services.weighing import ask_again, read_standing, work_out

GOVERNS = "information_governance"
SEE = {GOVERNS, "mash_manager", "system"}


def fresh(office):
    """How everything stands, read slowly from all that is on record."""
    desk = service_desk(office)
    return sum_up(weigh_files(desk), desk.today)


def told(office):
    with at_desk(office, GOVERNS) as desk:
        return read_standing(desk)


def kept_cases(office):
    office.session.flush()
    return {frozenset(row.cases) for row in office.session.query(DueFile)}


@pytest.fixture
def two(office):
    """Two files that are due, of an elder and of a younger child, and one that is not; nothing is worked out yet."""
    first = closed_enquiry(office, given_name="Ava")
    office.clock.at += timedelta(days=30)
    second = closed_enquiry(office, given_name="Ben")
    office.clock.at += timedelta(days=600)
    closed_enquiry(office, given_name="Cia")
    office.session.flush()
    office.clock.at = LATER
    return first, second


def test_nothing_is_told_before_it_was_worked_out(office, two):
    before = told(office)
    assert (before.worked_at, before.is_old, before.comes) == (None, True, True)
    with at_desk(office, GOVERNS) as desk, pytest.raises(Conflict) as refused:
        prepare(desk)
    assert [each.code for each in refused.value.problems] == ["not_weighed"]
    assert work_out(service_desk(office))
    after = told(office)
    assert (after.standing, after.worked_at, after.is_old, after.comes) == (fresh(office), LATER, False, False)
    assert after.standing.due == {"no_service": (2, 2)}
    assert after.standing.later == 1


def test_it_is_worked_out_once_a_day_and_when_it_is_asked_for(office, two, pack):
    desk = service_desk(office)
    assert [work_out(desk), work_out(desk)] == [True, False]
    ask_again(desk)
    assert told(office).comes
    assert [work_out(desk), work_out(desk)] == [True, False]
    office.clock.at = LATER + timedelta(hours=14, minutes=59)  # 23:59 in London
    assert (told(office).is_old, work_out(desk)) == (False, False)
    office.clock.at += timedelta(minutes=1)
    assert (told(office).is_old, work_out(desk), told(office).is_old) == (True, True, False)


def test_another_schedule_is_noticed(office, two):
    desk = service_desk(office)
    assert work_out(desk)
    office.session.execute(text("UPDATE weighings SET schedule_hash = 'of the one before'"))
    assert told(office).is_old
    assert [work_out(desk), told(office).is_old] == [True, False]


def test_whoever_asks_while_it_is_worked_out_gets_another(office, two, monkeypatch):
    desk = service_desk(office)

    def weigh_while_asked(desk):
        files = weigh_files(desk)
        ask_again(desk)
        return files

    with monkeypatch.context() as patched:
        patched.setattr("triage.services.weighing.weigh_files", weigh_while_asked)
        assert work_out(desk)
    assert told(office).comes
    assert [work_out(desk), work_out(desk)] == [True, False]


CHANGES = {
    "opened again": "UPDATE enquiries SET state = 'screening', closed_at = NULL WHERE id = :case",
    "closed late": "UPDATE enquiries SET closed_at = '2015-01-01' WHERE id = :case",
    "sent to a service": "UPDATE decisions SET route = 'social_care' WHERE subject_id IN (SELECT id FROM subjects"
    " WHERE enquiry_id = :case)",
    "under section 47": "UPDATE decisions SET section_47 = true WHERE subject_id IN (SELECT id FROM subjects"
    " WHERE enquiry_id = :case)",
    "belongs to what is open": "UPDATE enquiries SET split_from_id = (SELECT id FROM enquiries WHERE id <> :case"
    " ORDER BY closed_at DESC LIMIT 1) WHERE id = :case",
    "is of somebody who came again": "UPDATE subjects SET person_id = (SELECT person_id FROM subjects WHERE"
    " enquiry_id = :case) WHERE enquiry_id = (SELECT id FROM enquiries ORDER BY closed_at DESC LIMIT 1)",
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_no_longer_due_is_not_put_together_though_the_list_has_it(office, two, change):
    first, second = two
    weigh(office)
    office.session.execute(text(CHANGES[change]), {"case": first.id})
    assert kept_cases(office) == {frozenset([first.id]), frozenset([second.id])}
    with at_desk(office, GOVERNS) as desk:
        assert [item.cases for item in prepare(desk).items] == [[second.id]]
    before = told(office).standing
    weigh(office)
    assert told(office).standing == fresh(office) != before
    assert kept_cases(office) == {frozenset([second.id])}


def test_file_that_grew_is_put_together_whole_and_once(office, two):
    first, second = two
    weigh(office)
    second.split_from_id = first.id
    office.session.flush()
    with at_desk(office, GOVERNS) as desk:
        assert [item.cases for item in prepare(desk).items] == [sorted([first.id, second.id])]


def test_hold_and_its_end_ask_for_it_anew_and_are_heeded_at_once(office, two):
    first, second = two
    weigh(office)
    with at_desk(office, GOVERNS) as desk:
        (hold,) = place_hold(desk, PlaceHold(reference=first.reference, reason="inquiry", words="Made up"))
    assert (told(office).comes, told(office).standing.kept) == (True, {})
    assert work_out(service_desk(office))
    assert told(office).standing.kept == {"held": 1}
    with at_desk(office, GOVERNS) as desk:
        lift_hold(desk, LiftHold(hold_id=hold.id, reason="It is over"))
    assert work_out(service_desk(office))
    assert told(office).standing == fresh(office)
    with at_desk(office, GOVERNS) as desk:
        place_hold(desk, PlaceHold(reference=first.reference, reason="inquiry", words="Made up"))
        assert [item.cases for item in prepare(desk).items] == [[second.id]]


def test_class_that_is_asked_for_is_the_one_that_keeps_it_now(office, two):
    first, second = two
    weigh(office)
    desk = service_desk(office)
    assert [file.cases for file in list_due(desk, "no_service", set(), 9)] == [(first.id,), (second.id,)]
    assert list_due(desk, "adult", set(), 9) == []
    office.session.execute(text("DELETE FROM due_files"))
    office.session.add(DueFile(cases=[first.id], code="adult", due_on=LATER.date()))
    assert list_due(desk, "adult", set(), 9) == []


def test_as_many_as_are_asked_for_are_found_the_longest_overdue_first(office, two):
    first, second = two
    weigh(office)
    desk = service_desk(office)
    assert [file.cases for file in list_due(desk, None, set(), 1)] == [(first.id,)]
    assert [file.cases for file in list_due(desk, None, {first.id}, 1)] == [(second.id,)]
    assert list_due(desk, None, {first.id, second.id}, 1) == []
    office.session.execute(text(CHANGES["opened again"]), {"case": first.id})
    assert [file.cases for file in list_due(desk, None, set(), 1)] == [(second.id,)]


def test_file_takes_its_line_along_and_what_is_due_is_worked_out_anew(office, two):
    disposal = agreed(office)
    assert len(kept_cases(office)) == disposal.counts["due_files"] == 2
    assert not work_out(service_desk(office))
    assert dispose_all(service_desk(office)) == 2
    assert kept_cases(office) == set()
    assert told(office).comes
    assert work_out(service_desk(office))
    assert told(office).standing == fresh(office)
    assert told(office).standing.due == {}
    assert office.session.query(Enquiry).count() == 1
    assert finish_disposals(service_desk(office)) == 0
    assert not told(office).comes


def test_file_that_went_while_it_was_weighed_leaves_no_line(office, two, monkeypatch):
    disposal = agreed(office)
    desk = service_desk(office)

    def weigh_while_they_go(desk):
        files = weigh_files(desk)
        dispose_all(desk)
        return files

    ask_again(desk)
    with monkeypatch.context() as patched:
        patched.setattr("triage.services.weighing.weigh_files", weigh_while_they_go)
        assert work_out(desk)
    assert disposal.state == "executed"
    assert (kept_cases(office), told(office).comes) == (set(), True)


@DRAWING
@given(
    **STORY,
    linked=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=2),
    same=st.none() | st.tuples(st.integers(0, 2), st.integers(0, 2)),
)
def test_few_files_are_weighed_as_all_are(here, told, asked, handed, marked, linked, same):
    office = here()
    desk = service_desk(office)
    office.actor(GOVERNS)  # who stays, whatever is undone
    office.session.flush()
    with office.session.begin_nested() as savepoint:
        write_all(office, told, asked, handed, marked)
        link(office, linked, same)
        everything = weigh_files(desk)
        for file in everything:
            for case in file.cases:
                assert weigh_those(desk, [case]) == [file]
        every_case = [case for file in everything for case in file.cases]
        assert sorted(weigh_those(desk, every_case), key=str) == sorted(everything, key=str)
        weigh(office)
        assert read_standing(desk).standing == sum_up(everything, desk.today)
        due = {file.cases for file in everything if is_due(file, desk.today)}
        assert {file.cases for file in list_due(desk, None, set(), 2)} <= due
        assert {file.cases for file in list_due(desk, None, set(), 99)} == due
        savepoint.rollback()
    office.session.expire_all()


def link(office, linked, same):
    """Some of the enquiries split off others; two records of one person."""
    pair = "(SELECT id FROM enquiries ORDER BY id OFFSET :{} LIMIT 1)"
    split = f"UPDATE enquiries SET split_from_id = {pair.format('one')} WHERE id = {pair.format('other')}"  # noqa: S608
    for one, other in linked:
        if one != other:
            office.session.execute(text(split), {"one": one, "other": other})
    if same and same[0] != same[1]:
        keys = office.session.scalars(text("SELECT id FROM people ORDER BY id")).all()
        first, later = sorted(same)
        said = text("UPDATE people SET same_as_id = :one WHERE id = :other")
        office.session.execute(said, {"one": keys[first], "other": keys[later]})


@pytest.mark.parametrize("who", [role for role in ROLES if role != "system"])
def test_what_is_due_is_seen_by_those_who_answer_for_records_and_changed_by_the_service_alone(office, two, who):
    weigh(office)
    with acting_as(office.session, office.actor(who)):
        seen = [office.session.scalar(text(f"SELECT count(*) FROM {name}")) for name in ("weighings", "due_files")]  # noqa: S608
        assert seen == ([1, 2] if who in SEE else [0, 0])
        assert office.session.execute(text("UPDATE weighings SET later = 99")).rowcount == 0
        assert office.session.execute(text("DELETE FROM due_files")).rowcount == 0
        with pytest.raises(DBAPIError, match="row-level security"), office.session.begin_nested():
            office.session.execute(text("INSERT INTO due_files VALUES ('{}', 'x', '2019-01-01', gen_random_uuid())"))


def test_page_says_when_and_what_to_do_where_it_is_old(sign_in, office, two):
    governs, manager = sign_in(GOVERNS), sign_in("mash_manager")
    page = governs.get("/retention").text
    assert "has not been worked out yet" in page
    assert "Put together" not in page.partition("Disposals")[0]
    refused = governs.post("/retention", data={})
    assert refused.status_code == 409
    assert "Try again in a few minutes" in refused.text
    weigh(office)
    page = governs.get("/retention").text
    assert "As worked out at 09:00 today" in page
    assert "Work it out again" in page
    assert "tell whoever runs the service" not in page
    assert manager.post("/retention/again").location == "/retention"
    page = manager.get("/retention").text
    assert "They are being worked out again" in page
    assert "Work it out again" not in page
    assert work_out(service_desk(office))
    office.clock.at += timedelta(days=1)
    page = governs.get("/retention").text
    assert "These numbers are not today’s." in page
    assert "As worked out at 09:00 yesterday" in page
    assert "Due today" not in page
    assert governs.post("/retention", data={"code": "no_service"}).status_code == 302  # weighed today, all the same
    for other in ("mash_officer", "analyst", "administrator"):
        assert sign_in(other).post("/retention/again").status_code == 403
