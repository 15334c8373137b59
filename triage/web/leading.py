"""Addresses of a page that is there for each of many names, and is led to from as many places."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import g, url_for

from triage.web.places import may_open

NAME = "NAME"


def lead_to(endpoint: str) -> Callable[..., str] | None:
    """What writes the address of any `name` there, and what is asked of it, without what is None.

    None where whoever acts may not open that page. The routes are looked through once: for each of a hundred it takes
    longer than to write the page around it.
    """
    if not may_open(endpoint, g.actor):
        return None
    before, _, after = url_for(endpoint, name=NAME).rpartition(NAME)

    def write(name: str, **asked: Any) -> str:
        told = urlencode({key: value for key, value in asked.items() if value is not None})
        return f"{before}{name}{after}{'?' if told else ''}{told}"

    return write
