"""Asking the policies again: what was recommended then, from the same facts, must be recommended now, byte for byte."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from rules.document import PolicyError
from rules.explain import decide
from rules.facts import FactError
from rules.library import policies
from rules.policy import NoAnswer, Policy
from rules.reading import load
from triage.models.codes import PUBLISHED_STATES
from triage.store.policies import Kept, list_policies

COLUMNS = ("level", "route", "rag", "section_47")


@dataclass(frozen=True, slots=True)
class Checked:
    """One recommendation asked again. `differs` names the parts that are not the same; none is good.

    `unknown` is set where there is no policy with its hash; `wrong` says why it could not be asked again.
    """

    kept: Kept
    differs: tuple[str, ...] = ()
    unknown: bool = False
    wrong: str = ""

    @property
    def is_same(self) -> bool:
        return not (self.differs or self.unknown or self.wrong)


def load_published(session: Session) -> tuple[dict[str, Policy], list[str]]:
    """Every policy ever published or shipped, by its hash; and what is wrong with the texts that are kept."""
    found, wrong = {each.hash: each for each in policies().values()}, []
    for row in (each for each in list_policies(session) if each.state in PUBLISHED_STATES):
        title = f"{row.name}@{row.policy_version}"
        try:
            policy = load(row.text, title)
        except PolicyError as error:
            wrong.append(f"The text of {title} cannot be read. {error}")
            continue
        if (policy.hash, policy.name, policy.version) != (row.hash, row.name, row.policy_version):
            wrong.append(f"The text of {title} is not the one that was published: its hash is {policy.hash[:12]}.")
        found.setdefault(policy.hash, policy)
    return found, wrong


def verify(kept: Iterable[Kept], known: Mapping[str, Policy]) -> Iterator[Checked]:
    """Each recommendation asked again, of the policy with its hash."""
    return (_verify(each, known.get(each.policy_hash)) for each in kept)


def _verify(kept: Kept, policy: Policy | None) -> Checked:
    if policy is None:
        return Checked(kept, unknown=True)
    if not (isinstance(kept.facts, dict) and isinstance(kept.answer, dict)):
        return Checked(kept, wrong="Its facts or its answer are not what a policy is asked or says.")
    try:
        answer = decide(policy, policy.read_facts(kept.facts)).to_dict()
    except (FactError, NoAnswer) as error:
        return Checked(kept, wrong=str(error))
    return Checked(kept, differs=tuple(_differences(kept, answer)))


def _differences(kept: Kept, answer: dict[str, Any]) -> Iterator[str]:
    """The answer is compared whole and at once; only where it differs is it looked at in parts."""
    if canonical(kept.answer) != canonical(answer):
        parts = dict.fromkeys((*answer, *kept.answer))
        yield from (part for part in parts if _only(kept.answer, part) != _only(answer, part))
    yield from (f"{column} (the column)" for column in COLUMNS if getattr(kept, column) != answer[column])
    if (kept.policy_name, kept.policy_version) != (answer["policy"]["name"], answer["policy"]["version"]):
        yield "policy (the column)"


def _only(answer: dict[str, Any], part: str) -> bytes:
    return canonical({part: answer[part]} if part in answer else {})


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


def canonical(value: Any) -> bytes:
    """A value as JSON with its keys in order: the database keeps none. The same content gives the same bytes."""
    return _encode(value).encode("utf-8", "surrogatepass")
