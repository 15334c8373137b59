"""What a reviewer says of passages before they are released: let stand, masked, shown, or held back and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from triage.access.vault import Vault
from triage.errors import Invalid, NotFound, Problem, Stale
from triage.models import AccessJudgement, AccessRequest
from triage.models.codes import HELD_BACK, JUDGEMENTS
from triage.services.desk import Desk
from triage.services.events import record
from triage.services.firing import fire_action
from triage.services.rights.keeping import find_material
from triage.services.rights.redacting import Shown
from triage.services.rights.requests import access_context
from triage.services.rights.showing import show_all
from triage.store.locking import lock
from workflows.access_request import ACCESS_REQUEST

WORDED = ("mask", "show")
GATHERED_ANEW = Problem("stale", "What is held was gathered again since you opened this page. Open it again.")


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgePassage:
    """One choice on one passage. `words` are those to mask or to show, as they stand in it.

    Held back for no reason that is given, it is for the one that was proposed.
    """

    passage: str
    choice: str = ""
    words: tuple[str, ...] = ()
    held_back_for: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgePassages:
    """What a reviewer has looked at, each passage once. `material_id` is the gathering that they have read."""

    request_id: UUID
    said: tuple[JudgePassage, ...]
    material_id: UUID | None = None


def judge_passages(desk: Desk, vault: Vault, command: JudgePassages) -> None:
    """Keep every choice, or none: Invalid names each fault by its place ("2.words"). Stale, Conflict or NotFound."""
    request = lock(desk.session, AccessRequest, command.request_id)
    fired = fire_action(ACCESS_REQUEST, desk, request, "judge", access_context(desk, vault, request))
    material = find_material(desk, request)
    if command.material_id not in (None, material.id):
        raise Stale(GATHERED_ANEW)
    shown = show_all(desk, vault, request)
    _check_all(shown, command)
    for each in command.said:
        _keep(desk, request, fired.row.event, material.id, shown[each.passage], each)
    desk.session.flush()


def _keep(desk: Desk, request: AccessRequest, event: str, material_id: UUID, shown: Shown, said: JudgePassage) -> None:
    reason = _reason_for(shown, said)
    desk.session.add(
        AccessJudgement(
            request_id=request.id,
            material_id=material_id,
            passage=said.passage,
            choice=said.choice,
            words=list(said.words) if said.choice in WORDED else [],
            held_back_for=reason,
            note=said.note,
            judged_at=desk.now,
            judged_by_id=desk.actor.id,
        )
    )
    told = {"passage": said.passage, "choice": said.choice, "held_back_for": reason}
    record(desk, request, event, **told, words=len(said.words), reason=said.note)


def _reason_for(shown: Shown, said: JudgePassage) -> str | None:
    return (said.held_back_for or shown.held_back_for) if said.choice == "hold_back" else None


def _check_all(shown: dict[str, Shown], command: JudgePassages) -> None:
    if not command.said:
        raise Invalid(Problem("nothing_said", "Choose what to do with one passage at least."))
    if not {each.passage for each in command.said} <= shown.keys():
        raise NotFound(Problem("not_found", "There is no such passage in what was gathered last."))
    faults = [
        Problem(fault.code, fault.message, f"{place}.{fault.field}")
        for place, each in enumerate(command.said)
        for fault in _check(shown[each.passage], each)
    ]
    if faults:
        raise Invalid(*faults)


def _check(shown: Shown, said: JudgePassage) -> Iterator[Problem]:
    if said.choice not in JUDGEMENTS:
        yield Problem("unknown_code", "Choose what to do with the passage.", "choice")
    if said.choice == "hold_back" and _reason_for(shown, said) not in HELD_BACK:
        yield Problem("no_reason", "Choose why it is held back.", "held_back_for")
    if said.choice in WORDED and not said.words:
        yield Problem("no_words", "Enter the words, one to a line.", "words")
    lost = [word for word in said.words if word not in shown.passage.text]
    if lost and said.choice in WORDED:
        yield Problem("not_there", f"These words do not stand there as written: {'; '.join(lost)}.", "words")
