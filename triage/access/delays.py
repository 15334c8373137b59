"""How long somebody must wait who failed to sign in, so that guessing is slow and nobody is kept out by others.

Failures are counted for an account from an address, for the account, for the address, and for a device that signed in
to the account before. Such a device is counted by its own failures alone, so that whoever fails elsewhere does not
hinder it (OWASP, "Slow Down Online Guessing Attacks with Device Cookies"). Of an account's turns some are kept for
sites that have hardly failed there, so that no few who ask each second take them all. An attempt counts as failed from
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
    "account": Pace(10, timedelta(seconds=5), timedelta(minutes=10)),
    "kept": Pace(5, timedelta(seconds=5), timedelta(minutes=3)),
    "site": Pace(0, timedelta(0), timedelta(0)),
    "address": Pace(50, timedelta(seconds=2), timedelta(minutes=5)),
    "device": Pace(5, timedelta(seconds=2), timedelta(minutes=15)),
}
KEPT_FOR = 2  # failures of a site at an account, before which it has the account's kept turns
SITE = {4: 24, 6: 48}  # bits of an address that one owner may have all to themselves
HOUSEHOLD = {4: 32, 6: 64}
Keys = Mapping[str, bytes]


def keys_for(account: str, address: str, device: str | None, what: str = "password") -> dict[str, bytes]:
    """What an attempt to show `what` is counted under: by way, the hash of what it is about.

    A device that is known stands alone.
    """
    near = neighbourhood(address)
    named: dict[str, tuple[str, ...]] = {
        "pair": (account, near),
        "account": (account,),
        "kept": (account,),
        "site": (account, neighbourhood(address, SITE)),
        "address": (near,),
    }
    named = {"device": (account, device)} if device else named
    return {way: _digest(way, what, *about) for way, about in named.items()}


def choose_turn(counts: Mapping[bytes, Count], keys: Keys, now: datetime) -> dict[str, bytes]:
    """The keys without the turns that are not for this site: the kept ones, or those that are left."""
    fresh = "site" in keys and current(counts.get(keys["site"]), now).failures < KEPT_FOR
    return {way: key for way, key in keys.items() if way != ("account" if fresh else "kept")}


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


def neighbourhood(address: str, bits: Mapping[int, int] = HOUSEHOLD) -> str:
    """Whose an address is: of IPv4 one's own, of IPv6 the /64 that one household has; of a SITE, more."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed
    return str(ipaddress.ip_network((parsed, bits[parsed.version]), strict=False))


def _digest(*parts: str) -> bytes:
    return hashlib.sha256(ascii(parts).encode()).digest()  # which tells where each part ends
