"""The people of an enquiry: checked, looked for among those already known, and joined to them by a person's word."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from triage.errors import Invalid, NotFound, Problem
from triage.models import Person, Rectification
from triage.models.codes import OUTSIDE
from triage.pack import normalise_postcode
from triage.services.desk import Desk
from triage.services.events import record
from triage.services.family import NOBODY, Kin, name_kin
from triage.services.learning import what_was_learned
from triage.store.people import find_by_nhs_number, find_candidates, list_without_keys, write_name_keys
from workflows.people import LIKELY, Evidence, Identity, compare_with, fold, keys_of_name, total
from workflows.people.identifiers import is_nhs_number, is_upn

OLDEST = date(1900, 1, 1)
UNSAID, NAMES = ("", None, "U", ()), ("given_name", "family_name")
DATES = ("birth_date", "expected_date")
CHILD_YEARS = 25  # a care leaver or a young person with an EHC plan may be helped until this birthday


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """A person as described by whoever told us. Dates are local; `postcode` in any spacing.

    `name_unknown` is for whoever has no account: they are heard of a child whose name they cannot say.
    """

    kind: str = "child"
    given_name: str = ""
    family_name: str = ""
    birth_date: date | None = None
    expected_date: date | None = None
    sex: str = "U"
    ethnicity: str = "NOBT"
    nhs_number: str | None = None
    upn: str | None = None
    address: str = ""
    postcode: str | None = None
    name_unknown: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody already known who may be the person described. `weight` is in bits."""

    person: Person
    weight: float
    evidence: tuple[Evidence, ...]


def add_person(desk: Desk, new: NewPerson, field: str) -> Person:
    """A new row for `new`. Invalid, naming fields under `field`, where it cannot be right."""
    problems = tuple(check_person(desk, new, field))
    if problems:
        raise Invalid(*problems)
    person = make_person(desk, new)
    desk.session.add(person)
    record(desk, person, "person_added")
    return person


def make_person(desk: Desk, new: NewPerson, **more: object) -> Person:
    """The row, which no session knows yet, of a person whose description was checked."""
    postcode = normalise_postcode(new.postcode or "")
    place = desk.pack.locate(postcode)
    person = Person(
        kind=new.kind,
        given_name=new.given_name.strip(),
        family_name=new.family_name.strip(),
        birth_date=new.birth_date,
        expected_date=new.expected_date,
        sex=new.sex,
        ethnicity=new.ethnicity,
        nhs_number=new.nhs_number,
        upn=new.upn,
        address=new.address,
        postcode=postcode,
        authority=place.authority,
        district_code=place.district_code,
        **more,
    )
    index_name(person)
    return person


def index_name(person: Person) -> None:
    """Let the person be found by the name that they have now."""
    person.search_name = fold(person.given_name, person.family_name)
    person.name_keys = keys_of_name(person.given_name, person.family_name)


def index_names(session: Session) -> int:
    """Do so for whoever was recorded before names were looked up by their sound; how many there were."""
    names = ((key, keys_of_name(given, family)) for key, given, family in list_without_keys(session))
    found = {key: keys for key, keys in names if keys}
    write_name_keys(session, found)
    return len(found)


def check_person(desk: Desk, new: NewPerson, field: str) -> Iterator[Problem]:
    """Everything that is wrong with the description, each with what to do."""
    yield from check_description(new, desk.now.date(), field)
    known = is_nhs_number(new.nhs_number or "") and desk.actor.role not in OUTSIDE
    if known and find_by_nhs_number(desk.session, new.nhs_number):
        message = "Somebody with this NHS number is known already: choose that person instead."
        yield Problem("nhs_number_known", message, f"{field}.nhs_number")


def check_description(new: NewPerson, today: date, field: str) -> Iterator[Problem]:
    """The same without asking who is known: what could not be, of somebody told of on that day."""
    has_name = new.given_name.strip() or new.family_name.strip()
    if not has_name and new.kind != "unborn_child" and not new.name_unknown:
        yield Problem(
            "no_name", "Enter a name. If none is known, enter what the person is called.", f"{field}.given_name"
        )
    yield from _check_dates(new, today, field)
    if new.postcode and not normalise_postcode(new.postcode):
        yield Problem("postcode", "Enter a full UK postcode, like NG15 7AA, or leave it empty.", f"{field}.postcode")
    yield from _check_numbers(new, field)


def _check_dates(new: NewPerson, today: date, field: str) -> Iterator[Problem]:
    if new.birth_date and new.expected_date:
        yield Problem("two_dates", "Give a date of birth or an expected date, not both.", f"{field}.expected_date")
    if new.birth_date and new.birth_date > today:
        message = "The date of birth is in the future. For an unborn child give an expected date."
        yield Problem("future", message, f"{field}.birth_date")
    if new.birth_date and new.birth_date < OLDEST:
        yield Problem("too_early", "The date of birth must be in 1900 or later.", f"{field}.birth_date")
    elif new.birth_date and new.kind == "child" and today.year - new.birth_date.year > CHILD_YEARS:
        message = f"A child cannot be over {CHILD_YEARS}. Check the date, or record an adult."
        yield Problem("not_a_child", message, f"{field}.birth_date")
    if new.expected_date and abs((new.expected_date - today).days) > 310:
        message = "The expected date must be within 310 days of today."
        yield Problem("expected_date", message, f"{field}.expected_date")


def _check_numbers(new: NewPerson, field: str) -> Iterator[Problem]:
    if new.nhs_number and not is_nhs_number(new.nhs_number):
        message = "This is not an NHS number: its check digit is wrong. Check the ten digits."
        yield Problem("nhs_number", message, f"{field}.nhs_number")
    if new.upn and not is_upn(new.upn):
        message = "This is not a unique pupil number: its first letter does not fit. Check the 13 characters."
        yield Problem("upn", message, f"{field}.upn")


def identity_of(person: Person | NewPerson, kin: Kin = NOBODY) -> Identity:
    """What of a person is compared; with the names of their parents, brothers and sisters, where these are known."""
    return Identity(
        person.given_name,
        person.family_name,
        person.birth_date,
        person.sex,
        normalise_postcode(person.postcode or ""),
        person.address,
        person.nhs_number,
        person.upn,
        person.expected_date,
        tuple(kin.parents),
        tuple(kin.siblings),
    )


def find_matches(
    desk: Desk, described: Person | NewPerson, limit: int = 10, *, own: Kin | None = None
) -> list[Candidate]:
    """People already known who are likely to be the one described, likeliest first, each with the evidence.

    Whoever has several records is found once, by whichever of them says most, and named by the first recorded.
    `own` are the described person's kin today, for whoever has asked already.
    """
    themselves = getattr(described, "identity_id", None)
    if own is None:
        own = name_kin(desk, [described]).get(themselves, NOBODY) if isinstance(described, Person) else NOBODY
    identity = identity_of(described, own)
    found = find_candidates(desk.session, identity)
    people = {person: corrected for person, corrected in found.items() if person.identity_id != themselves}
    return weigh_people(desk, identity, people, name_kin(desk, people) if own != NOBODY else {})[:limit]


def weigh_people(
    desk: Desk,
    identity: Identity,
    people: Mapping[Person, Sequence[Rectification]],
    kin: Mapping[UUID, Kin],
    least: float = LIKELY,
) -> list[Candidate]:
    """Those for whom so many bits speak, the likeliest first; by what says most: what is recorded now, or was once."""
    named = {person.identity_id: person for person in reversed(people)}
    recorded = [
        (person, each)
        for person, corrected in people.items()
        for each in _identities(_fill(person, named[person.identity_id], kin), corrected)
    ]
    strongest: dict[UUID, Candidate] = {}
    learned = what_was_learned(desk, identity)
    for place, evidence in compare_with(identity, [each for _, each in recorded], *learned, least=least):
        person, _ = recorded[place]
        candidate = Candidate(named[person.identity_id], total(evidence), evidence)
        if person.identity_id not in strongest or candidate.weight > strongest[person.identity_id].weight:
            strongest[person.identity_id] = candidate
    return sorted(strongest.values(), key=lambda each: (-each.weight, str(each.person.id)))


def _fill(record: Person, first: Person, kin: Mapping[UUID, Kin]) -> Identity:
    """What a record says, and where it says nothing, what the first of the same person's says."""
    said = identity_of(record, kin.get(record.identity_id, NOBODY))
    if record is first:
        return said
    other = identity_of(first, kin.get(first.identity_id, NOBODY))
    unsaid = [name for name in Identity.__dataclass_fields__ if getattr(said, name) in UNSAID]
    return replace(said, **{name: getattr(other, name) for name in unsaid if name not in NAMES})


def _identities(identity: Identity, corrected: Sequence[Rectification]) -> Iterator[Identity]:
    """What is recorded of somebody now, and what was before each correction, the last first."""
    yield identity
    for each in reversed(corrected):
        if each.field in Identity.__dataclass_fields__:
            before = date.fromisoformat(each.recorded) if each.field in DATES and each.recorded else each.recorded
            identity = replace(identity, **{each.field: before or ("" if each.field not in DATES else None)})
            yield identity


def get_person(desk: Desk, person_id: UUID, field: str) -> Person:
    """The person of that key, if this actor may see them."""
    person = desk.session.get(Person, person_id)
    if person is None:
        raise NotFound(Problem("no_such_person", "There is no such person, or not for you. Search again.", field))
    return person
