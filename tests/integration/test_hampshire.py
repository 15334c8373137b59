"""Another council is only data: the same service with Hampshire's pack, from an empty database."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from rules.library import get_policy
from tests.conftest import Office, OneConnection
from tests.making import an_enquiry, decide_as, screen, view_first
from tests.services import own_database, role_url
from triage.access.actor import SYSTEM
from triage.access.passwords import keep_password
from triage.app import create_app
from triage.clock import SettableClock
from triage.database import act_as
from triage.models import District, Locality, Team, User
from triage.pack import load_pack
from triage.schema import load_reference_data, migrate
from triage.services.referral_actions import ReferralAction, act_on_referral
from triage.settings import Settings

PACK = load_pack("hampshire")
POLICY = get_policy("hampshire_thresholds", "2014")
ROOT = Path(__file__).parents[2]
ITS_OWN = ("triage/packs/", "rules/policies/", "triage/demo/", "triage/settings.py", "migrations/versions/")
CALL = {
    "received_at-day": "7",
    "received_at-month": "5",
    "received_at-year": "2013",
    "received_at-time": "9:30",
    "channel": "telephone",
    "source": "2A",
    "subjects.0.person.given_name": "Zoë",
    "subjects.0.indicators": ["F3_HOUSING_RISK"],
    "subjects.0.first_view_level": "2",
    "subjects.0.first_view_reason": "As it sounded",
    "consent": "given",
    "witnessed": "Made up: they must leave the flat.",
}


@pytest.fixture(scope="module")
def county() -> Iterator[str]:
    """A database that was made for Hampshire and has never heard of another county."""
    with own_database(empty=True) as name:
        migrate(role_url("triage_owner", name))
        load_reference_data(role_url("triage_owner", name), PACK)
        yield name


@pytest.fixture
def hub(county: str, clock: SettableClock) -> Iterator[Office]:
    """Hampshire's hub. What it does is rolled back afterwards."""
    engine = create_engine(role_url("triage_app", county))
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
            act_as(session, SYSTEM)
            yield Office(session, clock, PACK)
        outer.rollback()
    engine.dispose()


@pytest.fixture
def pages(hub: Office, settings: Settings, clock: SettableClock):
    """Hampshire's pages, for whoever signs in."""
    app: Flask = create_app(settings.model_copy(update={"pack": "hampshire"}), clock, OneConnection(hub.session))
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)

    def as_(who: str):
        user = hub.session.get(User, hub.actor(who).id)
        keep_password(hub.session, user.id, "right", clock.now())
        client = app.test_client()
        client.post("/sign-in", data={"username": user.username, "password": "right"})
        return client

    return as_


def test_environment_chooses_the_council(settings, monkeypatch):
    monkeypatch.setenv("TRIAGE_PACK", "hampshire")
    chosen = Settings(**settings.model_dump(include={"database_url", "redis_url", "secret_key"}))
    assert load_pack(chosen.pack).name == "Hampshire"


def test_database_holds_hampshire_and_nothing_else(hub):
    assert len(hub.session.scalars(select(District)).all()) == 11
    for model, ours in ((District, PACK.districts), (Locality, PACK.localities), (Team, PACK.teams)):
        assert {row.code for row in hub.session.scalars(select(model))} == set(ours)


def test_enquiry_of_winchester_is_weighed_by_hampshires_thresholds(hub):
    enquiry = an_enquiry(hub, postcode="SO23 8UJ", indicators=("F3_HOUSING_RISK",), consent="given")
    place = (enquiry.authority, PACK.districts[enquiry.district_code]["name"], enquiry.locality_code)
    assert place == ("hampshire", "Winchester", "west")
    recommended = enquiry.subjects[0].recommendation
    assert (recommended.policy_name, recommended.policy_version) == ("hampshire_thresholds", "2014")
    assert recommended.policy_hash == POLICY.hash
    assert (recommended.level, recommended.answer["level_name"]) == (3, "Targeted early help")
    assert recommended.route == "early_help"


@pytest.mark.parametrize(("postcode", "name"), [("SO14 7DU", "Southampton"), ("PO1 2AL", "Portsmouth")])
def test_enquiry_of_a_neighbour_is_handed_over_by_name(hub, pages, postcode, name):
    client = pages("mash_officer")
    answer = client.post("/enquiries/new", data=CALL | {"subjects.0.person.postcode": postcode})
    page = client.get(answer.location).text
    assert f"{postcode}, {name}</p>" in page
    assert "Another authority" in page
    assert f"The address is in {name}, another authority. Hand over to it today." in page
    assert f">{name}</td>" in client.get("/enquiries").text


def test_address_on_the_border_is_nobodys_guess(hub, pages):
    enquiry = an_enquiry(hub, postcode="RG20 5PD", indicators=("F3_HOUSING_RISK",), consent="given")
    recommended = enquiry.subjects[0].recommendation
    assert (enquiry.authority, recommended.route) == ("unknown", "early_help")
    assert "authority" in {each["fact"] for each in recommended.answer["missing"]}
    hub.session.flush()
    assert "RG20 5PD, Authority not known" in pages("mash_officer").get(f"/enquiries/{enquiry.id}").text


def test_enquiry_is_decided_and_referred_to_a_team_of_hampshire(hub, pages):
    enquiry = an_enquiry(hub, postcode="SO23 8UJ", indicators=("C4_NAI",))
    screen(hub, enquiry, rag="red", ask="police")
    decide_as(hub, "social_worker", enquiry, route="social_care", level=4, section_47=True)
    (referral,) = enquiry.referrals
    allocate = ReferralAction(referral_id=referral.id, action="allocate", team_code="social_care_west")
    act_on_referral(hub.desk("mash_manager"), allocate)
    act_on_referral(hub.desk("locality_worker:west"), ReferralAction(referral_id=referral.id, action="accept"))
    assert (referral.state, referral.locality_code) == ("accepted", "west")
    hub.session.flush()
    page = pages("locality_worker:west").get(f"/referrals/{referral.id}").text
    assert "Social care West" in page
    assert "Winchester" in page
    assert "Hampshire thresholds, version 2014" in page


def test_pages_speak_of_hampshire(hub, pages):
    enquiry = an_enquiry(hub, postcode="SO23 8UJ", indicators=("F3_HOUSING_RISK",), consent="given")
    screen(hub, enquiry)
    view_first(hub, "mash_manager", enquiry)
    hub.session.flush()
    page = pages("mash_manager").get(f"/enquiries/{enquiry.id}/decide").text
    for level, name in POLICY.level_names.items():
        assert f"{level}: {name}" in page
    assert '<span class="triage-header__county">Hampshire</span>' in page
    assert "Nottingham" not in page


def test_log_page_lists_hampshires_indicators_and_no_others(hub, pages):
    page = pages("mash_officer").get("/enquiries/new").text
    listed = re.findall(r'name="subjects\.0\.indicators" type="checkbox" value="(\w+)"', page)
    assert sorted(listed) == sorted(POLICY.vocabulary.indicators)
    wider = get_policy("pathway_to_provision", "V4").vocabulary.indicators
    assert set(wider) - set(listed)


def test_policy_has_every_indicator_marked_h_and_only_few_from_elsewhere():
    everybodys = get_policy("pathway_to_provision", "V4").vocabulary.indicators
    hampshires = {code for code, each in everybodys.items() if {"H", "CH"} & set(each.source.split())}
    ours = POLICY.vocabulary.indicators
    assert hampshires <= set(ours)
    assert {ours[code].section for code in set(ours) - hampshires} == {"s47"}


def test_indicator_of_another_council_is_refused(hub, pages):
    page = pages("mash_officer").post("/enquiries/new", data=CALL | {"subjects.0.indicators": ["C4_CSE_CCE"]})
    assert page.status_code == 422
    assert "There is no indicator" in page.text


def test_code_names_no_council():
    """But for the default of the setting, which a command may repeat."""
    named = [
        f"{path.relative_to(ROOT)}:{number}"
        for folder in ("rules", "workflows", "triage", "worker")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in (".py", ".html", ".js", ".css", ".yaml") and "node_modules" not in path.parts
        if not path.relative_to(ROOT).as_posix().startswith(ITS_OWN)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search("nottingham|pathway_to_provision|hampshire_", line, re.IGNORECASE) and "TRIAGE_PACK" not in line
    ]
    assert named == []


def test_list_of_postcodes_wins_over_the_outward_code():
    exact = replace(PACK, postcodes={"SO318AA": "E07000086"})
    places = [exact.locate(postcode).district_code for postcode in ("SO31 8AA", "SO31 9AA")]
    assert [PACK.districts[code]["name"] for code in places] == ["Eastleigh", "Fareham"]
