"""How long somebody must wait who failed to sign in, so that guessing is slow and nobody is kept out by others.

Failures are counted four ways: for an account from an address, for the account, for the address, and for a device that
signed in to the account before. Such a device is counted by its own failures alone, so that whoever fails elsewhere
does not hinder it (OWASP, "Slow Down Online Guessing Attacks with Device Cookies"). An attempt counts as failed from
its beginning, until it has succeeded: many at once gain nothing.
"""

import hashlib
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

FORGET = timedelta(hours=24)  # after which failures count no more


@dataclass(frozen=True, slots=True)
class Pace:
    """After `free` failures one waits `first`, then twice as long each time, and never more than `most`."""

    free: int
    first: timedelta
    most: timedelta

    def wait_after(self, failures: int) -> timedelta:
        """How long after the last of so many failures."""
        if failures < self.free:
            return timedelta(0)
        doubled = min(failures - self.free, 20)  # past `most` by then, whatever `first` is
        return min(self.first * 2**doubled, self.most)


@dataclass(frozen=True, slots=True)
class Count:
    """Failures, and when the last attempt was."""

    failures: int
    last_at: datetime


PACES = {
    "pair": Pace(5, timedelta(seconds=2), timedelta(hours=1)),
    "account": Pace(20, timedelta(seconds=5), timedelta(minutes=5)),
    "address": Pace(50, timedelta(seconds=2), timedelta(minutes=5)),
    "device": Pace(5, timedelta(seconds=2), timedelta(minutes=15)),
}
Keys = Mapping[str, bytes]


def keys_for(account: str, address: str, device: str | None) -> dict[str, bytes]:
    """What an attempt is counted under: by way, the hash of what it is about. A device that is known stands alone."""
    near = _neighbourhood(address)
    named = (
        {"device": (account, device)}
        if device
        else {"pair": (account, near), "account": (account,), "address": (near,)}
    )
    return {way: _digest(way, *about) for way, about in named.items()}


def wait_for(counts: Mapping[bytes, Count], keys: Keys, now: datetime) -> timedelta:
    """How long this attempt must still wait; nothing where it may be made now."""
    waits = [timedelta(0)]
    for way, key in keys.items():
        count = current(counts.get(key), now)
        waits.append(count.last_at + PACES[way].wait_after(count.failures) - now)
    return max(waits)


def counted(count: Count | None, now: datetime) -> Count:
    """The count with one more failure."""
    return Count(current(count, now).failures + 1, now)


def uncounted(count: Count) -> Count:
    """The count without the attempt that succeeded after all. When it was stays."""
    return Count(max(count.failures - 1, 0), count.last_at)


def current(count: Count | None, now: datetime) -> Count:
    """The count, or none where it is forgotten."""
    return count if count and now - count.last_at < FORGET else Count(0, now)


def _neighbourhood(address: str) -> str:
    """One IPv4 address, or the /64 that one household has of IPv6."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else str(parsed)


def _digest(*parts: str) -> bytes:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).digest()
