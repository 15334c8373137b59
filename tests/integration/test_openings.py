"""Who opened what: each kind is listed with its reason, what is none is not, and no child is named."""

import csv
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from tests.acting import accepted
from tests.asking_for_records import as_
from tests.making import a_subject, an_enquiry
from tests.reading import main_of
from triage.access.actor import SYSTEM
from triage.access.signin import actor_of
from triage.database import act_as
from triage.models import DeclaredInterest, GlassBreak, Person, Reading, StaffHome, User
from triage.services.breaking_glass import BreakGlass, break_glass
from triage.services.interests import Declare, declare_interest, keep_home
from triage.services.openings import report_openings
from triage.services.reading import note_reading
from triage.services.restricting import Restrict, restrict
from triage.store.openings import Span
from triage.web import openings
from workflows.nearness import UNCOMMON

READER, OTHER, IG = "social_worker", "mash_officer", "information_governance"


def rename(office, name, who=READER):
    """The reader is called so."""
    office.session.get(User, office.actor(who).id).name = name
    office.session.flush()


def read(office, enquiry, who=READER, what="enquiries.show"):
    """Somebody reads the enquiry."""
    with as_(office, who):
        note_reading(office.desk(who), what, [each.person_id for each in enquiry.subjects], enquiry)


def lives(office, postcode):
    """The reader says where they live."""
    with as_(office, READER):
        keep_home(office.desk(READER), office.actor(READER).id, postcode)


def declare(office, who, reference, relation):
    """Somebody says that they know a family."""
    with as_(office, who):
        declare_interest(office.desk(who), Declare(reference=reference, relation=relation))


def span(office, days=30):
    now = office.clock.now()
    return Span(since=now - timedelta(days=days), until=now + timedelta(days=1))


def report(office, kind=None, **more):
    with as_(office, IG):
        return report_openings(office.desk(IG), span(office), kind, **more)


def kinds(office):
    """The kinds of which there is something, and how many readings."""
    return {kind: count for kind, count in report(office).counts.items() if kind}


def test_nobody_who_is_not_near_is_listed(office):
    rename(office, "Made-up Moss")
    read(office, an_enquiry(office))
    assert report(office).lines == []
    assert kinds(office) == {}


def test_ones_own_name_is_listed_as_ones_own_and_the_others_of_the_enquiry_as_relatives(office):
    rename(office, "AVA  Téstley")
    both = (a_subject(given_name="Ava"), a_subject(given_name="Ben", family_name="Moss"))
    together = an_enquiry(office, subjects=both)
    read(office, together)
    found = kinds(office)
    assert found == {"own": 1, "relative": 1, "surname": 1}
    (line,) = report(office, "relative").lines
    assert (line.cases, line.page, line.role) == ([together.reference], "An enquiry", "MASH social worker")
    assert line.why == "Their own; a relative's; the same surname, which 1 person bears here"


def test_relatives_live_at_the_same_address_and_not_only_beside(office):
    rename(office, "Ava Testley")
    an_enquiry(office)
    own = office.session.scalars(select(Person).where(Person.given_name == "Ava")).one()
    own.address = "1 Low Road"
    same = an_enquiry(office, given_name="Cem", family_name="Moss")
    beside = an_enquiry(office, given_name="Dov", family_name="Moss")
    same.subjects[0].person.address, beside.subjects[0].person.address = "1 low road", "2 Low Road"
    read(office, beside)
    assert kinds(office) == {}
    read(office, same)
    assert kinds(office) == {"relative": 1}


def test_uncommon_surname_is_listed_with_how_many_bear_it(office):
    rename(office, "Zed Testley")
    read(office, an_enquiry(office))
    (line,) = report(office).lines
    assert line.why == "The same surname, which 1 person bears here"


def test_common_surname_is_not_listed(office):
    rename(office, "Zed Testley")
    told = an_enquiry(office)
    for number in range(UNCOMMON):
        person = {"kind": "child", "given_name": f"N{number}", "family_name": "Testley"}
        office.session.add(Person(**person, search_name=f"n{number} testley"))
    read(office, told)
    assert kinds(office) == {}


def test_home_is_listed_and_another_postcode_is_not(office):
    told = an_enquiry(office, postcode="NG15 7AA")
    rename(office, "Made-up Moss")
    read(office, told)
    lives(office, "ng157ab")
    assert kinds(office) == {}
    lives(office, "ng157aa")
    assert kinds(office) == {"address": 1}
    lives(office, "")
    assert kinds(office) == {}


@pytest.mark.parametrize(("relation", "kind"), [("self", "own"), ("relative", "relative"), ("other", "declared")])
def test_what_was_declared_is_listed_by_enquiry_or_referral(office, relation, kind):
    case = accepted(office)
    rename(office, "Made-up Moss")
    read(office, case.enquiry)
    declare(office, READER, "ENQ-2013-999999", relation)
    assert kinds(office) == {}
    declare(office, READER, f" {case.reference.lower()} ", relation)
    assert kinds(office) == {kind: 1}
    declare(office, OTHER, case.enquiry.reference, "self")
    read(office, case.enquiry, OTHER)
    counts = kinds(office)
    assert sum(counts.values()) == 2
    assert counts["own"] == (2 if kind == "own" else 1)


def test_restricted_is_listed_for_whoever_read_it_then_and_what_was_opened_in_an_emergency(office):
    told, maker = an_enquiry(office), "mash_manager"
    rename(office, "Made-up Moss")
    read(office, told)
    office.clock.at += timedelta(minutes=1)
    with as_(office, maker):
        restrict(office.desk(maker), Restrict(enquiry_id=told.id, ordinal=1, reason="A colleague's"))
    assert kinds(office) == {}  # it was read before
    read(office, told, maker)
    assert kinds(office) == {"restricted": 1}
    act_as(office.session, office.actor(READER), office.clock.now())
    break_glass(office.desk(READER), BreakGlass(reason="He is on his way", reference=told.reference))
    office.session.flush()
    act_as(office.session, SYSTEM)
    read(office, told)
    assert kinds(office) == {"restricted": 2, "emergency": 1}
    (line,) = report(office, "emergency").lines
    assert line.reason == "He is on his way"
    office.clock.at = office.session.scalars(select(GlassBreak)).one().ends_at + timedelta(seconds=1)
    read(office, told)
    assert kinds(office) == {"restricted": 3, "emergency": 1}


def test_another_teams_is_listed_with_the_reason(sign_in, office):
    case = accepted(office)
    rename(office, "Made-up Moss")
    client, at = sign_in(READER), f"/referrals/{case.id}"
    client.post(f"/reasons/referral/{case.id}", data={"to": at, "reason": "other", "words": "Rota of the night"})
    assert client.get(at).status_code == 200
    (line,) = report(office, "other_team").lines
    assert (line.cases, line.reason) == ([case.reference], "Another reason: Rota of the night")


def test_period_and_reader_and_kind_bound_what_is_listed(office):
    rename(office, "Zed Testley")
    rename(office, "Yan Testley", OTHER)
    told = an_enquiry(office)
    read(office, told)
    office.clock.at += timedelta(days=40)
    assert report(office).lines == []
    read(office, told)
    read(office, told, OTHER)
    assert [line.reader for line in report(office).lines] == [office.actor(OTHER).name, office.actor(READER).name]
    with as_(office, IG):
        mine = Span(since=span(office).since, until=span(office).until, reader_id=office.actor(READER).id)
        assert report_openings(office.desk(IG), mine, None).counts == {"surname": 1, "": 1}
    assert report(office, "own").lines == []


def test_list_without_a_case_names_the_last_enquiry_of_whoever_is_near(office):
    rename(office, "Zed Testley")
    told, other = an_enquiry(office), an_enquiry(office, given_name="Cem", family_name="Moss")
    with as_(office, READER):
        shown = [each.subjects[0].person_id for each in (told, other)]
        note_reading(office.desk(READER), "worktray.show", shown)
    (line,) = report(office).lines
    assert (line.cases, line.page) == ([told.reference], "Worktray")


def test_most_opened_are_counted_by_times_and_people(office):
    often, once = an_enquiry(office), an_enquiry(office)
    for who in (READER, READER, OTHER):
        read(office, often, who)
    read(office, once)
    assert report(office).most_opened == [(often.reference, 3, 2), (once.reference, 1, 1)]


def a_page(sign_in, office, lines=1):
    rename(office, "Zed Testley")
    told = an_enquiry(office)
    for _ in range(lines):
        read(office, told)
    return sign_in(IG), told


def test_page_names_no_child_and_looking_is_on_record(sign_in, office):
    client, told = a_page(sign_in, office)
    page = client.get("/openings?kind=surname")
    person = told.subjects[0].person
    assert page.status_code == 200
    assert [each for each in (person.given_name, str(person.id), "Made-up: often") if each in page.text] == []
    assert told.reference in page.text
    assert "The same surname, which 1 person bears here." in main_of(page.text)
    looked = select(Reading).where(Reading.reader_id == office.actor(IG).id).order_by(Reading.number.desc()).limit(1)
    assert office.session.scalars(looked).one().people == [told.subjects[0].person_id]


def test_page_has_fifty_lines_and_leads_on(sign_in, office):
    client, _told = a_page(sign_in, office, lines=51)
    first, second = client.get("/openings?kind=surname"), client.get("/openings?kind=surname&page=2")
    assert [page.text.count("An enquiry") for page in (first, second)] == [50, 1]
    assert "page=2" in first.text
    assert "kind=surname" in first.text
    assert "page=1" in second.text


@pytest.mark.parametrize(
    "asked", ["page=0", "page=x", "page=²", "kind=nonsense", "who=nobody", "from=x", "to=2013-01-01"]
)
def test_page_takes_whatever_is_asked(sign_in, office, asked):
    client, told = a_page(sign_in, office)
    assert told.reference in client.get(f"/openings?{asked}").text


def test_file_says_who_made_it_and_runs_nothing(sign_in, office):
    rename(office, "=Zed Testley")
    told = an_enquiry(office)
    office.actors[READER] = actor_of(office.session.get(User, office.actor(READER).id))
    read(office, told)
    answer = sign_in(IG).get("/openings/openings.csv?kind=surname")
    made, headings, line = csv.reader(answer.text.splitlines())
    assert made[0].startswith(f"Made by {office.actor(IG).name} (Information governance) at 10:")
    assert headings[:2] == ["When", "Who"]
    assert line[1] == "'=Zed Testley"
    assert line[4] == told.reference
    assert answer.headers["Content-Disposition"] == 'attachment; filename="openings.csv"'


def test_every_reading_of_one_case_is_listed_by_its_reference(sign_in, office):
    told, other = an_enquiry(office), an_enquiry(office, given_name="Nell")
    for each in (told, other, told):
        read(office, each)
    client = sign_in(IG)
    page = main_of(client.get(f"/openings?reference={told.reference.lower()}").text)
    assert (page.count("Of the case that you ask about."), other.reference in page) == (2, False)
    unknown = client.get("/openings?reference=ENQ-2013-999999").text
    assert '<a href="#reference">No enquiry and no referral has this reference. Check it.</a>' in unknown


def test_file_that_stops_short_says_so(sign_in, office, monkeypatch):
    monkeypatch.setattr(openings, "MOST_IN_FILE", 2)
    client, _told = a_page(sign_in, office, lines=3)
    made, _headings, *lines = csv.reader(client.get("/openings/openings.csv?kind=surname").text.splitlines())
    assert (made[0].split(". ", 1)[1], len(lines)) == (
        "Only the latest 2 of 3 lines: ask for fewer days to have them all.",
        2,
    )


def test_account_keeps_a_home_and_what_one_says_and_tells_nothing_of_cases(sign_in, office):
    told, client = an_enquiry(office), sign_in("locality_worker:north")
    known, unknown = (
        client.post("/account/interests", data={"reference": reference, "relation": "relative", "words": "An aunt"})
        for reference in (told.reference, "ENQ-2013-999999")
    )
    assert (known.status_code, known.location) == (unknown.status_code, unknown.location) == (302, "/account")
    assert client.post("/account/home", data={"postcode": "ng15 7aa"}).status_code == 302
    page = client.get("/account").text
    assert 'value="NG15 7AA"' in page
    assert all(each in page for each in (told.reference, "ENQ-2013-999999", "It is about relatives of mine", "An aunt"))
    wrong = client.post("/account/interests", data={"reference": "Ava", "relation": "relative"})
    assert (wrong.status_code, "like ENQ-2013-004821" in wrong.text) == (422, True)
    assert client.post("/account/interests", data={"reference": told.reference}).status_code == 422
    assert client.post("/account/home", data={"postcode": "nowhere"}).status_code == 422


def test_administrator_keeps_anothers_home_and_not_their_own(sign_in, office):
    admin, user = sign_in("administrator"), office.actor(READER)
    at = f"/admin/users/{user.id}"
    assert admin.post(f"{at}/home", data={"postcode": "NG15 7AA"}).status_code == 422  # no reason
    assert admin.post(f"{at}/home", data={"postcode": "NG15 7AA", "reason": "They asked"}).status_code == 302
    assert 'value="NG15 7AA"' in admin.get(at).text
    own = f"/admin/users/{office.actor('administrator').id}/home"
    assert admin.post(own, data={"postcode": "NG15 7AA", "reason": "x"}).status_code == 409


@pytest.fixture
def given(office):
    """What one reader gave."""
    for who in (READER, OTHER, IG, "administrator", "mash_manager"):
        office.actor(who)
    lives(office, "NG15 7AA")
    declare(office, READER, "ENQ-2013-000001", "self")
    office.session.flush()


def counted(office, who, table):
    act_as(office.session, office.actor(who))
    try:
        return office.session.scalar(text(f"SELECT count(*) FROM {table}"))  # noqa: S608
    finally:
        act_as(office.session, SYSTEM)


@pytest.mark.parametrize(
    ("who", "homes", "said"),
    [(READER, 1, 1), (OTHER, 0, 0), (IG, 1, 1), ("administrator", 1, 0), ("mash_manager", 0, 0)],
)
def test_what_staff_gave_is_seen_by_themselves_and_those_who_look_after_it(office, given, who, homes, said):
    assert (counted(office, who, "staff_homes"), counted(office, who, "declared_interests")) == (homes, said)


INTO_HOMES = "INSERT INTO staff_homes (user_id, postcode, changed_at, changed_by_id) VALUES ({}, 'NG1 1AA', now(), {})"
INTO_INTERESTS = (
    "INSERT INTO declared_interests (id, user_id, reference, relation, words, declared_at)"
    " VALUES (gen_random_uuid(), {}, 'x', 'self', '', now())"
)
ME = "current_setting('triage.user_id')::uuid"


@pytest.mark.parametrize(
    ("who", "statement", "refusal"),
    [
        (OTHER, INTO_HOMES.format(":other", ME), "row-level"),
        (OTHER, INTO_HOMES.format(ME, ":other"), "row-level"),
        (IG, INTO_HOMES.format(":other", ME), "row-level"),
        (OTHER, INTO_INTERESTS.format(":other"), "row-level"),
        ("administrator", INTO_INTERESTS.format(":other"), "row-level"),
        (READER, "DELETE FROM staff_homes", "permission"),
        (READER, "UPDATE staff_homes SET user_id = :other", "permission"),
        (READER, "UPDATE declared_interests SET relation = 'other'", "permission"),
        (READER, "DELETE FROM declared_interests", "permission"),
        (READER, "UPDATE staff_homes SET changed_by_id = :other", "row-level"),
    ],
)
def test_database_refuses_what_is_not_ones_own(office, given, who, statement, refusal):
    other = office.actor("mash_manager").id
    act_as(office.session, office.actor(who))
    values = {"other": other} if ":other" in statement else {}
    with pytest.raises(DBAPIError, match=refusal), office.session.begin_nested():
        office.session.execute(text(statement), values)
    act_as(office.session, SYSTEM)


def test_home_of_another_is_changed_by_nobody_who_does_not_see_it(office, given):
    act_as(office.session, office.actor(OTHER))
    changed = text(f"UPDATE staff_homes SET postcode = NULL, changed_by_id = {ME}")  # noqa: S608
    assert office.session.execute(changed).rowcount == 0
    act_as(office.session, SYSTEM)
    office.session.expire_all()
    assert office.session.scalars(select(StaffHome.postcode)).all() == ["NG15 7AA"]
    assert len(office.session.scalars(select(DeclaredInterest)).all()) == 1
