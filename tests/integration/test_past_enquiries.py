"""Enquiries of an earlier system: how they stand once they are taken, who their people are, and what is refused."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from tests.making import an_enquiry
from tests.registers import a_row, as_csv, as_workbook, take
from triage.access.ledger import seal
from triage.exchange.past_mapping import PastMapping, read_mapping
from triage.exchange.people_file import FileRefused
from triage.exchange.sheet_file import read_sheet, write_refused
from triage.insight.counting import refresh
from triage.insight.measures import measure
from triage.models import (
    Clock,
    Decision,
    Enquiry,
    Event,
    OutboxMessage,
    Person,
    Recommendation,
    Referral,
    Repeat,
    Subject,
)
from triage.services.deciding import ImmediateDanger, act_on_immediate_danger
from triage.services.enquiry_actions import EnquiryAction, act_on_enquiry
from triage.services.people import NewPerson
from triage.store.second_looks import list_undrawn
from workflows.calendar import local_day

SIBLING = {"person": "P2", "given_name": "Ben", "birth_date": "3/5/2010"}
NHS = "9434765919"
MEASURED = ("people_decided", "overrides", "why_not_given")


def count(office, model):
    return office.session.scalar(select(func.count()).select_from(model))


def refused(outcome):
    return [(row.line, " ".join(words)) for row, words in outcome.refused]


def test_enquiry_stands_closed_with_its_own_days_and_decision_and_nothing_comes_of_it(office):
    outcome = take(office, as_csv([a_row()]))
    enquiry, decision = (office.session.scalars(select(each)).one() for each in (Enquiry, Decision))
    assert (outcome.taken.enquiries, outcome.taken.people, outcome.taken.rows) == (1, 1, 1)
    assert (enquiry.state, enquiry.queue, enquiry.source, enquiry.channel) == ("closed", None, "2A", "telephone")
    assert enquiry.received_at == datetime(2013, 4, 3, 13, 20, tzinfo=UTC)
    assert enquiry.decided_at == enquiry.closed_at == decision.took_effect_at == datetime(2013, 4, 4, 9, 20, tzinfo=UTC)
    assert enquiry.reference.startswith("ENQ-2013-")
    assert enquiry.working_minutes_to_decision > 0
    assert (decision.route, decision.level, decision.section_47) == ("early_help", 3, False)
    assert enquiry.district_code == "E07000170"
    for nothing in (Clock, OutboxMessage, Referral):
        assert count(office, nothing) == 0


def test_log_says_that_it_was_imported_and_is_whole(office):
    take(office, as_csv([a_row()]))
    events = {each.type: each for each in office.session.scalars(select(Event))}
    assert events.keys() == {"enquiry_imported", "person_imported"}
    told = events["enquiry_imported"]
    assert (told.data["theirs"], told.data["decisions"][0]["decided_by"]) == ("C1", "A made-up manager")
    assert all(each.hash == seal(each) for each in events.values())
    assert office.session.scalars(select(Enquiry)).one().event_hash == told.hash


def test_sibling_who_is_mended_later_joins_the_same_enquiry(office):
    rows = [a_row(), a_row(**SIBLING | {"birth_date": "31/2/2010"})]
    outcome = take(office, as_csv(rows))
    assert refused(outcome) == [(3, "birth_date: Enter a real date, the day first, like 27/3/2013, or 2013-03-27.")]
    mended = write_refused(read_sheet("register", as_csv(rows)), outcome.refused).replace(b"31/2/2010", b"3/5/2010")
    assert take(office, mended).taken.rows == 1
    enquiry = office.session.scalars(select(Enquiry)).one()
    office.session.refresh(enquiry)
    assert [(each.ordinal, each.person.given_name) for each in enquiry.subjects] == [(1, "Ava"), (2, "Ben")]
    last = office.session.scalars(select(Event).where(Event.case_id == enquiry.id).order_by(Event.number)).all()[-1]
    assert (last.type, last.number, enquiry.event_number) == ("imported_enquiry_completed", 2, 2)


@pytest.mark.parametrize(
    ("details", "column", "words"),
    [
        ({"enquiry": ""}, "enquiry", "Enter the reference that the old system gave the enquiry."),
        ({"received": "4/27/2013"}, "received", "Enter a real date, the day first"),
        ({"received": "3/4/13"}, "received", "Enter a real date, the day first"),
        ({"received": "3/4/2023", "decided": "4/4/2023"}, "received", "The enquiry cannot be received after now."),
        ({"source": "Hospital"}, "source", "There is no code 'Hospital'. Use one of: 1A"),
        ({"referrer_may_be_named": "perhaps"}, "referrer_may_be_named", "yes or no"),
        ({"told": " "}, "", "Write what was seen or said. If nothing was, say so."),
        ({"postcode": "NG15"}, "postcode", "Enter a full UK postcode, like NG15 7AA, or leave it empty."),
        ({"nhs_number": "1234567890"}, "nhs_number", "This is not an NHS number: its check digit is wrong."),
        ({"given_name": "", "family_name": ""}, "given_name", "Enter a name."),
        ({"birth_date": "1/1/1970"}, "birth_date", "A child cannot be over 25."),
        ({"outcome": ""}, "outcome", "It is not closed in this file."),
        ({"level": ""}, "level", "Choose the level of need."),
        ({"level": "5"}, "level", "A level is 1, 2, 3 or 4."),
        ({"section_47": ""}, "section_47", "Say whether significant harm is suspected (section 47)."),
        ({"reason": ""}, "reason", "Say why this is the right decision for this child."),
        ({"decided": ""}, "decided", "Enter a real date, the day first"),
        ({"decided": "2/4/2013"}, "decided", "It cannot be decided before it was received."),
        ({"decided": "2/4/2023"}, "decided", "The decision cannot lie after now."),
    ],
)
def test_row_that_cannot_be_right_is_refused_in_the_words_of_the_page(office, details, column, words):
    ((line, said),) = refused(take(office, as_csv([a_row(**details)])))
    assert (line, count(office, Enquiry), count(office, Person)) == (2, 0, 0)
    assert words in said
    assert f"{column}: " in said or not column


@pytest.mark.parametrize(("said", "may_be"), [("", False), ("no", False), ("Yes", True)])
def test_who_told_is_named_only_where_they_said_so(office, said, may_be):
    take(office, as_csv([a_row(referrer_name="A made-up neighbour", referrer_may_be_named=said)]))
    assert office.session.scalars(select(Enquiry)).one().referrer_may_be_named is may_be


def test_page_says_where_it_came_from_and_who_decided_there(office, sign_in):
    take(office, as_csv([a_row()]))
    enquiry = office.session.scalars(select(Enquiry)).one()
    page = sign_in("social_worker").get(f"/enquiries/{enquiry.id}").get_data(as_text=True)
    assert "<strong>Imported from An earlier system</strong>, where it was C1." in page
    assert "It was decided there by A made-up manager." in page
    assert "Decided in An earlier system, 10:20 on 4 April 2013" in page
    assert "than the policy recommended" not in page
    assert an_enquiry(office).imported_from is None


def test_system_is_told_where_it_came_from(office, caller):
    take(office, as_csv([a_row()]))
    enquiry = office.session.scalars(select(Enquiry)).one()
    told = caller("mash_manager").get(f"/enquiries/{enquiry.id}").get_json()
    assert (told["imported_from"], told["imported_reference"]) == ("An earlier system", "C1")


def test_unknown_outcome_is_said_outright_and_makes_no_decision(office):
    nothing = dict.fromkeys(("level", "section_47", "reason", "decided"), "")
    assert take(office, as_csv([a_row(outcome="not_recorded", **nothing)])).taken.rows == 1
    enquiry = office.session.scalars(select(Enquiry)).one()
    assert (enquiry.state, enquiry.decided_at, count(office, Decision)) == ("closed", None, 0)


def test_day_alone_begins_at_midnight_is_not_out_of_hours_and_gives_no_working_time(office):
    take(office, as_csv([a_row(received="3 April 2013", decided="2013-04-03")]))
    enquiry = office.session.scalars(select(Enquiry)).one()
    assert enquiry.received_at == enquiry.decided_at == datetime(2013, 4, 2, 23, tzinfo=UTC)
    assert (enquiry.out_of_hours, enquiry.working_minutes_to_decision) == (False, None)


def test_decided_on_the_day_it_came_is_not_decided_before(office):
    take(office, as_csv([a_row(decided="3/4/2013")]))
    enquiry = office.session.scalars(select(Enquiry)).one()
    assert enquiry.decided_at == enquiry.received_at


def join(office, **second):
    take(office, as_csv([a_row(), a_row(enquiry="C2", received="1/4/2013", decided="2/4/2013", **second)]))
    return count(office, Person)


@pytest.mark.parametrize(
    ("second", "people"),
    [
        ({}, 1),
        ({"given_name": "Eva", "postcode": ""}, 1),
        ({"person": ""}, 1),
        ({"person": "P9", "family_name": "TESTLEY"}, 1),
        ({"person": "P9", "postcode": "NG15 7AB"}, 2),
        ({"person": "P9", "given_name": "Eva"}, 2),
        ({"person": "P9", "birth_date": ""}, 2),
        ({"kind": "other_adult", "birth_date": "1/1/1980"}, 2),
    ],
)
def test_one_is_taken_for_another_only_where_nothing_is_left_to_weigh(office, second, people):
    kinds = {"kind": ""} | second
    take(office, as_csv([a_row(kind=""), a_row(enquiry="C2", received="1/4/2013", decided="2/4/2013", **kinds)]))
    assert count(office, Person) == people


def test_numbers_join_and_a_number_with_another_birthday_does_not(office):
    assert join(office, person="P9") == 1
    rows = [
        a_row(enquiry="C3", person="P3", given_name="Cat", nhs_number=NHS, received="9/4/2013", decided="10/4/2013"),
        a_row(enquiry="C4", person="P4", given_name="Kat", nhs_number="943 476 5919"),
        a_row(enquiry="C5", person="P5", given_name="Kat", nhs_number=NHS, birth_date="2/1/2009"),
    ]
    outcome = take(office, as_csv(rows))
    assert (outcome.taken.rows, outcome.taken.people, outcome.refused) == (3, 2, [])


def test_who_has_another_number_is_somebody_else(office):
    rows = [a_row(person="", nhs_number=NHS), a_row(enquiry="C2", person="", nhs_number="9434765870")]
    assert take(office, as_csv(rows)).taken.people == 2


def test_twins_without_a_name_stay_two(office):
    babies = [a_row(enquiry=f"C{n}", person=f"B{n}", given_name="Baby", birth_date="1/4/2013") for n in (1, 2)]
    assert take(office, as_csv(babies)).taken.people == 2


def test_child_who_is_known_here_is_joined_and_what_comes_next_has_a_history(office):
    known = an_enquiry(office, given_name="Ava", family_name="Testley").subjects[0].person
    take(office, as_csv([a_row()]))
    assert count(office, Person) == 1
    subject = office.session.scalars(select(Subject).where(Subject.imported_person.is_not(None))).one()
    assert subject.person_id == known.id
    assert office.session.scalars(select(Repeat)).one().before_id == subject.id


def test_rows_that_contradict_each_other_are_all_refused_and_equal_ones_taken_once(office):
    rows = [
        a_row(),
        a_row(),
        a_row(enquiry="C2", **SIBLING),
        a_row(enquiry="C2", source="Police"),
        a_row(enquiry="C3"),
        a_row(enquiry="C3", reason="Made up: otherwise."),
    ]
    outcome = take(office, as_csv(rows))
    assert (outcome.taken.rows, outcome.taken.known_before) == (1, 1)
    assert [line for line, _ in refused(outcome)] == [4, 5, 6, 7]


def test_two_who_are_told_apart_in_one_enquiry_are_two(office):
    outcome = take(office, as_csv([a_row(nhs_number=NHS), a_row(person="P2", nhs_number=NHS, given_name="Eva")]))
    assert (outcome.taken.people, outcome.refused) == (2, [])


def test_enquiry_that_moved_in_time_is_refused(office):
    take(office, as_csv([a_row()]))
    outcome = take(office, as_csv([a_row(**SIBLING, received="2/4/2013")]))
    assert "This enquiry was taken before, as received at another time." in refused(outcome)[0][1]


def test_two_systems_may_use_one_reference(office):
    for system in ("One", "Other"):
        assert take(office, as_csv([a_row()]), PastMapping(system)).taken.enquiries == 1
    assert count(office, Enquiry) == 2


def test_what_was_decided_elsewhere_is_held_against_no_recommendation(office):
    take(office, as_csv([a_row()]))
    refresh(office.session)
    day = local_day(office.session.scalars(select(Enquiry)).one().received_at)
    told = {name: measure(office.session, office.pack, name, day, day).whole for name in MEASURED}
    assert [(told[name].counted, told[name].of) for name in MEASURED] == [(1, None), (0, 0), (0, 0)]


def test_what_was_decided_elsewhere_is_not_drawn_for_a_second_look(office):
    take(office, as_csv([a_row()]))
    assert count(office, Recommendation) == 1
    ever = datetime(2013, 1, 1, tzinfo=UTC)
    assert list_undrawn(office.session, ever) == []
    enquiry = office.session.scalars(select(Enquiry)).one()
    reopen = EnquiryAction(enquiry_id=enquiry.id, action="reopen", reason="Made up: more is known.")
    act_on_enquiry(office.desk("mash_manager"), reopen)
    office.clock.at += timedelta(days=1)
    act_on_immediate_danger(office.desk("mash_manager"), ImmediateDanger(enquiry_id=enquiry.id, reason="Made up."))
    office.session.flush()
    (decision,) = list_undrawn(office.session, ever)
    assert not decision.came_by_import


MAPPING = """
system: Old Case System
columns: {enquiry: Contact ID, received: Contact date, source: Contact source, told: Presenting issue,
  given_name: Forename, birth_date: DOB, outcome: Outcome, level: Outcome, section_47: Outcome, decided: Outcome date}
always: {channel: telephone, reason: The old system kept no reason.}
values:
  outcome: {NFA: no_further_action}
  level: {NFA: "1"}
  section_47: {NFA: no}
"""


def test_workbook_is_read_by_a_mapping_with_its_dates_as_they_are(office):
    head = [
        "Contact ID",
        "Contact date",
        "Contact source",
        "Presenting issue",
        "Forename",
        "DOB",
        "Outcome",
        "Outcome date",
    ]
    row = [77, datetime(2013, 4, 3, 14, 20), "school", "Made up.", "Ava", date(2008, 1, 2), "nfa", date(2013, 4, 4)]  # noqa: DTZ001
    mapping = read_mapping("mapping.yaml", MAPPING)
    assert take(office, as_workbook([head, row]), mapping).taken.rows == 1
    enquiry = office.session.scalars(select(Enquiry)).one()
    assert (enquiry.imported_from, enquiry.imported_reference) == ("Old Case System", "77")
    assert enquiry.received_at == datetime(2013, 4, 3, 13, 20, tzinfo=UTC)
    assert enquiry.subjects[0].person.birth_date == date(2008, 1, 2)
    assert enquiry.subjects[0].decision.route == "no_further_action"


def test_page_and_row_describe_the_same_person(office):
    take(office, as_csv([a_row(postcode="ng157aa")]))
    person, page = office.session.scalars(select(Person)).one(), NewPerson(given_name="Ava")
    assert (person.postcode, person.search_name, person.ethnicity) == ("NG15 7AA", "ava testley", page.ethnicity)
    assert (person.version, person.event_number, person.identity_id) == (1, 1, person.id)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: [", "this is not YAML"),
        ("sistem: x", "a mapping says always, columns, system, values"),
        ("columns: {colour: x}", "there is no column 'colour' here"),
        ("columns: x", "write a name, a colon and a value"),
        ("always: {channel: [a]}", "write one value after each colon"),
        ("system: ''", "give the old system's name"),
    ],
)
def test_mapping_that_cannot_be_right_is_refused(text, words):
    with pytest.raises(FileRefused, match=words):
        read_mapping("mapping.yaml", text)


def test_column_that_the_file_has_not_is_named(office):
    with pytest.raises(FileRefused, match="there is no column 'Contact ID'"):
        take(office, as_csv([a_row()]), read_mapping("mapping.yaml", MAPPING))
    with pytest.raises(FileRefused, match="nothing says which column is: told"):
        take(office, as_csv([{key: said for key, said in a_row().items() if key != "told"}]))
