"""Made-up families with known truth: households that move, marry again, bear children and are written down with slips.

Every name is put together by dice from lists of parts; none is anybody's. Rates are a year's, of households or people;
the shares of slips are of the order that audits of administrative records find (names in 1 of 20, dates in 1 of 50).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate
from random import Random

from triage.demo.people import BOYS, ENDINGS, GIRLS, KINDS, STEMS, STREETS
from workflows.people.records import Identity

MOVES, MARRIES, CHANGES_NAME, BIRTHS, SEEN, TWINS = 0.11, 0.03, 0.01, 0.05, 0.25, 0.015
SLIP, SHORTENED, DAY_SLIP, EXCHANGED, NO_DATE, NO_POSTCODE, OTHER_ORDER = 0.05, 0.04, 0.02, 0.005, 0.05, 0.1, 0.01
UNBORN, EARLY, LATE = 0.2, 25, 10  # of the year's births: told of before; days by which they come before or after
SURNAMES = [stem + ending for stem in STEMS for ending in ENDINGS]
YEAR = timedelta(days=365)
RANK = 3  # added to the rank of a surname: a few are everywhere, as surnames are
SHORT = {"elizabeth": "Liz", "thomas": "Tom", "samuel": "Sam", "daniel": "Dan", "joshua": "Josh", "benjamin": "Ben"}


@dataclass(slots=True)
class Member:
    """Somebody of a household, as they are. `key` is who they are, whatever is written of them."""

    key: int
    given_name: str
    family_name: str
    birth_date: date
    sex: str
    is_child: bool


@dataclass(slots=True)
class Household:
    """Who lives together, and where."""

    address: str
    postcode: str
    members: list[Member] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Sighting:
    """One record: of whom it is, by which year's end it was written, and what was written."""

    key: int
    on: date
    identity: Identity


class County:
    """A made-up county that grows older."""

    def __init__(self, seed: int, households: int, began: date, surnames: Sequence[str] = SURNAMES) -> None:
        self.dice, self.today, self.keys = Random(seed), began, 0
        self.surnames, self.ranked = surnames, list(accumulate(1 / (rank + RANK) for rank in range(len(surnames))))
        self.households = [self._household() for _ in range(households)]

    def live(self, years: int) -> Iterator[Sighting]:
        """So many years, with whoever is written down in each."""
        for _ in range(years):
            self.today += timedelta(days=365)
            for household in self.households:
                self._pass_year(household)
                yield from self._write_down(household)

    def everybody(self) -> Iterator[Identity]:
        """Everybody who lives there, as they are, with nothing left out and no slip."""
        for home in self.households:
            for each in home.members:
                yield Identity(
                    each.given_name, each.family_name, each.birth_date, each.sex, home.postcode, home.address
                )

    def _household(self) -> Household:
        dice = self.dice
        home = Household(*self._place())
        surname = self._surname()
        for age in (dice.randint(22, 45), dice.randint(22, 45))[: dice.choice((1, 2))]:
            home.members.append(self._member(surname, age * 365 + dice.randrange(365), set(), is_child=False))
        for _ in range(dice.choices((0, 1, 2, 3), (25, 45, 20, 10))[0]):
            self._bear(home, surname, dice.randrange(16 * 365))
        return home

    def _bear(self, home: Household, surname: str, age_days: int) -> None:
        for _ in range(2 if self.dice.random() < TWINS else 1):
            taken = {member.given_name for member in home.members}
            home.members.append(self._member(surname, age_days, taken, is_child=True))

    def _member(self, surname: str, age_days: int, taken: set[str], *, is_child: bool) -> Member:
        self.keys += 1
        sex = self.dice.choice("FM")
        given = self.dice.choice([name for name in (GIRLS if sex == "F" else BOYS) if name not in taken])
        return Member(self.keys, given, surname, self.today - timedelta(days=age_days), sex, is_child)

    def _surname(self) -> str:
        return self.dice.choices(self.surnames, cum_weights=self.ranked)[0]

    def _place(self) -> tuple[str, str]:
        dice = self.dice
        address = f"{dice.randint(1, 120)} {dice.choice(STREETS)} {dice.choice(KINDS)}"
        return address, f"NG{dice.randint(1, 25)} {dice.randint(1, 9)}{dice.choice('ABDEFG')}{dice.choice('ABDEFG')}"

    def _pass_year(self, home: Household) -> None:
        dice = self.dice
        if dice.random() < MOVES:
            home.address, home.postcode = self._place()
        if dice.random() < MARRIES:
            surname = self._surname()
            home.members.append(self._member(surname, 30 * 365, set(), is_child=False))
            for member in home.members:
                member.family_name = surname if dice.random() < 0.7 else f"{member.family_name}-{surname}"
        for member in home.members:
            if dice.random() < CHANGES_NAME:
                member.family_name = self._surname()
        if dice.random() < BIRTHS:
            self._bear(home, home.members[0].family_name, dice.randrange(300))

    def _write_down(self, home: Household) -> Iterator[Sighting]:
        for member in home.members:
            if self.today - member.birth_date < YEAR and self.dice.random() < UNBORN:
                yield Sighting(member.key, self.today, self._as_expected(member, home))
            if self.dice.random() < SEEN:
                yield Sighting(member.key, self.today, self._as_written(member, home))

    def _as_expected(self, member: Member, home: Household) -> Identity:
        """A child before the birth: no name of their own, no sex, and a day that nobody knows exactly."""
        expected = member.birth_date + timedelta(days=self.dice.randint(-LATE, EARLY))
        family = self._name(home.members[0].family_name)
        return Identity("", family, postcode=home.postcode, address=home.address, expected_date=expected)

    def _as_written(self, member: Member, home: Household) -> Identity:
        dice = self.dice
        given, family = self._name(member.given_name), self._name(member.family_name)
        if dice.random() < OTHER_ORDER:
            given, family = family, given
        return Identity(
            given_name=given,
            family_name=family,
            birth_date=self._day(member.birth_date),
            sex=member.sex,
            postcode=None if dice.random() < NO_POSTCODE else home.postcode,
            address=home.address if dice.random() > NO_POSTCODE else "",
        )

    def _name(self, name: str) -> str:
        if self.dice.random() < SHORTENED:
            return SHORT.get(name.casefold(), name)
        return slip(self.dice, name) if self.dice.random() < SLIP else name

    def _day(self, day: date) -> date | None:
        dice = self.dice
        if dice.random() < NO_DATE:
            return None
        if dice.random() < EXCHANGED and day.day <= 12:
            return day.replace(month=day.day, day=day.month)
        if dice.random() < DAY_SLIP:
            return dice.choice((day.replace(day=1 + day.day % 28), day.replace(day=1, year=day.year - 1)))
        return day


def slip(dice: Random, name: str) -> str:
    """A name with one letter left out, doubled, changed, or exchanged with its neighbour."""
    at = dice.randrange(len(name) - 1)
    before, letter, after = name[:at], name[at], name[at + 1 :]
    other = dice.choice("abcdefghijklmnoprstuvwy")
    return before + dice.choice((after, letter + letter + after, other + after, after[0] + letter + after[1:]))
