"""The recorded past as cases to be judged again: what each recommendation was asked, and what it said."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy.orm import Session

from rules.facts import FACTS, NAMES, NEVER, NEVER_WORD, CountFact, Facts
from rules.library import policies
from rules.policy import Policy, Verdict
from rules.replay import Case
from triage.models.codes import PUBLISHED_STATES
from triage.services.policies import read_policies
from triage.store.policies import list_policies
from triage.store.recommendations import Recorded, count_subjects, list_recorded
from triage.thresholds.page_clocks import say_date
from triage.thresholds.replay_cases import UNSAID, Groups
from workflows.calendar import midnight

EVER = datetime(1900, 1, 1, tzinfo=UTC)
OF_THE_TIME = "the thresholds in force when each was received"
FOR_EVER = datetime(9999, 1, 1, tzinfo=UTC)
SINCE_WORDS = [name for name, fact in FACTS.items() if isinstance(fact, CountFact) and fact.may_be_never]


@dataclass(frozen=True, slots=True)
class Period:
    """Local days, both included. None begins with the first day that is recorded, or ends with the last."""

    first: date | None = None
    last: date | None = None

    @property
    def since(self) -> datetime:
        """When it begins."""
        return midnight(self.first) if self.first else EVER

    @property
    def before(self) -> datetime:
        """When it is over."""
        return midnight(self.last + timedelta(days=1)) if self.last else FOR_EVER

    @property
    def says(self) -> str:
        """ "received from 1 April 2013 to 31 December 2013"."""
        days = (f"{word} {say_date(day)}" for word, day in (("from", self.first), ("to", self.last)) if day)
        return f"received {' '.join(days) or 'at any time'}"


class RecordedPast:
    """Each subject's last recommendation in a period, as a case. It can be gone through once.

    Judged by `against`, else by the version that it was judged by; where that is not at hand, its answer stands as it
    was recorded, and `kept_answers` counts those by the policy's hash. `faults` says whose facts could not be read.
    """

    def __init__(self, session: Session, period: Period, against: Policy | None) -> None:
        self.faults: list[str] = []
        self.kept_answers: Counter[str] = Counter()
        self._session, self._period, self._against = session, period, against
        published = (each for each in list_policies(session) if each.state in PUBLISHED_STATES)
        self._at_hand: dict[str, Policy | None] = {each.hash: None for each in published}
        self._at_hand |= {each.hash: each for each in policies().values()}

    def count(self) -> int:
        """How many there are to go through, or somewhat more."""
        return count_subjects(self._session, self._period.since, self._period.before)

    def __iter__(self) -> Iterator[Case]:
        for row in list_recorded(self._session, self._period.since, self._period.before, self._at_hand):
            key = f"{row.reference}/{row.ordinal}"
            try:
                facts = read_stored(row.facts)
            except (ValueError, TypeError, KeyError, AttributeError) as error:
                self.faults.append(f"{key}: its recorded facts cannot be read, so it is left out: {error}.")
                continue
            yield Case(key, facts, _groups(row), self._against or self._judged_by(row))

    def _judged_by(self, row: Recorded) -> Policy | Verdict:
        policy = self._at_hand.get(row.policy_hash) or self._load(row.policy_hash)
        if policy:
            return policy
        self.kept_answers[row.policy_hash] += 1
        return Verdict(row.level, row.route, row.rag, row.section_47, bool(row.must_be_seen_today))

    def _load(self, policy_hash: str) -> Policy | None:
        if policy_hash not in self._at_hand:
            return None
        found = read_policies(self._session, [policy_hash])
        self._at_hand[policy_hash] = found[policy_hash]
        return found[policy_hash]


def _groups(row: Recorded) -> Groups:
    place = row.locality or UNSAID
    return Groups((row.month, place), row.district or UNSAID, row.source, row.ethnicity, row.sex)


def read_stored(text: str) -> Facts:
    """Facts that this service wrote itself, as JSON: their values are trusted. ValueError for a fact there is not."""
    values = json.loads(text)
    values["indicators"] = frozenset(values["indicators"])
    for name in SINCE_WORDS:
        if values.get(name) == NEVER_WORD:
            values[name] = NEVER
    try:
        return Facts(**values)
    except TypeError:
        unknown = sorted(values.keys() - {*NAMES, "indicators"})
        raise ValueError(f"there is no fact {', '.join(unknown)}") from None
