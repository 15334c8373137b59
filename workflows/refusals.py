"""Why an action is refused: each code's plain words, which say what to do."""

WORDS = {
    "unknown_action": "There is no such action.",
    "not_in_this_state": "That cannot be done while this is {state}.",
    "not_your_role": "Your role may not do that. It is for: {roles}.",
    "no_reason": "Give a reason.",
    "no_rag": "Set red, amber or green first.",
    "rag_missing": "Choose red, amber or green.",
    "rag_unchanged": "It has that colour already.",
    "checks_outstanding": "Partners have not answered yet. Wait, or give a reason for going on without them.",
    "subjects_undecided": "Decide for every person that the enquiry is about.",
    "no_consent": "Early help needs consent. Ask for it, or choose advice, or, if there is a risk, social care.",
    "why_not_missing": "Say why not each higher route that the policy recommended.",
    "needs_manager": "Choosing less than the recommended level 4 or section 47 needs a MASH manager to decide.",
    "section_47_elsewhere": "Section 47 belongs to social care: choose that route, or take section 47 away.",
    "referrals_pending": "A referral has not been allocated yet. Have it allocated first.",
    "no_team": "Choose a team.",
    "no_team_or_worker": "Choose a team or a worker.",
    "not_early_help": "Only an early help referral can step up.",
    "not_social_care": "Only a social care referral can step down.",
    "on_protection_plan": "The child is on a child protection plan. End the plan first, then step down.",
    "no_lead_practitioner": "Name the lead practitioner who will hold the early help.",
    "consent_not_given": "The family must consent to early help before a step-down.",
    "no_closure": "Choose why this closes: {closures}.",
    "no_text": "Give the text of the policy.",
    "not_own_draft": "Only its author may change a draft. Ask them, or withdraw it and draft your own.",
    "own_draft": "You drafted this. Somebody else must review and publish it.",
    "not_ahead": "Its first day must be tomorrow or later. Send it back, and have effective_from changed.",
    "not_after_newest": "Its first day must be after that of the newest version published. Send it back, and have"
    " effective_from changed.",
    "too_far_ahead": "Its first day is more than two years ahead. Is the year right? Send it back, and have"
    " effective_from changed.",
    "not_yours_to_withdraw": "Only its author or a MASH manager may withdraw it. Ask one of them.",
    "author_withdraws": "You drafted this. Once it is published somebody else must withdraw it.",
    "shipped": "This came with the service and cannot be withdrawn. Publish a version of your own to follow it.",
    "begun": "Its first day has come: enquiries are judged by it. Publish another version to follow it.",
    "not_proved": "Every proof must hold of the text: they are tried when you publish.",
}


def words(code: str, **details: str) -> str:
    """The plain words of a refusal. KeyError for a code that has none."""
    return WORDS[code].format(**details)
