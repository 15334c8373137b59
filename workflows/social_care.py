"""A referral to children's social care, from the hub's request to its closing.

Allocated, accepted, assessed; where significant harm is suspected a strategy discussion, section 47 and a conference;
then a plan, or closed with the census's reason. One referral a child for as long as the case is open.
"""

from dataclasses import dataclass
from datetime import date

from workflows.census.codes import NO_FACTOR
from workflows.definition import IMMEDIATE_DANGER, Table, Transition, refuses
from workflows.guards import has_reason, say, say_date
from workflows.referral import (
    ALLOCATES,
    ANYBODY,
    LOCALITY,
    MANAGES,
    NIGHT,
    ReferralContext,
    by_its_team,
    explains_lateness,
    has_assessment_to_complete,
    has_closure,
    has_consent,
    has_lead_practitioner,
    has_no_offer,
    has_team,
    is_assessed,
    owned,
    waits_for_team,
)

MOVED_AWAY = "RC5"  # an accepted transfer says so: that another authority has the child is no one person's word
CLOSURES = ("RC1", "RC2", "RC3", "RC4", "RC6", "RC7", "RC8", "RC9")
TO_EARLY_HELP = "RC9"
AFTER_ASSESSMENT = ("RC8", TO_EARLY_HELP)
NO_LONGER_IN_NEED = ("RC7", *AFTER_ASSESSMENT)
OWN = "social_care"
MUST_TAKE_PART = frozenset({"police", "health", OWN})  # Working Together 2013, chapter 1: strategy discussion
HARM = ("strategy_discussion", "section_47", "conference")
WORKED = ("accepted", "assessment", *HARM, "plan")
HELD = ("allocated", *WORKED)
OPEN = ("requested", "returned", *HELD)
ASSESSED = ("assessment", *HARM, "plan")
LONGEST_EXTENSION = 20  # working days from the day on which somebody says why
CALLS_FROM = ("requested", "allocated", "returned", "accepted", "assessment", "section_47", "conference", "plan")
GIVES = ALLOCATES | NIGHT  # what may be significant harm does not wait for the office to open
DISCUSSES = LOCALITY | NIGHT


@dataclass(frozen=True, slots=True, kw_only=True)
class SocialCareContext(ReferralContext):
    """What the guards look at. `invited` and `came` are agencies; `two_assessments` is the way before 15 April 2013.

    `early_help_open`: early help has a case of the child's that is open. `went_further`: there was section 47, a
    conference or a plan. `factors` are the census's codes that the assessment found, `child_seen` whether the child was
    seen during it; `need_known`: the primary need was said before.
    `expected_on` is the day that an extension names, `latest_expected_on` the furthest that it may.
    `discussion_owed`: section 47 was decided, or danger declared, and no strategy discussion has been held since.
    """

    invited: frozenset[str] = frozenset()
    came: frozenset[str] = frozenset()
    two_assessments: bool = False
    discussion_owed: bool = False
    early_help_open: bool = False
    went_further: bool = False
    need_known: bool = False
    primary_need: str | None = None
    child_seen: bool | None = None
    factors: tuple[str, ...] = ()
    category_of_abuse: str | None = None
    expected_on: date | None = None
    latest_expected_on: date = date.max
    transfer_to: str | None = None

    def details(self) -> dict[str, str]:
        """What the plain words of a refusal may name."""
        return {
            **ReferralContext.details(self),
            "uninvited": say(MUST_TAKE_PART - self.invited),
            "latest_expected_on": say_date(self.latest_expected_on),
            "absent": say(MUST_TAKE_PART - self.came),
        }


@refuses("initial_and_core_only")
def has_two_assessments(context: SocialCareContext) -> str | None:
    return None if context.two_assessments else "initial_and_core_only"


@refuses("not_invited", brings=("invited",))
def invites_all(context: SocialCareContext) -> str | None:
    return "not_invited" if MUST_TAKE_PART - context.invited else None


@refuses("nobody_came", "absent_unexplained", brings=("came", "reason"))
def explains_absence(context: SocialCareContext) -> str | None:
    """It may have to go ahead without somebody; that is recorded, for inspectors find health and schools left out.

    Whoever is alone discusses with nobody, and no reason makes a discussion of that: social care and one agency more.
    """
    if OWN not in context.came or context.came == {OWN}:
        return "nobody_came"
    return "absent_unexplained" if MUST_TAKE_PART - context.came and not context.reason else None


@refuses("no_discussion")
def has_discussed(context: SocialCareContext) -> str | None:
    """Where section 47 was decided, or danger declared, the discussion is still held: a conference is timed from it."""
    return "no_discussion" if context.discussion_owed else None


@refuses("no_new_date", "new_date_too_far", brings=("expected_on",))
def says_until_when(context: SocialCareContext) -> str | None:
    """An extension answers for lateness up to its day, so it names one that is near; another may follow."""
    if context.expected_on is None:
        return "no_new_date"
    return None if context.expected_on <= context.latest_expected_on else "new_date_too_far"


@refuses("no_primary_need", brings=("primary_need",))
def says_primary_need(context: SocialCareContext) -> str | None:
    return None if context.primary_need else "no_primary_need"


@refuses("no_primary_need", brings=("primary_need",))
def knows_primary_need(context: SocialCareContext) -> str | None:
    """It is typed once: who says another corrects it."""
    return None if context.need_known else says_primary_need(context)


@refuses("child_seen_unsaid", brings=("child_seen",))
def says_child_seen(context: SocialCareContext) -> str | None:
    """Ofsted's Annex A asks it of each assessment."""
    return "child_seen_unsaid" if context.child_seen is None else None


@refuses("no_factors", "none_and_others", "factor_twice", brings=("factors",))
def says_factors(context: SocialCareContext) -> str | None:
    """Census rules 8897Q, 8869 and 8898."""
    if not context.factors:
        return "no_factors"
    if len(set(context.factors)) < len(context.factors):
        return "factor_twice"
    return "none_and_others" if NO_FACTOR in context.factors and len(context.factors) > 1 else None


@refuses("no_category", brings=("category_of_abuse",))
def says_category(context: SocialCareContext) -> str | None:
    return None if context.category_of_abuse else "no_category"


@refuses("no_protection_plan")
def is_on_protection_plan(context: SocialCareContext) -> str | None:
    return None if context.child_protection_plan else "no_protection_plan"


@refuses("on_protection_plan")
def is_off_protection_plan(context: SocialCareContext) -> str | None:
    """A child steps down from child in need, never straight from child protection."""
    return "on_protection_plan" if context.child_protection_plan else None


@refuses(
    *("offer_it_instead", "on_protection_plan", "no_discussion", "not_assessed", "went_further", "step_down_instead"),
    brings=("closure",),
)
def closes_in_order(context: SocialCareContext) -> str | None:
    """A plan is ended, and a discussion held, before a child is no longer in need; "after assessment" needs one.

    Whoever was given more than an assessment was not closed "after assessment" (census rule 2990).
    Whoever moved to another authority is offered to it, which has to say yes; whom early help is to have, it has.
    """
    if context.closure == MOVED_AWAY:
        return "offer_it_instead"
    if context.closure in NO_LONGER_IN_NEED and context.child_protection_plan:
        return "on_protection_plan"
    if context.closure in NO_LONGER_IN_NEED and context.discussion_owed:
        return "no_discussion"
    if context.closure in AFTER_ASSESSMENT and not context.is_assessed:
        return "not_assessed"
    if context.closure in AFTER_ASSESSMENT and context.went_further:
        return "went_further"
    return "step_down_instead" if context.closure == TO_EARLY_HELP and not context.early_help_open else None


@refuses("no_transfer_to", brings=("transfer_to",))
def says_where_to(context: SocialCareContext) -> str | None:
    return None if context.transfer_to else "no_transfer_to"


SOCIAL_CARE = Table(
    name="Social care referral",
    begins="referral_requested",
    states=(*OPEN, "closed"),
    initial="requested",
    final=("closed",),
    opens=("allocation", "assessment"),
    section_47_opens=("strategy_discussion",),
    about_a_child=True,
    version=2,
    moves={1: {"in_progress": "assessment"}},
    transitions=(
        Transition("allocate", "Allocate", ("requested", "returned"), "allocated", GIVES, "referral_allocated",
                   (has_team,), starts=("acceptance",), stops=("allocation", "reallocation")),
        Transition("allocate", "Allocate", ASSESSED, None, GIVES, "referral_allocated",
                   (has_no_offer, waits_for_team, has_team),
                   stops=("allocation", "reallocation")),
        *by_its_team(
            Transition("accept", "Accept", ("allocated",), "accepted", LOCALITY, "referral_accepted",
                       starts=("first_contact",), stops=("acceptance",)),
            Transition("return", "Return", ("allocated",), "returned", LOCALITY, "referral_returned",
                       (has_no_offer, has_reason), starts=("reallocation",), stops=("acceptance",)),
            Transition("start_assessment", "Start the assessment", ("accepted",), "assessment", LOCALITY,
                       "assessment_started", stops=("first_contact",)),
            Transition("extend_assessment", "Extend the assessment", ASSESSED, None, LOCALITY, "assessment_extended",
                       (has_reason, says_until_when)),
            Transition("complete_assessment", "Complete the assessment", ASSESSED, None, LOCALITY,
                       "assessment_completed",
                       (has_assessment_to_complete, says_child_seen, knows_primary_need, says_factors,
                        explains_lateness),
                       takes=("internal_review_on",), stops=("assessment", "core_assessment"), starts=("outcome",)),
            Transition("say_primary_need", "Say the primary need", WORKED, None, LOCALITY, "primary_need_said",
                       (says_primary_need,)),
            Transition("start_core_assessment", "Start a core assessment", ASSESSED, None, LOCALITY,
                       "core_assessment_started", (has_two_assessments, is_assessed), starts=("core_assessment",)),
            Transition("call_strategy_discussion", "Call a strategy discussion", CALLS_FROM, "strategy_discussion",
                       DISCUSSES, "strategy_discussion_called", (invites_all,),
                       starts=("strategy_discussion",), stops=("acceptance", "first_contact", "outcome")),
            Transition("open_section_47", "Open section 47", ("strategy_discussion",), "section_47", DISCUSSES,
                       "section_47_opened", (explains_absence,), starts=("conference",),
                       stops=("strategy_discussion",)),
            Transition("decline_section_47", "No section 47", ("strategy_discussion",), "assessment", DISCUSSES,
                       "section_47_declined", (has_reason, explains_absence), stops=("strategy_discussion",),
                       cancels=("conference",), starts=("outcome",)),
            Transition("end_section_47", "End section 47", ("section_47",), "assessment", LOCALITY, "section_47_ended",
                       (has_discussed, has_reason), cancels=("conference",), starts=("outcome",)),
            Transition("call_conference", "Call a child protection conference", ("section_47",), "conference", LOCALITY,
                       "conference_called", (has_discussed,)),
            Transition("make_protection_plan", "Make a child protection plan", ("conference",), "plan", LOCALITY,
                       "protection_plan_made", (says_category,), takes=("conference_on", "previous_plans"),
                       stops=("conference", "plan_review"), starts=("plan_review",)),
            Transition("make_plan", "Make a child in need plan", ("conference",), "plan", LOCALITY, "plan_made",
                       (has_discussed,), takes=("conference_on",), stops=("conference", "plan_review"),
                       starts=("plan_review",)),
            Transition("make_plan", "Make a child in need plan", ("assessment",), "plan", LOCALITY, "plan_made",
                       (has_discussed, is_assessed), stops=("outcome",), starts=("plan_review",)),
            Transition("review_plan", "Record a review of the plan", ("plan",), None, LOCALITY, "child_plan_reviewed",
                       takes=("reviewed_on", "category_of_abuse"), stops=("plan_review",), starts=("plan_review",)),
            Transition("end_protection_plan", "End the child protection plan", ("plan",), None, LOCALITY,
                       "protection_plan_ended", (is_on_protection_plan, has_discussed, has_reason),
                       takes=("ended_on",)),
            Transition("step_down", "Step down to early help", ("assessment", "plan"), "closed", LOCALITY,
                       "referral_stepped_down",
                       (is_assessed, is_off_protection_plan, has_discussed, has_no_offer, has_consent,
                        has_lead_practitioner), stops=("outcome",)),
            Transition("close", "Close", ("accepted", "assessment", "plan"), "closed", LOCALITY, "referral_closed",
                       (has_no_offer, has_closure, closes_in_order), stops=("outcome",)),
            Transition("close", "Close", ("conference",), "closed", LOCALITY, "referral_closed",
                       (has_no_offer, has_closure, closes_in_order), takes=("conference_on",), stops=("conference",)),
        ),
        Transition("ask_for_discussion", "Ask for a strategy discussion", OPEN, None, GIVES,
                   "strategy_discussion_asked", (has_reason,), starts=("strategy_discussion",)),
        Transition("offer_transfer", "Offer to another team or authority", HELD, None, LOCALITY | MANAGES,
                   "transfer_offered", (has_no_offer, says_where_to, has_reason)),
        Transition(IMMEDIATE_DANGER, "Immediate danger: section 47 now",
                   ("requested", "allocated", "returned", "accepted", "assessment", "plan"), "section_47", ANYBODY,
                   "immediate_danger_declared", (has_reason,), starts=("strategy_discussion",),
                   cancels=("acceptance", "first_contact", "outcome"), section_47=True),
        Transition(IMMEDIATE_DANGER, "Immediate danger: section 47 now", HARM, None, ANYBODY,
                   "immediate_danger_declared", (has_reason,), starts=("strategy_discussion",), section_47=True),
        *owned(HELD),
    ),
)  # fmt: skip
