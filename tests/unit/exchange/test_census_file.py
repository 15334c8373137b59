"""A return written is read as it was, in every year and in the DfE's order; what is odd is told by its line."""

from datetime import UTC, date, datetime
from pathlib import Path
from string import ascii_letters, digits

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.unit.workflows.census.samples import FAULTLESS, census, child, episode, part
from triage.exchange.census_keeping import keep_child, keep_episode
from triage.exchange.census_writing import write_census
from triage.exchange.cin_census import Reading, read_census
from triage.exchange.xml import XmlRefused
from workflows.census.codes import DISABILITIES, FACTORS, UPN_UNKNOWN
from workflows.census.records import Assessment, Census, Child, CinPlan, Episode, ProtectionPlan, Section47

SAMPLE = (Path(__file__).parents[2] / "data" / "cin-census-sample-2022.xml").read_bytes()
AT = datetime(2022, 5, 23, 10, 14, 5, tzinfo=UTC)
MADE_BY = {"software": "Local Authority", "release": "ver 3.1.21"}
YEARS = range(2014, 2028)

DAYS = st.none() | st.dates(date(1900, 1, 1), date(2030, 12, 31))
FLAGS = st.none() | st.booleans()
TEXTS = st.text(ascii_letters + digits + "<&>\"' -é☃", min_size=1).map(str.strip).filter(bool)


def several(each: st.SearchStrategy) -> st.SearchStrategy:
    return st.lists(each, max_size=2).map(tuple)


PROTECTION_PLANS = st.builds(
    ProtectionPlan,
    started=DAYS,
    ended=DAYS,
    initial_category=st.none() | TEXTS,
    latest_category=st.none() | TEXTS,
    previous=st.none() | st.integers(0, 99),
    reviews=several(DAYS),
)
EPISODES = st.builds(
    Episode,
    referred=DAYS,
    source=st.none() | TEXTS,
    primary_need=st.none() | TEXTS,
    closed=DAYS,
    closure=st.none() | TEXTS,
    conference=DAYS,
    assessments=several(
        st.builds(
            Assessment,
            started=DAYS,
            internal_review=DAYS,
            authorised=DAYS,
            factors=several(st.sampled_from(sorted(FACTORS))),
        )
    ),
    plans=several(st.builds(CinPlan, started=DAYS, ended=DAYS)),
    section_47s=several(
        st.builds(Section47, started=DAYS, target=DAYS, conference=DAYS, conference_not_required=FLAGS)
    ),
    referral_nfa=FLAGS,
    protection_plans=several(PROTECTION_PLANS),
)
CHILDREN = st.builds(
    Child,
    identifier=st.just("") | TEXTS,
    upn=st.none() | TEXTS,
    former_upn=st.none() | TEXTS,
    upn_unknown=st.none() | st.sampled_from(sorted(UPN_UNKNOWN)),
    birth_date=DAYS,
    expected_date=DAYS,
    sex=st.none() | st.sampled_from("MFU"),
    death_date=DAYS,
    ethnicity=st.none() | TEXTS,
    disabilities=several(st.sampled_from(sorted(DISABILITIES))),
    episodes=several(EPISODES),
)
RETURNS = st.builds(
    Census, year=st.sampled_from(YEARS), authority=TEXTS, children=several(CHILDREN), reference_date=DAYS
)


def write(found: Census) -> bytes:
    return write_census(found, at=AT, **MADE_BY)


def tags(found: Census, path: str) -> list[str]:
    return [each.tag for each in etree.fromstring(write(found)).find(path)]


@settings(deadline=None, max_examples=150)
@given(RETURNS)
def test_return_written_is_read_as_it_was_without_a_fault(found):
    reading = read_census(write(found))
    assert reading.census == found
    assert reading.faults == []


@pytest.mark.parametrize("year", YEARS)
def test_every_year_is_written_and_read_with_its_own_element_for_sex(year):
    found = census(year=year)(FAULTLESS)
    sexes = {each.text for each in etree.fromstring(write(found)).iter("GenderCurrent", "Sex")}
    assert sexes == ({"M", "F", "U"} if year >= 2025 else {"1", "2", "0"})
    assert read_census(write(found)).census == found


def test_sample_is_written_as_it_was_read():
    assert write(read_census(SAMPLE).census).decode().split()[3:] == SAMPLE.decode().split()


def test_elements_stand_in_the_order_of_the_schema():
    assert tags(FAULTLESS, "Children/Child/CINdetails") == [
        "CINreferralDate",
        "ReferralSource",
        "PrimaryNeedCode",
        "CINclosureDate",
        "ReasonForClosure",
        "Assessments",
        "CINPlanDates",
        "Section47",
        "ReferralNFA",
        "ChildProtectionPlans",
    ]
    assert tags(FAULTLESS, "Header/Source") == [
        "SourceLevel",
        "LEA",
        "SoftwareCode",
        "Release",
        "SerialNo",
        "DateTime",
    ]
    assert tags(FAULTLESS, "Children/Child/ChildIdentifiers") == ["LAchildID", "UPN", "PersonBirthDate", "Sex"]


def test_same_return_is_the_same_bytes_and_tells_local_time():
    assert write(FAULTLESS) == write(FAULTLESS)
    assert b"<DateTime>2022-05-23T11:14:05</DateTime>" in write(FAULTLESS)
    assert b"<SerialNo>012</SerialNo>" in write_census(FAULTLESS, at=AT, serial=12, **MADE_BY)


def changed(old: str, new: str) -> Reading:
    assert old in SAMPLE.decode()
    return read_census(SAMPLE.decode().replace(old, new).encode())


@pytest.mark.parametrize(
    ("old", "new", "what", "why"),
    [
        ("<ReferralNFA>false", "<ReferralNFA>no", "ReferralNFA no", "is no code of that set"),
        ("<CPPendDate>1971-03-14", "<CPPendDate>14 March", "CPPendDate 14 March", "is no date"),
        ("<CPPendDate>1971", "<CPPendDate>1871", "CPPendDate 1871-03-14", "is before 1900"),
        ("<NumberOfPreviousCPP>10", "<NumberOfPreviousCPP>-1", "NumberOfPreviousCPP -1", "is no whole number"),
        ("<UPNunknown>", "<Nickname>Z</Nickname><UPNunknown>", "Nickname Z", "not kept"),
        ("<Children>", "<Notes>Z</Notes><Children>", "Notes Z", "not kept"),
        ("<UPNunknown>", "<UPN>Z</UPN><UPNunknown>", "UPN Z", "is there twice"),
    ],
)
def test_what_cannot_be_read_is_told_by_line_and_the_rest_is_read(old, new, what, why):
    reading = changed(old, new)
    (fault,) = reading.faults
    assert fault.what == what
    assert why in fault.why
    assert new in SAMPLE.decode().replace(old, new).splitlines()[fault.line - 1]
    assert reading.census.children[0].identifier == "DfEX0000001"


def test_pre_proceedings_are_told_as_one():
    reading = changed("<ReferralNFA>", "<PreProceedingsandFGDM><PPStartDate/></PreProceedingsandFGDM><ReferralNFA>")
    assert [each.what for each in reading.faults] == ["PreProceedingsandFGDM"]


@pytest.mark.parametrize("year", ["<Year></Year>", "<Year>now</Year>", "<Year>99999</Year>", "<Year>0000</Year>", ""])
def test_return_without_a_year_of_ours_is_refused(year):
    with pytest.raises(XmlRefused):
        changed("<Year>2022</Year>", year)


def kept(change) -> tuple[Child | None, Episode | None, set[str]]:
    """What is kept of the first child and their first episode, and which elements are told."""
    reading = read_census(write(change(FAULTLESS)))
    own, first, *_ = reading.elements[0]
    person, of_person = keep_child(reading.census.children[0], own)
    work, of_work = keep_episode(reading.census.children[0].episodes[0], first)
    return person, work, {each.what.split()[0] for each in (*of_person, *of_work)}


@pytest.mark.parametrize(
    "change",
    [
        child(),
        child(former_upn="Z", upn_unknown="UN1"),
        episode(conference=date(2025, 5, 6)),
        part("assessments", internal_review=date(2025, 5, 6)),
    ],
)
def test_what_is_right_is_kept_whole_and_nothing_is_told(change):
    person, work, told = kept(change)
    assert told == set()
    assert person == change(FAULTLESS).children[0]
    assert work == person.episodes[0]


@pytest.mark.parametrize(
    ("change", "told", "field", "value"),
    [
        (child(expected_date=date(2026, 5, 1)), "ExpectedPersonBirthDate", "expected_date", None),
        (child(upn="A891123456789"), "UPN", "upn", None),
        (child(ethnicity="WEST"), "Ethnicity", "ethnicity", "NOBT"),
        (episode(source="5Z"), "ReferralSource", "source", "10"),
        (episode(closure="RC0"), "ReasonForClosure", "closure", "RC7"),
        (episode(closure=None), "CINclosureDate", "closure", "RC7"),
        (episode(closed=date(2025, 4, 9)), "CINclosureDate", "closed", None),
        (part("assessments", started=None), "Assessments", "assessments", ()),
    ],
)
def test_what_cannot_be_kept_as_it_stands_is_told(change, told, field, value):
    person, work, elements = kept(change)
    assert told in elements
    assert getattr(person if hasattr(person, field) else work, field) == value


def test_child_without_a_number_and_episode_without_a_date_are_lost():
    assert kept(child(identifier=""))[0] is None
    assert kept(episode(referred=None))[1] is None
