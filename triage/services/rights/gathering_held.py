"""What is held on a person, gathered into sections: plain facts that name nobody else, and passages to be looked at.

Free text is always a passage. Of others in the same enquiry nothing is gathered but their names, which are masked.
A referrer who may not be named leaves no name, role, email, agency, source or channel, nor what they did themselves
with their name. A test walks every table there is: one of which no reader speaks, and that does not stand in LEFT_OUT
with a reason, fails it.
"""

from triage.models import Enquiry, Person
from triage.services.desk import Desk, seeing_all
from triage.services.rights import case_sections as cases
from triage.services.rights import sections as facts
from triage.services.rights.material import Material
from triage.services.rights.sections import Gathering
from triage.services.rights.wording import call_person, is_anonymous
from triage.store.held import Held, Outsider, list_outside, list_referrers, read_held
from triage.store.merges import list_merges
from triage.store.rectifications import list_rectifications
from triage.store.relationships import list_relationships

READERS = (
    facts.read_person,
    facts.read_merges,
    facts.read_relationships,
    facts.read_corrections,
    facts.read_enquiries,
    facts.read_decisions,
    facts.read_checks,
    cases.read_disagreements,
    cases.read_referrals,
    facts.read_repeats,
    cases.read_unmet_needs,
    cases.read_clocks,
    facts.read_disclosures,
    cases.read_letters,
    facts.read_requests,
    cases.read_files,
    cases.read_log,
    cases.read_readings,
)
NAMES = ("given_name", "family_name")
OF_NOBODY = "of how the service is set up: about no person whom somebody is worried about"
LEFT_OUT = {
    **dict.fromkeys(("localities", "districts", "teams", "agencies", "providers", "policies"), OF_NOBODY),
    **dict.fromkeys(
        ("directory_services", "service_purposes", "directory_files", "capacities"),
        "of services that families may be offered, and of no family",
    ),
    "policy_runs": "how many thresholds would have moved: it names nobody, and nobody was decided on by it",
    **dict.fromkeys(
        ("partner_figures", "quarterly_reports", "report_comments"),
        "of the quarterly report: numbers of the county that tell of nobody, and what managers said of them",
    ),
    "users": "those who work here: named where they acted",
    "access_tokens": "of systems that call, not of people",
    "idempotency_keys": "answers once given to systems: they repeat what stands in the rows themselves",
    "daily_notices": "that a member of staff was sent the day's list; the list is not kept",
    **dict.fromkeys(
        ("reading_heads", "checkpoints", "ledger_leaves"), "of the ledger: hashes of what stands elsewhere"
    ),
    **dict.fromkeys(
        ("learned_weights", "common_values"), "how records and names are alike: about nobody in particular"
    ),
    **dict.fromkeys(
        ("restrictions", "restriction_readers", "glass_breaks", "opening_reasons"),
        "who of the staff may open or opened a record, and why: how it is kept safe, which telling would undo",
    ),
    **dict.fromkeys(
        (
            "enquiry_facts",
            "decision_facts",
            "check_facts",
            "referral_facts",
            "assessment_facts",
            "second_look_facts",
            "unmet_need_facts",
            "standing_facts",
            "counting_due",
            "countings",
            "rollups",
            "spreads",
            "stays",
        ),
        "what is counted: numbers, and rows that name nobody, each of a case that stands in this copy",
    ),
    **dict.fromkeys(
        ("disposal_reach", "disposed_enquiries", "disposed_referrals", "retention_classes", "weighings"),
        "of how long records are kept, and numbers that name nobody",
    ),
    **dict.fromkeys(
        ("holds", "disposals", "disposal_items", "due_files"),
        "until when a record is kept, and for whom: a claim or an inquiry is not to be told of before its time",
    ),
    **dict.fromkeys(
        (
            "account_events",
            "account_heads",
            "credentials",
            "identities",
            "recovery_codes",
            "security_keys",
            "sessions",
            "sign_in_delays",
        ),
        "of how those who work here sign in",
    ),
    **dict.fromkeys(("staff_homes", "declared_interests"), "whom those who work here may be near to: it is about them"),
    "outages": "when the service was down, and why: nobody whom we are told of is named in it",
    "covers": "who of those who work here was away, and who had their work meanwhile",
    "drafts": "what somebody was typing: nobody but they can read it, and it is gone within days",
    "tellings": "what somebody without an account was typing: once it is sent it is the enquiry's, and empty here",
    "failing_tasks": "which of the service's own tasks fail, and of nobody",
    "webhooks": "which other systems are told that something happened, and of nobody by name",
    "check_links": "hashes of what opens one question to a partner",
    "access_exports": "earlier copies of this very record",
    "access_judgements": "what was held back from earlier copies, and why: it would tell what they left out",
}


def gather_material(desk: Desk, person: Person) -> Material:
    """Everything, whoever may see which of it: the caller has asked whether the person's copy may be made."""
    with seeing_all(desk):
        held = read_held(desk.session, person)
        anonymous = frozenset(each.id for each in held.enquiries if is_anonymous(each))
        outside = list_outside(desk.session, held, anonymous)
        gathering = Gathering(desk, held, anonymous, frozenset(each.actor_id for each in outside))
        sections = tuple(read(gathering) for read in READERS)
        return Material(
            about=call_person(person),
            own=_own(desk, held),
            others=_others(desk, held),
            anonymous=(*_anonymous(list_referrers(desk.session, held)), *_referrers(outside)),
            sections=tuple(each for each in sections if each.items),
        )


def _own(desk: Desk, held: Held) -> tuple[str, ...]:
    """The person's names, now and before, and their numbers."""
    names = [name for each in held.records for name in (each.given_name, each.family_name)]
    numbers = [number for each in held.records for number in (each.nhs_number, each.upn, each.external_id)]
    before = _former(desk, *held.records)
    return tuple(dict.fromkeys(filter(None, (*names, *before, *numbers))))


def _former(desk: Desk, *people: Person) -> list[str]:
    corrections = list_rectifications(desk.session, [each.id for each in people])
    return [name for each in corrections if each.field in NAMES for name in (each.recorded, each.asserted)]


def _others(desk: Desk, held: Held) -> tuple[str, ...]:
    """What everybody else in the same enquiries or of the family is or was called."""
    people = list(dict.fromkeys([*(each.person for each in held.beside), *_parted(desk, held), *_kin(desk, held)]))
    names = [name for each in people for name in (each.given_name, each.family_name)]
    given = [each.name_as_given for each in held.beside]
    return tuple(dict.fromkeys(filter(None, (*names, *given, *_former(desk, *people)))))


def _parted(desk: Desk, held: Held) -> list[Person]:
    """Whoever was once said to be this person, and is somebody else."""
    said = list_merges(desk.session, held.keys)
    return [each for merge in said for each in (merge.person, merge.other) if each.id not in held.keys]


def _kin(desk: Desk, held: Held) -> list[Person]:
    """Whoever was ever said to belong to this person."""
    said = list_relationships(desk.session, held.keys)
    return [each for row in said for each in (row.person, row.relative) if each.id not in held.keys]


def _anonymous(enquiries: list[Enquiry]) -> tuple[str, ...]:
    hidden = (each for each in enquiries if is_anonymous(each))
    return tuple(dict.fromkeys(text for each in hidden for text in (each.referrer_name, each.referrer_email) if text))


def _referrers(outside: list[Outsider]) -> tuple[str, ...]:
    """Who told us by an account of their own: a referrer acts in nothing but what they sent."""
    return tuple(each.actor_name for each in outside if each.actor_role == "referrer")
