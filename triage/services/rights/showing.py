"""What would be released now of what was gathered, and how much of it no reviewer has looked at."""

from triage.access.vault import Vault
from triage.models import AccessRequest
from triage.services.desk import Desk
from triage.services.rights.keeping import find_material, open_material
from triage.services.rights.redacting import Shown, by_passage, show_passage
from triage.store.access_requests import list_judgements


def show_all(desk: Desk, vault: Vault, request: AccessRequest) -> dict[str, Shown]:
    """Every passage as it would be released now, by its key."""
    material, for_another = open_material(desk, vault, request), request.relation != "self"
    said = by_passage(list_judgements(desk.session, find_material(desk, request).id))
    passages = material.passages
    return {
        each.key: show_passage(material, each, said.get(each.key, ()), for_another=for_another) for each in passages
    }


def count_unlooked(desk: Desk, vault: Vault, request: AccessRequest) -> int:
    """Of how many passages no reviewer has said what is to be done."""
    return sum(not each.is_looked_at for each in show_all(desk, vault, request).values())
