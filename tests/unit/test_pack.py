"""Where a postcode lies, by the county's own list, and that every pack fits its policy."""

import re
from collections import Counter
from datetime import date, datetime, timedelta

import pytest

from rules.library import versions_of
from rules.policy import AGENCIES
from triage.pack import ELSEWHERE, HAVE_AN_INBOX, load_pack, make_pack, normalise_postcode

PACK = load_pack("nottinghamshire")
EVERY = [PACK, load_pack("hampshire")]
every_pack = pytest.mark.parametrize("pack", EVERY, ids=lambda pack: pack.authority)


def test_children_are_counted_where_every_district_says_how_many_live_there():
    assert PACK.count_children() is None
    districts = [row | {"children": number} for number, row in enumerate(PACK.document["districts"], 1)]
    told = make_pack(PACK.document | {"districts": districts}, {})
    assert (told.count_children(), told.count_children("locality", "north")) == (28, 2 + 6)
    assert (told.count_children("district", "E07000176"), told.count_children("district", "none")) == (7, None)
    del districts[0]["children"]
    assert (told.count_children(), told.count_children("locality", "north")) == (None, 8)


def test_list_is_whole():
    assert len(PACK.postcodes) == 26_203
    assert set(PACK.postcodes.values()) == set(PACK.districts)


@pytest.mark.parametrize(
    ("postcode", "authority", "district", "locality"),
    [
        ("NG15 7AA", "nottinghamshire", "E07000170", "west"),
        ("S80 1AA", "nottinghamshire", "E07000171", "north"),
        ("NG1 5FS", "nottingham_city", None, None),
        ("SW1A 1AA", "other", None, None),
        (None, "unknown", None, None),
    ],
)
def test_postcode_leads_to_district_locality_or_other_authority(postcode, authority, district, locality):
    place = PACK.locate(postcode)
    assert (place.authority, place.district_code, place.locality_code) == (authority, district, locality)


def test_nottingham_city_is_called_by_its_name():
    assert PACK.locate("NG1 5FS").authority_name == "Nottingham City"


@pytest.mark.parametrize(
    ("typed", "printed"),
    [("ng157aa", "NG15 7AA"), (" s80  1aa ", "S80 1AA"), ("ZZ99", None), ("", None), ("NG15 7A", None)],
)
def test_postcode_is_read_in_any_spacing(typed, printed):
    assert normalise_postcode(typed) == printed


def test_pack_that_is_not_there_is_named():
    with pytest.raises(KeyError, match="TRIAGE_PACK"):
        load_pack("atlantis")


@every_pack
def test_authorities_are_those_of_the_policy_by_code_and_name(pack):
    known = {code: name for code, name in pack.authorities.items() if code not in ELSEWHERE}
    for policy in versions_of(pack.policy):
        assert next(iter(policy.vocabulary.authorities)) == pack.authority
        assert policy.vocabulary.authorities == known


@every_pack
def test_every_place_and_partner_that_a_pack_names_is_there(pack):
    places = {row["locality"] for row in (*pack.districts.values(), *pack.teams.values()) if "locality" in row}
    assert places == set(pack.localities)
    assert set(pack.agencies) == set(AGENCIES)
    for service in ("social_care", "early_help"):
        staffed = {team.get("locality") for team in pack.teams.values() if team.get("service") == service}
        assert staffed == set(pack.localities)


@every_pack
def test_night_is_briefed_while_the_office_is_open_on_each_of_its_days(pack):
    for opens, closes in pack.calendar.hours.values():
        length = datetime.combine(date.min, closes) - datetime.combine(date.min, opens)
        assert timedelta() < timedelta(minutes=pack.last_intake_minutes) < length


@every_pack
def test_every_partner_has_an_address_and_a_lead_who_is_somebody_else(pack):
    addresses = [each["email"] for each in pack.contacts.values()]
    addresses += [each["lead"]["email"] for each in pack.contacts.values()]
    assert all(each["lead"]["name"] for each in pack.contacts.values())
    assert len(set(addresses)) == len(addresses) == 2 * len(pack.agencies)
    assert all(re.fullmatch(r"[a-z-]+@[a-z]+\.example", each) for each in addresses)


@every_pack
def test_team_that_is_alone_in_its_service_has_an_address_of_its_own(pack):
    addresses = [team["email"] for team in pack.teams.values() if team.get("service") not in (None, *HAVE_AN_INBOX)]
    assert len(set(addresses)) == len(addresses) == 2
    assert all(re.fullmatch(r"[a-z-]+@[a-z]+\.example", each) for each in addresses)
    partners = {each["email"] for each in pack.contacts.values()}
    assert partners.isdisjoint(addresses)


@every_pack
@pytest.mark.parametrize("email", [{}, {"email": ""}, {"email": "send"}, {"email": "a@b.example, c@d.example"}])
@pytest.mark.parametrize("silent", ["send", "adult_social_care"])
def test_pack_whose_team_cannot_be_written_to_is_refused_when_it_is_read(pack, silent, email):
    teams = [each for each in pack.document["teams"] if each["code"] != silent]
    (team,) = (each for each in pack.document["teams"] if each["code"] == silent)
    mute = {key: value for key, value in team.items() if key != "email"} | email
    with pytest.raises(ValueError, match=rf"Give each an email: \['{silent}'\]"):
        make_pack({**pack.document, "teams": [*teams, mute]}, {})


@every_pack
def test_outward_code_is_claimed_once(pack):
    rows = (*pack.document["districts"], *pack.document["neighbours"])
    claimed = Counter(code for row in rows for code in row.get("outward", ()))
    claimed.update(pack.document.get("border", ()))
    assert [code for code, times in claimed.items() if times > 1] == []


@pytest.mark.parametrize(
    ("postcode", "authority", "district", "locality"),
    [
        ("SO23 8UJ", "hampshire", "E07000094", "west"),
        ("GU14 7JU", "hampshire", "E07000092", "north"),
        ("PO7 7EN", "hampshire", "E07000090", "east"),
        ("SO14 7DU", "southampton", None, None),
        ("PO1 2AL", "portsmouth", None, None),
        ("RG20 5PD", "unknown", None, None),
        ("NG15 7AA", "other", None, None),
        (None, "unknown", None, None),
    ],
)
def test_pack_without_a_list_places_by_outward_code(postcode, authority, district, locality):
    place = load_pack("hampshire").locate(postcode)
    assert (place.authority, place.district_code, place.locality_code) == (authority, district, locality)
