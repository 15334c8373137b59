"""Why an action is refused: each code's plain words, which say what to do."""

from collections import defaultdict

OF_EVERY_CASE = {
    "unknown_action": "There is no such action.",
    "not_in_this_state": "That cannot be done while this is {state}.",
    "not_your_role": "Your role may not do that. It is for: {roles}.",
    "no_reason": "Give a reason.",
    "claimed": "{owner} has it. Ask them to hand it over, or ask a manager.",
    "not_yours": "Only whoever has it, or a manager, may hand it over.",
    "no_worker": "Choose whom to hand it to.",
    "no_clock_runs": "No clock runs.",
    "no_clock_paused": "No clock is paused.",
    "no_such_clock": "Choose a clock that runs: {clocks}.",
    "not_paused": "Choose a paused clock: {paused}.",
    "clock_runs_on": "It cannot be paused. A red, a strategy discussion and a conference run on until they are done,"
    " and what is past due stays so.",
    "no_until": "Say on which day it runs on.",
    "until_past": "It runs on tomorrow at the earliest. Choose a later day.",
    "until_too_far": "A pause is ten working days at most. Choose a day up to {latest_until}.",
}
OF_ENQUIRIES = {
    "no_rag": "Set red, amber or green first.",
    "rag_missing": "Choose red, amber or green.",
    "rag_unchanged": "It has that colour already.",
    "less_than_unseen": "Nobody has said yet what was seen of {unsaid}, so it is {least_rag} at least. Say what was"
    " seen first.",
    "seen_unsaid": "Nobody has said yet what was seen of {unsaid}. Say what was seen first.",
    "no_lawful_basis": "Choose the lawful basis for asking.",
    "no_consent_to_ask": "Say whether the family consents to asking, and if not, why you ask all the same.",
    "checks_outstanding": "Not answered yet: {out}. Wait, or give a reason for going on without.",
    "subjects_undecided": "Decide for every person that the enquiry is about.",
    "no_consent": "Early help needs consent. Ask for it, or choose advice, or, if there is a risk, social care.",
    "why_not_missing": "Say why not each higher route: {routes}.",
    "sibling_unexplained": "Say why the outcome differs from that of the brother or sister.",
    "repeat_unexplained": "This is the third enquiry in twelve months, or more. Look at the earlier ones, and say what"
    " is different this time or why this is right all the same.",
    "section_47_elsewhere": "Section 47 belongs to social care: choose that route, or take section 47 away.",
    "needs_approval": "This needs a manager other than you. Send it to one to approve.",
    "own_proposal": "You decided this yourself. Another manager must look at it.",
    "referrals_pending": "A referral has not been allocated yet, or another authority has not taken the child on. See"
    " to that first.",
    "no_open_case": "No open case: {without_case}. Decide the enquiry instead.",
    "decide_section_47": "It may take section 47. Decide the enquiry, so that the reason is recorded.",
    "decide_level_4": "Level 4, and the only open case is early help: {early_help_alone}. Decide the enquiry instead.",
    "own_word": "You said who this is. Somebody else gives it to the worker, or decide it.",
    "not_found": "That is not one of the people found by name, date of birth or number. Say how you know who it is.",
    "child_and_adult": "One is a child and the other an adult, so they are not one person. Check whom you chose.",
    "one_already": "These are one person's records already.",
    "undone": "That was taken back already.",
    "relationship_ended": "That has ended already. If the day is wrong, take it back and say it again.",
    "proposed_of_them": "A decision about one of them waits for a manager. Have it sent back first, then say so.",
    "not_listed": "Few may see one of these records. Ask somebody who is on its list to say so.",
    "proposed": "It is decided, and waits for a manager. Have it sent back first, then say so.",
    "serious": "This may be serious, so nobody withdraws it. Decide it, or join it to an earlier enquiry.",
    "one_subject": "It is about one person, so there is nobody to split off.",
    "nobody_moves": "Choose whom to split off.",
    "everybody_moves": "Leave at least one person in this enquiry.",
    "nothing_to_join": "Give the reference of another open enquiry.",
    "join_the_earlier": "That one was received later. Join it to this one, so that no clock begins anew.",
    "join_decided": "That one is decided. Reopen it first, or decide this one by itself.",
    "joined": "It was joined to {joined_into}. Act on that one, or split it.",
    "with_edt_already": "The Emergency Duty Team has it already.",
    "not_with_edt": "The Emergency Duty Team does not have it.",
    "no_answer": "Write down what is known. If nothing is, choose Nothing known instead.",
}
OF_REFERRALS = {
    "danger_after_closing": (
        "This case is closed, so nobody has been told. Ring the MASH now, or log a new enquiry and declare the"
        " immediate danger there. If somebody is in danger this minute ring 999."
    ),
    "no_team": "Choose a team.",
    "no_team_or_worker": "Choose a team or a worker.",
    "no_team_or_provider": "Choose a team or a provider.",
    "has_a_team": "It has a team. Reassign it instead.",
    "no_team_yet": "No team has it yet. Have it allocated first.",
    "assessment_done": "The assessment is complete already.",
    "no_discussion": "A strategy discussion is owed for this child. Hold it first.",
    "not_assessed": "Complete the assessment first.",
    "late_assessment": "The assessment is past its time. Give the reason.",
    "initial_and_core_only": "This referral has the single assessment, so there is no core assessment.",
    "no_new_date": "Say by when it will be done.",
    "new_date_too_far": "An extension is twenty working days at most. Choose a day up to {latest_expected_on}.",
    "not_invited": "Police, health and social care take part in every strategy discussion. Not invited: {uninvited}.",
    "nobody_came": "Say who came. A strategy discussion takes social care and at least one other agency: without them"
    " it was not held.",
    "absent_unexplained": "Say who came. Missing: {absent}. Wait for them, or give a reason for going ahead without.",
    "no_protection_plan": "The child is not on a child protection plan.",
    "on_protection_plan": "The child is on a child protection plan. End the plan first.",
    "no_primary_need": "Choose the child's primary need: the main reason why they need help.",
    "child_seen_unsaid": "Say whether the child was seen during the assessment.",
    "no_factors": "Choose every factor that was found. If there was none, choose only that.",
    "none_and_others": "Choose either the factors that were found or that there was none, not both (census rule 8869).",
    "factor_twice": "Give each factor once (census rule 8898).",
    "no_category": "Choose the category of abuse (census rule 8905).",
    "went_further": "It went further than an assessment: there was section 47, a conference or a plan. Close it as no"
    " longer in need, RC7, or step down (census rule 2990).",
    "no_lead_practitioner": "Name the lead practitioner who will hold the early help.",
    "consent_not_given": "The family must consent to early help before a step-down.",
    "no_closure": "Choose why this closes: {closures}.",
    "step_down_instead": "Step down instead, so that early help has the child.",
    "offer_it_instead": "Offer the child to that authority. The case closes here when a colleague records their yes.",
    "no_rating": "Ask the family how far the help met their needs, 1 to 5, or say why they were not asked.",
    "transfer_offered": "It is on offer to another team or authority. Have that answered, or take it back.",
    "another_team": "Another team has it. Somebody who works there does this.",
    "another_locality": "It is another locality's case, and is offered to yours. Answer the offer first.",
    "not_asked": "It is offered to another team. Its own people, or the hub, say yes or no.",
    "own_offer": "You offered it. Somebody else records the answer; you may take the offer back.",
    "section_47_open": "Section 47 is open. Only a manager records that another authority has accepted the case.",
    "no_acceptance": "Say who there accepted it, and when.",
    "not_offering": "Another locality offers it. They, or the hub, may take it back.",
    "no_transfer_to": "Say which team or authority it is offered to.",
    "no_authority": "Say which authority it is handed over to.",
    "own_hand_over": "You handed it over yourself. Somebody else records that they have taken it on.",
    "manager_records": "Section 47 is decided. A MASH manager, or at night the EDT, records that they have the child.",
    "authority_unnamed": "It is not said which authority has it. Hand it over again, and name the authority.",
}
OF_POLICIES = {
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
OF_RIGHTS = {
    "no_identity": "Say how whoever asks has shown who they are.",
    "no_right_to_ask": "Say by what right they ask for somebody else: parental responsibility, consent, a court's"
    " order.",
    "not_proved_who": "Record first how whoever asks has shown who they are and by what right they ask.",
    "extended": "It was extended already. There is no more time.",
    "first_month_over": "The first month is over: within it whoever asks had to be told. Release it now.",
    "own_preparation": "You recorded or prepared this. Somebody else must review it.",
    "not_looked_at": "{passages_are} not looked at yet. Say of each what is to be done with it; then approve.",
    "prepared_long_ago": "It was gathered over a month ago, and may have changed. Gather what is held again.",
}
OF_DISAGREEMENTS = {
    "own_decision": "You decided or approved this yourself. Another manager must answer.",
    "reopen_first": "It was joined to {reopen_first}, where it is decided. Reopen that one first, then answer here.",
    "no_words_for_them": "Say why, in words that the professional reads.",
}
WORDS = {**OF_EVERY_CASE, **OF_ENQUIRIES, **OF_REFERRALS, **OF_POLICIES, **OF_RIGHTS, **OF_DISAGREEMENTS}


def names_details(code: str) -> bool:
    """Whether the words of a refusal name anything of the case: to gather it may take long."""
    return "{" in WORDS[code]


def words(code: str, **details: str) -> str:
    """The plain words of a refusal. KeyError for a code that has none; what nobody told stays out."""
    return WORDS[code].format_map(defaultdict(str, details))
