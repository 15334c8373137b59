"""The services of the directory as they may be offered today, and what there is to be named in it."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from rules.vocabulary import Vocabulary
from triage.directory.fitting import Offer, Room
from triage.directory.service import LEVEL_OF_NEED, Known, Said, spell_out
from triage.models import Capacity, DirectoryService
from triage.models.codes import PROVIDER_KINDS
from triage.pack import Pack
from triage.store.directory import list_services
from workflows.calendar import LONDON


def needs_of(vocabulary: Vocabulary) -> dict[str, str]:
    """What may be needed, in words: the indicators that say that something is."""
    return {code: each.words for code, each in vocabulary.indicators.items() if each.usual_level >= LEVEL_OF_NEED}


def domains_of(vocabulary: Vocabulary) -> dict[str, tuple[str, ...]]:
    """The needs within each domain."""
    needs = needs_of(vocabulary)
    return {
        domain: tuple(code for code in needs if domain in vocabulary.indicators[code].domains)
        for domain in vocabulary.domains
    }


def known_of(pack: Pack, vocabulary: Vocabulary) -> Known:
    """What a service of this county may name."""
    needs = {*needs_of(vocabulary), *vocabulary.domains}
    districts = {code: row["name"] for code, row in pack.districts.items()}
    return Known(tuple(PROVIDER_KINDS), needs, districts, pack.document["gss_code"])


def list_offers(session: Session, pack: Pack, vocabulary: Vocabulary, today: date) -> list[Offer]:
    """The active services, each with the room that it said last."""
    return [offer_today(pack, vocabulary, today, service, said) for service, said in list_services(session)]


def offer_today(
    pack: Pack, vocabulary: Vocabulary, today: date, service: DirectoryService, said: Capacity | None
) -> Offer:
    """A service as it may be offered: what was said of its room too long ago is not gone by."""
    return Offer(
        id=service.id,
        name=service.name,
        kind=service.kind,
        needs=spell_out(service.needs, domains_of(vocabulary)),
        minimum_age=service.minimum_age,
        maximum_age=service.maximum_age,
        districts=frozenset(service.districts),
        room=_room_of(said, today - timedelta(pack.capacity_holds_days)) if said else None,
    )


def _room_of(said: Capacity, since: date) -> Room:
    on = said.said_at.astimezone(LONDON).date()
    return Room(said.free, said.places, said.waiting_weeks, on, said.said_by.name, on >= since)


def said_of(capacity: Capacity | None) -> Said | None:
    """What was said last, as a document tells it."""
    return capacity and Said(capacity.free, capacity.places, capacity.waiting_weeks, capacity.said_at)
