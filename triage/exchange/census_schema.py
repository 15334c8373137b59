"""The Children in Need census as XML: which element holds what, in the order its schema asks for. For both ways.

Source: the DfE's census schema of 2024, with GenderCurrent before the collection of 2024 to 2025 and Sex from it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from workflows.census.records import Assessment, Child, CinPlan, Episode, ProtectionPlan, Section47

SEX_SINCE = 2025  # the return of 2024 to 2025
EARLIEST = 1900


@dataclass(frozen=True, slots=True)
class Kind:
    """How a value is written, and read back: ValueError says what is wrong with it, as the end of a sentence."""

    write: Callable[[Any], str]
    read: Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Value:
    """An element with text: an attribute of the record or, where `many`, one of the several that it lists."""

    tag: str
    name: str
    kind: Kind
    many: bool = False
    since: int = 0
    until: int = 9999


@dataclass(frozen=True, slots=True)
class Group:
    """An element with others in it: a record of the list `name` or, without a record, a mere cover.

    `required` is what the record must be made with, as it is where the file does not say.
    """

    tag: str
    parts: tuple["Value | Group", ...]
    name: str = ""
    record: type | None = None
    required: Mapping[str, Any] = field(default_factory=dict)

    @property
    def known(self) -> dict[str, "Value | Group"]:
        """Its parts by their tags."""
        return {each.tag: each for each in self.parts}


def _read_day(text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise ValueError("is no date; write it as YYYY-MM-DD") from None
    if found.year < EARLIEST:
        raise ValueError(f"is before {EARLIEST}")
    return found


def _read_code(codes: Mapping[str, Any]) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        if text.lower() not in codes:
            raise ValueError("is no code of that set")
        return codes[text.lower()]

    return read


def _read_count(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError("is no whole number")
    return int(text)


FLAGS = {"true": True, "1": True, "false": False, "0": False}
GENDERS = {"1": "M", "2": "F", "0": "U", "9": "U"}
TEXT = Kind(str, str)
DAY = Kind(date.isoformat, _read_day)
COUNT = Kind(str, _read_count)
FLAG = Kind(lambda flag: "true" if flag else "false", _read_code(FLAGS))
GENDER = Kind(lambda sex: {"M": "1", "F": "2"}.get(sex, "0"), _read_code(GENDERS))
SEX = Kind(str, _read_code({"m": "M", "f": "F", "u": "U"}))
STARTED = {"started": None}

ASSESSMENT = Group(
    "Assessments",
    (
        Value("AssessmentActualStartDate", "started", DAY),
        Value("AssessmentInternalReviewDate", "internal_review", DAY),
        Value("AssessmentAuthorisationDate", "authorised", DAY),
        Group("FactorsIdentifiedAtAssessment", (Value("AssessmentFactors", "factors", TEXT, many=True),)),
    ),
    "assessments",
    Assessment,
    STARTED,
)
CIN_PLAN = Group(
    "CINPlanDates",
    (Value("CINPlanStartDate", "started", DAY), Value("CINPlanEndDate", "ended", DAY)),
    "plans",
    CinPlan,
    STARTED,
)
SECTION_47 = Group(
    "Section47",
    (
        Value("S47ActualStartDate", "started", DAY),
        Value("InitialCPCtarget", "target", DAY),
        Value("DateOfInitialCPC", "conference", DAY),
        Value("ICPCnotRequired", "conference_not_required", FLAG),
    ),
    "section_47s",
    Section47,
    STARTED,
)
PROTECTION_PLAN = Group(
    "ChildProtectionPlans",
    (
        Value("CPPstartDate", "started", DAY),
        Value("CPPendDate", "ended", DAY),
        Value("InitialCategoryOfAbuse", "initial_category", TEXT),
        Value("LatestCategoryOfAbuse", "latest_category", TEXT),
        Value("NumberOfPreviousCPP", "previous", COUNT),
        Group("Reviews", (Value("CPPreviewDate", "reviews", DAY, many=True),)),
    ),
    "protection_plans",
    ProtectionPlan,
    STARTED,
)
EPISODE = Group(
    "CINdetails",
    (
        Value("CINreferralDate", "referred", DAY),
        Value("ReferralSource", "source", TEXT),
        Value("PrimaryNeedCode", "primary_need", TEXT),
        Value("CINclosureDate", "closed", DAY),
        Value("ReasonForClosure", "closure", TEXT),
        Value("DateOfInitialCPC", "conference", DAY),
        ASSESSMENT,
        CIN_PLAN,
        SECTION_47,
        Value("ReferralNFA", "referral_nfa", FLAG),
        PROTECTION_PLAN,
    ),
    "episodes",
    Episode,
    {"referred": None},
)
IDENTIFIERS = Group(
    "ChildIdentifiers",
    (
        Value("LAchildID", "identifier", TEXT),
        Value("UPN", "upn", TEXT),
        Value("FormerUPN", "former_upn", TEXT),
        Value("UPNunknown", "upn_unknown", TEXT),
        Value("PersonBirthDate", "birth_date", DAY),
        Value("ExpectedPersonBirthDate", "expected_date", DAY),
        Value("GenderCurrent", "sex", GENDER, until=SEX_SINCE - 1),
        Value("Sex", "sex", SEX, since=SEX_SINCE),
        Value("PersonDeathDate", "death_date", DAY),
    ),
)
DISABILITIES = Group("Disabilities", (Value("Disability", "disabilities", TEXT, many=True),))
CHARACTERISTICS = Group("ChildCharacteristics", (Value("Ethnicity", "ethnicity", TEXT), DISABILITIES))
CHILD = Group("Child", (IDENTIFIERS, CHARACTERISTICS, EPISODE), "children", Child, {"identifier": ""})
