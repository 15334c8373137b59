"""The enquiry and the agency check told again: a state, what leads on from it, who may, why not, which clocks."""

from dataclasses import replace

from tests.unit.workflows.plain_words import (
    CLAIMED,
    CLOCK_FACT,
    NO_REASON,
    OWNER_FACT,
    PAUSES,
    TAKEN_BY_ANOTHER,
    hand_over,
    see_case,
)
from tests.unit.workflows.walking import OPENING, Facts, Life, Procedure, Why
from workflows.agency_check import AGENCY_CHECK, CheckContext
from workflows.choice import Choice
from workflows.enquiry import ENQUIRY, EnquiryContext

EVERYDAY = dict.fromkeys(("claim", "hand_over", "hand_over_to_edt", "hand_back", "pause_clock", "resume_clock"), "")
DANGER = {"immediate_danger": "decided"}
UNDECIDED = {"attach": "closed", "split": "", "join": "closed", "withdraw": "closed", **DANGER, **EVERYDAY}
HUB = "OWMNS"
WEIGHS = "WMN"
PLAIN = Choice(
    route="early_help", level=3, section_47=False, recommended_route="early_help", recommended_level=3,
    section_47_recommended=False, consent="given", why_not=frozenset({"social_care"}),
)  # fmt: skip
UNSEEN = Why("Nobody has said yet what was seen of Ada Fern. Say what was seen first.", {"seen": "unsaid"})
GRAVE = replace(PLAIN, route="social_care", level=4, why_not=frozenset({"section_47"}))


def see_enquiry(facts: Facts) -> EnquiryContext:
    people = {"one": 1, "two": 2}[facts["people"]]
    is_level_4 = facts["advised"] in ("level_4", "section_47")
    stands = {
        "current_rag": None if facts["rag"] == "none" else facts["rag"],
        "out": ("Police",) if facts["police"] == "asked" else (),
        "subjects": people,
        "referrals_pending": int(facts["referral"] == "pending"),
        "with_edt": facts["edt"] == "yes",
        "is_own_proposal": facts["proposal"] == "own",
        "section_47_recommended": facts["advised"] == "section_47",
        "is_serious": facts["advised"] != "level_2",
        "is_own_word": facts["named_by"] == "me" and facts["advised"] != "level_2",
        "without_case": ("Ada Fern",) if facts["case"] == "none" else (),
        "early_help_alone": ("Ada Fern",) if facts["case"] == "early_help" and is_level_4 else (),
        "unsaid": ("Ada Fern",) if facts["seen"] == "unsaid" else (),
        "least_rag": "red" if facts["seen"] == "unsaid" else None,
        "joined_into": "ENQ-7" if facts["joined"] == "yes" else "",
    }
    if facts["hands"] == "full":
        stands |= {
            "rag": facts["brings"],
            "lawful_basis": "public_task",
            "consent": "given",
            "choices": ((GRAVE if facts["wish"] == "grave" else PLAIN),) * people,
            "moving": 1,
            "into": facts["other"],
        }
    return EnquiryContext(**see_case(facts), **stands)


PLAIN_ENQUIRY = Procedure(
    table=ENQUIRY,
    leads={
        "received": {"start_screening": "screening", "hold": "on_hold", **UNDECIDED},
        "screening": {
            "set_rag": "", "request_check": "checking", "finish_screening": "awaiting_decision", "hold": "on_hold",
            **UNDECIDED,
        },
        "checking": {
            "set_rag": "", "request_check": "", "finish_screening": "awaiting_decision", "hold": "on_hold",
            **UNDECIDED,
        },
        "on_hold": {"set_rag": "", "resume": "screening", **UNDECIDED},
        "awaiting_decision": {
            "set_rag": "", "request_check": "checking", "hold": "on_hold", "decide": "decided",
            "propose": "awaiting_approval", **UNDECIDED,
        },
        "awaiting_approval": {
            "set_rag": "", "approve": "decided", "send_back": "awaiting_decision", **DANGER, **EVERYDAY,
        },
        "decided": {"close": "closed", "reopen": "screening", **DANGER, **EVERYDAY},
        "closed": {"reopen": "screening"},
    },
    who={
        **dict.fromkeys(("start_screening", "set_rag", "request_check", "finish_screening", "hold"), WEIGHS),
        **dict.fromkeys(("resume", "split", "join", "withdraw", "reopen"), WEIGHS),
        **dict.fromkeys(("decide", "propose", "send_back"), "WM"),
        "immediate_danger": f"{HUB}ELK",
        **dict.fromkeys(("attach", "close", "claim", "hand_over"), HUB),
        **dict.fromkeys(("approve", "pause_clock", "resume_clock"), "M"),
        "hand_over_to_edt": "OWMS",
        "hand_back": "NM",
    },
    facts={
        **OWNER_FACT, **CLOCK_FACT,
        "rag": "none amber red",
        "police": "silent asked",
        "people": "one two",
        "wish": "plain grave",
        "referral": "settled pending",
        "edt": "no yes",
        "proposal": "anothers own",
        "advised": "level_2 level_3 level_4 section_47",
        "case": "social_care early_help none",
        "named_by": "another me",
        "other": "earlier later decided",
        "joined": "no yes",
        "seen": "said unsaid",
        "brings": "red green",
    },
    sets={
        "start_screening": {"owner": "me"},
        "claim": {"owner": "me"},
        "set_rag": {"rag": "red"},
        "request_check": {"police": "asked"},
        "hand_over_to_edt": {"edt": "yes", "owner": "nobody"},
        "hand_back": {"edt": "no", "owner": "nobody"},
        "join": {"joined": "yes"},
    },
    sees=see_enquiry,
    refuses={
        "start_screening": (TAKEN_BY_ANOTHER,),
        "set_rag": (
            Why("Choose red, amber or green.", {"hands": "empty"}),
            Why(
                "Nobody has said yet what was seen of Ada Fern, so it is red at least. Say what was seen first.",
                {"hands": "full", "seen": "unsaid", "brings": "green"},
            ),
            Why("It has that colour already.", {"hands": "full", "rag": "red", "brings": "red"}),
        ),
        "request_check": (
            Why("Choose the lawful basis for asking.", {"hands": "empty"}),
            Why("Say whether the family consents to asking, and if not, why you ask all the same.", {"hands": "empty"}),
        ),
        "finish_screening": (
            Why("Set red, amber or green first.", {"rag": "none"}),
            Why(
                "Not answered yet: Police. Wait, or give a reason for going on without.",
                {"police": "asked", "hands": "empty"},
            ),
        ),
        "hold": (NO_REASON,),
        "decide": (
            UNSEEN,
            Why("Decide for every person that the enquiry is about.", {"hands": "empty"}),
            Why("This needs a manager other than you. Send it to one to approve.", {"hands": "full", "wish": "grave"}),
        ),
        "propose": (UNSEEN, Why("Decide for every person that the enquiry is about.", {"hands": "empty"})),
        "approve": (UNSEEN, Why("You decided this yourself. Another manager must look at it.", {"proposal": "own"})),
        "send_back": (NO_REASON,),
        "immediate_danger": (NO_REASON,),
        "attach": (
            UNSEEN,
            Why("No open case: Ada Fern. Decide the enquiry instead.", {"case": "none"}),
            Why(
                "Level 4, and the only open case is early help: Ada Fern. Decide the enquiry instead.",
                {"case": "early_help", "advised": "level_4 section_47"},
            ),
            Why(
                "It may take section 47. Decide the enquiry, so that the reason is recorded.",
                {"advised": "section_47"},
            ),
            Why(
                "You said who this is. Somebody else gives it to the worker, or decide it.",
                {"named_by": "me", "advised": "level_3 level_4 section_47"},
            ),
            NO_REASON,
        ),
        "split": (
            Why("It is about one person, so there is nobody to split off.", {"people": "one"}),
            Why("Choose whom to split off.", {"hands": "empty"}),
            Why("Leave at least one person in this enquiry.", {"hands": "full", "people": "one"}),
            NO_REASON,
        ),
        "join": (
            Why("Give the reference of another open enquiry.", {"hands": "empty"}),
            Why(
                "That one was received later. Join it to this one, so that no clock begins anew.",
                {"hands": "full", "other": "later"},
            ),
            Why(
                "That one is decided. Reopen it first, or decide this one by itself.",
                {"hands": "full", "other": "decided"},
            ),
            NO_REASON,
        ),
        "withdraw": (
            UNSEEN,
            Why(
                "This may be serious, so nobody withdraws it. Decide it, or join it to an earlier enquiry.",
                {"advised": "level_3 level_4 section_47"},
            ),
            NO_REASON,
        ),
        "close": (
            Why(
                "A referral has not been allocated yet, or another authority has not taken the child on. See to that"
                " first.",
                {"referral": "pending"},
            ),
        ),
        "reopen": (Why("It was joined to ENQ-7. Act on that one, or split it.", {"joined": "yes"}), NO_REASON),
        "claim": (CLAIMED,),
        "hand_over": hand_over("OWNS"),
        "hand_over_to_edt": (Why("The Emergency Duty Team has it already.", {"edt": "yes"}), NO_REASON),
        "hand_back": (Why("The Emergency Duty Team does not have it.", {"edt": "no"}), NO_REASON),
        **PAUSES,
    },
    clocks={
        "screening": Life(
            f"{OPENING} reopen", "finish_screening decide propose approve immediate_danger attach", dropped="join"
        ),
        "decision": Life(f"{OPENING} reopen", "decide approve immediate_danger attach", dropped="join"),
    },
)  # fmt: skip

WAITING = {
    "answer": "answered", "nothing_known": "nothing_known", "decline": "declined", "chase": "", "escalate": "",
    "withdraw": "withdrawn", "immediate_danger": "answered",
}  # fmt: skip
ENDED = {state: {} for state in ("answered", "nothing_known", "declined", "withdrawn")}


def see_check(facts: Facts) -> CheckContext:
    return CheckContext(reason="Known", answer="Two call-outs") if facts["hands"] == "full" else CheckContext()


PLAIN_CHECK = Procedure(
    table=AGENCY_CHECK,
    leads={
        "requested": {"acknowledge": "acknowledged", "pass_due": "overdue", **WAITING},
        "acknowledged": {"pass_due": "overdue", **WAITING},
        "overdue": WAITING,
        **ENDED,
    },
    who={
        **dict.fromkeys(("acknowledge", "answer", "nothing_known", "decline"), "OWMNPCS"),
        **dict.fromkeys(("chase", "escalate"), HUB),
        "immediate_danger": f"{HUB}EPC",
        "withdraw": WEIGHS,
        "pass_due": "S",
    },
    sees=see_check,
    refuses={
        "answer": (Why("Write down what is known. If nothing is, choose Nothing known instead.", {"hands": "empty"}),),
        **dict.fromkeys(("decline", "withdraw", "immediate_danger"), (NO_REASON,)),
    },
    clocks={"agency_check": Life(OPENING, "answer nothing_known decline immediate_danger", dropped="withdraw")},
)  # fmt: skip
