"""Who belongs to somebody on a day, and with whom they live: from what people said of any of their records."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from triage.models import Person, Relationship
from triage.services.desk import Desk, seeing_all
from triage.store.merges import list_records
from triage.store.relationships import list_family
from triage.store.restrictions import list_hidden
from workflows.people.family import LIVES_WITH, PARENTS, SIBLINGS, Tie, household_of, relations_of


@dataclass(frozen=True, slots=True)
class Relative:
    """Somebody and what they are: codes of `workflows/people/family.py`. Said of them, or as their parents' child."""

    person: Person
    relations: Sequence[str]


@dataclass(frozen=True, slots=True)
class Family:
    """Whoever is related to a person, and whoever lives with them, themselves left out. Each is named once in each."""

    relatives: Sequence[Relative] = ()
    household: Sequence[Person] = ()

    @property
    def people(self) -> dict[UUID, Person]:
        """Everybody in it, by whose records are theirs."""
        return {each.identity_id: each for each in (*(one.person for one in self.relatives), *self.household)}


@dataclass(frozen=True, slots=True)
class Kin:
    """Full names of a person's parents, and of their brothers and sisters: what two records of one child share."""

    parents: list[str] = field(default_factory=list)
    siblings: list[str] = field(default_factory=list)


NOBODY = Kin()


def gather_families(desk: Desk, people: Iterable[Person], day: date) -> Mapping[UUID, Family]:
    """The family of each of these people on that day, by whose records are theirs.

    Whoever sees a person sees who belongs to them, also where they have no case of those: the service reads it in their
    name, and nothing of anybody who is hidden from them.
    """
    own = {each.identity_id: each for each in people}
    hidden = list_hidden(desk.session)
    with seeing_all(desk):
        rows = list_family(desk.session, {each.id for each in own.values()}, day, hidden) if own else []
        born = _find_born(desk, rows, day)
    ties = [tie for each in rows if (tie := _tie(each, born)).one != tie.other]
    named = {each.identity_id: each for row in rows for each in (row.relative, row.person)} | own
    return {who: _gather(who, ties, named, day) for who in own}


def _gather(who: UUID, ties: Sequence[Tie[UUID]], named: Mapping[UUID, Person], day: date) -> Family:
    relations: dict[UUID, list[str]] = {}
    for other, relation in relations_of(who, ties, day):
        if relation != LIVES_WITH:  # the household says so
            relations.setdefault(other, []).append(relation)
    household = household_of(who, ties, day) - {who}
    return Family(
        [Relative(named[other], said) for other, said in relations.items()],
        sorted((named[other] for other in household), key=lambda each: each.id),
    )


def _find_born(desk: Desk, rows: Iterable[Relationship], day: date) -> set[UUID]:
    """Those who were told of as unborn and are born by that day, as any of their records tells."""
    unborn = [each.person_id for each in rows if each.kind == "unborn_to"]
    records = list_records(desk.session, unborn) if unborn else ()
    return {each.identity_id for each in records if each.birth_date and each.birth_date <= day}


def _tie(row: Relationship, born: Collection[UUID]) -> Tie[UUID]:
    """A mother before the birth is a parent once the child is born."""
    kind = "parent" if row.kind == "unborn_to" and row.person.identity_id in born else row.kind
    return Tie(row.person.identity_id, row.relative.identity_id, kind, row.since, row.until)


def name_kin(desk: Desk, people: Iterable[Person]) -> Mapping[UUID, Kin]:
    """The names of each one's parents, brothers and sisters today, by whose records are theirs; of whoever has any."""
    return name_kin_in(gather_families(desk, people, desk.today))


def name_kin_in(families: Mapping[UUID, Family]) -> Mapping[UUID, Kin]:
    """The names of the parents, brothers and sisters in each of these, by whose it is; of whoever has any."""
    return {who: kin for who, family in families.items() if (kin := _name(family)) != NOBODY}


def _name(family: Family) -> Kin:
    kin = Kin()
    for each in family.relatives:
        name = f"{each.person.given_name} {each.person.family_name}".strip()
        if not set(PARENTS).isdisjoint(each.relations):
            kin.parents.append(name)
        if not set(SIBLINGS).isdisjoint(each.relations):
            kin.siblings.append(name)
    return kin
