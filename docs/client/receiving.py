"""Receives the hub's webhooks: keeps each once, answers at once, and then reads the case.

    TRIAGE_API=https://triage.example/api/v1 TRIAGE_TOKEN=triage_... TRIAGE_WEBHOOK_SECRETS=whsec_... \
        python receiving.py inbox.sqlite 9000

A worked example, with nothing but Python's standard library. It listens to this machine alone: put what speaks TLS for
your address in front of it. What to change for your own system is `take`: what you do with a case once you have read
it.
"""

import base64
import hashlib
import hmac
import json
import os
import sqlite3
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, Request, build_opener

TOLERANCE = 300  # seconds by which clocks may differ; older than that, somebody may be playing it back
MOST = 100_000  # bytes: a message has a few hundred
AGAIN_AFTER = 5  # seconds


class Forged(Exception):
    """It is not from the hub, or not of now."""


def verify(secrets: Sequence[str], headers: Mapping[str, str], body: bytes, now: float) -> str:
    """The message's id. Forged unless one of our secrets signed it, for that id, moment and body.

    While a secret is renewed the header has two signatures, and we may have two secrets: one match is enough.
    """
    message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not timestamp.isdecimal() or abs(now - int(timestamp)) > TOLERANCE:
        raise Forged("It is too old, or of a time to come.")
    signed = f"{message_id}.{timestamp}.".encode() + body
    given = [each.removeprefix("v1,") for each in headers.get("webhook-signature", "").split() if each[:3] == "v1,"]
    if not any(hmac.compare_digest(_sign(secret, signed), each.encode()) for secret in secrets for each in given):
        raise Forged("No secret of ours signed it.")
    return message_id


def _sign(secret: str, signed: bytes) -> bytes:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256))


class Inbox:
    """The messages that came, each once, on disk: neither a repeat nor a restart does anything twice or loses it."""

    def __init__(self, path: str) -> None:
        self.path = path
        with self._open() as inbox:
            inbox.execute(
                "CREATE TABLE IF NOT EXISTS messages (id TEXT PRIMARY KEY, body BLOB, taken INTEGER DEFAULT 0)"
            )

    def _open(self) -> closing[sqlite3.Connection]:
        return closing(sqlite3.connect(self.path, timeout=10, isolation_level=None))

    def keep(self, message_id: str, body: bytes) -> None:
        """Keep it, unless it came before."""
        with self._open() as inbox:
            inbox.execute("INSERT OR IGNORE INTO messages (id, body) VALUES (?, ?)", (message_id, body))

    def waiting(self) -> list[tuple[str, bytes]]:
        """What was kept and not taken yet, the first first."""
        with self._open() as inbox:
            return inbox.execute("SELECT id, body FROM messages WHERE NOT taken ORDER BY rowid").fetchall()

    def note_taken(self, message_id: str) -> None:
        """It is done with."""
        with self._open() as inbox:
            inbox.execute("UPDATE messages SET taken = 1 WHERE id = ?", (message_id,))


class Receiver(ThreadingHTTPServer):
    """Listens on this machine, and keeps what the hub signed in `inbox`."""

    def __init__(self, port: int, inbox: Inbox, secrets: Sequence[str]) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.inbox, self.secrets = inbox, secrets


class Handler(BaseHTTPRequestHandler):
    """Answers 204 as soon as a message is on disk: what takes long is done after."""

    server: Receiver
    timeout = 10  # seconds for which somebody who says nothing is listened to

    def do_POST(self) -> None:
        """Keep a message; 401 where it is not from the hub."""
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > MOST:
            self.send_error(413)
            return
        body = self.rfile.read(int(length))
        try:
            self.server.inbox.keep(verify(self.server.secrets, self.headers, body, time.time()), body)
        except Forged as why:
            self.send_error(401, str(why))
        else:
            self.send_response(204)
            self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Addresses of callers are nobody's business."""


class Straight(HTTPRedirectHandler):
    """Follows no redirect: the token would go along."""

    def redirect_request(self, *_: Any) -> None:
        """Never another request."""


def read_case(api: str, token: str, url: str) -> dict[str, Any]:
    """What the hub says of it now. The token goes to the hub alone, whatever a message says."""
    if not url.startswith(f"{api}/"):
        raise Forged(f"{url} is not of {api}")
    with build_opener(Straight).open(Request(url, headers={"Authorization": f"Bearer {token}"}), timeout=30) as answer:
        return json.load(answer)


def take(message: dict[str, Any], case: dict[str, Any] | None) -> None:
    """Do what your system does. A later message may come first: go by the case as it is now, not by the message."""
    stands = (case or {}).get("stands") or (case or {}).get("state") or "not to be read any more"
    print(message["type"], message["data"].get("reference", ""), stands, flush=True)


def work_through(inbox: Inbox, api: str, token: str) -> bool:
    """Read the case of each message that waits. False where the hub was away: what is left waits."""
    for message_id, body in inbox.waiting():
        message = json.loads(body)
        try:
            url = message["data"].get("url")
            case = read_case(api, token, url) if url else None  # a test is about no case
        except HTTPError as refusal:
            if refusal.code != 404:  # which is what is closed to us, or gone
                return False
            case = None
        except (URLError, OSError):
            return False
        take(message, case)
        inbox.note_taken(message_id)
    return True


def main() -> None:
    """Listen, and work through what came, until somebody ends it."""
    inbox, port = Inbox(sys.argv[1]), int(sys.argv[2])
    server = Receiver(port, inbox, os.environ["TRIAGE_WEBHOOK_SECRETS"].split())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    while True:
        is_done = work_through(inbox, os.environ["TRIAGE_API"], os.environ["TRIAGE_TOKEN"])
        time.sleep(0.2 if is_done else AGAIN_AFTER)


if __name__ == "__main__":
    main()
