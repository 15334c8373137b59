"""What a worker thinks before the policy speaks: written down once, and then the recommendation is shown to them."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from triage.access.actor import Actor
from triage.errors import Conflict, Forbidden, Invalid, Problem
from triage.models import Enquiry, FirstView, Subject
from triage.services.desk import Desk
from triage.services.events import record
from triage.store.locking import lock
from workflows.calendar import LONDON
from workflows.enquiry import ENQUIRY, WEIGHS

# Whoever weighs enquiries, by day and by night, and who takes them in. A locality's worker reads what was decided; a
# system has no view of its own.
ASKED = WEIGHS | {"mash_officer", "early_help_unit"}
# What refuses the first two tells how serious the policy takes it to be; the others answer what it was weighed against.
TELLING = ("withdraw", "attach", "approve", "send_back")
DONE = ("decided", "closed")


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnView:
    """What the actor thinks of one subject: a level from 1 to 4, and why. With neither it is left for later."""

    subject_id: UUID
    level: int | None = None
    reason: str = ""

    @property
    def is_left(self) -> bool:
        return self.level is None and not self.reason.strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFirstViews:
    """The actor's own views of an enquiry's subjects: of one, of some, or of brothers and sisters together."""

    enquiry_id: UUID
    views: tuple[OwnView, ...]


def record_first_views(desk: Desk, command: RecordFirstViews) -> Enquiry:
    """Keep the actor's own views, all or none.

    Invalid without a level or a reason; Conflict once decided, or for a second view of the same subject; NotFound;
    Forbidden for whoever does not weigh enquiries.
    """
    if desk.actor.role not in ASKED:
        raise Forbidden(Problem("role", "A first view is for those who weigh enquiries in the hub."))
    enquiry = lock(desk.session, Enquiry, command.enquiry_id)
    if enquiry.state in DONE:
        words = "This enquiry is decided or closed, so what the policy says is shown to everybody who may see it."
        raise Conflict(Problem("decided", words))
    subjects = {subject.id: subject for subject in enquiry.subjects}
    problems = tuple(_check(desk, command, subjects))
    if problems:
        raise Invalid(*problems)
    desk.session.flush()  # so that a view raises the enquiry's version by itself: see check_version
    said = [each for each in command.views if not each.is_left]
    views = [_add_once(desk, subjects[each.subject_id], each) for each in said]
    record(desk, enquiry, "first_view_recorded", views=[in_short(view) for view in views])
    return enquiry


def _check(desk: Desk, command: RecordFirstViews, subjects: dict[UUID, Subject]) -> Iterator[Problem]:
    said = [each for each in command.views if not each.is_left]
    asked = said or [each for each in command.views if _is_new(desk, subjects.get(each.subject_id))]
    if not asked:
        yield Problem("no_view", "Say what you think of one person at least.")
    for number, each in enumerate(command.views):
        at = f"first_views.{number}."
        if each.subject_id not in subjects:
            yield Problem("unknown_subject", "This enquiry is not about that person.", f"{at}subject_id")
        elif each in asked:
            yield from check_view(each.level, each.reason, at, f" for {name_of(subjects[each.subject_id])}")


def _is_new(desk: Desk, subject: Subject | None) -> bool:
    return subject is None or subject.first_view_of(desk.actor.id) is None


def check_view(level: int | None, reason: str, at: str, whom: str = "") -> Iterator[Problem]:
    """What is wrong with a view. Its fields are called `at` with "level" and "reason"; `whom` is " for Ava Testley"."""
    if level is None:
        yield Problem("no_level", f"Choose the level that you would give{whom}.", f"{at}level")
    elif not 1 <= level <= 4:
        yield Problem("level", "A level is 1, 2, 3 or 4.", f"{at}level")
    if not reason.strip():
        yield Problem("no_reason", f"Say in a few words why you would give that level{whom}.", f"{at}reason")


def name_of(subject: Subject) -> str:
    """What to call a subject to a person."""
    if subject.name_as_given:
        return subject.name_as_given
    return "the unborn child" if subject.person.kind == "unborn_child" else "the person whose name is not known"


def _add_once(desk: Desk, subject: Subject, new: OwnView) -> FirstView:
    before = subject.first_view_of(desk.actor.id)
    if before is None:
        return add_first_view(desk, subject, new.level, new.reason)
    here = before.recorded_at.astimezone(LONDON)
    message = (
        f"You recorded your first view of {name_of(subject)} at {here:%H:%M} on {here.day}"
        f" {here:%B %Y}: level {before.level}. It stays as it is: what you think now goes into the decision."
    )
    raise Conflict(Problem("recorded", message))


def add_first_view(desk: Desk, subject: Subject, level: int, reason: str) -> FirstView:
    """Keep the actor's own view of a subject: a level from 1 to 4, and why."""
    view = FirstView(subject=subject, user_id=desk.actor.id, level=level, reason=reason.strip(), recorded_at=desk.now)
    desk.session.add(view)
    return view


def in_short(view: FirstView) -> dict[str, object]:
    """A view as an event tells it."""
    return {"subject": view.subject.ordinal, "level": view.level, "reason": view.reason}


def sees_recommendation(actor: Actor, subject: Subject) -> bool:
    """Whether this actor may be shown what the policy says of a subject, and what others thought before it did.

    Whoever weighs the enquiry, once they have recorded their own view; everybody once it is decided or closed.
    """
    if actor.role not in ASKED or subject.decision or subject.enquiry.state in DONE:
        return True
    return subject.first_view_of(actor.id) is not None


def waits_for_view(actor: Actor, enquiry: Enquiry) -> list[Subject]:
    """The subjects of whom this actor has yet to record their own first view."""
    return [subject for subject in enquiry.subjects if not sees_recommendation(actor, subject)]


def refuse_unseen(desk: Desk, enquiry: Enquiry) -> None:
    """Conflict while the actor would decide on a recommendation that they have not been shown."""
    if waits_for_view(desk.actor, enquiry):
        raise Conflict(Problem("no_first_view", f"{say_unseen(desk.actor, enquiry)} Then decide."))


def refuse_veiled(desk: Desk, enquiry: Enquiry, action: str) -> None:
    """Conflict where an action waits for the actor's own first view."""
    if is_veiled(desk.actor, enquiry, action):
        raise Conflict(Problem("no_first_view", say_unseen(desk.actor, enquiry)))


def say_unseen(actor: Actor, enquiry: Enquiry) -> str:
    """Of whom the actor has to record a first view before they go on."""
    names = " and ".join(name_of(subject) for subject in waits_for_view(actor, enquiry))
    return f"Record your own first view of {names} first."


def is_veiled(actor: Actor, enquiry: Enquiry, action: str) -> bool:
    """Whether a refusal, or there being none, would tell this actor what the policy says before their own view."""
    row = ENQUIRY.from_state.get((enquiry.state, action))
    is_theirs = row is not None and actor.role in row.by
    return action in TELLING and is_theirs and bool(waits_for_view(actor, enquiry))
