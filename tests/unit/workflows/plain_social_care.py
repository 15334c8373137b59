"""The social care referral told again: request, assessment, strategy discussion, section 47, plan, closing."""

from datetime import date

from tests.unit.workflows.plain_referrals import (
    ALLOCATES,
    ANOTHER_TEAM,
    ANYBODY,
    EVERYBODY,
    FACTS,
    IN_SOCIAL_CARE,
    LATE,
    LOCALITY,
    NIGHT,
    NOT_ASSESSED,
    ON_OFFER,
    OWNED,
    REFUSES_OWNED,
    WHO_OWNED,
    see_referral,
)
from tests.unit.workflows.plain_words import NO_REASON
from tests.unit.workflows.walking import OPENING, Facts, Life, Procedure, Why
from workflows.social_care import SOCIAL_CARE, SocialCareContext

CLOSURES = ("RC1", "RC2", "RC3", "RC4", "RC6", "RC7", "RC8", "RC9")
DANGER = {"immediate_danger": "section_47"}
STILL_IN_DANGER = {"immediate_danger": ""}
ASKED = {"ask_for_discussion": ""}
HELD = {"offer_transfer": "", **ASKED, **OWNED}
ASSESSING = {"allocate": "", "extend_assessment": "", "complete_assessment": "", "start_core_assessment": "", **HELD}
DISCUSSING = {"call_strategy_discussion": "strategy_discussion"}
AFTER_DANGER = "assessment strategy_discussion section_47 conference plan"  # where it may still have no team
BEFORE_HARM = ["requested", "allocated", "returned", "accepted", "assessment", "plan"]
ENDING = {"step_down": "closed", "close": "closed"}
WORK = (
    "accept return start_assessment extend_assessment complete_assessment start_core_assessment close step_down"
    " end_section_47 call_conference make_protection_plan make_plan end_protection_plan review_plan"
)
DISCUSS = "call_strategy_discussion open_section_47 decline_section_47"
THERE = Why(ANOTHER_TEAM, {"desk": "elsewhere", "role": "L"})
NOBODY = (
    "Say who came. A strategy discussion takes social care and at least one other agency: without them it was not held."
)
ABSENT = (Why(NOBODY, {"hands": "empty"}), Why(NOBODY, {"hands": "full", "came": "alone without_us"}))
CAME = {"everybody": EVERYBODY, "most": {"school", "social_care"}, "alone": {"social_care"}, "without_us": {"police"}}
OWED = "A strategy discussion is owed for this child. Hold it first."
NOT_HELD = Why(OWED, {"owed": "yes"})
PROTECTED = "The child is on a child protection plan. End the plan first."


def see(facts: Facts) -> SocialCareContext:
    case = see_referral(facts, CLOSURES, facts["closing"], **IN_SOCIAL_CARE | {"came": frozenset(CAME[facts["came"]])})
    return SocialCareContext(
        two_assessments=facts["guidance"] == "two",
        discussion_owed=facts["owed"] == "yes",
        early_help_open=facts["helped"] == "yes",
        latest_expected_on=date(2013, 5, 28 if facts["extension"] == "near" else 27),
        **case,
    )


def by_its_team(refuses: dict[str, tuple[Why, ...]]) -> dict[str, tuple[Why, ...]]:
    """The same, and first of all that another team's worker does none of it."""
    return {action: (THERE, *refuses.get(action, ())) for action in f"{WORK} {DISCUSS}".split()}


WORK_REFUSES = {
    "return": (ON_OFFER, NO_REASON),
    "extend_assessment": (
        NO_REASON,
        Why("Say by when it will be done.", {"hands": "empty"}),
        Why(
            "An extension is twenty working days at most. Choose a day up to Monday 27 May 2013.",
            {"hands": "full", "extension": "far"},
        ),
    ),
    "complete_assessment": (LATE,),
    "start_core_assessment": (
        Why("This referral has the single assessment, so there is no core assessment.", {"guidance": "single"}),
        NOT_ASSESSED,
    ),
    "call_strategy_discussion": (
        Why(
            "Police, health and social care take part in every strategy discussion."
            " Not invited: health, police, social care.",
            {"hands": "empty"},
        ),
    ),
    "open_section_47": ABSENT,
    "decline_section_47": (NO_REASON, *ABSENT),
    "end_section_47": (NOT_HELD, NO_REASON),
    "call_conference": (NOT_HELD,),
    "make_plan": (NOT_HELD, Why(NOT_ASSESSED.words, {"assessed": "no", "state": "assessment"})),
    "end_protection_plan": (
        Why("The child is not on a child protection plan.", {"protected": "no"}), NOT_HELD, NO_REASON,
    ),
    "step_down": (
        NOT_ASSESSED,
        Why(PROTECTED, {"protected": "yes"}),
        NOT_HELD,
        ON_OFFER,
        Why("The family must consent to early help before a step-down.", {"hands": "empty"}),
        Why("Name the lead practitioner who will hold the early help.", {"hands": "empty"}),
    ),
    "close": (
        ON_OFFER,
        Why(f"Choose why this closes: {', '.join(CLOSURES)}.", {"hands": "empty"}),
        Why(PROTECTED, {"protected": "yes", "hands": "full"}),
        Why(OWED, {"owed": "yes", "protected": "no", "hands": "full"}),
        Why(NOT_ASSESSED.words, {"assessed": "no", "owed": "no", "protected": "no", "hands": "full"}),
        Why(
            "Step down instead, so that early help has the child.",
            {"closing": "RC9", "helped": "no", "assessed": "yes", "owed": "no", "protected": "no", "hands": "full"},
        ),
    ),
}  # fmt: skip

PLAIN_SOCIAL_CARE = Procedure(
    table=SOCIAL_CARE,
    leads={
        "requested": {"allocate": "allocated", **ASKED, **DISCUSSING, **DANGER},
        "allocated": {"accept": "accepted", "return": "returned", **DISCUSSING, **HELD, **DANGER},
        "returned": {"allocate": "allocated", **ASKED, **DISCUSSING, **DANGER},
        "accepted": {"start_assessment": "assessment", "close": "closed", **DISCUSSING, **HELD, **DANGER},
        "assessment": {"make_plan": "plan", **ENDING, **DISCUSSING, **ASSESSING, **DANGER},
        "strategy_discussion": {
            "open_section_47": "section_47", "decline_section_47": "assessment", **ASSESSING, **STILL_IN_DANGER,
        },
        "section_47": {
            "end_section_47": "assessment", "call_conference": "conference", **DISCUSSING, **ASSESSING,
            **STILL_IN_DANGER,
        },
        "conference": {
            "make_protection_plan": "plan", "make_plan": "plan", "close": "closed", **DISCUSSING, **ASSESSING,
            **STILL_IN_DANGER,
        },
        "plan": {"end_protection_plan": "", "review_plan": "", **ENDING, **DISCUSSING, **ASSESSING, **DANGER},
        "closed": {},
    },
    who={
        **dict.fromkeys(WORK.split(), LOCALITY),
        **dict.fromkeys(("allocate", "ask_for_discussion"), ALLOCATES + NIGHT),
        **dict.fromkeys(DISCUSS.split(), LOCALITY + NIGHT),
        "offer_transfer": "LKME",
        "immediate_danger": ANYBODY,
        **WHO_OWNED,
    },
    facts={
        **FACTS,
        "assessed": "no yes",
        "late": "no yes",
        "guidance": "single two",
        "protected": "no yes",
        "owed": "no yes",
        "closing": "RC8 RC9",
        "helped": "no yes",
        "extension": "near far",
        "came": "everybody most alone without_us",
    },
    sets={
        "allocate": {"team": "yes"},
        "claim": {"owner": "me"},
        "complete_assessment": {"assessed": "yes"},
        "make_protection_plan": {"protected": "yes"},
        "end_protection_plan": {"protected": "no"},
        "offer_transfer": {"offered": "yes"},
    },
    sees=see,
    refuses={
        "allocate": (
            Why(ON_OFFER.words, {"offered": "yes", "state": AFTER_DANGER}),
            Why("It has a team. Reassign it instead.", {"team": "yes", "state": AFTER_DANGER}),
            Why("Choose a team.", {"hands": "empty"}),
        ),
        "ask_for_discussion": (NO_REASON,),
        "offer_transfer": (
            ON_OFFER,
            Why("Say which team or authority it is offered to.", {"hands": "empty"}),
            NO_REASON,
        ),
        "immediate_danger": (NO_REASON,),
        **REFUSES_OWNED,
        **by_its_team(WORK_REFUSES),
    },
    clocks={
        "allocation": Life(OPENING, "allocate"),
        "acceptance": Life(
            "requested/allocate returned/allocate", "accept return call_strategy_discussion",
            dropped="immediate_danger",
        ),
        "reallocation": Life("return", "allocate"),
        "first_contact": Life("accept", "start_assessment call_strategy_discussion", dropped="immediate_danger"),
        "assessment": Life(OPENING, "complete_assessment"),
        "core_assessment": Life("start_core_assessment", "complete_assessment"),
        "strategy_discussion": Life(
            "call_strategy_discussion ask_for_discussion immediate_danger", "open_section_47 decline_section_47",
        ),
        "outcome": Life(
            "complete_assessment decline_section_47 end_section_47",
            "assessment/make_plan step_down accepted/close assessment/close plan/close call_strategy_discussion",
            dropped=" ".join(f"{state}/immediate_danger" for state in BEFORE_HARM),
        ),
        "plan_review": Life(
            "make_plan make_protection_plan review_plan", "conference/make_plan make_protection_plan review_plan"
        ),
        "conference": Life(
            "open_section_47", "make_protection_plan make_plan conference/close",
            dropped="decline_section_47 end_section_47",
        ),
    },
)  # fmt: skip
