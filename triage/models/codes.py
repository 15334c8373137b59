"""The code sets of the rows. What the Children in Need census has codes for has those (workflows/census/codes.py)."""

from workflows import adult_at_risk, early_help, ehc_assessment, other_authority, social_care
from workflows.access_request import ACCESS_REQUEST
from workflows.agency_check import AGENCY_CHECK
from workflows.census import codes as census
from workflows.disagreement import DISAGREEMENT
from workflows.enquiry import ENQUIRY
from workflows.transfer import TRANSFER

CHILDREN = ("child", "unborn_child")
PERSON_KINDS = (*CHILDREN, "adult_at_risk", "other_adult")
SEXES = ("F", "M", "U")
ETHNICITIES = census.ETHNICITIES
SOURCES = census.SOURCES
CHANNELS = {
    "telephone": "Telephone",
    "portal": "Professionals' portal",
    "public_form": "Public form",
    "email": "Email",
    "police_notification": "Police notification",
    "edt": "Emergency Duty Team",
    "in_person": "In person",
}
CONSENTS = {
    "given": "Given",
    "refused": "Refused",
    "not_asked": "Not asked yet",
    "not_safe_to_ask": "Not safe to ask",
}
ASSESSMENT_KINDS = {"single": "Single assessment", "initial": "Initial assessment", "core": "Core assessment"}
PLAN_KINDS = {"in_need": "Child in need plan", "protection": "Child protection plan"}
RAGS = ("red", "amber", "green")
ROUTES = {
    "social_care": "Children's social care",
    "early_help": "Early help",
    "adult_safeguarding": "Adult safeguarding",
    "ehc_pathway": "Education, health and care pathway",
    "advice": "Advice and universal services",
    "other_authority": "Another authority",
    "existing_case": "Open case: to the allocated worker",
    "no_further_action": "No further action",
}
OUTCOMES = ROUTES | {"section_47": "Children's social care, with a strategy discussion (section 47)"}
LOOKED_AT_FOR = {
    "drawn": "Nothing further was done, and it was drawn by chance",
    "override": "It was not what the policy recommended",
}
# Ofsted's, as it was when the plan of 2014 asked for audits that are "adequate or better".
GRADES = {"outstanding": "Outstanding", "good": "Good", "adequate": "Adequate", "inadequate": "Inadequate"}
SERVICES = {
    "social_care": "Children's social care",
    "early_help": "Early help",
    "ehc_assessment": "Education, health and care assessment",
    "adult_at_risk": "Adult social care",
    "other_authority": "Another authority",
}
# What a decision opens: a referral of that service, which follows the table of that name.
SERVICE_OF_ROUTE = {
    "social_care": "social_care",
    "early_help": "early_help",
    "ehc_pathway": "ehc_assessment",
    "adult_safeguarding": "adult_at_risk",
    "other_authority": "other_authority",
}
TABLES = {
    "social_care": social_care.SOCIAL_CARE,
    "early_help": early_help.EARLY_HELP,
    "ehc_assessment": ehc_assessment.EHC_ASSESSMENT,
    "adult_at_risk": adult_at_risk.ADULT_AT_RISK,
    "other_authority": other_authority.OTHER_AUTHORITY,
}
ROLES = {
    "mash_officer": "MASH officer",
    "social_worker": "MASH social worker",
    "mash_manager": "MASH manager",
    "early_help_unit": "Early Help Unit",
    "locality_worker": "Locality worker",
    "locality_manager": "Locality manager",
    "emergency_duty_team": "Emergency Duty Team",
    "analyst": "Performance analyst",
    "partner_contributor": "Partner contributor",
    "referrer": "Referrer",
    "information_governance": "Information governance",
    "administrator": "Administrator",
    "partner_system": "Partner system",
    "visitor": "Somebody without an account",
    "system": "The service itself",
}
# Those outside: what they may do is done for them by the service, in their name, once they are seen to be asked.
OUTSIDE = frozenset({"partner_contributor", "partner_system", "referrer", "visitor"})
ENQUIRY_STATES = ENQUIRY.states
QUEUES = {
    "edt": "Emergency Duty Team",
    "received": "Received",
    "screening": "In screening",
    "checking": "Partners asked",
    "on_hold": "On hold",
    "awaiting_decision": "Waiting for a decision",
    "awaiting_approval": "Waiting for approval",
    "decided": "Decided, to be closed",
}
REFERRAL_STATES = tuple(dict.fromkeys(state for table in TABLES.values() for state in table.states))
CHECK_STATES = AGENCY_CHECK.states
TRANSFER_STATES = TRANSFER.states
ACCESS_STATES = ACCESS_REQUEST.states
DISAGREEMENT_STATES = DISAGREEMENT.states
CLOCK_KINDS = {
    "screening": "Screening",
    "decision": "Decision",
    "allocation": "Allocation",
    "acceptance": "Acceptance",
    "reallocation": "Allocation again",
    "first_contact": "First contact",
    "assessment": "Assessment",
    "core_assessment": "Core assessment",
    "strategy_discussion": "Strategy discussion",
    "conference": "Child protection conference",
    "outcome": "What follows the assessment",
    "plan_review": "Review of the child's plan",
    "transfer": "Answer to a transfer",
    "review": "Review of the plan",
    "agency_check": "Partner's answer",
    "ehc_decision": "Decision to assess",
    "ehc_plan": "Final plan",
    "ehc_review": "Yearly review",
    "adult_acknowledgement": "Acknowledgement",
    "adult_outcome": "Outcome",
    "authority_acknowledgement": "Other authority's answer",
    "authority_refusal": "What follows a refusal",
    "disagreement": "Answer to a disagreement",
}
CLOCK_STATES = ("running", "paused", "met", "missed", "cancelled")
LAWFUL_BASES = {
    "public_task": "Public task",
    "legal_obligation": "Legal obligation",
    "vital_interests": "Vital interests",
}
CLOSURES = census.CLOSURES | {
    "needs_met": "Needs met",
    "needs_partly_met": "Needs partly met",
    "disengaged": "Family disengaged",
    "consent_withdrawn": "Consent withdrawn",
    "stepped_up": "Stepped up to social care",
    "plan_ceased": "Plan ceased",
    "refusal_stood": "Refused, and the refusal stood",
    "request_withdrawn": "Request withdrawn",
    "safeguarding_enquiry": "Safeguarding enquiry (Care Act 2014, section 42)",
    "care_assessment": "Assessed for care and support",
    "advice_given": "Advice given",
    "not_at_risk": "Found not to be at risk",
    "taken_on": "Taken on by the other authority",
    "came_back": "Came back to us",
}
# Why a referral of each service may be said to close; stepping up and down say so by themselves.
CLOSURES_OF = {
    "social_care": social_care.CLOSURES,
    "early_help": early_help.CLOSURES,
    "ehc_assessment": ehc_assessment.CLOSURES,
    "adult_at_risk": adult_at_risk.CLOSURES,
    "other_authority": other_authority.CLOSURES,
}
PROVIDER_KINDS = {
    "childrens_centre": "Children's centre",
    "targeted_support": "Targeted support",
    "health_visitors": "Health visitors",
    "school_nurses": "School nurses",
    "camhs": "Child and adolescent mental health service",
    "voluntary": "Voluntary sector",
    "school": "School",
}
# What the directory had for a need when somebody noted that it was not met.
DIRECTORY_SAID = {
    "nothing": "No service is for it",
    "no_room": "Every service that is for it is full, or has not confirmed that it has room",
    "room": "A service had room, and was not right for the family",
}
REPEATS = {
    "re_referral": "Referred again",
    "repeat_enquiry": "Told of again",
    "stepped_up_again": "Stepped up after stepping down",
    "early_help_again": "Needs came back after early help",
}
OPENED_KINDS = ("enquiry", "referral")
OPENING_REASONS = {
    "my_enquiry": "It bears on an enquiry that I am working on",
    "was_told": "Somebody has rung or written about this child",
    "duty": "I am on duty for the team that has it",
    "handing_over": "It is being handed over to me, or by me",
    "supervision": "Supervision or audit",
    "other": "Another reason",
}
INTERESTS = {
    "self": "It is about me or my own household",
    "relative": "It is about relatives of mine",
    "other": "I know the family in another way",
}
VERDICTS = {"justified": "Justified", "not_justified": "Not justified"}
NOTICE_KINDS = ("due_by_closing", "edt_brief", "edt_morning")
CASE_KINDS = ("enquiry", "referral", "person", "policy", "access_request", "disposal")
# Of these the ledger keeps chains: a case's events, what somebody read, and what was done to an account.
CHAIN_KINDS = (*CASE_KINDS, "reading", "account")
HOLD_REASONS = {
    "inquiry": "A public inquiry asks for it, or may",
    "litigation": "A claim or a prosecution runs, or may",
    "request": "Somebody has asked to see it",
    "class": "It belongs to a class that the service cannot know of",
}
POLICY_STATES = ("draft", "reviewed", "published", "superseded", "withdrawn")
POLICY_RUNS = {"proof": "Proof", "replay": "Replay"}
PUBLISHED_STATES = ("published", "superseded")  # a superseded version stays in force for its own days
SESSION_WAYS = ("local", "oidc")
SESSION_OWES = ("second_factor", "new_password", "setting_up")  # in this order
SESSION_ENDS = {
    "signed_out": "Signed out",
    "everywhere": "Signed out everywhere",
    "by_hand": "Ended from another browser",
    "password": "The password was changed",
    "account": "The account was changed",
    "factor": "The second factor was changed",
    "replaced": "Signed in again in the same browser",
}
RELATIONS = {
    "self": "The person themselves",
    "parent": "Somebody with parental responsibility",
    "representative": "Somebody who acts for them",
}
EXPORT_KINDS = ("material", "pdf", "json")
JUDGEMENTS = {
    "stand": "Let it stand, without the marked words",
    "mask": "Mask more words",
    "show": "Show words that were masked",
    "hold_back": "Hold it back",
}
# Data Protection Act 2018: Schedule 3, parts 2 to 5, with paragraph 10 for what is asked on a child's behalf;
# Schedule 2, paragraphs 16 and 19; and the referrer's own right.
HELD_BACK = {
    "serious_harm": "It could cause serious harm",
    "own_wishes": "It was said in the belief that whoever asks would not be told",
    "third_party": "It is about somebody else",
    "legal_privilege": "It is legal advice",
    "anonymity": "It would tell who referred, who may not be named",
}
RECTIFICATION_STATES = ("asked", "accepted", "refused")
CORRECTABLE = {
    "given_name": "Given name",
    "family_name": "Family name",
    "birth_date": "Date of birth",
    "expected_date": "Expected date",
    "sex": "Sex",
    "ethnicity": "Ethnicity",
    "address": "Address",
    "postcode": "Postcode",
}
SHARED_BY = {
    "check": "A partner was asked",
    "letter": "A letter",
    "hand_over": "A case was handed over",
    "export": "A copy of the record",
    "telephone": "Telephone",
    "meeting": "Meeting",
    "in_person": "In person",
    "secure_email": "Secure email",
    "post": "Post",
}
BY_HAND = ("telephone", "meeting", "in_person", "secure_email", "post")
