"""Early help, the EHC needs assessment, the adult at risk, the other authority and the transfer told again."""

from tests.unit.workflows.plain_referrals import (
    ALLOCATES,
    ANYBODY,
    FACTS,
    IN_EARLY_HELP,
    LATE,
    NOT_ASSESSED,
    OWNED,
    REFUSES_OWNED,
    WHO_OWNED,
    see_referral,
)
from tests.unit.workflows.plain_social_care import THERE
from tests.unit.workflows.plain_words import NO_REASON
from tests.unit.workflows.walking import OPENING, Facts, Life, Procedure, Why
from workflows.adult_at_risk import ADULT_AT_RISK
from workflows.early_help import EARLY_HELP, EarlyHelpContext
from workflows.ehc_assessment import EHC_ASSESSMENT
from workflows.other_authority import OTHER_AUTHORITY, OtherAuthorityContext
from workflows.referral import ReferralContext
from workflows.transfer import TRANSFER, TransferContext

FAMILY = ("needs_met", "needs_partly_met", "disengaged", "consent_withdrawn")
ADULTS = ("safeguarding_enquiry", "care_assessment", "advice_given", "not_at_risk")
UP = {"step_up": "closed", "immediate_danger": "closed", **OWNED}
CLOSE = {"close": "closed"}
HELPS = "accept return put_on_waiting_list contact_family start_assessment complete_assessment make_plan review step_up"

PLAIN_EARLY_HELP = Procedure(
    table=EARLY_HELP,
    leads={
        "requested": {"allocate": "allocated", "immediate_danger": "closed"},
        "allocated": {"accept": "accepted", "return": "returned", "put_on_waiting_list": "waiting_list", **UP},
        "returned": {"allocate": "allocated", "immediate_danger": "closed"},
        "waiting_list": {"accept": "accepted", "return": "returned", **UP},
        "accepted": {"contact_family": "contacted", **CLOSE, **UP},
        "contacted": {"start_assessment": "assessment", **CLOSE, **UP},
        "assessment": {"complete_assessment": "", "make_plan": "plan", **CLOSE, **UP},
        "plan": {"review": "", **CLOSE, **UP},
        "closed": {},
    },
    who={
        **dict.fromkeys(f"{HELPS} close".split(), "LKE"),
        "allocate": ALLOCATES,
        "immediate_danger": ANYBODY,
        **WHO_OWNED,
    },
    facts={**FACTS, "assessed": "no yes", "late": "no yes"},
    sets={"complete_assessment": {"assessed": "yes"}, "claim": {"owner": "me"}},
    sees=lambda facts: EarlyHelpContext(**see_referral(facts, FAMILY, "needs_met", **IN_EARLY_HELP)),
    refuses={
        "allocate": (Why("Choose a team or a provider.", {"hands": "empty"}),),
        **dict.fromkeys(("return", "put_on_waiting_list", "step_up", "immediate_danger"), (NO_REASON,)),
        "complete_assessment": (LATE,),
        "make_plan": (NOT_ASSESSED,),
        "close": (
            Why(f"Choose why this closes: {', '.join(FAMILY)}.", {"hands": "empty"}),
            Why(
                "Ask the family how far the help met their needs, 1 to 5, or say why they were not asked.",
                {"hands": "empty"},
            ),
        ),
        **REFUSES_OWNED,
    },
    clocks={
        "allocation": Life(OPENING, "allocate"),
        "acceptance": Life("allocate", "accept return put_on_waiting_list"),
        "reallocation": Life("return", "allocate"),
        "first_contact": Life("allocate", "contact_family"),
        "assessment": Life("allocate", "complete_assessment"),
        "review": Life("make_plan review", "review"),
    },
)

EHC_WORK = "agree refuse issue_plan refuse_plan reconsider review accept_refusal withdraw cease"
BESIDE = {"immediate_danger": "", **OWNED}

PLAIN_EHC = Procedure(
    table=EHC_ASSESSMENT,
    leads={
        "requested": {"agree": "assessment", "refuse": "refused", "withdraw": "closed", **BESIDE},
        "assessment": {"issue_plan": "plan", "refuse_plan": "refused", "withdraw": "closed", **BESIDE},
        "refused": {"reconsider": "assessment", "accept_refusal": "closed", **BESIDE},
        "plan": {"review": "", "cease": "closed", **BESIDE},
        "closed": {},
    },
    who={**dict.fromkeys(EHC_WORK.split(), "LKME"), "immediate_danger": ANYBODY, **WHO_OWNED},
    facts=FACTS,
    sets={"claim": {"owner": "me"}},
    sees=lambda facts: ReferralContext(**see_referral(facts, (), "")),
    refuses={
        **dict.fromkeys(EHC_WORK.split(), (THERE,)),
        **dict.fromkeys(("refuse", "refuse_plan", "reconsider", "withdraw", "cease"), (THERE, NO_REASON)),
        "immediate_danger": (NO_REASON,),
        **REFUSES_OWNED,
    },
    clocks={
        "ehc_decision": Life(OPENING, "agree refuse"),
        "ehc_plan": Life(f"{OPENING} reconsider", "issue_plan refuse_plan", dropped="refuse"),
        "ehc_review": Life("issue_plan review", "review"),
    },
)

PLAIN_ADULT = Procedure(
    table=ADULT_AT_RISK,
    leads={
        "handed_over": {"acknowledge": "acknowledged", "chase": "", **OWNED},
        "acknowledged": {"record_outcome": "closed", "chase": "", **OWNED},
        "closed": {},
    },
    who={"acknowledge": "LKMEN", "record_outcome": "LKME", "chase": ANYBODY, **WHO_OWNED},
    facts=FACTS,
    sets={"claim": {"owner": "me"}},
    sees=lambda facts: ReferralContext(**see_referral(facts, ADULTS, "not_at_risk")),
    refuses={
        **dict.fromkeys(("acknowledge", "chase"), (THERE,)),
        "record_outcome": (THERE, Why(f"Choose why this closes: {', '.join(ADULTS)}.", {"hands": "empty"}), NO_REASON),
        **REFUSES_OWNED,
    },
    clocks={
        "adult_acknowledgement": Life(OPENING, "acknowledge"),
        "adult_outcome": Life(OPENING, "record_outcome"),
    },
)


def see_other_authority(facts: Facts) -> OtherAuthorityContext:
    brought = {"reason": "Their duty social worker, at ten", "transfer_to": "Leicester"}
    return OtherAuthorityContext(
        has_authority=facts["named"] == "yes",
        is_own_hand_over=facts["handed_by"] == "me",
        is_hub_manager=facts["role"] == "M",
        section_47=facts["harm"] == "looked_into",
        **(brought if facts["hands"] == "full" else {}),
    )


UNNAMED = Why("It is not said which authority has it. Hand it over again, and name the authority.", {"named": "no"})
THERE = {"hand_over_again": "handed_over", "take_back": "closed", "immediate_danger": ""}

PLAIN_OTHER_AUTHORITY = Procedure(
    table=OTHER_AUTHORITY,
    leads={
        "handed_over": {"record_acknowledgement": "closed", "record_refusal": "refused", "chase": "", **THERE},
        "refused": THERE,
        "closed": {},
    },
    who={
        **dict.fromkeys(("record_acknowledgement", "record_refusal", "hand_over_again", "chase"), "OWMESN"),
        "take_back": "WMN",
        "immediate_danger": ANYBODY,
    },
    facts={"named": "yes no", "handed_by": "another me", "harm": "none looked_into"},
    sets={"hand_over_again": {"named": "yes", "handed_by": "me"}},
    sees=see_other_authority,
    refuses={
        "record_acknowledgement": (
            UNNAMED,
            Why("You handed it over yourself. Somebody else records that they have taken it on.", {"handed_by": "me"}),
            Why(
                "Section 47 is decided. A MASH manager, or at night the EDT, records that they have the child.",
                {"harm": "looked_into", "role": "O W E S N"},
            ),
            NO_REASON,
        ),
        "record_refusal": (UNNAMED, NO_REASON),
        "chase": (NO_REASON,),
        "hand_over_again": (Why("Say which authority it is handed over to.", {"hands": "empty"}), NO_REASON),
        "take_back": (NO_REASON,),
        "immediate_danger": (NO_REASON,),
    },
    clocks={
        "authority_acknowledgement": Life(f"{OPENING} hand_over_again", "record_acknowledgement record_refusal"),
        "authority_refusal": Life("record_refusal", "hand_over_again take_back"),
    },
)


def see_offer(facts: Facts) -> TransferContext:
    reason = "R. Made-Up, at 14:20" if facts["hands"] == "full" else None
    sides = {"asked": (True, False), "offering": (False, True), "hub": (True, True), "neither": (False, False)}
    is_asked, is_offering = sides[facts["side"]]
    return TransferContext(
        reason=reason,
        is_manager=facts["role"] in "MK",
        is_asked=is_asked,
        is_offering=is_offering,
        is_own_offer=facts["offered_by"] == "me",
        to_authority=facts["to"] == "authority",
        section_47_open=facts["harm"] == "looked_into",
    )


NOT_ASKED = Why(
    "It is offered to another team. Its own people, or the hub, say yes or no.", {"side": "offering neither"}
)  # fmt: skip
OWN_OFFER = Why(
    "You offered it. Somebody else records the answer; you may take the offer back.", {"offered_by": "me"}
)  # fmt: skip

PLAIN_TRANSFER = Procedure(
    table=TRANSFER,
    leads={
        "offered": {"accept_transfer": "accepted", "reject_transfer": "rejected", "revoke_transfer": "revoked"},
        "accepted": {},
        "rejected": {},
        "revoked": {},
    },
    who={"accept_transfer": "LKME", "reject_transfer": "LKME", "revoke_transfer": "LKMES"},
    facts={
        "side": "hub asked offering neither",
        "offered_by": "another me",
        "to": "team authority",
        "harm": "none looked_into",
    },
    sees=see_offer,
    refuses={
        "accept_transfer": (
            NOT_ASKED,
            OWN_OFFER,
            Why(
                "Section 47 is open. Only a manager records that another authority has accepted the case.",
                {"to": "authority", "harm": "looked_into", "role": "L E"},
            ),
            Why("Say who there accepted it, and when.", {"to": "authority", "hands": "empty"}),
        ),
        "reject_transfer": (NOT_ASKED, OWN_OFFER, NO_REASON),
        "revoke_transfer": (
            Why("Another locality offers it. They, or the hub, may take it back.", {"side": "asked neither"}),
            NO_REASON,
        ),
    },
    clocks={"transfer": Life(OPENING, "accept_transfer reject_transfer", dropped="revoke_transfer")},
)
