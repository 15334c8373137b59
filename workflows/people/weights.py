"""What each level of agreement says, in bits: how many times likelier it is of one person than of two, to base two.

After Fellegi and Sunter, A Theory for Record Linkage (1969); that a rare value says more, after Winkler (1988).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from workflows.people.agreement import Levels
from workflows.people.fields import SAME, Field

NOT_COMPARED = -1  # the level where either value is unknown
Shares = NDArray[np.float64]
TABLES = ("of_one", "of_two", "of_home")


@dataclass(frozen=True, slots=True)
class Weights:
    """What was learned. `of_one` and `of_two` give for each field the share (0 to 1, adding up to 1) that its levels
    have among pairs of records of one person, and of two strangers; `of_home` among those of two people of one
    household, for what it has not in common. `exchanged` is in how many records of one person two fields are in each
    other's place; `at_home` the chance that two people are of one household.
    """

    of_one: Mapping[str, Shares]
    of_two: Mapping[str, Shares]
    of_home: Mapping[str, Shares]
    exchanged: float
    at_home: float

    def to_numbers(self) -> dict[str, object]:
        """As plain numbers, to be kept; of_numbers reads them again."""
        tables = {name: {code: list(row) for code, row in getattr(self, name).items()} for name in TABLES}
        return {**tables, "exchanged": self.exchanged, "at_home": self.at_home}


def of_numbers(said: Mapping[str, Any]) -> Weights:
    """The weights that these numbers are; each row is made to add up to 1. KeyError where a part is missing."""
    tables = {name: {code: _shares(row) for code, row in said[name].items()} for name in TABLES}
    return Weights(**tables, exchanged=said["exchanged"], at_home=said["at_home"])


def weigh_field(weights: Weights, field: Field, levels: Levels, common: Shares) -> Shares:
    """Bits for each pair, of which the one record has a value as common as that; 0 where either is unknown."""
    return _weigh(weights.of_one[field.code], weights.of_two[field.code], levels, common)


def weigh_home(weights: Weights, field: Field, levels: Levels, common: Shares) -> Shares:
    """The same for two people of one household rather than two strangers, of what a household has not in common."""
    return _weigh(weights.of_home[field.code], weights.of_two[field.code], levels, common)


def _weigh(one: Shares, other: Shares, levels: Levels, common: Shares) -> Shares:
    bits = np.append(np.log2(one / other), 0.0)[levels]  # the last, which -1 finds, is of what was not compared
    return np.where(levels == SAME, np.log2(one[SAME] / common), bits)


@cache
def shipped() -> Weights:
    """What the service knows before it has learned from records of its own."""
    said = yaml.safe_load((files("workflows.people") / "weights.yaml").read_text("utf-8"))
    sides = {side: {code: row[side] for code, row in said["fields"].items()} for side in ("of_one", "of_two")}
    return of_numbers(said | sides)


def _shares(numbers: list[float]) -> Shares:
    shares = np.array(numbers)
    return shares / shares.sum()
