"""Addresses of a page that is there for each of many names, and is led to from as many places."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import url_for

NAME = "NAME"


def lead_to(endpoint: str) -> Callable[..., str]:
    """What writes the address of any `name` there, and what is asked of it, without what is None.

    The routes are looked through once: for each of a hundred it takes longer than to write the page around it.
    """
    before, _, after = url_for(endpoint, name=NAME).rpartition(NAME)

    def write(name: str, **asked: Any) -> str:
        told = urlencode({key: value for key, value in asked.items() if value is not None})
        return f"{before}{name}{after}{'?' if told else ''}{told}"

    return write
