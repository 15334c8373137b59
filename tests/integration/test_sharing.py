"""The log of what was shared about a case: with whom, how, on what basis; written by itself and by hand."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from tests.acting import a_referral, act
from tests.asking_for_records import as_
from tests.making import an_enquiry, decide_as, screen
from triage.access.actor import SYSTEM
from triage.errors import Invalid
from triage.models import Disclosure, OutboxMessage
from triage.services.notices import deliver
from triage.services.rights.sharing import TellShared, tell_shared
from triage.store.disclosures import list_shared

TOLD = {
    "what": "That the child is safe tonight",
    "to_whom": "The grandmother",
    "how": "telephone",
    "lawful_basis": "vital_interests",
    "consent": "not_safe_to_ask",
    "because": "The father was in the room",
}


def send_letters(office):
    office.session.flush()
    for message in office.session.query(OutboxMessage).order_by(OutboxMessage.created_at):
        deliver(office.desk("mash_manager").with_actor(SYSTEM), message, "mash@triage.example", lambda letter: None)
    office.session.flush()


def shared_of(office, case):
    return [(each.how, each.to_whom) for each in reversed(list_shared(office.session, case))]


def test_partner_who_is_asked_is_in_the_log_with_basis_and_consent(office):
    enquiry = an_enquiry(office)
    screen(office, enquiry, ask="police")
    office.session.flush()
    (row,) = list_shared(office.session, enquiry)
    assert (row.how, row.to_whom, row.lawful_basis, row.consent) == (
        "check",
        office.pack.agencies["police"],
        "public_task",
        "given",
    )


def test_letters_to_whoever_told_us_and_to_partners_are_in_the_log_and_our_own_are_not(office):
    enquiry = an_enquiry(office, referrer_email="head@school.example", referrer_name="Head Teacher")
    screen(office, enquiry, ask="police", finish=False)
    act(office, "social_worker", enquiry.checks[0], "chase")
    send_letters(office)
    assert shared_of(office, enquiry) == [
        ("check", office.pack.agencies["police"]),
        ("letter", "Whoever told us"),
        ("letter", office.pack.agencies["police"]),
        ("letter", office.pack.agencies["police"]),
    ]
    assert not any("head" in each.to_whom.lower() for each in list_shared(office.session, enquiry))


def test_letter_that_was_not_sent_shared_nothing(office):
    enquiry = an_enquiry(office)
    screen(office, enquiry, ask="police", finish=False)
    act(office, "social_worker", enquiry.checks[0], "chase")
    act(office, "social_worker", enquiry.checks[0], "answer", answer="Known")
    send_letters(office)
    assert [how for how, _ in shared_of(office, enquiry)] == ["check"]


def test_case_that_is_handed_to_a_team_is_in_its_log_once_for_each_team(office):
    referral = a_referral(office)
    act(office, "mash_manager", referral, "allocate", team_code="social_care_west")
    act(office, "locality_worker:west", referral, "accept")
    act(office, "locality_worker:west", referral, "claim")
    assert shared_of(office, referral) == [("hand_over", office.pack.teams["social_care_west"]["name"])]


def test_child_who_is_handed_to_another_authority_is_in_its_log(office):
    referral = a_referral(office, "other_authority", postcode="SO23 9AA")
    told = shared_of(office, referral)
    assert [how for how, _ in told] == (["hand_over"] if referral.to_authority else [])


def test_adult_who_is_handed_over_is_in_its_log(office):
    referral = a_referral(office, "adult_safeguarding")
    assert shared_of(office, referral) == [("hand_over", office.pack.teams["adult_social_care"]["name"])]


def test_what_was_told_by_telephone_is_written_down_by_hand(office):
    enquiry = an_enquiry(office)
    with as_(office, "social_worker"):
        tell_shared(office.desk("social_worker"), TellShared(enquiry_id=enquiry.id, shared_at=office.clock.at, **TOLD))
    (row,) = list_shared(office.session, enquiry)
    assert {name: getattr(row, name) for name in TOLD} == TOLD


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"because": " "}, "because"),
        ({"what": ""}, "what"),
        ({"how": "export"}, "how"),
        ({"lawful_basis": "consent"}, "lawful_basis"),
    ],
)
def test_what_is_not_said_is_asked_for(office, wrong, field):
    enquiry = an_enquiry(office)
    command = TellShared(enquiry_id=enquiry.id, shared_at=office.clock.at, **(TOLD | wrong))
    with pytest.raises(Invalid) as refused:
        tell_shared(office.desk("social_worker"), command)
    assert [each.field for each in refused.value.problems] == [field]


def test_nothing_is_shared_tomorrow(office):
    enquiry = an_enquiry(office)
    later = office.clock.at + timedelta(minutes=1)
    with pytest.raises(Invalid, match="after now"):
        tell_shared(office.desk("social_worker"), TellShared(enquiry_id=enquiry.id, shared_at=later, **TOLD))


@pytest.mark.parametrize("statement", ["UPDATE disclosures SET what = 'x'", "DELETE FROM disclosures"])
def test_the_log_is_added_to_and_never_changed(office, statement):
    screen(office, an_enquiry(office), ask="police")
    office.session.flush()
    with pytest.raises(ProgrammingError, match="permission denied"), office.session.begin_nested():
        office.session.execute(text(statement))


def test_log_is_seen_with_its_case_and_written_by_whoever_works_it(office):
    referral = a_referral(office)
    act(office, "mash_manager", referral, "allocate", team_code="social_care_west")
    command = TellShared(referral_id=referral.id, shared_at=office.clock.at, **TOLD)
    with as_(office, "locality_worker:west"):
        tell_shared(office.desk("locality_worker:west"), command)
        assert office.session.query(Disclosure).count() == 2
    with as_(office, "locality_worker:north"):
        assert office.session.query(Disclosure).count() == 0
    forged = text(
        "INSERT INTO disclosures SELECT gen_random_uuid(), enquiry_id, referral_id, person_id, 'x', to_whom, shared_at,"
        " shared_by_id, recorded_at, how, lawful_basis, consent, because, outbox_id FROM disclosures LIMIT 1"
    )
    with as_(office, "locality_worker:west"):
        assert office.session.execute(forged).rowcount == 1
    other = a_referral(office, given_name="Other", birth_date=None)
    insert = text(
        "INSERT INTO disclosures (id, referral_id, what, to_whom, shared_at, shared_by_id, recorded_at, how,"
        " lawful_basis, consent, because) VALUES (gen_random_uuid(), :case, 'x', 'y', now(), :who, now(), 'telephone',"
        " 'public_task', 'given', '')"
    )
    who = office.actor("locality_worker:north").id
    with (
        as_(office, "locality_worker:north"),
        pytest.raises(DBAPIError, match="row-level security"),
        office.session.begin_nested(),
    ):
        office.session.execute(insert, {"case": other.id, "who": who})


def test_decision_hands_nothing_over_until_it_takes_effect(office):
    enquiry = an_enquiry(office, indicators=("P4_UNSAFE",))
    screen(office, enquiry)
    decide_as(office, "social_worker", enquiry, route="social_care", level=4)
    assert shared_of(office, enquiry.referrals[0]) == []
