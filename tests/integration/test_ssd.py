"""The Standard Safeguarding Dataset: one child's whole path, who may read it, and what is told of whom."""

import json
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.acting import EVERYBODY, a_referral, accepted, act, at_section_47, walk
from tests.asking_for_records import as_
from tests.disposing import LATER, agreed, closed_enquiry, dispose_all, find_word, service_desk
from tests.making import a_subject, an_enquiry, decide_as, screen
from tests.merging import say_one
from tests.relating import an_adult, say_related
from tests.restricting import few_see
from tests.ssd_tables import find_breaches, read_ssd
from triage.exchange.census_collecting import identify
from triage.exchange.ssd import ssd_tables, write_ssd
from triage.models.codes import ROLES

WORKER = "locality_worker:west"
COLUMNS = (
    "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'ssd' AND table_name = :name"
)
TYPES = {"nvarchar": "text", "nchar": "text", "datetime": "timestamp without time zone", "int": "integer"}
TYPES["float"] = "double precision"
VIEWS = """
SELECT relname, reloptions @> ARRAY['security_invoker=true'] FROM pg_class
WHERE relnamespace = 'ssd'::regnamespace AND relkind <> 'c'
"""


def flags(row, column):
    """What a JSON column says Y or N of, without the rest."""
    return {key: value for key, value in json.loads(row[column]).items() if value in ("Y", "N")}


@pytest.fixture
def helped_first(office):
    """Early help that was stepped up, section 47, an assessment, a conference, and a child protection plan."""
    early = accepted(office, "early_help", given_name="Ada", sex="F", postcode="NG15 7AA")
    act(office, WORKER, early, "step_up", reason="A bruise was seen")
    (case,) = [each for each in early.enquiry.referrals if each.service == "social_care"]
    act(office, "mash_manager", case, "allocate", team_code="social_care_west")
    walk(office, WORKER, case, "accept", "claim")
    act(office, WORKER, case, "call_strategy_discussion", invited=EVERYBODY)
    act(office, WORKER, case, "open_section_47", came=EVERYBODY)
    office.clock.at += timedelta(days=7)
    return walk(office, WORKER, case, "complete_assessment", "call_conference", "make_protection_plan")


def test_columns_and_their_types_are_those_of_the_standard_in_its_order(session):
    for name, columns in ssd_tables().items():
        found = session.execute(text(f"{COLUMNS} ORDER BY ordinal_position"), {"name": name}).all()
        assert [tuple(each) for each in found] == [(column, TYPES[told["type"]]) for column, told in columns.items()]


def test_whole_path_of_a_child_is_told_in_every_table(office, helped_first):
    read, case = read_ssd(office.session), helped_first
    assert list(find_breaches(read)) == []
    assert {name: len(rows) for name, rows in read.items() if len(rows) != 1} == {
        "ssd_involvements": 3,  # with early help's team, with social care's, and with the worker who took it on
        "ssd_department": len(office.pack.teams),
    }
    only = {name: rows[0] for name, rows in read.items()}
    key, begun = identify([case.person]), office.clock.now() - timedelta(days=7)
    person, episode = only["ssd_person"], only["ssd_cin_episodes"]
    assert (person["pers_person_id"], person["pers_forename"], person["pers_sex"]) == (key, "Ada", "F")
    assert (episode["cine_referral_id"], episode["cine_cin_primary_need_code"]) == (str(case.id), "N1")
    assert flags(episode, "cine_referral_outcome_json") == dict.fromkeys(
        ("SINGLE_ASSESSMENT_FLAG", "STRATEGY_DISCUSSION_FLAG", "CP_CONFERENCE_FLAG"), "Y"
    ) | {"NFA_FLAG": "N"}
    assessed = only["ssd_cin_assessments"]
    assert (assessed["cina_assessment_child_seen"], assessed["cina_assessment_outcome_nfa"]) == ("Y", "N")
    assert assessed["cina_assessment_auth_date"].date() == office.clock.now().date()
    assert only["ssd_assessment_factors"]["cinf_assessment_factors_json"] == '["16A"]'
    harm = only["ssd_s47_enquiry"]
    assert (harm["s47e_s47_start_date"].date(), harm["s47e_s47_nfa"]) == (begun.date(), "N")
    assert harm["s47e_s47_end_date"].date() == office.clock.now().date()
    held = only["ssd_initial_cp_conference"]
    assert (held["icpc_s47_enquiry_id"], held["icpc_cp_plan_id"]) == (
        str(case.section_47s[0].id),
        str(case.plans[0].id),
    )
    assert flags(held, "icpc_icpc_outcome_json") == {"CP_FLAG": "Y", "PROV_OF_SERVICES_FLAG": "N"}
    assert only["ssd_early_help_episodes"]["earl_episode_end_reason"] == "stepped_up"
    assert only["ssd_professionals"]["prof_professional_caseload"] == 1
    assert only["ssd_address"]["addr_address_postcode"] == "NG157AA"


@pytest.mark.parametrize(
    ("route", "level", "told"),
    [
        ("social_care", 4, {"NEW_REFERRAL_FLAG"}),
        ("no_further_action", 1, {"NFA_FLAG"}),
        ("advice", 1, {"ADVICE_FLAG"}),
        ("early_help", 3, {"OTHER_OUTCOMES_EXIST_FLAG"}),
    ],
)
def test_what_a_contact_led_to_is_flagged_once_it_is_decided(office, route, level, told):
    enquiry = an_enquiry(office, consent="given")
    (contact,) = read_ssd(office.session)["ssd_contacts"]
    assert flags(contact, "cont_contact_outcome_json") == {}
    screen(office, enquiry)
    why_not = {"why_not": dict.fromkeys(("early_help", "social_care", "section_47"), "Made up")} if level < 4 else {}
    decide_as(office, "social_worker", enquiry, route=route, level=level, **why_not)
    (contact,) = read_ssd(office.session)["ssd_contacts"]
    said = flags(contact, "cont_contact_outcome_json")
    assert {key for key, value in said.items() if value == "Y"} == told
    assert (contact["cont_contact_source_code"], len(said)) == ("2A", 6)


def test_referral_that_came_to_nothing_and_an_assessment_that_did_are_told_apart(office):
    nothing = act(office, WORKER, accepted(office, given_name="Cal"), "close", closure="RC7")
    assessed = walk(office, WORKER, accepted(office, given_name="Dot"), "start_assessment", "complete_assessment")
    act(office, WORKER, assessed, "close", closure="RC8")
    read = read_ssd(office.session)
    nfa = {row["cine_referral_id"]: row["cine_referral_nfa"] for row in read["ssd_cin_episodes"]}
    assert nfa == {str(nothing.id): "Y", str(assessed.id): "N"}
    (row,) = read["ssd_cin_assessments"]
    assert (row["cina_assessment_outcome_nfa"], flags(row, "cina_assessment_outcome_json")["NFA_FLAG"]) == ("Y", "Y")


def test_section_47_without_a_conference_ends_on_its_day(office):
    case = at_section_47(office)
    office.clock.at += timedelta(days=3)
    act(office, WORKER, case, "end_section_47", reason="It is explained")
    read = read_ssd(office.session)
    (row,) = read["ssd_s47_enquiry"]
    assert (row["s47e_s47_nfa"], row["s47e_s47_end_date"].date()) == ("Y", office.clock.now().date())
    assert read["ssd_initial_cp_conference"] == []


def test_child_of_two_records_is_one_person_as_in_the_census(office):
    first, again = (
        accepted(office, family_name="Holm"),
        a_referral(office, family_name="Ashby", nhs_number="9434765919"),
    )
    say_one(office, "mash_officer", first.person, again.person)
    read = read_ssd(office.session)
    (person,) = read["ssd_person"]
    assert (person["pers_surname"], person["pers_common_child_id"]) == ("Holm", "9434765919")
    assert person["pers_person_id"] == identify([first.person, again.person])
    assert {row["cine_person_id"] for row in read["ssd_cin_episodes"]} == {person["pers_person_id"]}
    assert len(read["ssd_address"]) == 1


def test_child_is_known_by_what_an_earlier_return_called_them(office):
    case = accepted(office)
    case.person.external_id = "CIN-891-AB-12"
    assert read_ssd(office.session)["ssd_person"][0]["pers_person_id"] == identify([case.person]) == "AB-12"


def test_unborn_child_has_an_expected_date_and_whoever_has_a_child_is_a_mother(office):
    enquiry = an_enquiry(office, given_name="", kind="unborn_child", birth_date=None, expected_date=date(2013, 9, 1))
    young = an_enquiry(office, given_name="Ivy", sex="F", birth_date=date(1996, 5, 1)).subjects[0].person
    say_related(office, enquiry.subjects[0].person, "parent", young)
    told = {row["pers_forename"]: row for row in read_ssd(office.session)["ssd_person"]}
    assert (told["Ivy"]["pers_is_mother"], told[None]["pers_is_mother"], told[None]["pers_sex"]) == ("Y", "N", "U")
    assert told[None]["pers_expected_dob"].date() == date(2013, 9, 1)


def test_adult_is_nobody_of_the_dataset(office):
    enquiry = an_enquiry(office, subjects=(a_subject(), a_subject(given_name="Old", kind="adult_at_risk")))
    say_related(office, enquiry.subjects[0].person, "parent", relative=an_adult())
    read = read_ssd(office.session)
    assert [row["pers_forename"] for row in read["ssd_person"]] == ["Ava"]
    assert (len(read["ssd_contacts"]), len(read["ssd_address"])) == (1, 1)


def test_child_of_whom_few_may_see_is_told_of_without_name_number_or_address(office):
    case = accepted(office, given_name="Rex", nhs_number="9434765919")
    few_see(office, case.enquiry_id)
    read = read_ssd(office.session)
    (person,) = read["ssd_person"]
    named = ("pers_forename", "pers_surname", "pers_common_child_id")
    assert [person[column] for column in named] == [None, None, None]
    assert (person["pers_dob"].date(), len(read["ssd_cin_episodes"]), read["ssd_address"]) == (date(2008, 1, 2), 1, [])


def test_nobody_but_the_service_reads_a_row_of_it_and_no_view_goes_past_row_level_security(office, helped_first):
    views = dict(office.session.execute(text(VIEWS)).all())
    assert set(views) == {*ssd_tables(), "people", "episodes"}
    assert all(views.values())
    for role in (each for each in ROLES if each != "system"):
        with as_(office, f"{role}:west" if role.startswith("locality") else role):
            found = {name: office.session.scalar(text(f"SELECT count(*) FROM ssd.{name}")) for name in views}  # noqa: S608
        assert found == dict.fromkeys(views, 0), role


def test_views_are_written_by_nobody(office, helped_first):
    with pytest.raises(DBAPIError), office.session.begin_nested():
        office.session.execute(text("DELETE FROM ssd.ssd_department"))


def test_file_that_was_disposed_of_leaves_nothing_there(office):
    closed_enquiry(office, given_name="Quillon", family_name="Gone")
    (person,) = read_ssd(office.session)["ssd_person"]
    office.clock.at = LATER
    agreed(office)
    dispose_all(service_desk(office))
    office.session.expire_all()
    read = read_ssd(office.session)
    assert {name for name, rows in read.items() if rows} <= {"ssd_department"}
    assert person["pers_person_id"] not in str(read)
    assert find_word(office.session, "Quillon") == {}


def test_files_are_the_views_and_are_the_same_each_time(office, helped_first, tmp_path):
    helped_first.person.given_name = "=1+1"
    office.session.flush()
    written = write_ssd(office.session, tmp_path / "one")
    assert written == write_ssd(office.session, tmp_path / "two")
    for name, columns in ssd_tables().items():
        one, two = ((tmp_path / folder / f"{name}.csv") for folder in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()
        assert one.read_text("utf-8").splitlines()[0] == ",".join(columns)
        assert one.stat().st_mode & 0o777 == 0o600
    assert "'=1+1" in (tmp_path / "one" / "ssd_person.csv").read_text("utf-8")


def test_guide_says_of_each_empty_column_why():
    guide = (Path(__file__).parents[2] / "docs" / "ssd.md").read_text("utf-8").split("## What is empty")[1]
    empty = {column for columns in ssd_tables().values() for column, told in columns.items() if told.get("empty")}
    named = {each for line in guide.splitlines() if line.startswith("| ") for each in re.findall(r"\b[a-z]+_\w+", line)}
    assert named == empty
