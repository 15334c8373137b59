"""What a reviewer says of each passage before it is released: held back and why, words masked, or words let stand."""

from dataclasses import dataclass
from uuid import UUID

from triage.access.vault import Vault
from triage.errors import Invalid, NotFound, Problem
from triage.models import AccessJudgement, AccessRequest
from triage.models.codes import HELD_BACK
from triage.services.desk import Desk
from triage.services.events import record
from triage.services.firing import check_version, fire_action
from triage.services.rights.keeping import find_material, open_material
from triage.services.rights.material import Material, Passage
from triage.services.rights.redacting import Shown, by_passage, show_passage
from triage.services.rights.requests import access_context
from triage.store.access_requests import list_judgements
from triage.store.locking import lock
from workflows.access_request import ACCESS_REQUEST


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgePassage:
    """One choice on one passage. `words` are those to mask or to let stand, as they stand in it."""

    request_id: UUID
    passage: str
    choice: str
    words: tuple[str, ...] = ()
    held_back_for: str | None = None
    note: str = ""
    version: int | None = None


def judge_passage(desk: Desk, vault: Vault, command: JudgePassage) -> AccessJudgement:
    """Keep the choice. Stale, Conflict or Invalid; NotFound for a passage that there is not."""
    request = lock(desk.session, AccessRequest, command.request_id)
    check_version(desk, request, command.version)
    fired = fire_action(ACCESS_REQUEST, desk, request, "judge", access_context(desk, request))
    _check(_find_passage(open_material(desk, vault, request), command.passage), command)
    judgement = AccessJudgement(
        request_id=request.id,
        material_id=find_material(desk, request).id,
        passage=command.passage,
        choice=command.choice,
        words=list(command.words),
        held_back_for=command.held_back_for if command.choice == "hold_back" else None,
        note=command.note,
        judged_at=desk.now,
        judged_by_id=desk.actor.id,
    )
    desk.session.add(judgement)
    told = {"passage": command.passage, "choice": command.choice, "held_back_for": judgement.held_back_for}
    record(desk, request, fired.row.event, **told, words=len(command.words), reason=command.note)
    desk.session.flush()
    return judgement


def _find_passage(material: Material, key: str) -> Passage:
    found = next((each for each in material.passages if each.key == key), None)
    if found is None:
        raise NotFound(Problem("not_found", "There is no such passage in what was gathered last."))
    return found


def _check(passage: Passage, command: JudgePassage) -> None:
    if command.choice == "hold_back" and command.held_back_for not in HELD_BACK:
        raise Invalid(Problem("no_reason", "Choose why it is held back.", "held_back_for"))
    if command.choice != "hold_back" and not command.words:
        raise Invalid(Problem("no_words", "Enter the words, one to a line.", "words"))
    lost = [word for word in command.words if word not in passage.text]
    if lost and command.choice != "hold_back":
        raise Invalid(Problem("not_there", f"These words do not stand there as written: {'; '.join(lost)}.", "words"))


def show_all(desk: Desk, vault: Vault, request: AccessRequest) -> dict[str, Shown]:
    """Every passage as it would be released now, by its key."""
    material = open_material(desk, vault, request)
    said = by_passage(list_judgements(desk.session, find_material(desk, request).id))
    return {each.key: show_passage(material, each, said.get(each.key, ())) for each in material.passages}
