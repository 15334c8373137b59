"""The directory's pages: looking for a service, saying what room it has, and noting that nobody can meet a need."""

import pytest
from lxml import html

from tests.listing import in_directory

WEST, NORTH = "locality_worker:west", "locality_worker:north"


@pytest.fixture
def listed(office):
    return in_directory(office)


def names_in(page):
    return [each.text_content() for each in html.fromstring(page.text).cssselect("tbody th")]


def test_list_shows_those_with_room_first_and_only_what_is_asked_for(sign_in, listed):
    client = sign_in("early_help_unit")
    assert names_in(client.get("/directory"))[:1] == ["Stay and play, Kirkby"]
