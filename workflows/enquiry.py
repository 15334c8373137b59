"""An enquiry, from the call to the closed record.

A social worker screens it, a person decides it, another agrees where it is grave, and from every open state immediate
danger leads straight to social care. Nothing closes by itself.
"""

from dataclasses import dataclass

from workflows.choice import (
    SECTION_47_ROUTES,
    Choice,
    higher_routes,
    needs_approval,
    unexplained_repeats,
    unexplained_siblings,
)
from workflows.definition import IMMEDIATE_DANGER, Table, Transition, refuses
from workflows.guards import (
    Context,
    chooses_clock,
    chooses_paused_clock,
    has_clock,
    has_paused_clock,
    has_reason,
    has_worker,
    is_own_or_managed,
    is_unclaimed,
    is_unclaimed_or_own,
    say,
    says_until_when,
)
from workflows.referral import LOCALITY

HUB = frozenset({"mash_officer", "social_worker", "mash_manager", "emergency_duty_team", "system"})
SEES_DANGER = HUB | {"early_help_unit"}  # whoever has a partner's answer before them
PROTECTS = SEES_DANGER | LOCALITY  # whoever has the page open
WEIGHS = frozenset({"social_worker", "mash_manager", "emergency_duty_team"})
DECIDES = frozenset({"social_worker", "mash_manager"})
MANAGES = frozenset({"mash_manager"})
NIGHT = frozenset({"emergency_duty_team"})
RECOGNISES = WEIGHS | {"mash_officer"}  # whoever takes a call in, or weighs it, says who it is about
DAY = HUB - NIGHT
SCREENED = ("screening", "checking")
ASKS = (*SCREENED, "awaiting_decision")
RATED = (*ASKS, "on_hold", "awaiting_approval")
UNDECIDED = ("received", *SCREENED, "on_hold", "awaiting_decision")
UNSETTLED = (*UNDECIDED, "awaiting_approval")  # nothing has taken effect yet
OPEN = (*UNSETTLED, "decided")
RAGS = ("red", "amber", "green")


@dataclass(frozen=True, slots=True, kw_only=True)
class EnquiryContext(Context):
    """What the guards look at: the enquiry as it stands, and what the actor brings.

    `out` are the agencies that have not answered; `moving` are how many subjects a split would move. `into` says how
    the enquiry to join stands: "earlier" (received before this one and not decided), "later", or "decided".
    `without_case` are the subjects who have no open case, and `early_help_alone` those of level 4 whose only one is
    early help's; `joined_into` is what this one was joined to, by reference.
    `is_own_word`: the actor said who somebody is for whom level 3 or above was recommended.
    `timed_rag` is the colour by which screening is timed: while nobody has rated it, what the policy recommends.
    `unsaid` are the subjects of whom nobody has said yet what was seen, and `least_rag` the colour it has at least
    until then.
    """

    rag: str | None = None
    current_rag: str | None = None
    timed_rag: str | None = None
    unsaid: tuple[str, ...] = ()
    least_rag: str | None = None
    subjects: int = 0
    choices: tuple[Choice, ...] = ()
    out: tuple[str, ...] = ()
    referrals_pending: int = 0
    with_edt: bool = False
    is_own_proposal: bool = False
    section_47_recommended: bool = False
    is_serious: bool = False
    is_own_word: bool = False
    without_case: tuple[str, ...] = ()
    early_help_alone: tuple[str, ...] = ()
    moving: int = 0
    into: str | None = None
    joined_into: str = ""
    lawful_basis: str | None = None
    consent: str | None = None
    consent_reason: str | None = None

    def details(self) -> dict[str, str]:
        """What the plain words of a refusal may name."""
        unexplained = sorted({rung for each in self.choices for rung in set(higher_routes(each)) - each.why_not})
        return {
            **Context.details(self),
            "out": ", ".join(self.out),
            "without_case": ", ".join(self.without_case),
            "early_help_alone": ", ".join(self.early_help_alone),
            "joined_into": self.joined_into,
            "unsaid": ", ".join(self.unsaid),
            "least_rag": self.least_rag or "",
            "routes": say(tuple(unexplained)),
        }


@refuses("no_rag")
def is_rated(context: EnquiryContext) -> str | None:
    return None if context.current_rag else "no_rag"


def is_less_urgent(rag: str, than: str | None) -> bool:
    """Whether one colour leaves more time than another; none leaves less time than any."""
    return than is not None and RAGS.index(rag) > RAGS.index(than)


@refuses("rag_missing", brings=("rag",))
def brings_rag(context: EnquiryContext) -> str | None:
    return None if context.rag in RAGS else "rag_missing"


@refuses("no_reason", "rag_unchanged", brings=("rag", "reason"))
def explains_new_rag(context: EnquiryContext) -> str | None:
    """A changed rating needs a reason, and so does a first one that gives more time than the clock had."""
    if context.rag is not None and context.rag == context.current_rag:
        return "rag_unchanged"
    needed = context.rag in RAGS and (context.current_rag or is_less_urgent(context.rag, context.timed_rag))
    return "no_reason" if needed and not context.reason else None


@refuses("less_than_unseen", brings=("rag",))
def waits_for_what_was_seen(context: EnquiryContext) -> str | None:
    """A policy that was told nothing recommends nothing: nobody rests on that."""
    is_less = context.least_rag and context.rag in RAGS and is_less_urgent(context.rag, context.least_rag)
    return "less_than_unseen" if is_less else None


@refuses("seen_unsaid")
def is_said_what_was_seen(context: EnquiryContext) -> str | None:
    return "seen_unsaid" if context.unsaid else None


@refuses("no_lawful_basis", brings=("lawful_basis",))
def has_lawful_basis(context: EnquiryContext) -> str | None:
    return None if context.lawful_basis else "no_lawful_basis"


@refuses("no_consent_to_ask", brings=("consent", "consent_reason"))
def has_consent_or_why_not(context: EnquiryContext) -> str | None:
    """A partner is asked with the family's consent, or it is recorded why without (UK GDPR Article 6)."""
    return None if context.consent == "given" or (context.consent and context.consent_reason) else "no_consent_to_ask"


@refuses("checks_outstanding", brings=("reason",))
def has_answers(context: EnquiryContext) -> str | None:
    return "checks_outstanding" if context.out and not context.reason else None


@refuses("subjects_undecided", brings=("decisions",))
def decides_each(context: EnquiryContext) -> str | None:
    return "subjects_undecided" if len(context.choices) < context.subjects else None


@refuses("no_consent", brings=("decisions",))
def has_consent(context: EnquiryContext) -> str | None:
    """Early help needs consent (Working Together to Safeguard Children, chapter 1)."""
    refused = any(each.route == "early_help" and each.consent != "given" for each in context.choices)
    return "no_consent" if refused else None


@refuses("why_not_missing", brings=("decisions",))
def explains_why_not(context: EnquiryContext) -> str | None:
    explained = all(each.why_not.issuperset(higher_routes(each)) for each in context.choices)
    return None if explained else "why_not_missing"


@refuses("sibling_unexplained", brings=("decisions",))
def explains_siblings(context: EnquiryContext) -> str | None:
    return "sibling_unexplained" if unexplained_siblings(context.choices) else None


@refuses("repeat_unexplained", brings=("decisions",))
def explains_repeats(context: EnquiryContext) -> str | None:
    return "repeat_unexplained" if unexplained_repeats(context.choices) else None


@refuses("section_47_elsewhere", brings=("decisions",))
def keeps_section_47_in_social_care(context: EnquiryContext) -> str | None:
    elsewhere = any(each.section_47 and each.route not in SECTION_47_ROUTES for each in context.choices)
    return "section_47_elsewhere" if elsewhere else None


@refuses("needs_approval", brings=("decisions",))
def needs_nobody_else(context: EnquiryContext) -> str | None:
    return "needs_approval" if any(map(needs_approval, context.choices)) else None


@refuses("own_proposal")
def is_another(context: EnquiryContext) -> str | None:
    """Two people, whatever their rank."""
    return "own_proposal" if context.is_own_proposal else None


@refuses("referrals_pending")
def has_handed_over(context: EnquiryContext) -> str | None:
    return "referrals_pending" if context.referrals_pending else None


@refuses("no_open_case")
def is_about_open_cases(context: EnquiryContext) -> str | None:
    return "no_open_case" if context.without_case else None


@refuses("decide_section_47")
def is_below_section_47(context: EnquiryContext) -> str | None:
    """What the policy thinks may be significant harm is decided, so that a reason is recorded either way."""
    return "decide_section_47" if context.section_47_recommended else None


@refuses("decide_level_4")
def is_with_social_care(context: EnquiryContext) -> str | None:
    """Level 4 is more than early help may weigh: giving it to them would be a decision for less, by one person."""
    return "decide_level_4" if context.early_help_alone else None


@refuses("own_word")
def is_anothers_word(context: EnquiryContext) -> str | None:
    """Whoever says that a child is one whose case is open does not close the enquiry on the strength of it alone."""
    return "own_word" if context.is_own_word else None


@refuses("serious")
def may_be_withdrawn(context: EnquiryContext) -> str | None:
    """Withdrawing is no way round a decision that takes two people: not for a manager, who is one person too."""
    return "serious" if context.is_serious else None


@refuses("one_subject")
def has_siblings(context: EnquiryContext) -> str | None:
    return None if context.subjects > 1 else "one_subject"


@refuses("nobody_moves", "everybody_moves", brings=("subject_ids",))
def leaves_somebody(context: EnquiryContext) -> str | None:
    if not context.moving:
        return "nobody_moves"
    return None if context.moving < context.subjects else "everybody_moves"


@refuses("nothing_to_join", "join_the_earlier", "join_decided", brings=("into_reference",))
def joins_earlier(context: EnquiryContext) -> str | None:
    """The later joins the earlier, so that no clock begins anew."""
    return {"earlier": None, "later": "join_the_earlier", "decided": "join_decided"}.get(
        context.into or "", "nothing_to_join"
    )


@refuses("joined")
def stands_alone(context: EnquiryContext) -> str | None:
    """Those whom a joined enquiry was about are decided in the other."""
    return "joined" if context.joined_into else None


@refuses("with_edt_already")
def is_with_day(context: EnquiryContext) -> str | None:
    return "with_edt_already" if context.with_edt else None


@refuses("not_with_edt")
def is_with_edt(context: EnquiryContext) -> str | None:
    return None if context.with_edt else "not_with_edt"


WEIGHED = (
    *(decides_each, has_consent, keeps_section_47_in_social_care),
    *(explains_why_not, explains_siblings, explains_repeats),
)
TIMED = ("screening", "decision")

ENQUIRY = Table(
    name="Enquiry",
    begins="enquiry_received",
    states=(*OPEN, "closed"),
    initial="received",
    final=("closed",),
    opens=TIMED,
    about_a_child=True,
    transitions=(
        Transition("start_screening", "Start screening", ("received",), "screening", WEIGHS, "screening_started",
                   (is_unclaimed_or_own,)),
        Transition("set_rag", "Set red, amber or green", RATED, None, WEIGHS, "rag_set",
                   (brings_rag, waits_for_what_was_seen, explains_new_rag)),
        Transition("request_check", "Ask a partner", ASKS, "checking", WEIGHS, "check_requested",
                   (has_lawful_basis, has_consent_or_why_not), takes=("agency_code", "question")),
        Transition("finish_screening", "Send for decision", SCREENED, "awaiting_decision", WEIGHS, "screening_finished",
                   (is_rated, has_answers), stops=("screening",)),
        Transition("hold", "Put on hold", ("received", *ASKS), "on_hold", WEIGHS, "enquiry_held", (has_reason,)),
        Transition("resume", "Take up again", ("on_hold",), "screening", WEIGHS, "enquiry_resumed"),
        Transition("decide", "Decide", ("awaiting_decision",), "decided", DECIDES, "decision_made",
                   (is_said_what_was_seen, *WEIGHED, needs_nobody_else), stops=TIMED),
        Transition("propose", "Send to a manager to approve", ("awaiting_decision",), "awaiting_approval", DECIDES,
                   "decision_proposed", (is_said_what_was_seen, *WEIGHED), stops=("screening",)),
        Transition("approve", "Approve", ("awaiting_approval",), "decided", MANAGES, "decision_approved",
                   (is_said_what_was_seen, is_another), stops=TIMED),
        Transition("send_back", "Send back", ("awaiting_approval",), "awaiting_decision", DECIDES, "decision_sent_back",
                   (has_reason,)),
        Transition(IMMEDIATE_DANGER, "Immediate danger: straight to social care", OPEN, "decided", PROTECTS,
                   "immediate_danger_declared", (has_reason,), stops=TIMED, section_47=True),
        Transition("attach", "Give to the worker of the open case", UNDECIDED, "closed", HUB, "information_attached",
                   (is_said_what_was_seen, is_about_open_cases, is_with_social_care, is_below_section_47,
                    is_anothers_word, has_reason), stops=TIMED),
        Transition("split", "Split", UNDECIDED, None, WEIGHS, "enquiry_split",
                   (has_siblings, leaves_somebody, has_reason)),
        Transition("join", "Join to an earlier enquiry", UNDECIDED, "closed", WEIGHS, "enquiry_joined",
                   (joins_earlier, has_reason), cancels=TIMED),
        Transition("withdraw", "Withdraw", UNDECIDED, "closed", WEIGHS, "enquiry_withdrawn",
                   (is_said_what_was_seen, may_be_withdrawn, has_reason)),
        Transition("close", "Close", ("decided",), "closed", HUB, "enquiry_closed", (has_handed_over,)),
        Transition("reopen", "Reopen", ("decided", "closed"), "screening", WEIGHS, "enquiry_reopened",
                   (stands_alone, has_reason), starts=TIMED),
        Transition("claim", "Take it on", OPEN, None, HUB, "enquiry_claimed", (is_unclaimed,)),
        Transition("hand_over", "Hand over to a colleague", OPEN, None, HUB, "enquiry_handed_over",
                   (is_own_or_managed, has_worker, has_reason)),
        Transition("hand_over_to_edt", "Hand over to the Emergency Duty Team", OPEN, None, DAY, "handed_over_to_edt",
                   (is_with_day, has_reason)),
        Transition("hand_back", "Hand back in the morning", OPEN, None, NIGHT | MANAGES, "handed_back_by_edt",
                   (is_with_edt, has_reason)),
        Transition("pause_clock", "Pause a clock", OPEN, None, MANAGES, "clock_paused",
                   (has_clock, chooses_clock, says_until_when, has_reason)),
        Transition("resume_clock", "Let a clock run on", OPEN, None, MANAGES, "clock_resumed",
                   (has_paused_clock, chooses_paused_clock, has_reason)),
    ),
)  # fmt: skip
