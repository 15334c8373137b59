"""Sends police notifications to the hub: each becomes one enquiry, however often the line breaks.

    TRIAGE_API=https://triage.example/api/v1 TRIAGE_TOKEN=triage_... python sending.py police_notification.json

A worked example, with nothing but Python's standard library. Everybody in the notification beside it is made up. What
to change for your own system is `as_enquiry`: which of your fields becomes which of ours.
"""

import json
import os
import random
import sys
import time
from collections.abc import Callable
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

TRIES = 10
LONGEST_WAIT = 60  # seconds
ANSWER_WITHIN = 30  # seconds
AGAIN = {408, 425, 429}  # with every 5xx: the same may be taken a little later


class Refused(Exception):
    """The hub says no, and would say it again: somebody must look at what was sent."""


class NotReached(Exception):
    """Every try failed. Send the same again later: it is still taken once."""


def as_enquiry(notification: dict[str, Any]) -> dict[str, Any]:
    """What the hub asks for, of a notification as our made-up force writes one."""
    return {
        "received_at": notification["written_at"],  # with its offset from UTC
        "channel": "police_notification",
        "source": "6",  # the census's code for the police
        "referrer_name": notification["officer"],
        "referrer_role": notification["rank"],
        "witnessed": notification["what_officers_saw"],
        "reported": notification["what_they_were_told"],
        "child_voice": notification["what_the_child_said"],
        "subjects": [
            {
                "person": {
                    "kind": "child",
                    "given_name": child["given_name"],
                    "family_name": child["family_name"],
                    "birth_date": child["born"],
                    "address": child["address"],
                    "postcode": child["postcode"],
                },
                "indicators": child["indicators"],  # codes of GET /indicators: what was seen, and no judgement
                "needs_immediate_protection": child["in_danger_now"],
            }
            for child in notification["children"]
        ],
    }


def send(
    api: str, token: str, notification: dict[str, Any], *, wait: Callable[[float], None] = time.sleep
) -> dict[str, Any]:
    """The enquiry's id, reference and state. Refused where it will never be taken; NotReached where it was not yet.

    The notification's own number is the key by which the hub knows a repeat, so a program that was killed and begun
    again sends nothing twice.
    """
    body = json.dumps(as_enquiry(notification)).encode()
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Idempotency-Key": notification["number"],
    }
    for failures in range(TRIES):
        try:
            with urlopen(Request(f"{api}/enquiries", body, headers), timeout=ANSWER_WITHIN) as answer:
                return json.load(answer)
        except HTTPError as refusal:
            if refusal.code not in AGAIN and refusal.code < 500:
                raise Refused(say_problem(refusal)) from None
            wait(seconds_to_wait(failures, refusal.headers.get("Retry-After")))
        except (URLError, OSError):
            wait(seconds_to_wait(failures))
    raise NotReached(f"Not sent after {TRIES} tries: {notification['number']}")


def seconds_to_wait(failures: int, told: str | None = None) -> float:
    """As long as the hub says; else twice as long each time, and not all callers at the same instant."""
    if told and told.isdecimal():
        return float(told)
    return min(2**failures, LONGEST_WAIT) * random.uniform(0.5, 1)


def say_problem(refusal: HTTPError) -> str:
    """Each fault with its field, as the hub names them (RFC 9457)."""
    try:
        told = json.load(refusal)
    except ValueError:
        return f"{refusal.code}"
    faults = [f"{each.get('field', 'all of it')}: {each['detail']}" for each in told.get("errors", [])]
    return "\n".join([f"{refusal.code} {told.get('title', '')}", *faults])


def main() -> None:
    """Send the notification in the file that is named, and say what became of it."""
    with open(sys.argv[1], encoding="utf-8") as file:
        notification = json.load(file)
    try:
        taken = send(os.environ["TRIAGE_API"], os.environ["TRIAGE_TOKEN"], notification)
    except (Refused, NotReached) as failure:
        sys.exit(str(failure))
    print(f"{notification['number']} is {taken['reference']}, {taken['state']}.")


if __name__ == "__main__":
    main()
