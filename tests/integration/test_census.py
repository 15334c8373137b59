"""The statutory census as a way in: everything taken or reported by line, once, and nothing half-written."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from triage.exchange.cin_census import read_census
from triage.exchange.importing import take_census
from triage.exchange.xml import XmlRefused
from triage.models import Event, Person, Referral

SAMPLE = (Path(__file__).parents[1] / "data" / "cin-census-sample-2022.xml").read_bytes()


@pytest.fixture
def desk(office):
    return office.desk("mash_manager")


def test_sample_gives_its_child_and_referral_with_their_own_dates(desk, office):
    taken = take_census(desk, read_census(SAMPLE))
    person = office.session.scalars(select(Person)).one()
    referral = office.session.scalars(select(Referral)).one()
    assert (taken.people, taken.referrals) == (1, 1)
    assert (person.birth_date, person.sex, person.ethnicity) == (date(1966, 3, 24), "M", "WBRI")
    assert (person.disabilities, person.death_date) == (["HAND", "HEAR"], date(1980, 10, 8))
    assert (referral.state, referral.closure, referral.source) == ("closed", "RC1", "1A")
    assert referral.requested_at == datetime(1970, 10, 5, 23, tzinfo=UTC)  # midnight, by that year's clocks
    assert (referral.closed_at.date(), referral.section_47) == (date(1971, 2, 26), True)


def test_what_is_not_kept_is_reported_by_its_line(desk):
    faults = take_census(desk, read_census(SAMPLE)).faults
    lines = SAMPLE.decode().splitlines()
    assert {fault.what.split()[0] for fault in faults} >= {"UPN"}
    assert all(f"<{fault.what.split()[0]}>" in lines[fault.line - 1] for fault in faults)
    assert not any(fault.lost for fault in faults)


def test_file_read_again_adds_nothing(desk, office):
    take_census(desk, read_census(SAMPLE))
    office.session.flush()
    again = take_census(desk, read_census(SAMPLE))
    assert (again.people, again.referrals, again.known_before) == (0, 0, 1)
    assert office.session.scalar(select(func.count()).select_from(Event)) == 2


@pytest.mark.parametrize(
    ("old", "new", "lost"),
    [
        (b"<CINreferralDate>1970-10-06</CINreferralDate>", b"<CINreferralDate>6 Oct</CINreferralDate>", True),
        (b"<LAchildID>DfEX0000001</LAchildID>", b"", True),
        (b"<CINclosureDate>1971-02-27</CINclosureDate>", b"<CINclosureDate>1969-02-27</CINclosureDate>", False),
        (b"<ReferralSource>1A</ReferralSource>", b"<ReferralSource>11Z</ReferralSource>", False),
    ],
)
def test_fault_in_a_line_is_told_and_the_rest_goes_on(desk, old, new, lost):
    clean, faults = ({*take_census(desk, read_census(each)).faults} for each in (SAMPLE, SAMPLE.replace(old, new)))
    assert any(fault.lost for fault in faults) == lost
    assert faults - clean


BOMB = b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;&b;&b;">]><Message>&c;</Message>'
OUTSIDE = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><Message>&x;</Message>'


@pytest.mark.parametrize(
    "content",
    [b"", b"<Message>", SAMPLE[:900], BOMB, OUTSIDE, b"<Message/>", b"\x00", SAMPLE.replace(b">CIN<", b">SEN<")],
)
def test_file_that_is_no_census_is_refused_whole(content):
    with pytest.raises(XmlRefused):
        read_census(content)
