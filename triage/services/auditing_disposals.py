"""Whether disposals vouch for all that was emptied, and all of them told, for somebody to read."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from triage.models import Disposal, DisposalItem
from triage.store.retention import list_agreed, read_certified


@dataclass(slots=True)
class Emptied:
    """How many events went with an item of a disposal, and when the last of them had happened."""

    events: int = 0
    last_at: datetime | None = None

    def add(self, events: int, last_at: datetime | None) -> None:
        """Those of one chain more."""
        self.events += events
        self.last_at = max(filter(None, (self.last_at, last_at)), default=None)


@dataclass(frozen=True, slots=True)
class ToldFile:
    """A file that went: its references, the class that kept it longest, and when anything had last happened to it."""

    references: tuple[str, ...]
    code: str
    disposed_at: datetime
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class Told:
    """A disposal as its row tells it: who prepared it and who agreed, when, by which schedule, and the files gone."""

    id: UUID
    schedule: str
    prepared_by: str
    prepared_at: datetime
    agreed_by: str
    agreed_at: datetime
    files: tuple[ToldFile, ...]


def find_disposal_faults(session: Session, emptied: Mapping[str, Emptied], schedules: Collection[str]) -> Iterator[str]:
    """What went, went by a disposal that was agreed to, with a certificate that is the one of what stands there."""
    gone = {item: each.events for item, each in emptied.items()}
    for disposal in read_certified(session):
        name = f"disposal {disposal.id}"
        if not disposal.certified:
            yield f"{name}: its certificate is not that of what it says"
        if disposal.schedule_hash not in schedules:
            yield f"{name}: the schedule that it went by, {disposal.schedule_hash[:12]}, is none of the pack's"
        if not disposal.logged:
            yield f"{name}: its log does not say that those two prepared it and agreed to it"
            continue
        for item, events in disposal.items.items():
            found = gone.pop(item, 0)
            if found != events:
                yield f"{name}: {events} events went with its item {item}, and {found} are emptied"
    yield from (f"{count} events were emptied by item {item}, which no disposal let go" for item, count in gone.items())


def tell_disposals(session: Session, emptied: Mapping[str, Emptied]) -> Iterator[Told]:
    """Each that was agreed to: whoever owns the database can forge one, and those whom it names know of none."""
    return (_tell(each, emptied) for each in list_agreed(session))


def _tell(disposal: Disposal, emptied: Mapping[str, Emptied]) -> Told:
    return Told(
        disposal.id,
        disposal.schedule_hash,
        disposal.prepared_by.name,
        disposal.prepared_at,
        disposal.approved_by.name,
        disposal.approved_at,
        tuple(_tell_file(item, emptied) for item in disposal.items if item.disposed_at),
    )


def _tell_file(item: DisposalItem, emptied: Mapping[str, Emptied]) -> ToldFile:
    last = emptied.get(str(item.id), Emptied()).last_at
    return ToldFile(tuple(item.references), item.code, item.disposed_at, last)
