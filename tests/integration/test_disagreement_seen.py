"""Who reads a disagreement: whoever sees the case; no row of it whoever is outside; and the child's own copy."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from tests.acting import a_referral, act
from tests.disagreeing import TOLD, WHY, WORDS, answer, decided, disagree, sent_by
from tests.disposing import LATER, agreed, at_desk, dispose_all, service_desk
from tests.restricting import few_see
from triage.access.actor import VISITOR
from triage.database import acting_as
from triage.models import Disagreement
from triage.services.rights.gathering_held import gather_material

HUB = ("mash_officer", "social_worker", "mash_manager", "early_help_unit", "emergency_duty_team")
OUTSIDE = ("referrer", "partner_system", "partner_contributor", "analyst", "administrator", "information_governance")


def sees(office, who):
    with at_desk(office, who) as desk:
        return len(desk.session.scalars(select(Disagreement.id)).all())


def test_hub_sees_it_and_nobody_outside_not_even_whoever_said_it(office):
    disagree(office, decided(office))
    assert {who: sees(office, who) for who in HUB} == dict.fromkeys(HUB, 1)
    assert {who: sees(office, who) for who in OUTSIDE} == dict.fromkeys(OUTSIDE, 0)
    with acting_as(office.session, VISITOR):
        assert office.session.scalars(select(Disagreement.id)).all() == []


def test_locality_sees_it_where_it_has_a_case_from_the_enquiry(office):
    referral = a_referral(office)
    referral.enquiry.logged_by_id = office.actor("referrer").id
    office.session.flush()
    disagree(office, referral.enquiry)
    act(office, "mash_manager", referral, "allocate", team_code="social_care_west")
    assert (sees(office, "locality_worker:west"), sees(office, "locality_worker:north")) == (1, 0)


def test_what_few_may_see_stays_with_them(office):
    enquiry = decided(office)
    disagree(office, enquiry)
    few_see(office, enquiry.id)
    assert {who: sees(office, who) for who in ("social_worker 2", "mash_officer")} == {
        "social_worker 2": 0,
        "mash_officer": 0,
    }


@pytest.mark.parametrize("who", ["referrer", "social_worker", "mash_manager"])
def test_nobody_but_the_service_keeps_one(office, who):
    row = disagree(office, decided(office))
    again = text(
        "INSERT INTO disagreements (id, enquiry_id, sent_id, clock_id, said_by_id, said_at, words, again, state,"
        " answer, reason) VALUES (gen_random_uuid(), :of, :of, :of, :by, now(), 'x', false, 'open', '', '')"
    )
    values = {"of": row.enquiry_id, "by": row.said_by_id}
    refused = pytest.raises(ProgrammingError, match="row-level security")
    with refused, office.session.begin_nested(), at_desk(office, who) as desk:
        desk.session.execute(again, values)


@pytest.mark.parametrize("column", ["words", "said_at", "enquiry_id"])
def test_nobody_changes_what_was_said(office, column):
    disagree(office, decided(office))
    with pytest.raises(ProgrammingError, match="permission denied"), office.session.begin_nested():
        office.session.execute(text(f"UPDATE disagreements SET {column} = {column}"))  # noqa: S608


def copy_of(office, enquiry):
    sections = gather_material(service_desk(office), enquiry.subjects[0].person).sections
    return {each.title: each for each in sections}


def test_copy_of_the_childs_record_tells_of_it(office):
    enquiry = decided(office)
    answer(office, disagree(office, enquiry))
    (item,) = copy_of(office, enquiry)["Who disagreed with what was decided"].items
    assert [each.text for each in item.passages] == [WORDS, TOLD, WHY]


def test_copy_says_nothing_of_one_by_whoever_may_not_be_named(office):
    enquiry = decided(office, sent_by(office, referrer_may_be_named=False, referrer_email="nell@school.example"))
    answer(office, disagree(office, enquiry))
    told = repr(copy_of(office, enquiry)).lower()
    assert "disagree" not in told
    assert WORDS.lower() not in told


def test_it_goes_with_the_file(office):
    enquiry = decided(office)
    answer(office, disagree(office, enquiry))
    act(office, "mash_officer", enquiry, "close")
    office.session.flush()
    office.clock.at = LATER
    disposal = agreed(office)
    dispose_all(service_desk(office))
    assert disposal.items[0].counts["disagreements"] == 1
    assert office.session.scalars(select(Disagreement.id)).all() == []
