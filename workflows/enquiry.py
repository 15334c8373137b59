"""An enquiry, from the call to the closed record.

A social worker screens it, a person decides it, and from every open state immediate danger leads straight to social
care. Nothing closes by itself.
"""

from dataclasses import dataclass

from workflows.definition import Table, Transition, refuses

HUB = frozenset({"mash_officer", "social_worker", "mash_manager", "system"})
WEIGHS = frozenset({"social_worker", "mash_manager"})
OPEN = ("received", "screening", "checking", "awaiting_decision")
# From least to most: what is recommended above what was chosen needs its "why not".
LADDER = ("no_further_action", "advice", "early_help", "social_care", "section_47")
EXPLAINED = LADDER[2:]  # advice is no more than nothing further: passing it over needs no explaining
RAGS = ("red", "amber", "green")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a person chose for one subject, beside what the policy recommended. `why_not` are the routes explained."""

    route: str
    level: int
    section_47: bool
    recommended_route: str
    recommended_level: int
    section_47_recommended: bool
    consent: str
    why_not: frozenset[str]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EnquiryContext:
    """What the guards look at: the enquiry as it stands, and what the actor brings."""

    reason: str | None = None
    rag: str | None = None
    current_rag: str | None = None
    subjects: int = 0
    choices: tuple[Choice, ...] = ()
    checks_outstanding: int = 0
    referrals_pending: int = 0
    role: str = ""


def higher_routes(choice: Choice) -> tuple[str, ...]:
    """The rungs above what was chosen, up to what was recommended: each needs its "why not".

    Routes off the ladder (another authority, an open case, adult safeguarding, an EHC assessment) hand the person to
    somebody who will weigh the concern, so only section 47 stands above them.
    """
    top = _rung(choice.recommended_route, choice.recommended_level, choice.section_47_recommended)
    bottom = _rung(choice.route, choice.level, choice.section_47)
    if choice.route not in LADDER:
        bottom = LADDER.index("section_47" if choice.section_47 else "social_care")
    return tuple(rung for rung in LADDER[bottom + 1 : top + 1] if rung in EXPLAINED)


def compare(choice: Choice) -> str:
    """How a choice stands to the recommendation: "same", "less", "more", or "other" where it is neither.

    What is less in anything is less, whatever else it adds.
    """
    chosen = (choice.route, choice.level, choice.section_47)
    recommended = (choice.recommended_route, choice.recommended_level, choice.section_47_recommended)
    if chosen == recommended:
        return "same"
    rises = (
        choice.level - choice.recommended_level,
        choice.section_47 - choice.section_47_recommended,
        _climb(choice.route, choice.recommended_route, choice.recommended_level),
    )
    if min(rises) < 0:
        return "less"
    return "more" if max(rises) > 0 else "other"


def _climb(route: str, recommended: str, level: int) -> int:
    """Rungs from the recommended route up to the chosen one; 0 for a route that is off the ladder."""
    return _rung(route, level, False) - _rung(recommended, level, False) if route in LADDER else 0


def _rung(route: str, level: int, section_47: bool) -> int:
    if section_47:
        return LADDER.index("section_47")
    return LADDER.index(route) if route in LADDER else (0, 0, 1, 2, 3)[level]


@refuses("no_reason", brought=True)
def has_reason(context: EnquiryContext) -> str | None:
    return None if context.reason else "no_reason"


@refuses("no_rag")
def is_rated(context: EnquiryContext) -> str | None:
    return None if context.current_rag else "no_rag"


@refuses("rag_missing", brought=True)
def brings_rag(context: EnquiryContext) -> str | None:
    return None if context.rag in RAGS else "rag_missing"


@refuses("no_reason", "rag_unchanged", brought=True)
def explains_new_rag(context: EnquiryContext) -> str | None:
    """A first rating needs no reason; a changed one does."""
    if context.current_rag is None or context.rag is None:
        return None
    if context.rag == context.current_rag:
        return "rag_unchanged"
    return None if context.reason else "no_reason"


@refuses("checks_outstanding", brought=True)
def has_answers(context: EnquiryContext) -> str | None:
    return "checks_outstanding" if context.checks_outstanding and not context.reason else None


@refuses("subjects_undecided", brought=True)
def decides_each(context: EnquiryContext) -> str | None:
    return "subjects_undecided" if len(context.choices) < context.subjects else None


@refuses("no_consent", brought=True)
def has_consent(context: EnquiryContext) -> str | None:
    """Early help needs consent (Working Together to Safeguard Children, chapter 1)."""
    refused = any(each.route == "early_help" and each.consent != "given" for each in context.choices)
    return "no_consent" if refused else None


@refuses("why_not_missing", brought=True)
def explains_why_not(context: EnquiryContext) -> str | None:
    unexplained = any(set(higher_routes(each)) - each.why_not for each in context.choices)
    return "why_not_missing" if unexplained else None


@refuses("section_47_elsewhere", brought=True)
def keeps_section_47_in_social_care(context: EnquiryContext) -> str | None:
    elsewhere = any(each.section_47 and each.route not in SECTION_47_ROUTES for each in context.choices)
    return "section_47_elsewhere" if elsewhere else None


SECTION_47_ROUTES = ("social_care", "existing_case", "other_authority")


@refuses("needs_manager", brought=True)
def has_manager_for_less(context: EnquiryContext) -> str | None:
    """Choosing less than level 4 or section 47 where the policy recommended it takes a manager."""
    less = any(_is_less(each) for each in context.choices)
    return "needs_manager" if less and context.role != "mash_manager" else None


def _is_less(choice: Choice) -> bool:
    serious = choice.section_47_recommended or choice.recommended_level == 4
    return serious and bool(higher_routes(choice))


@refuses("referrals_pending")
def has_handed_over(context: EnquiryContext) -> str | None:
    return "referrals_pending" if context.referrals_pending else None


ENQUIRY = Table(
    name="Enquiry",
    states=("received", "screening", "checking", "awaiting_decision", "decided", "closed"),
    initial="received",
    final=("closed",),
    opens=("screening", "decision"),
    urgent="immediate_danger",
    urgent_states=OPEN,
    transitions=(
        Transition(
            action="start_screening",
            says="Start screening",
            sources=("received",),
            target="screening",
            by=WEIGHS,
            event="screening_started",
        ),
        Transition(
            action="set_rag",
            says="Set red, amber or green",
            sources=("screening", "checking", "awaiting_decision"),
            target=None,
            by=WEIGHS,
            event="rag_set",
            guards=(brings_rag, explains_new_rag),
        ),
        Transition(
            action="request_check",
            says="Ask a partner",
            sources=("screening", "checking"),
            target="checking",
            by=WEIGHS,
            event="check_requested",
        ),
        Transition(
            action="finish_screening",
            says="Send for decision",
            sources=("screening",),
            target="awaiting_decision",
            by=WEIGHS,
            event="screening_finished",
            guards=(is_rated,),
            stops=("screening",),
        ),
        Transition(
            action="finish_checks",
            says="Send for decision",
            sources=("checking",),
            target="awaiting_decision",
            by=WEIGHS,
            event="checks_finished",
            guards=(is_rated, has_answers),
            stops=("screening",),
        ),
        Transition(
            action="decide",
            says="Decide",
            sources=("awaiting_decision",),
            target="decided",
            by=WEIGHS,
            event="decision_made",
            guards=(
                decides_each,
                has_consent,
                keeps_section_47_in_social_care,
                explains_why_not,
                has_manager_for_less,
            ),
            stops=("screening", "decision"),
        ),
        Transition(
            action="immediate_danger",
            says="Immediate danger: straight to social care",
            sources=OPEN,
            target="decided",
            by=HUB,
            event="immediate_danger_declared",
            guards=(has_reason,),
            stops=("screening", "decision"),
        ),
        Transition(
            action="withdraw",
            says="Withdraw",
            sources=("received", "screening", "checking"),
            target="closed",
            by=WEIGHS,
            event="enquiry_withdrawn",
            guards=(has_reason,),
        ),
        Transition(
            action="close",
            says="Close",
            sources=("decided",),
            target="closed",
            by=HUB,
            event="enquiry_closed",
            guards=(has_handed_over,),
        ),
        Transition(
            action="reopen",
            says="Reopen",
            sources=("decided", "closed"),
            target="screening",
            by=WEIGHS,
            event="enquiry_reopened",
            guards=(has_reason,),
            starts=("decision",),
        ),
    ),
)
