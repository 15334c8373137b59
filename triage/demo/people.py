"""Made-up families. Every name is put together from these lists by dice; none is anybody's."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from importlib.resources import files
from random import Random

import yaml

NAMES = {
    kind: words.split()
    for kind, words in yaml.safe_load((files("triage.demo") / "names.yaml").read_text(encoding="utf-8")).items()
}
GIRLS, BOYS, STEMS, ENDINGS, STREETS, KINDS = NAMES.values()


@dataclass(slots=True)
class Child:
    """One made-up child. `referred` are the instants of referrals to social care, as the ledger counts them."""

    given_name: str
    sex: str
    birth_date: date
    nhs_number: str | None
    person_id: object = None
    referred: list[datetime] = field(default_factory=list)


@dataclass(slots=True)
class Family:
    """A made-up household, and until when its last case keeps it from being chosen again."""

    number: int
    family_name: str
    address: str
    postcode: str
    district: str | None
    children: list[Child]
    busy_until: datetime | None = None
    open_from: datetime | None = None
    open_until: datetime | None = None


def make_family(dice: Random, number: int, postcode: str, district: str | None, on: date) -> Family:
    """A family of one to four children under 18."""
    count = dice.choices((1, 2, 3, 4), (62, 24, 10, 4))[0]
    surname = dice.choice(STEMS) + dice.choice(ENDINGS)
    if dice.random() < 0.04:
        surname += "-" + dice.choice(STEMS) + dice.choice(ENDINGS)
    address = f"{dice.randint(1, 180)} {dice.choice(STREETS)} {dice.choice(KINDS)}"
    names: set[str] = set()
    children = [_make_child(dice, number, n, on, names) for n in range(count)]
    return Family(number, surname, address, postcode, district, children)


def _make_child(dice: Random, family: int, order: int, on: date, taken: set[str]) -> Child:
    sex = dice.choice("FM")
    given = dice.choice([name for name in (GIRLS if sex == "F" else BOYS) if name not in taken])
    taken.add(given)
    age_days = int(dice.triangular(20, 17.9 * 365, 4 * 365))
    known = dice.random() < 0.7
    return Child(given, sex, on - timedelta(days=age_days), _nhs_number(family * 4 + order) if known else None)


def _nhs_number(serial: int) -> str | None:
    """A number in the range that the NHS keeps for tests (999…), with its check digit; None where that would be 10."""
    digits = f"999{serial:06d}"
    check = (11 - sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=True)) % 11) % 11
    return None if check == 10 else f"{digits}{check}"


def misspell(dice: Random, child: Child) -> Child:
    """The child as somebody else might write them down: sometimes a letter slips, or day and month change places."""
    slip = dice.random()
    if slip < 0.10 and len(child.given_name) > 3:
        at = dice.randrange(1, len(child.given_name) - 1)
        name = child.given_name
        return replace(child, given_name=name[:at] + name[at + 1] + name[at] + name[at + 2 :])
    if slip < 0.16 and len(child.given_name) > 4:
        at = dice.randrange(1, len(child.given_name))
        return replace(child, given_name=child.given_name[:at] + child.given_name[at + 1 :])
    if slip < 0.20 and child.birth_date.day <= 12:
        return replace(
            child, birth_date=child.birth_date.replace(month=child.birth_date.day, day=child.birth_date.month)
        )
    return child
