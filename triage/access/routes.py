"""What each route declares about who may enter. A test walks every route and fails on one that declares nothing."""

from collections.abc import Callable
from typing import Any

View = Callable[..., Any]


def public(why: str) -> Callable[[View], View]:
    """Declare a route open to everybody, and why that is right."""

    def declare(view: View) -> View:
        view.access = f"public: {why}"
        return view

    return declare
