"""A file of facts as cases to be judged: one person a line, as JSON, alone or with what is known beside.

{"kind": "child", "age_days": 400, "indicators": ["C4_NAI"]}
{"facts": {...}, "reference": "A 17", "received": "2014-06-03", "district": "E07000170", "ethnicity": "WBRI"}
"""

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any

from rules.policy import Policy
from rules.replay import Case
from triage.models.codes import ETHNICITIES
from triage.pack import Pack
from triage.services.policies import policy_at_hand
from triage.thresholds.facts_file import LineError, read_object, read_values
from triage.thresholds.replay_cases import SEX_WORDS, UNSAID, Groups
from workflows.calendar import LONDON

BESIDE = ("facts", "reference", "received", "district", "ethnicity", "sex")


class FactsFile:
    """The people of a file, as cases. It can be gone through once.

    Judged by `against`, else by the version of the pack's policy in force on the day received, or now where no day is
    given. `faults` says, by line, what could not be read; those lines are left out.
    """

    def __init__(self, lines: Iterable[str], pack: Pack, draft: Policy, against: Policy | None, now: datetime) -> None:
        self.faults: list[str] = []
        self.kept_answers: Counter[str] = Counter()
        self._lines, self._pack, self._draft, self._against, self._now = lines, pack, draft, against, now

    def __iter__(self) -> Iterator[Case]:
        for number, line in enumerate(self._lines, 1):
            if not line.strip():
                continue
            try:
                yield self._read(f"line {number}", line)
            except LineError as error:
                self.faults.append(f"line {number}: {error}")

    def _read(self, key: str, line: str) -> Case:
        values = read_object(line)
        beside = values if "facts" in values else {"facts": values}
        if unknown := sorted(beside.keys() - set(BESIDE)):
            raise LineError(f"{unknown[0]}: this is not known beside facts. Use: {', '.join(BESIDE[1:])}.")
        if not isinstance(beside["facts"], dict):
            raise LineError('facts: give an object, like {"kind": "child", "age_days": 400}.')
        day = _read_day(beside)
        before = self._against or policy_at_hand(self._pack.policy, _noon(day) if day else self._now)
        facts = read_values(_speak_both(before, self._draft), beside["facts"])
        groups = self._read_groups(beside, day, facts.source)
        return Case(_read_text(beside, "reference") or key, facts, groups, before)

    def _read_groups(self, beside: Mapping[str, Any], day: date | None, source: str) -> Groups:
        district = _read_code(beside, "district", self._pack.districts)
        locality = self._pack.districts[district]["locality"] if district else UNSAID
        when = f"{day:%Y-%m}" if day else UNSAID
        ethnicity, sex = _read_code(beside, "ethnicity", ETHNICITIES), _read_code(beside, "sex", SEX_WORDS)
        return Groups((when, locality), district, source, ethnicity, sex)


@lru_cache(maxsize=64)
def _speak_both(before: Policy, draft: Policy) -> Policy:
    """The policy with the words of both: each is judged without those that are the other's alone, and that is told."""
    old, new = before.vocabulary, draft.vocabulary
    words = replace(
        old,
        indicators={**new.indicators, **old.indicators},
        domains={**new.domains, **old.domains},
        authorities={**old.authorities, **new.authorities},
    )
    return replace(before, vocabulary=words, hash=f"{before.hash} in the words of {draft.hash}")


def _read_text(beside: Mapping[str, Any], name: str) -> str:
    value = beside.get(name)
    if value is not None and not (isinstance(value, str) and value.isprintable()):
        raise LineError(f"{name}: {value!r} is not plain text. Write it in quotes, on one line.")
    return value or UNSAID


def _read_code(beside: Mapping[str, Any], name: str, codes: Container[str]) -> str:
    code = _read_text(beside, name)
    if code and code not in codes:
        raise LineError(f"{name}: there is no code {code!r}. Correct it, or leave it out.")
    return code


def _read_day(beside: Mapping[str, Any]) -> date | None:
    text = _read_text(beside, "received")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise LineError(f"received: {text!r} is not a day. Write it like 2014-06-03.") from error


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), LONDON)
