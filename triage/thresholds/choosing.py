"""Which policy a command is about: a file, a name, or a name with its version."""

from pathlib import Path

import click

from rules.document import PolicyError
from rules.library import get_policy, policies, versions_of
from rules.policy import Policy
from rules.reading import load

OTHERWISE = (
    "Or give a file that ends in .yaml; of one that only the database has:"
    " triage policy show NAME@VERSION --text > file.yaml"
)


def find_policies(chosen: str | None) -> list[Policy]:
    """Every policy that `chosen` means: all of them for None, all versions of a NAME, one NAME@VERSION, or one FILE.

    ClickException, saying what to do, where there is none or the file is not a policy.
    """
    if chosen is None:
        return list(policies().values())
    if chosen.endswith((".yaml", ".yml")):
        return [load_file(Path(chosen))]
    name, _, version = chosen.partition("@")
    try:
        return [get_policy(name, version)] if version else list(versions_of(name))
    except KeyError as error:
        raise click.ClickException(f"{error.args[0]} {OTHERWISE}") from error


def find_policy(chosen: str) -> Policy:
    """The one policy that `chosen` means; of a NAME without a version, the newest."""
    return find_policies(chosen)[0]


def load_file(path: Path) -> Policy:
    """The policy in a file. ClickException with line and column where it is not one."""
    try:
        return load(path)
    except PolicyError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{path} cannot be read: {error.strerror}. Check its name.") from error
