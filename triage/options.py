"""The option that says where a command's database is: as given, from the environment, or from a file named there."""

from collections.abc import Callable
from typing import Any

import click

from triage.settings import PREFIX, read_named_file


def takes_url(setting: str, what: str, *, option: str = "--url", required: bool = True) -> Callable[[Any], Any]:
    """The option --url, or another, for the setting of that name ("database_url"); its help is `what`."""

    def find(context: click.Context, parameter: click.Parameter, given: str | None) -> str | None:
        url = given or read_named_file(setting)
        if required and not url:
            raise click.MissingParameter(ctx=context, param=parameter)
        return url

    return click.option(option, envvar=f"{PREFIX}{setting.upper()}", callback=find, help=what)
