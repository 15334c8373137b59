"""The sections of a copy of somebody's record, each declaring the tables that it speaks of."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from rules.vocabulary import Indicator
from triage.models import Enquiry, Merge, Person, Referral, Relationship, Subject
from triage.models.codes import (
    CHANNELS,
    CONSENTS,
    CORRECTABLE,
    ETHNICITIES,
    GRADES,
    LAWFUL_BASES,
    OUTCOMES,
    RELATIONS,
    REPEATS,
    ROUTES,
    SERVICES,
    SHARED_BY,
    SOURCES,
)
from triage.services.desk import Desk
from triage.services.policies import policy_for
from triage.services.rights.material import Item, Passage, Section
from triage.services.rights.sharing import WHOEVER_TOLD_US
from triage.services.rights.wording import (
    SECTION_47,
    URGENCIES,
    call_person,
    facts_of,
    name_code,
    passages_of,
    say,
)
from triage.store.held import (
    Held,
    list_checks,
    list_disclosures,
    list_requests_about,
)
from triage.store.merges import list_merges
from triage.store.rectifications import list_rectifications
from triage.store.relationships import list_relationships
from triage.store.repeats import list_repeats
from triage.store.second_looks import list_looks_at
from triage.store.staff import name_of_user
from workflows.people.family import INVERSES, RELATION_WORDS


@dataclass(frozen=True)
class Gathering:
    """What a reader reads from. `anonymous` are the enquiries whose referrer may not be named.

    `untold` are those from outside who acted in them: to name them would tell who referred.
    """

    desk: Desk
    held: Held
    anonymous: frozenset[UUID]
    untold: frozenset[UUID]

    def at(self, value: object) -> str:
        return say(value, desk=self.desk)

    def who(self, key: UUID | None) -> str:
        """A member of staff: they acted in the course of duty, and may be named (Data Protection Act 2018, Sch. 2)."""
        return name_of_user(self.desk.session, key) if key and key not in self.untold else ""

    def indicators(self, enquiry: Enquiry) -> Mapping[str, Indicator]:
        """The vocabulary of the thresholds that held when the enquiry came."""
        return policy_for(self.desk, enquiry.received_at).vocabulary.indicators


Read = Callable[[Gathering], Section]


def speaks_of(*tables: str) -> Callable[[Read], Read]:
    """Declare the tables whose rows a reader gathers."""

    def declare(read: Read) -> Read:
        read.tables = tables
        return read

    return declare


@speaks_of("people")
def read_person(given: Gathering) -> Section:
    """Who they are, as recorded now: once for each record of theirs."""
    return Section("Who you are", tuple(_tell_person(given, each) for each in given.held.records))


def _tell_person(given: Gathering, person: Person) -> Item:
    facts = facts_of(
        ("Given name", person.given_name),
        ("Family name", person.family_name),
        ("Recorded as", name_code(person.kind)),
        ("Date of birth", say(person.birth_date)),
        ("Expected date", say(person.expected_date)),
        ("Date of death", say(person.death_date)),
        ("Sex", say(person.sex, {"F": "Female", "M": "Male", "U": "Not known"})),
        ("Ethnicity", say(person.ethnicity, ETHNICITIES)),
        ("Disabilities", say(person.disabilities)),
        ("NHS number", say(person.nhs_number)),
        ("Unique pupil number", say(person.upn)),
        ("Number in another system", say(person.external_id)),
        ("Address", person.address),
        ("Postcode", say(person.postcode)),
        ("Authority", given.desk.pack.authorities.get(person.authority, person.authority)),
        ("District", say(given.desk.pack.districts.get(person.district_code, {}).get("name"))),
    )
    return Item(call_person(person), facts)


@speaks_of("merges")
def read_merges(given: Gathering) -> Section:
    """Which records were said to be one person's, and which of these are two people's after all."""
    rows = list_merges(given.desk.session, given.held.keys)
    return Section("Which records were said to be yours", tuple(_tell_merge(given, each) for each in rows))


def _tell_merge(given: Gathering, row: Merge) -> Item:
    facts = facts_of(("Said", given.at(row.made_at)), ("Taken back", given.at(row.undone_at)))
    words = passages_of(row, reason="How it was known", undone_reason="Why it was taken back")
    return Item("Two records", facts, words)


@speaks_of("relationships")
def read_relationships(given: Gathering) -> Section:
    """How others are said to be related to them, and when; of the others nothing but what they are."""
    rows = list_relationships(given.desk.session, given.held.keys)
    return Section("Your family and household", tuple(_tell_relationship(given, each) for each in rows))


def _tell_relationship(given: Gathering, row: Relationship) -> Item:
    own = row.person_id in given.held.keys
    other = row.kind if own else INVERSES.get(row.kind, row.kind)
    days = (("Since", say(row.since)), ("Until", say(row.until)))
    facts = facts_of(*days, ("Said", given.at(row.said_at)), ("Taken back", given.at(row.withdrawn_at)))
    words = passages_of(row, known_by="How it was known", withdrawn_reason="Why it was taken back")
    return Item(RELATION_WORDS[other], facts, words)


@speaks_of("repeats")
def read_repeats(given: Gathering) -> Section:
    """When somebody told us of them, or they were referred, within twelve months of the time before."""
    cases = [each.id for each in (*given.held.referrals, *given.held.subjects)]
    rows = list_repeats(given.desk.session, cases)
    told = ((each, (("On", say(each.on_day)), ("After", say(each.before_on)))) for each in rows)
    return Section("When you came to us again", tuple(Item(REPEATS[each.kind], facts) for each, facts in told))


@speaks_of("rectifications")
def read_corrections(given: Gathering) -> Section:
    """What was said to be wrong."""
    rows = list_rectifications(given.desk.session, given.held.keys)
    return Section("What you said was wrong", tuple(_tell_correction(given, each) for each in rows))


def _tell_correction(given: Gathering, row: object) -> Item:
    words = passages_of(
        row,
        asked_by="Who said so",
        recorded="What was recorded",
        asserted="What you say it is",
        evidence="What you showed",
        decision_reason="Why it was decided so",
        statement="Your own statement",
    )
    facts = facts_of(
        ("What it is about", CORRECTABLE.get(row.field, "Something that was written about you")),
        ("Recorded", given.at(row.made_at)),
        ("How it stands", name_code(row.state)),
        ("Decided", given.at(row.decided_at)),
        ("Decided by", given.who(row.decided_by_id)),
    )
    return Item("A correction", facts, words)


@speaks_of("enquiries", "subjects")
def read_enquiries(given: Gathering) -> Section:
    """What the front door was told, and what was seen of this person; of nobody else whom it was about."""
    by_enquiry = {each.enquiry_id: each for each in given.held.subjects}
    items = (_tell_enquiry(given, each, by_enquiry.get(each.id)) for each in given.held.enquiries)
    return Section("What we were told about you", tuple(items))


def _tell_enquiry(given: Gathering, enquiry: Enquiry, subject: Subject | None) -> Item:
    words = passages_of(
        enquiry,
        witnessed="Seen or heard by whoever told us",
        reported="Told by others",
        opinion="Opinion",
        child_voice="The child's own voice",
        who_was_told="Who knew that we were told",
        consent_reason="About consent",
    )
    facts = facts_of(
        ("Received", given.at(enquiry.received_at)),
        ("Written down", given.at(enquiry.logged_at)),
        ("Imported from", say(enquiry.imported_from)),
        ("Consent", say(enquiry.consent, CONSENTS)),
        ("How urgent", say(enquiry.rag, URGENCIES)),
        ("How it stands", name_code(enquiry.state)),
        ("Who had it last", given.who(enquiry.owner_id)),
        ("Decided", given.at(enquiry.decided_at)),
        ("Closed", given.at(enquiry.closed_at)),
        *(() if enquiry.id in given.anonymous else _tell_source(given, enquiry)),
        *(_tell_subject(given, subject) if subject else ()),
    )
    told_by = () if enquiry.id in given.anonymous else passages_of(enquiry, referrer_name="Told by", referrer_role="As")
    needs = passages_of(subject, name_as_given="What you were called", needs="Needs") if subject else ()
    return Item(f"Enquiry {enquiry.reference}", facts, (*told_by, *words, *needs))


def _tell_source(given: Gathering, enquiry: Enquiry) -> tuple[tuple[str, str], ...]:
    """Who wrote it down too: what a partner's system sent, it wrote down itself."""
    return (
        ("Written down by", given.who(enquiry.logged_by_id)),
        ("How it came", say(enquiry.channel, CHANNELS)),
        ("Who told us", say(enquiry.source, SOURCES)),
        ("Agency", given.desk.pack.agencies.get(enquiry.agency_code, "")),
    )


def _tell_subject(given: Gathering, subject: Subject) -> tuple[tuple[str, str], ...]:
    """What was ticked of this person, as it was said last."""
    return (
        ("What was seen", say_seen_of(given, subject, subject.indicators)),
        ("When that was said", given.at(subject.seen_said_at)),
        ("Whoever told us was not sure whether there was danger", say(subject.danger_unsure or None)),
        ("Able to move about", say(subject.mobile)),
        ("A plan had failed", say(subject.plan_failed)),
        ("An education, health and care assessment was asked for", say(subject.ehc_request or None)),
        ("Needed protection at once", say(subject.needs_immediate_protection)),
    )


def say_seen_of(given: Gathering, subject: Subject, codes: Iterable[str]) -> str:
    """Indicators in the words of the thresholds that held when the enquiry came."""
    indicators = given.indicators(subject.enquiry)
    return "; ".join(indicators[code].words if code in indicators else code for code in codes)


@speaks_of("first_views", "recommendations", "decisions", "second_looks")
def read_decisions(given: Gathering) -> Section:
    """What was thought, recommended and decided of this person."""
    items = (item for each in given.held.subjects for item in _tell_judgements(given, each))
    return Section("What was decided about you", tuple(items))


def _tell_judgements(given: Gathering, subject: Subject) -> list[Item]:
    of, hidden = subject.enquiry.reference, subject.enquiry_id in given.anonymous
    views = [_tell_view(given, of, each) for each in subject.first_views]
    advised = [_tell_recommendation(given, of, each, hidden) for each in subject.recommendations]
    decided = [_tell_decision(given, of, each) for each in subject.decisions]
    looks = list_looks_at(given.desk.session, [each.id for each in subject.decisions])
    return [*views, *advised, *decided, *(_tell_look(given, of, each) for each in looks)]


def _tell_look(given: Gathering, of: str, row: object) -> Item:
    facts = facts_of(
        ("Would have chosen", say(row.outcome, OUTCOMES)),
        ("The work until then", say(row.grade, GRADES)),
        ("By", given.who(row.looked_by_id)),
        ("Looked at", given.at(row.looked_at)),
    )
    return Item(f"What another manager thought, {of}", facts, passages_of(row, reason="Why"))


def _tell_view(given: Gathering, of: str, view: object) -> Item:
    facts = facts_of(
        ("Level", str(view.level)), ("By", given.who(view.user_id)), ("Recorded", given.at(view.recorded_at))
    )
    return Item(f"A worker's first view, {of}", facts, passages_of(view, reason="Why"))


def _tell_recommendation(given: Gathering, of: str, row: object, hidden: bool) -> Item:
    """Why may tell who referred, by which kind of person it was: then it is left out."""
    because = () if hidden else tuple(each["because"] for each in row.answer.get("reasons", ()))
    facts = facts_of(
        ("Level", str(row.level)),
        ("What was to follow", say(row.route, ROUTES)),
        ("How urgent", say(row.rag, URGENCIES)),
        (SECTION_47, say(row.section_47 or None)),
        ("Why", "; ".join(because)),
        ("Made", given.at(row.made_at)),
        ("By the thresholds", f"{name_code(row.policy_name)}, {row.policy_version}"),
    )
    return Item(f"What the thresholds recommended, {of}", facts)


def _tell_decision(given: Gathering, of: str, row: object) -> Item:
    facts = facts_of(
        ("Level", str(row.level)),
        ("What was to follow", say(row.route, ROUTES)),
        (SECTION_47, say(row.section_47 or None)),
        ("Consent", say(row.consent, CONSENTS)),
        ("Decided", given.at(row.decided_at)),
        ("Decided by", given.who(row.decided_by_id)),
        ("Approved by", given.who(row.approved_by_id)),
        ("Approved", given.at(row.approved_at)),
        ("Took effect", given.at(row.took_effect_at)),
        ("No longer in force since", given.at(row.superseded_at)),
    )
    at = f"decisions/{row.id}/why_not"
    why_not = (
        Passage(f"{at}/{rung}", f"Why not {name_code(rung).lower()}", text) for rung, text in row.why_not.items()
    )
    words = passages_of(
        row,
        reason="Why",
        sibling_reason="Why it differs from a brother's or sister's",
        repeat_reason="What was different this time",
    )
    return Item(f"Decision, {of}", facts, (*words, *why_not))


@speaks_of("agency_checks")
def read_checks(given: Gathering) -> Section:
    """What partners were asked, and said."""
    return Section(
        "What we asked others", tuple(_tell_check(given, each) for each in list_checks(given.desk.session, given.held))
    )


def _tell_check(given: Gathering, check: object) -> Item:
    facts = facts_of(
        ("Asked", given.at(check.requested_at)),
        ("Asked by", given.who(check.requested_by_id)),
        ("Lawful basis", say(check.lawful_basis, LAWFUL_BASES)),
        ("Consent", say(check.consent, CONSENTS)),
        ("How it stands", name_code(check.state)),
        ("Acknowledged", given.at(check.acknowledged_at)),
        ("Asked again", given.at(check.chased_at)),
        ("Told to their lead", given.at(check.escalated_at)),
        ("Ended", given.at(check.ended_at)),
    )
    words = passages_of(
        check,
        question="What we asked",
        consent_reason="Why we asked without consent",
        answer="What they said",
        answered_by="Who of them said it",
        gone_without="Why we went on without an answer",
    )
    agency = given.desk.pack.agencies.get(check.agency_code, check.agency_code)
    return Item(f"{agency}, for enquiry {check.enquiry.reference}", facts, words)


@speaks_of("disclosures")
def read_disclosures(given: Gathering) -> Section:
    """With whom it was shared; never that a referrer who may not be named was written to: they left an address then."""
    rows = list_disclosures(given.desk.session, given.held)
    told = (each for each in rows if each.to_whom != WHOEVER_TOLD_US or each.enquiry_id not in given.anonymous)
    return Section("With whom it was shared", tuple(_tell_disclosure(given, each) for each in told))


def _tell_disclosure(given: Gathering, row: object) -> Item:
    facts = facts_of(
        ("Shared", given.at(row.shared_at)),
        ("By", given.who(row.shared_by_id)),
        ("How", say(row.how, SHARED_BY)),
        ("Lawful basis", say(row.lawful_basis, LAWFUL_BASES)),
        ("Consent", say(row.consent, CONSENTS)),
    )
    words = passages_of(row, to_whom="With whom", what="What", because="On what condition, or why without consent")
    return Item("Shared", facts, words)


@speaks_of("access_requests")
def read_requests(given: Gathering) -> Section:
    """Every request for this record."""
    rows = list_requests_about(given.desk.session, given.held)
    return Section("Requests for your record", tuple(_tell_request(given, each) for each in rows))


def _tell_request(given: Gathering, row: object) -> Item:
    facts = facts_of(
        ("Asked by", say(row.relation, RELATIONS)),
        ("Received", say(row.received_on)),
        ("Due", say(row.due_on)),
        ("How it stands", name_code(row.state)),
    )
    words = passages_of(
        row, asked_by="Who asked", extended_because="Why it took longer", end_reason="Why it was refused"
    )
    return Item(f"Request {row.reference}", facts, words)


def tell_service(referral: Referral) -> str:
    """ "Early help REF-2013-000001-1"."""
    return f"{SERVICES[referral.service]} {referral.reference}"
