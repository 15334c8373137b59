"""The policies that are published, and which was in force on a day."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files

from rules.policy import Policy, load_policy


@cache
def policies() -> Mapping[tuple[str, str], Policy]:
    """Every published policy, by name and version."""
    folder = files("rules") / "policies"
    paths = sorted((path for path in folder.iterdir() if path.name.endswith(".yaml")), key=lambda path: path.name)
    loaded = [load_policy(path.read_text(encoding="utf-8"), path.name) for path in paths]
    return {(each.name, each.version): each for each in loaded}


def get_policy(name: str, version: str) -> Policy:
    """That version of a policy. KeyError where there is none."""
    return policies()[name, version]


@cache
def policy_in_force(name: str, on: date) -> Policy:
    """The version in force on a local day; before the first one, the first. KeyError for a name that is not known."""
    versions = sorted((each for each in policies().values() if each.name == name), key=lambda each: each.effective_from)
    if not versions:
        raise KeyError(f"There is no policy called {name!r} in rules/policies.")
    return next((each for each in reversed(versions) if each.effective_from <= on), versions[0])
