"""The services of the directory as they may be offered today, and what there is to be named in it."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from rules.vocabulary import Vocabulary
from triage.directory.fitting import Offer, Room
from triage.directory.service import KINDS, LEVEL_OF_NEED, NEEDS, Known, Purposes, Said, spell_out, terms_of
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
    meanings = {
        row["term"].casefold(): Purposes(row.get("kind"), tuple(row.get("needs", ()))) for row in pack.directory_terms
    }
    return Known(tuple(PROVIDER_KINDS), needs, districts, pack.document["gss_code"], pack.name, meanings)


def list_offers(session: Session, pack: Pack, vocabulary: Vocabulary, today: date) -> list[Offer]:
    """The active services, each with the room that it said last."""
    return [offer_today(pack, vocabulary, today, service, said) for service, said in list_services(session)]


def offer_today(
    pack: Pack, vocabulary: Vocabulary, today: date, service: DirectoryService, said: Capacity | None
) -> Offer:
    """A service as it may be offered: what was said of its room too long ago is not gone by."""
    purposes = purposes_of(service)
    return Offer(
        id=service.id,
        name=service.name,
        kind=purposes.kind,
        needs=spell_out(purposes.needs, domains_of(vocabulary)),
        minimum_age=service.minimum_age,
        maximum_age=service.maximum_age,
        districts=frozenset(service.districts),
        room=_room_of(said, today - timedelta(pack.capacity_holds_days)) if said else None,
    )


def purposes_of(service: DirectoryService) -> Purposes:
    """What it is for: in our words in its file; else as was said here; else as its own terms mean, by the pack."""
    said, document = said_here(service), service.document
    if said is None:
        return Purposes(service.kind, tuple(service.needs))
    kind = service.kind if terms_of(document, KINDS) else said.kind
    return Purposes(kind, tuple(service.needs) if terms_of(document, NEEDS) else said.needs)


def said_here(service: DirectoryService) -> Purposes | None:
    """What somebody here said last that it is for, if anybody did."""
    last = next(iter(service.purposes), None)
    return last and Purposes(last.kind, tuple(last.needs))


def _room_of(said: Capacity, since: date) -> Room:
    on = said.said_at.astimezone(LONDON).date()
    return Room(said.free, said.places, said.waiting_weeks, on, said.said_by.name, on >= since)


def said_of(capacity: Capacity | None) -> Said | None:
    """What was said last, as a document tells it."""
    return capacity and Said(capacity.free, capacity.places, capacity.waiting_weeks, capacity.said_at)
