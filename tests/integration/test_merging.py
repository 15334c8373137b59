"""Two records are one child's by somebody's word: one is answered from both, until it is taken back."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from tests.acting import a_referral, accepted, act, events_of, last_event
from tests.asking_for_records import as_
from tests.disposing import LATER, agreed, closed_enquiry, dispose_all, service_desk
from tests.making import decide_as, screen, view_first
from tests.merging import TWO, WHY, WHY_NOT, part, say_one, told_of, two_records
from triage.errors import Conflict, Invalid, NotFound
from triage.models import OutboxMessage, Person
from triage.services.facts import gather_facts
from triage.services.merging import AddName, UndoMerge, add_name, undo_merge
from triage.services.opening_referral import hold_cases
from triage.services.people import NewPerson, find_matches
from triage.services.restricting import Restrict, restrict
from triage.services.rights.gathering_held import gather_material
from triage.store.held import find_by_name
from triage.store.merges import list_records

BORN = date(2008, 1, 2)


def seen_by(office, who, *people):
    """Which of these records that member is shown, asked of the database anew."""
    with as_(office, who):
        office.session.expire_all()
        found = [each.id for each in list_records(office.session, people)]
    office.session.expire_all()
    return found


def known_of(office, enquiry):
    return gather_facts(office.desk("social_worker"), enquiry, enquiry.subjects[0], known_before=True)


def test_both_records_stay_whole_and_count_as_one(office):
    first, later, holm, ashby = two_records(office)
    merge = say_one(office, "mash_officer", ashby, holm)
    assert (merge.person_id, merge.other_id) == (holm.id, ashby.id)
    assert "family name differs (holm / ashby)" in merge.evidence
    assert [holm.identity_id, ashby.identity_id, holm.same_as_id, ashby.same_as_id] == [
        holm.id,
        holm.id,
        None,
        holm.id,
    ]
    assert (first.subjects[0].person, later.subjects[0].person) == (holm, ashby)
    assert (holm.family_name, ashby.family_name) == ("Holm", "Ashby")
    assert known_of(office, later).earlier_enquiries_12m == 1
    for record, other in ((holm, ashby), (ashby, holm)):
        told = last_event(office, record, "record_merged").data
        assert (told["other"], told["reason"]) == (str(other.id), WHY)


def test_undecided_enquiries_are_weighed_again(office):
    first, later, holm, ashby = two_records(office)
    screen(office, first)
    decide_as(office, "social_worker", first, route="no_further_action", level=1, why_not=WHY_NOT)
    asked = len(later.subjects[0].recommendations)
    merge = say_one(office, "social_worker", holm, ashby)
    assert len(first.subjects[0].recommendations) == 1  # it is decided
    assert len(later.subjects[0].recommendations) == asked + 1
    assert later.subjects[0].recommendations[-1].facts["earlier_nfa_12m"] == 1
    assert last_event(office, later, "records_merged").data == {"subjects": [1], "merge": str(merge.id)}
    part(office, "social_worker", merge.id)
    assert later.subjects[0].recommendations[-1].facts["earlier_nfa_12m"] == 0
    assert last_event(office, later, "records_parted").data == {"subjects": [1], "merge": str(merge.id)}


def test_open_case_of_one_record_is_the_childs(office):
    case = a_referral(office, family_name="Holm")
    later = told_of(office, "Ashby")
    desk, ashby = office.desk("mash_manager"), later.subjects[0].person
    assert hold_cases(desk, ashby.id) == []
    merge = say_one(office, "mash_manager", case.person, ashby)
    assert hold_cases(desk, ashby.id) == [case]
    assert known_of(office, later).open_case
    part(office, "mash_manager", merge.id)
    assert hold_cases(desk, ashby.id) == []


def test_whoever_has_an_open_case_is_told_and_the_case_tells_it(office):
    one, other = (accepted(office, given_name=name, family_name="Holm") for name in ("Ava", "Eva"))
    merge = say_one(office, "mash_manager", one.person, other.person)
    part(office, "mash_manager", merge.id)
    query = select(OutboxMessage.payload).where(OutboxMessage.task == "tell_worker").order_by(OutboxMessage.id)
    told = [payload["referral_id"] for payload in office.session.scalars(query) if payload["merge_id"] == str(merge.id)]
    for case in (one, other):
        logged = [each for each in events_of(office, case) if each.type in ("records_merged", "records_parted")]
        assert [each.data for each in logged] == [{"merge": str(merge.id)}] * 2
        assert told.count(str(case.id)) == 2


def test_file_is_counted_from_the_date_of_birth_that_either_record_tells(office):
    known, unknown = (accepted(office, given_name=name, birth_date=day) for name, day in (("Ava", BORN), ("Eva", None)))
    counted = text("SELECT birth_date FROM retention_facts WHERE person_id = :who")

    def of_both():
        return {office.session.scalar(counted, {"who": each.person_id}) for each in (known, unknown)}

    assert of_both() == {BORN, None}
    merge = say_one(office, "mash_manager", known.person, unknown.person)
    assert of_both() == {BORN}
    part(office, "mash_manager", merge.id)
    assert of_both() == {BORN, None}


def call_by(office, who, person, *name, reason=WHY):
    office.actor(who)
    command = AddName(person_id=person.id, given_name=name[0], family_name=name[1], reason=reason)
    with as_(office, who), office.session.begin_nested():
        return add_name(office.desk(who), command)


def found_as(office, *name):
    with as_(office, "social_worker"):
        typed = NewPerson(given_name=name[0], family_name=name[1], birth_date=BORN)
        return [each.person.id for each in find_matches(office.desk("social_worker"), typed)]


def test_somebody_is_found_by_another_name_that_they_go_by_until_it_is_taken_back(office):
    holm = told_of(office, "Holm", birth_date=BORN, postcode=None).subjects[0].person
    assert found_as(office, "Zuzanna", "Kowalczyk") == []
    merge = call_by(office, "mash_officer", holm, "Zuzanna", "Kowalczyk")
    assert (merge.person_id, merge.other.birth_date, merge.other.same_as_id) == (holm.id, None, holm.id)
    assert found_as(office, "Zuzana", "Kowalczyk") == [holm.id]
    with as_(office, "social_worker"):
        (found,) = find_matches(office.desk("social_worker"), NewPerson(given_name="Zuzanna", birth_date=BORN))
    assert {each.field for each in found.evidence} == {"given_name", "birth_date"}
    assert [each.identity_id for each in find_by_name(office.session, "zuzanna kowalczyk", BORN)] == [holm.id]
    part(office, "mash_officer", merge.id)
    assert found_as(office, "Zuzanna", "Kowalczyk") == []


@pytest.mark.parametrize(
    ("name", "reason", "field"),
    [
        (("", " "), WHY, "given_name"),
        (("Ava", "HOLM"), WHY, "given_name"),
        (("Zuzanna", "Holm"), " ", "reason"),
    ],
)
def test_another_name_that_is_none_or_known_or_without_a_reason_leaves_no_record(office, name, reason, field):
    holm = told_of(office, "Holm").subjects[0].person
    before = office.session.query(Person).count()
    with pytest.raises(Invalid) as refusal:
        call_by(office, "mash_officer", holm, *name, reason=reason)
    assert [each.field for each in refusal.value.problems] == [field]
    assert office.session.query(Person).count() == before


def test_other_name_goes_with_the_file_also_once_it_was_taken_back(office):
    holm = closed_enquiry(office).subjects[0].person
    for name, taken_back in (("Kowalczyk", False), ("Zanetti", True)):
        merge = call_by(office, "mash_officer", holm, "Ava", name)
        if taken_back:
            part(office, "mash_officer", merge.id)
    everybody = select(Person.id).where(Person.given_name == "Ava")
    assert len(office.session.scalars(everybody).all()) == 3
    office.clock.at = LATER
    agreed(office)
    dispose_all(service_desk(office))
    assert office.session.scalars(everybody).all() == []


def test_taken_back_it_stands_beside_who_took_it_back(office):
    _, _, holm, ashby = two_records(office)
    merge = say_one(office, "mash_officer", holm, ashby)
    part(office, "social_worker", merge.id)
    assert ashby.same_as_id is None
    assert (merge.reason, merge.undone_reason) == (WHY, TWO)
    assert merge.undone_by_id == office.actor("social_worker").id
    assert [each.type for each in events_of(office, ashby)][-2:] == ["record_merged", "merge_undone"]
    with pytest.raises(Conflict, match="taken back"):
        part(office, "social_worker", merge.id)
    again = say_one(office, "mash_officer", holm, ashby)
    assert again.id != merge.id
    assert ashby.identity_id == holm.id


def test_who_is_one_by_two_words_stays_so_when_one_is_taken_back(office):
    holm, ashby, voss = (told_of(office, name).subjects[0].person for name in ("Holm", "Ashby", "Voss"))
    first = say_one(office, "mash_officer", ashby, voss)
    assert voss.identity_id == ashby.id
    second = say_one(office, "mash_officer", voss, holm)
    assert {each.identity_id for each in (holm, ashby, voss)} == {holm.id}
    part(office, "mash_officer", first.id)
    assert [each.identity_id for each in (holm, ashby, voss)] == [holm.id, ashby.id, holm.id]
    part(office, "mash_officer", second.id)
    assert all(each.same_as_id is None for each in (holm, ashby, voss))


def test_somebody_of_several_records_is_found_once(office):
    _, _, holm, ashby = two_records(office)
    described = NewPerson(given_name="Ava", family_name="Ashby", birth_date=date(2008, 1, 2), postcode="NG15 7AA")
    desk = office.desk("mash_officer")
    assert {match.person for match in find_matches(desk, described)} == {holm, ashby}
    alone = next(match for match in find_matches(desk, described) if match.person is ashby)
    say_one(office, "mash_officer", holm, ashby)
    (match,) = find_matches(desk, described)
    assert (match.person, match.evidence) == (holm, alone.evidence)


@pytest.mark.parametrize("who", ["early_help_unit", "partner_system", "locality_manager:west"])
def test_nobody_else_says_so(office, who):
    _, _, holm, ashby = two_records(office)
    with pytest.raises(Conflict, match="Your role may not"):
        say_one(office, who, holm, ashby)


def test_it_takes_a_reason_and_two_who_may_be_one(office):
    _, _, holm, ashby = two_records(office)
    adult = told_of(office, "Holm", kind="adult_at_risk", birth_date=date(1970, 1, 2)).subjects[0].person
    for one, other, reason, says in (
        (holm, ashby, "  ", "Say how you know"),
        (holm, adult, WHY, "child and the other an adult"),
        (holm, holm, WHY, "one person's records already"),
    ):
        with pytest.raises(Invalid, match=says):
            say_one(office, "mash_officer", one, other, reason)
    assert not holm.same_as_id


def test_whoever_said_who_it_is_does_not_alone_give_it_away(office):
    case = a_referral(office, family_name="Holm")
    later = told_of(office, "Ashby", indicators=("C3_SUBSTANCE",))
    say_one(office, "mash_manager", case.person, later.subjects[0].person)
    screen(office, later)
    for who in ("mash_manager", "mash_manager 2"):
        view_first(office, who, later)
    with pytest.raises(Conflict, match="You said who this is"):
        act(office, "mash_manager", later, "attach", reason="Their worker should know")
    act(office, "mash_manager 2", later, "attach", reason="Their worker should know")
    assert last_event(office, case, "information_received").data["enquiry"] == later.reference


def test_restriction_on_one_record_hides_them_all(office):
    first, _, holm, ashby = two_records(office)
    key, records = say_one(office, "mash_manager", holm, ashby).id, (holm.id, ashby.id)
    with as_(office, "mash_manager"):
        why = "A threat to the placement"
        restrict(office.desk("mash_manager"), Restrict(enquiry_id=first.id, ordinal=1, reason=why))
    assert seen_by(office, "social_worker", *records) == []
    with as_(office, "social_worker"), pytest.raises(NotFound):
        undo_merge(office.desk("social_worker"), UndoMerge(merge_id=key, reason=TWO))
    part(office, "mash_manager", key)
    assert seen_by(office, "social_worker", *records) == [records[1]]


def test_copy_of_a_record_has_all_of_them(office):
    first, later, holm, ashby = two_records(office)
    say_one(office, "mash_officer", holm, ashby)
    material = gather_material(office.desk("information_governance"), ashby)
    assert {"Holm", "Ashby"} <= set(material.own)
    sections = {each.title: each.items for each in material.sections}
    assert len(sections["Who you are"]) == 2
    assert {first.reference, later.reference} <= {
        word for each in sections["What we were told about you"] for word in each.heading.split()
    }
    (said,) = sections["Which records were said to be yours"]
    assert said.passages[0].text == WHY


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.booleans()), max_size=8))
def test_records_are_one_just_as_far_as_words_stand(office, said):
    """Whatever is said and taken back in whatever order: beside a walk over the words that stand."""
    people = [told_of(office, "Holm").subjects[0].person for _ in range(4)]
    standing = {}
    for one, other, says in said:
        pair = frozenset((one, other))
        if says and people[one].identity_id != people[other].identity_id:
            standing[pair] = say_one(office, "mash_officer", people[one], people[other])
        elif not says and pair in standing:
            part(office, "mash_officer", standing.pop(pair).id)
    for place, person in enumerate(people):
        assert person.identity_id == people[_first_met(place, standing)].id


def _first_met(place, pairs):
    met, waiting = set(), {place}
    while waiting:
        here = waiting.pop()
        met.add(here)
        waiting |= {each for pair in pairs if here in pair for each in pair} - met
    return min(met)


def test_who_is_restricted_is_merged_by_whoever_is_on_the_list_alone(office):
    """Or somebody who has the other child's case, and so both, would see from then on what few may."""
    first, _, holm, ashby = two_records(office)
    with as_(office, "mash_manager"):
        restrict(office.desk("mash_manager"), Restrict(enquiry_id=first.id, ordinal=1, reason="Placed for adoption"))
    first.owner_id = office.actor("social_worker").id  # who has the case sees it, and is on no list
    with pytest.raises(Conflict, match="Few may see one of these records"):
        say_one(office, "social_worker", holm, ashby)
    say_one(office, "mash_manager", holm, ashby)
    assert ashby.identity_id == holm.id


def test_nobody_says_so_while_a_manager_is_asked_to_approve(office):
    first, _, holm, ashby = two_records(office, indicators=("P4_UNSAFE",))
    screen(office, first)
    decide_as(office, "social_worker", first, approve=False, route="social_care", level=4)
    with pytest.raises(Conflict, match="waits for a manager"):
        say_one(office, "mash_manager", holm, ashby)
    view_first(office, "mash_manager", first)
    act(office, "mash_manager", first, "send_back", reason="It may be a child we know")
    assert say_one(office, "mash_manager", holm, ashby).undone_at is None
