"""Unmet needs: seen with their case and counted without it, and told in a copy of the record.

What is left of one whose case goes is in test_disposal_reach.py.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from tests.acting import accepted
from tests.asking_for_records import as_
from tests.listing import ABSENT, ASHFIELD, in_directory
from tests.restricting import few_see
from triage.errors import Conflict, NotFound
from triage.models import Person, UnmetNeed
from triage.services.rights.gathering_held import gather_material
from triage.services.unmet_needs import NoteUnmetNeed, note_unmet_need
from triage.store.unmet_needs import count_unmet, list_unmet

WEST, NORTH, MANAGER = "locality_worker:west", "locality_worker:north", "locality_manager:west"
ALL_OF_IT = date(2013, 1, 1), date(2014, 1, 1)
COUNTS = {"mash_manager", "early_help_unit", "analyst", MANAGER}


def note(office, case, who=WEST, need=ABSENT, **more):
    office.actor(who)
    command = NoteUnmetNeed(referral_id=case.id, need=need, **more)
    office.session.flush()
    office.session.info.pop("held", None)
    office.session.expunge_all()  # what is remembered is no proof of what they see
    with as_(office, who), office.session.begin_nested():
        return note_unmet_need(office.desk(who), command)


@dataclass(frozen=True)
class Case:
    """The keys of a request for early help, and of its child."""

    id: UUID
    enquiry_id: UUID
    person_id: UUID


@pytest.fixture
def case(office):
    found = accepted(office, "early_help", indicators=(ABSENT,))
    office.session.flush()
    return Case(found.id, found.enquiry_id, found.person_id)


def counted(office, who):
    office.actor(who)
    with as_(office, who):
        return [(each.district, each.need, each.month, each.number) for each in count_unmet(office.session, *ALL_OF_IT)]


def seen(office, who, case):
    office.actor(who)
    with as_(office, who):
        return len(list_unmet(office.session, [case.id]))


def test_it_is_seen_with_its_case_and_counted_by_whoever_counts(office, case):
    note(office, case)
    for who in (WEST, MANAGER, "early_help_unit", "mash_manager"):
        assert seen(office, who, case) == 1, who
    for who in (NORTH, "analyst", "administrator", "information_governance"):
        assert seen(office, who, case) == 0, who
    for who in (*COUNTS, "locality_manager:north", "mash_officer", WEST, "administrator"):
        assert counted(office, who) == ([(ASHFIELD, ABSENT, date(2013, 5, 1), 1)] if who in COUNTS else []), who


def test_it_is_hidden_with_a_restricted_child(office, case):
    note(office, case)
    few_see(office, case.enquiry_id)
    assert seen(office, "early_help_unit", case) == 0
    with pytest.raises(NotFound):
        note(office, case, "early_help_unit", "F2_DEBT")


def test_nobody_writes_it_in_anothers_name_or_of_anothers_case_or_changes_it(office, case):
    row = note(office, case)
    insert = (
        "INSERT INTO unmet_needs (id, referral_id, need, found, words, noted_on, noted_by_id)"
        " VALUES (gen_random_uuid(), :case, 'x', 'nothing', '', '2013-05-07', :by)"
    )
    for who, by in ((NORTH, NORTH), (WEST, NORTH), ("analyst", "analyst")):
        values = {"case": case.id, "by": office.actor(by).id}
        office.actor(who)
        with as_(office, who), pytest.raises(ProgrammingError), office.session.begin_nested():
            office.session.execute(text(insert), values)
    for statement in ("UPDATE unmet_needs SET words = 'x'", "DELETE FROM unmet_needs"):
        with as_(office, WEST), pytest.raises(ProgrammingError), office.session.begin_nested():
            office.session.execute(text(statement))
    assert row.words == ""


def test_same_need_is_noted_once_a_day(office, case):
    note(office, case)
    with pytest.raises(Conflict, match="today already"):
        note(office, case)
    note(office, case, need="F2_DEBT")
    office.clock.at += timedelta(days=1)
    note(office, case)
    assert sum(number for *_, number in counted(office, "mash_manager")) == 3


def test_locality_that_does_not_have_the_case_notes_nothing(office, case):
    with pytest.raises(NotFound):
        note(office, case, NORTH)


def test_copy_of_the_record_tells_it(office, case):
    in_directory(office)
    note(office, case, words="Made up: his mother cannot get to Mansfield")
    section = next(
        each
        for each in gather_material(
            office.desk("information_governance"), office.session.get(Person, case.person_id)
        ).sections
        if each.title == "Help that was not to be had"
    )
    (item,) = section.items
    assert "Pattern of absences" in item.heading
    assert [each.text for each in item.passages] == ["Made up: his mother cannot get to Mansfield"]


def test_register_tells_small_numbers_to_those_who_see_cases_alone(sign_in, office, case):
    note(office, case)
    office.session.flush()
    assert office.session.query(UnmetNeed).count() == 1
    asked = "/unmet-needs?from=2013-04-01&to=2013-06-30"
    manager, analyst = sign_in("mash_manager").get(asked).text, sign_in("analyst").get(asked).text
    assert "<strong>1</strong>" in manager
    assert "1 to 5" not in manager
    assert "1 to 5" in analyst
    assert "<strong>1</strong>" not in analyst
    assert "Testley" not in manager
    (day,) = office.session.scalars(select(UnmetNeed.noted_on))
    within = f"/unmet-needs?from={day + timedelta(1)}&to={day + timedelta(1)}"
    assert "No unmet need was noted" in sign_in("mash_manager").get(within).text
    assert "1 to 5" in sign_in("analyst").get(within).text  # months are whole: two periods tell no more than one
    assert sign_in("social_worker").get(asked).status_code == 403


def test_file_has_the_same_numbers(sign_in, office, case):
    note(office, case)
    office.session.flush()
    sent = sign_in("early_help_unit").get("/unmet-needs/unmet-needs.csv?from=2013-04-01&to=2013-06-30")
    head, line = sent.text.splitlines()
    assert head.startswith("District code,District,Need code,Need,April 2013,May 2013,June 2013,Total,No service")
    assert line.startswith("E07000170,Ashfield,C2_ABSENCE_PATTERN,")
    assert ",0,1,0,1,1,0,0" in line
    assert sent.content_type.startswith("text/csv")
