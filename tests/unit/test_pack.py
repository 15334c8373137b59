"""Where a postcode lies, by the county's own list."""

import pytest

from triage.pack import load_pack, normalise_postcode

PACK = load_pack("nottinghamshire")


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
