"""timescales.yaml says what the guidance says: from what to what, by whose authority, and whom a breach tells."""

import re
from datetime import date

import pytest

from workflows.checking import check_workflows
from workflows.clocks import _read, timescales

EVERY = [scale for versions in timescales().values() for scale in versions]
ASSESSED = ("assessment_completed",)
CHECK_ANSWERED = ("check_answered", "check_answered_nothing_known", "check_declined")
DECIDED = ("decision_made", "decision_approved")
SCREENED = ("screening_finished",)
LOOKED_AT = ("enquiry_received", "enquiry_reopened")
LOCAL, WORKING_TOGETHER, SEND = "Local practice", "Working Together", "SEND Regulations 2014"
TOLD = ("other_authority_told", "other_authority_told_again")
ANSWERED = ("other_authority_acknowledged", "other_authority_refused")
AFTER_REFUSAL = ("other_authority_told_again", "taken_back")
GUIDE = [
    ("decision", None, "1 working day", "enquiry_received", DECIDED, WORKING_TOGETHER),
    ("screening", "red", "4 hours", LOOKED_AT, SCREENED, LOCAL),
    ("screening", "amber", "1 working day", LOOKED_AT, SCREENED, LOCAL),
    ("screening", "green", "3 working days", LOOKED_AT, SCREENED, LOCAL),
    ("agency_check", "red", "2 working hours", "check_requested", CHECK_ANSWERED, LOCAL),
    ("agency_check", "amber", "6 working hours", "check_requested", CHECK_ANSWERED, LOCAL),
    ("agency_check", "green", "24 working hours", "check_requested", CHECK_ANSWERED, LOCAL),
    ("assessment", "initial", "10 working days", "referral_requested", ASSESSED, "Working Together 2010"),
    ("core_assessment", None, "35 working days", "core_assessment_started", ASSESSED, "Working Together 2010"),
    ("assessment", "single", "45 working days", "referral_requested", ASSESSED, "Working Together 2013"),
    (
        "conference",
        None,
        "15 working days",
        "section_47_opened",
        ("protection_plan_made", "plan_made", "referral_closed"),
        WORKING_TOGETHER,
    ),
    (
        "ehc_decision",
        None,
        "6 weeks",
        "ehc_assessment_requested",
        ("ehc_assessment_agreed", "ehc_assessment_refused"),
        SEND,
    ),
    ("ehc_plan", None, "20 weeks", "ehc_assessment_requested", ("ehc_plan_issued", "ehc_plan_refused"), SEND),
    ("first_contact", "early_help", "5 working days", "referral_allocated", ("family_contacted",), LOCAL),
    ("assessment", "early_help", "20 working days", "referral_allocated", ASSESSED, LOCAL),
]


@pytest.mark.parametrize(("kind", "variant", "limit", "begins", "ends", "authority"), GUIDE)
def test_each_limit_of_the_guidance_is_there(
    kind: str, variant: str | None, limit: str, begins: str | tuple[str, ...], ends: tuple[str, ...], authority: str
) -> None:
    (scale,) = timescales()[kind, variant]
    begins = (begins,) if isinstance(begins, str) else begins
    assert (scale.text, scale.begins, scale.ends) == (limit, begins, ends)
    assert scale.authority.startswith(authority)


def test_initial_and_single_assessments_meet_on_the_day_of_the_new_guidance() -> None:
    (initial,), (single,) = timescales()["assessment", "initial"], timescales()["assessment", "single"]
    assert (initial.valid_from, initial.valid_until) == (None, date(2013, 4, 15))
    assert (single.valid_from, single.valid_until) == (date(2013, 4, 15), None)


def test_every_table_and_every_timescale_holds_together() -> None:
    assert [(report.name, fault) for report in check_workflows() for fault in report.faults] == []


@pytest.mark.parametrize("scale", EVERY, ids=lambda scale: f"{scale.kind}-{scale.variant}")
def test_a_breach_is_told_to_a_manager_and_rests_on_an_authority(scale) -> None:
    assert scale.escalate_to in {"mash_manager", "locality_manager"}
    assert scale.authority


def test_what_no_published_source_confirmed_is_marked() -> None:
    unconfirmed = {scale.kind for scale in EVERY if scale.authority.startswith(LOCAL) and "†" not in scale.authority}
    assert unconfirmed == {"screening", "agency_check"}, "the two that name the authorities whose practice it is"


def test_answer_to_who_disagrees_is_owed_in_two_working_days_by_our_own_assumption() -> None:
    (scale,) = timescales()["disagreement", None]
    assert (scale.text, scale.begins, scale.ends) == (
        "2 working days",
        ("disagreement_received",),
        ("disagreement_answered",),
    )
    assert (scale.escalate_to, "†" in scale.authority) == ("mash_manager", True)


@pytest.mark.parametrize(
    ("kind", "begins", "ends"),
    [
        ("authority_acknowledgement", TOLD, ANSWERED),
        ("authority_refusal", ("other_authority_refused",), AFTER_REFUSAL),
    ],
)
def test_child_handed_over_waits_a_working_day_and_an_hour_where_it_is_section_47(
    kind: str, begins: tuple[str, ...], ends: tuple[str, ...]
) -> None:
    (usual,), (grave,) = timescales()[kind, None], timescales()[kind, "section_47"]
    assert (usual.text, usual.unit, usual.warn_at) == ("1 working day", "working_days", 0.75)
    assert (grave.text, grave.unit, grave.warn_at) == ("1 hour", "minutes", 0.5)  # day or night
    assert {(each.begins, each.ends, each.escalate_to) for each in (usual, grave)} == {(begins, ends, "mash_manager")}


ROW = {
    "kind": "tea", "limit": 5, "unit": "minutes", "warn_at": 0.5,
    "from": "kettle_boiled", "to": ["tea_poured", "spilt"],
    "escalate_to": "mash_manager", "authority": "Made up",
    "valid_from": date(2013, 4, 1), "valid_until": date(2014, 4, 1),
}  # fmt: skip


def test_row_of_the_file_is_read_whole() -> None:
    scale = _read(ROW)
    assert (scale.kind, scale.variant, scale.text, scale.warn_at) == ("tea", None, "5 minutes", 0.5)
    assert (scale.begins, scale.ends) == (("kettle_boiled",), ("tea_poured", "spilt"))
    assert (scale.valid_from, scale.valid_until) == (date(2013, 4, 1), date(2014, 4, 1))
    assert (scale.escalate_to, scale.authority) == ("mash_manager", "Made up")


def test_version_names_what_a_row_says_in_whatever_order_it_says_so() -> None:
    version = _read(ROW).version
    assert re.fullmatch("[0-9a-f]{12}", version)
    assert _read(dict(reversed(ROW.items()))).version == version
    others = [ROW | {"limit": 6}, ROW | {"authority": "Guessed"}, ROW | {"valid_until": date(2014, 4, 2)}]
    assert len({version, *(_read(other).version for other in others)}) == 4
