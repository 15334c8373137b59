"""Pages are sent compressed to browsers that say that they can read it: a slow line makes a call take longer.

How long a compressed page is says something of what stands in it, to whoever watches the line and can have the page
asked for with words of theirs in it (the attack called BREACH). No other site can ask for ours as somebody signed in:
cookies stay here, and searches are posted. Beside that each answer is longer by a chance that is its own, so that many
more are needed to learn anything of one.
"""

import gzip
import secrets
from io import BytesIO

from flask import Flask, Response, request

COMPRESSED = ("text/html", "text/css", "text/javascript")
STATIC = "static"
MOST_NOISE = 200  # bytes


def register(app: Flask) -> None:
    """Compress every page, style sheet and script."""
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    if response.mimetype not in COMPRESSED or not _is_whole(response):
        return response
    response.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"]:
        response.direct_passthrough = False
        response.set_data(_pack(response.get_data()))
        response.headers["Content-Encoding"] = "gzip"
        _weaken(response)
    return response


def _is_whole(response: Response) -> bool:
    """All of something of ours: no part, no file that somebody added, nothing that is sent as it is made."""
    kept_here = request.endpoint == STATIC or not response.is_streamed
    return response.status_code not in (204, 206, 304) and kept_here and "Content-Encoding" not in response.headers


def _weaken(response: Response) -> None:
    """The same, but not byte for byte."""
    if etag := response.get_etag()[0]:
        response.set_etag(etag, weak=True)


def _pack(content: bytes) -> bytes:
    """As gzip, with a name of chance and of a length of chance in its header, which nobody reads."""
    packed = BytesIO()
    noise = secrets.token_hex(MOST_NOISE // 2)[: secrets.randbelow(MOST_NOISE)]
    with gzip.GzipFile(filename=noise, mode="wb", compresslevel=6, fileobj=packed, mtime=0) as file:
        file.write(content)
    return packed.getvalue()
