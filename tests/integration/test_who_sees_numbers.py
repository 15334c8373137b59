"""What is counted: which roles read it, and that it names no case."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.acting import accepted
from tests.asking_for_records import as_
from tests.making import an_enquiry, screen
from triage.insight.counting import refresh
from triage.models.codes import ROLES

COUNTED = (
    *("measured_enquiries", "measured_decisions", "measured_checks", "measured_referrals", "measured_standings"),
    "measured_days",
)
COUNTED_ROWS = (
    *("enquiry_facts", "decision_facts", "check_facts", "referral_facts", "assessment_facts", "second_look_facts"),
    *("unmet_need_facts", "standing_facts", "counting_due"),
)
COUNTS = {"mash_manager", "early_help_unit", "locality_manager", "analyst", "partner_system"}


@pytest.mark.parametrize("role", sorted({*ROLES} - {"system"}))
def test_what_is_counted_names_no_case_and_is_read_by_whoever_counts(office, role):
    accepted(office)
    screen(office, an_enquiry(office), ask="health", finish=False)
    refresh(office.session)
    with as_(office, role):
        for name in COUNTED:
            rows = office.session.execute(text(f"SELECT * FROM {name}")).mappings().all()  # noqa: S608
            assert bool(rows) is (role in COUNTS), name
            assert not any({"id", "reference", "case_id", "enquiry_id"} & set(row) for row in rows)


@pytest.mark.parametrize("name", COUNTED_ROWS)
def test_rows_that_are_counted_from_are_read_by_nobody(office, name):
    with pytest.raises(DBAPIError, match="permission denied"), office.session.begin_nested():
        office.session.execute(text(f"SELECT count(*) FROM {name}"))  # noqa: S608
