"""What was sent and not done, on a page with every field of it, to be sent again."""

from flask import render_template, request


def list_fields() -> list[tuple[str, str]]:
    """What was sent, but for the token."""
    return [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]


def show_carried(title: str, message: str, to: str, fields: list[tuple[str, str]]) -> str:
    """A page with those fields and a button that sends them there."""
    return render_template("again.html", title=title, message=message, fields=fields, to=to)
