"""What verifying the ledger found, for whoever reads it and for a program."""

import json
from collections.abc import Iterator
from dataclasses import asdict

from triage.models.codes import CASE_KINDS
from triage.services.auditing import Verdict
from triage.services.auditing_disposals import Told
from workflows.calendar import local_day


def say_verdict(verdict: Verdict) -> Iterator[str]:
    """A line for each fault and for each disposal, and one for the whole."""
    yield from verdict.faults
    yield from map(_say_disposal, verdict.disposals)
    events, chains = (sum(each[kind] for kind in CASE_KINDS) for each in (verdict.entries, verdict.chains))
    readings = f"{verdict.entries['reading']:,} readings by {verdict.chains['reading']:,} readers"
    accounts = f"{verdict.entries['account']:,} events of {verdict.chains['account']:,} accounts"
    looked = f"{events:,} events of {chains:,} cases, {readings}, {accounts}"
    sealed = f"{verdict.checkpoints:,} checkpoints over {verdict.leaves:,} leaves, {verdict.unsealed:,} not sealed yet"
    yield f"{'NOT WHOLE' if verdict.faults else 'Whole'}: {looked}, {sealed}."


def _say_disposal(disposal: Told) -> str:
    """Who is said to have agreed to it can be asked whether they did."""
    by = f"prepared by {disposal.prepared_by} on {local_day(disposal.prepared_at)}"
    agreed = f"agreed to by {disposal.agreed_by} on {local_day(disposal.agreed_at)}"
    worked = [local_day(each.last_at) for each in disposal.files if each.last_at]
    last = f", last worked on {max(worked)} or before" if worked else ""
    return f"Disposed of: {len(disposal.files):,} files{last}; {by}, {agreed} (disposal {disposal.id})."


def tell_verdict(verdict: Verdict) -> str:
    """All of it as JSON."""
    told = {name: getattr(verdict, name) for name in ("entries", "chains", "checkpoints", "leaves", "unsealed")}
    told |= {"faults": verdict.faults, "disposals": [asdict(each) for each in verdict.disposals]}
    return json.dumps({"whole": not verdict.faults, **told}, indent=2, default=str)
