"""Which services fit a child, which nearly do, and why. Pure: of offers, and of what is known of the child on a day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from math import inf
from uuid import UUID

from triage.models.codes import PROVIDER_KINDS

ORDER = {kind: place for place, kind in enumerate((*PROVIDER_KINDS, None))}
WHY_NOT = ("age", "age_not_known", "place", "place_not_known")


@dataclass(frozen=True, slots=True)
class Room:
    """What was said of a service's room, on which day, and whether that is recent enough to go by."""

    free: int
    places: int | None
    waiting_weeks: int | None
    said_on: date
    said_by: str
    confirmed: bool

    @property
    def is_now(self) -> bool:
        return self.confirmed and self.free > 0

    @property
    def wait(self) -> float:
        """Weeks until there is a place, as far as anybody knows."""
        if self.is_now:
            return 0
        return inf if self.waiting_weeks is None or not self.confirmed else self.waiting_weeks


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A service: whom it is for (ages in years, both included; no districts: the whole county), and its room.

    Of one without needs nobody has said yet what it is for: it fits nobody.
    """

    id: UUID
    name: str
    kind: str | None
    needs: frozenset[str]
    minimum_age: float | None
    maximum_age: float | None
    districts: frozenset[str]
    room: Room | None = None

    @property
    def has_room(self) -> bool:
        return self.room is not None and self.room.is_now


@dataclass(frozen=True, slots=True)
class Child:
    """What is needed, how old the child is in whole months and where they live; None is not known."""

    needs: frozenset[str]
    months: int | None
    district: str | None


@dataclass(frozen=True, slots=True)
class Fit:
    """An offer that meets these needs, and what stands against it: codes of WHY_NOT, none where it fits."""

    offer: Offer
    meets: tuple[str, ...]
    against: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fits:
    """What fits, the best first, and what one thing alone stands against."""

    fitting: tuple[Fit, ...]
    nearly: tuple[Fit, ...]

    @property
    def has_room(self) -> bool:
        return any(each.offer.has_room for each in self.fitting)


def fit(offers: Iterable[Offer], child: Child) -> Fits:
    """The services that meet a need of the child: room now first, then the shortest wait, then the most needs met."""
    met = ((offer, tuple(sorted(offer.needs & child.needs))) for offer in offers)
    fits = sorted((Fit(offer, meets, weigh(offer, child)) for offer, meets in met if meets), key=_order)
    return Fits(
        tuple(each for each in fits if not each.against), tuple(each for each in fits if len(each.against) == 1)
    )


def weigh(offer: Offer, child: Child) -> tuple[str, ...]:
    """What stands against it, by age and by place."""
    return tuple(why for why in (_weigh_age(offer, child), _weigh_place(offer, child)) if why)


def _weigh_age(offer: Offer, child: Child) -> str:
    if offer.minimum_age is None and offer.maximum_age is None:
        return ""
    if child.months is None:
        return "age_not_known"
    return "" if is_of_age(offer, child.months) else "age"


def is_of_age(offer: Offer, months: int) -> bool:
    """Whether somebody of so many months is; up to 4 is until the fifth birthday, up to 2.5 until then."""
    least, most = offer.minimum_age or 0, inf if offer.maximum_age is None else offer.maximum_age
    return least * 12 <= months and (months < (most + 1) * 12 if most % 1 == 0 else months <= most * 12)


def _weigh_place(offer: Offer, child: Child) -> str:
    if not offer.districts:
        return ""
    if child.district is None:
        return "place_not_known"
    return "" if child.district in offer.districts else "place"


def _order(each: Fit) -> tuple[bool, float, int, int, str, UUID]:
    room, offer = each.offer.room, each.offer
    wait = room.wait if room else inf
    return (not offer.has_room, wait, -len(each.meets), ORDER[offer.kind], offer.name.casefold(), offer.id)


def choose(
    offers: Iterable[Offer], child: Child, *, kind: str | None = None, room_now: bool = False
) -> tuple[Offer, ...]:
    """Those of a list that are asked for, in the same order: what is not known of the child is not asked."""
    asked = (
        Fit(each, (), ())
        for each in offers
        if (not child.needs or each.needs & child.needs)
        and not {"age", "place"}.intersection(weigh(each, child))
        and kind in (None, each.kind)
        and (each.has_room or not room_now)
    )
    return tuple(each.offer for each in sorted(asked, key=_order))
