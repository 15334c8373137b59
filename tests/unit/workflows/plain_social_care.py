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
WORKED = {"say_primary_need": "", **HELD}
ASSESSING = {"allocate": "", "extend_assessment": "", "complete_assessment": "", "start_core_assessment": "", **WORKED}
DISCUSSING = {"call_strategy_discussion": "strategy_discussion"}
AFTER_DANGER = "assessment strategy_discussion section_47 conference plan"  # where it may still have no team
BEFORE_HARM = ["requested", "allocated", "returned", "accepted", "assessment", "plan"]
ENDING = {"step_down": "closed", "close": "closed"}
WORK = (
    "accept return start_assessment extend_assessment complete_assessment start_core_assessment close step_down"
    " end_section_47 call_conference make_protection_plan make_plan end_protection_plan review_plan"
    " say_primary_need"
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
NO_NEED = "Choose the child's primary need: the main reason why they need help."
FURTHER = (
    "It went further than an assessment: there was section 47, a conference or a plan. Close it as no longer in need,"
    " RC7, or step down (census rule 2990)."
)
FOUND = {"some": ("16A", "3B"), "none": ("21",), "none_and_some": ("21", "16A"), "twice": ("16A", "16A")}
PROTECTED = "The child is on a child protection plan. End the plan first."


def see(facts: Facts) -> SocialCareContext:
    its = {"came": frozenset(CAME[facts["came"]]), "factors": FOUND[facts["found"]]}
    case = see_referral(facts, CLOSURES, facts["closing"], **IN_SOCIAL_CARE | its)
    return SocialCareContext(
        two_assessments=facts["guidance"] == "two",
        discussion_owed=facts["owed"] == "yes",
        early_help_open=facts["helped"] == "yes",
        went_further=facts["further"] == "yes",
        need_known=facts["need"] == "known",
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
    "complete_assessment": (
        Why("Say whether the child was seen during the assessment.", {"hands": "empty"}),
        Why(NO_NEED, {"need": "unknown", "hands": "empty"}),
        Why("Choose every factor that was found. If there was none, choose only that.", {"hands": "empty"}),
        Why(
            "Choose either the factors that were found or that there was none, not both (census rule 8869).",
            {"hands": "full", "found": "none_and_some"},
        ),
        Why("Give each factor once (census rule 8898).", {"hands": "full", "found": "twice"}),
        LATE,
    ),
    "say_primary_need": (Why(NO_NEED, {"hands": "empty"}),),
    "make_protection_plan": (Why("Choose the category of abuse (census rule 8905).", {"hands": "empty"}),),
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
        Why(FURTHER, {"further": "yes", "assessed": "yes", "owed": "no", "protected": "no", "hands": "full"}),
        Why(
            "Step down instead, so that early help has the child.",
            {
                "closing": "RC9", "helped": "no", "assessed": "yes", "owed": "no", "protected": "no",
                "further": "no", "hands": "full",
            },
        ),
    ),
}  # fmt: skip

PLAIN_SOCIAL_CARE = Procedure(
    table=SOCIAL_CARE,
    leads={
        "requested": {"allocate": "allocated", **ASKED, **DISCUSSING, **DANGER},
        "allocated": {"accept": "accepted", "return": "returned", **DISCUSSING, **HELD, **DANGER},
        "returned": {"allocate": "allocated", **ASKED, **DISCUSSING, **DANGER},
        "accepted": {"start_assessment": "assessment", "close": "closed", **DISCUSSING, **WORKED, **DANGER},
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
        "further": "no yes",
        "need": "known unknown",
        "found": "some none none_and_some twice",
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
