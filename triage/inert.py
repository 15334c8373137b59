"""Sending what strangers made so that it is saved, and nothing in it runs."""

from io import BytesIO

from flask import Response, send_file

from triage.models import File
from triage.uploads.kinds import MEDIA_TYPES

SANDBOX = "default-src 'none'; frame-ancestors 'none'; sandbox"


def send_inert(file: File, content: bytes) -> Response:
    """The content as an attachment of a kind from our own list, under its cleaned name (RFC 6266), kept nowhere."""
    sent = send_file(
        BytesIO(content),
        mimetype=MEDIA_TYPES[file.kind],
        as_attachment=True,
        download_name=file.name,
        conditional=False,
        etag=False,
    )
    sent.headers["Content-Security-Policy"] = SANDBOX
    sent.headers["X-Content-Type-Options"] = "nosniff"
    sent.headers["Cache-Control"] = "no-store"
    return sent
