"""What a council publishes is taken as it is; what a service is for is said here, and stays when it comes again."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from tests.acting import accepted
from tests.asking_for_records import as_
from tests.integration.test_directory import exported, writes
from tests.integration.test_directory_pages import fits_in, names_in
from tests.listing import ABSENT, a_plain_service, a_service, key, take
from tests.undoing import undone
from triage.directory.service import KINDS, NEEDS, terms_of
from triage.errors import Conflict, Forbidden, Invalid
from triage.models.codes import ROLES
from triage.services.purposes import SayPurpose, say_purpose

UNIT, WEST = "early_help_unit", "locality_worker:west"
SAYS = {"mash_manager", "early_help_unit", "locality_manager"}


def purpose(office, who=UNIT, name="Homework club", provider="voluntary", meets=(ABSENT,)):
    office.actor(who)
    with as_(office, who), office.session.begin_nested():
        command = SayPurpose(service_id=key(name), provider=provider, meets=tuple(meets))
        said = say_purpose(office.desk(who), command)
    office.session.flush()
    office.session.expire_all()
    return said


def test_it_is_kept_and_shown_and_offered_to_nobody_until_somebody_says_what_it_is_for(sign_in, office):
    take(office, [a_plain_service("Homework club", "Learning"), a_service("Breakfast club")])
    case = accepted(office, "early_help", indicators=(ABSENT,))
    office.session.flush()
    client, at = sign_in(UNIT), f"/directory/{key('Homework club')}"
    assert "Of 1 service nobody has said yet what it is for." in client.get("/directory").text
    assert names_in(client.get("/directory?unsaid=true")) == ["Homework club"]
    page = client.get(at).text
    assert "Not yet said what it is for" in page
    assert "Learning" in page
    assert fits_in(sign_in(WEST).get(f"/referrals/{case.id}"))[0] == [["Breakfast club"]]
    sent = {"provider": "voluntary", "meets": [ABSENT]}
    assert sign_in(UNIT).post(f"{at}/purpose", data=sent).location == at
    office.session.expire_all()
    page = sign_in(UNIT).get(at).text
    assert "Not yet said" not in page
    assert "What it is for was said" in page
    assert fits_in(sign_in(WEST).get(f"/referrals/{case.id}"))[0] == [["Breakfast club", "Homework club"]]


def test_what_was_said_stays_when_the_feed_comes_again_and_the_rest_is_renewed(sign_in, office):
    take(office, [a_plain_service("Homework club", "Learning")])
    purpose(office)
    assert take(office, [a_plain_service("Homework club", "Learning")]).unchanged == 1
    renewed = a_plain_service("Homework club", "Learning", description="Made up: on Tuesdays")
    assert take(office, [renewed]).changed == ["Homework club"]
    office.session.expire_all()
    page = sign_in(UNIT).get(f"/directory/{key('Homework club')}").text
    assert "Made up: on Tuesdays" in page
    assert "Pattern of absences" in page
    told = exported(office)[key("Homework club")]
    assert (terms_of(told, KINDS), terms_of(told, NEEDS)) == (("voluntary",), (ABSENT,))
    assert take(office, [told]).unchanged == 1


def test_what_is_said_last_holds(office):
    take(office, [a_plain_service()])
    purpose(office)
    office.clock.at = office.clock.at.replace(hour=15)
    purpose(office, "mash_manager", provider="school", meets=("C2_SPEECH", "P"))
    told = exported(office)[key("Homework club")]
    assert (terms_of(told, KINDS), terms_of(told, NEEDS)) == (("school",), ("C2_SPEECH", "P"))


def test_terms_of_the_council_mean_ours_by_the_pack_until_somebody_says_it(sign_in, office):
    take(office, [a_plain_service("Grief circle", "Bereavement Support")])
    page = sign_in(UNIT).get(f"/directory/{key('Grief circle')}").text
    assert "Loss of an important adult" in page
    assert "Kind of provider not said" in page
    purpose(office, name="Grief circle", meets=("C2_LOW_MH",))
    assert "Loss of an important adult" not in sign_in(UNIT).get(f"/directory/{key('Grief circle')}").text


def test_page_keeps_what_was_chosen_and_says_what_is_missing(sign_in, office):
    take(office, [a_plain_service()])
    client, at = sign_in("locality_manager:west"), f"/directory/{key('Homework club')}/purpose"
    assert " checked" not in client.get(at).text
    for sent, told in (
        ({"meets": [ABSENT]}, "Choose the kind of provider."),
        ({"provider": "school"}, "Choose at least one need that it meets."),
        ({"provider": "school", "meets": ["C1_WELLBEING"]}, "is not in the policy any more"),
        ({"provider": "bakery", "meets": [ABSENT]}, "There is a problem"),
    ):
        refused = client.post(at, data=sent)
        assert (refused.status_code, told in refused.text) == (422, True), sent
        assert refused.text.count(" checked") == sum(each not in ("bakery", ["C1_WELLBEING"]) for each in sent.values())


def test_service_whose_file_says_it_has_no_form(sign_in, office):
    take(office, [a_service()])
    client, at = sign_in(UNIT), f"/directory/{key('Stay and play')}"
    assert "what it is for</a>" not in client.get(at).text
    assert client.get(f"{at}/purpose").location == at
    with pytest.raises(Conflict, match="says what it is for"):
        purpose(office, name="Stay and play")


def test_it_is_said_by_those_who_may_and_for_their_own_place(sign_in, office):
    take(office, [a_plain_service()])
    with pytest.raises(Forbidden, match="another locality"):
        purpose(office, "locality_manager:north")
    for who in ("analyst", WEST):
        client, at = sign_in(who), f"/directory/{key('Homework club')}"
        assert "Say what it is for" not in client.get(at).text
        assert client.post(f"{at}/purpose", data={"provider": "school", "meets": [ABSENT]}).status_code == 403
    with pytest.raises(Invalid):
        purpose(office, provider="bakery")


def test_everybody_who_is_signed_in_reads_it_and_few_write_it(office):
    take(office, [a_plain_service()])
    purpose(office)
    insert = (
        "INSERT INTO service_purposes (id, service_id, kind, needs, said_by_id, said_at)"
        " SELECT gen_random_uuid(), id, 'school', '{P}', :me, now() FROM directory_services LIMIT 1"
    )
    file = "INSERT INTO directory_files VALUES (:me, 'x', '', false, now())"
    for role in (each for each in ROLES if each != "system"):
        me = {"me": office.actor(role).id}
        with as_(office, role):
            seen = office.session.scalar(text("SELECT count(*) FROM service_purposes"))
            assert (seen >= 1) == (role != "visitor")
            assert writes(office, insert, me) == (role in SAYS), role
            assert not writes(office, "DELETE FROM service_purposes", {})
            assert writes(office, file, me) == (role in ("mash_manager", "administrator")), role
            assert office.session.scalar(text("SELECT count(*) FROM directory_files")) <= 1


FEEDS = st.lists(
    st.builds(
        a_plain_service,
        st.sampled_from(["Ann", "Ben"]),
        st.sampled_from(["Learning", "Debt advice", "Sport"]),
        more=st.none() | st.text("aé", max_size=3),
    ),
    max_size=2,
    unique_by=lambda each: each["id"],
)
SAID = st.lists(
    st.tuples(st.sampled_from(["Ann", "Ben"]), st.lists(st.sampled_from(["C2_SPEECH", "P"]), min_size=1, unique=True)),
    max_size=2,
)


def test_nothing_of_a_feed_and_nothing_said_here_is_lost(office):
    office.actor(UNIT)

    @settings(max_examples=15, deadline=None)
    @given(FEEDS, SAID, FEEDS)
    def goes_round(first, said, later):
        with undone(office.session):
            take(office, first)
            known = {}
            for name, needs in said:
                if key(name) in {each["id"] for each in first}:
                    office.clock.at += office.clock.at.resolution
                    purpose(office, name=name, meets=needs)
                    known[key(name)] = tuple(needs)
            take(office, later)
            told, written = exported(office), {each["id"]: each for each in (*first, *later)}
            assert told.keys() == written.keys()
            for each, document in written.items():
                assert terms_of(told[each], NEEDS) == known.get(each, ())
                rest = told[each]["attributes"][: len(document["attributes"])]
                assert {**told[each], "attributes": rest} == document
            assert take(office, list(told.values())).unchanged == len(told)

    goes_round()
