"""The policies that are published, and which was in force on a day."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from rules.policy import Policy
from rules.reading import load


@cache
def policies() -> Mapping[tuple[str, str], Policy]:
    """Every published policy, by name and version. Read once."""
    folder = files("rules") / "policies"
    paths = sorted((path for path in folder.iterdir() if path.name.endswith(".yaml")), key=lambda path: path.name)
    loaded = [load(path.read_text(encoding="utf-8"), path.name) for path in paths]
    return MappingProxyType({(each.name, each.version): each for each in loaded})


def get_policy(name: str, version: str) -> Policy:
    """That version of a policy. KeyError, naming the versions there are, where it is none of them."""
    try:
        return policies()[name, version]
    except KeyError:
        known = ", ".join(each.title for each in policies().values())
        raise KeyError(f"There is no policy {name}@{version}. There are: {known}.") from None


@cache
def versions_of(name: str) -> tuple[Policy, ...]:
    """The versions of a policy, the newest first. KeyError for a name that is not known."""
    found = [each for each in policies().values() if each.name == name]
    if not found:
        names = ", ".join(dict.fromkeys(each for each, _version in policies()))
        raise KeyError(f"There is no policy called {name!r}. There are: {names}.")
    return tuple(sorted(found, key=lambda each: each.effective_from, reverse=True))


def policy_in_force(name: str, on: date) -> Policy:
    """The version in force on a local day; before the first one, the first. KeyError for a name that is not known."""
    return find_in_force(versions_of(name), on)


def find_in_force(versions: Sequence[Policy], on: date) -> Policy:
    """The one in force on a local day, of all `versions`, the newest first; before the first one, the first."""
    return next((each for each in versions if each.effective_from <= on), versions[-1])
