"""What inspectors are given of the front door, as files: each with what it is. The same record gives the same files."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from rules.reading import load
from triage.access.checkpoints import export
from triage.access.ledger import say_instant
from triage.access.signing import PublicKey
from triage.errors import CommandRefused
from triage.exchange.annex_a_file import collect_annex_a, list_annex_a_people, six_months_before, write_annex_a
from triage.exchange.case_sample import HEADINGS, draw_sample, tell_decisions, write_rows
from triage.insight.definition import read_measures
from triage.insight.runs import Run, run_measure, say_signal
from triage.models import PolicyVersion
from triage.models.codes import PUBLISHED_STATES
from triage.pack import Pack
from triage.services.letters import say_instant as say_when
from triage.services.proving import try_proofs
from triage.store.enquiries import list_events
from triage.store.ledger import find_last_checkpoint
from triage.store.policies import list_policies
from triage.store.policy_runs import find_proof
from triage.store.second_looks import list_decided, list_looks_at
from triage.thresholds.render_command import render_page
from workflows.calendar import midnight

YEAR = {"month": 12, "week": 52}
MEASURED = (
    "Measure",
    "Title",
    "Unit",
    "By",
    "Period",
    "From",
    "To",
    "Value",
    "Counted",
    "Of",
    "Lower limit",
    "Upper limit",
)
NOTHING_SEALED = "Nothing of the ledger is sealed yet. `triage ledger seal` seals it; then make the pack."
OTHER_KEY = "The last checkpoint was signed with another key. Give that one."


@dataclass(frozen=True, slots=True)
class Part:
    """A file of the pack: its name there, what is in it, and what it is in a sentence."""

    name: str
    content: bytes
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """For which inspection, how many cases are drawn and by which seed, and whose seal the ledger bears.

    `prove`: what no proof is kept of is proved now.
    """

    inspection: date
    sample: int
    seed: str
    key: PublicKey
    prove: bool = False


def gather_parts(session: Session, pack: Pack, asked: Asked) -> tuple[list[Part], set[UUID]]:
    """Every file in its order, and the records that are told of. CommandRefused where the ledger is not sealed."""
    sealed = list(_tell_ledger(session, pack.calendar.zone, asked.key))
    samples, people = _tell_samples(session, asked)
    measured = _tell_measures(session, pack, asked.inspection)
    annex_a = write_annex_a(collect_annex_a(session, pack, asked.inspection))
    first = Part("annex-a.xlsx", annex_a, "Ofsted's Annex A, lists 1 to 5, for the six months before the inspection.")
    people |= list_annex_a_people(session, asked.inspection)
    return [first, *samples, *measured, *_tell_policies(session, pack, asked), *sealed], people


def _tell_samples(session: Session, asked: Asked) -> tuple[list[Part], set[UUID]]:
    begins, ends = midnight(six_months_before(asked.inspection)), midnight(asked.inspection)
    decided = list_decided(session, begins, ends)
    drawn = draw_sample(decided, asked.seed, asked.sample)
    looked = {each.decision_id for each in list_looks_at(session, [each.id for each in decided])}
    again = [each for each in decided if each.id in looked]
    frame = ((each.id, each.subject.enquiry.reference) for each in decided)
    parts = [
        Part(
            "cases/drawn-from.csv",
            write_rows(("Decision key", "Enquiry"), frame),
            f"The {len(decided)} decisions that took effect in the six months before: those that are drawn from.",
        ),
        Part(
            "cases/sample.csv",
            write_rows(HEADINGS, tell_decisions(session, drawn)),
            f"{len(drawn)} of them, drawn by chance with the seed “{asked.seed}”, and what a second manager found where"
            " one has looked.",
        ),
        Part(
            "cases/second-looks.csv",
            write_rows(HEADINGS, tell_decisions(session, again)),
            f"All {len(again)} of them that another manager weighed without knowing what was decided.",
        ),
    ]
    return parts, {each.subject.person_id for each in (*drawn, *again)}


def _tell_measures(session: Session, pack: Pack, inspection: date) -> Iterator[Part]:
    from triage.insight.charts import run_chart  # slow to load, and no other export draws

    last = inspection - timedelta(1)
    runs = [run_measure(session, pack, name, last, most=YEAR) for name in read_measures()]
    rows = [row for run in runs for row in _tell_run(run)]
    yield Part(
        "measures/measures.csv",
        write_rows(MEASURED, rows),
        "Every measure in the twelve months before, month by month, or week by week while there are fewer.",
    )
    signals = [
        (run.measure.title, say_signal(run, each)) for run in runs if run.reading for each in run.reading.signals
    ]
    yield Part(
        "measures/signals.csv",
        write_rows(("Measure", "What is more than chance"), signals),
        "Where a measure moved by more than chance.",
    )
    for run in runs:
        if run.told:
            words = f"{run.measure.title}: {run.measure.question} As a run chart."
            yield Part(f"measures/{run.measure.name}.svg", run_chart(run).encode(), words)


def _tell_run(run: Run) -> Iterator[tuple[object, ...]]:
    told = run.measure
    for step in run.steps:
        span, figure = step.span, step.figure
        limits = step.limits or (None, None)
        place = (run.by, span.label, span.first, span.last)
        yield told.name, told.title, told.unit, *place, figure.value, figure.counted, figure.of, *limits


def _tell_policies(session: Session, pack: Pack, asked: Asked) -> Iterator[Part]:
    for version in _in_force(session, pack, asked.inspection):
        name = f"policy/{version.name}-{version.policy_version}"
        title = f"{version.name}@{version.policy_version}"
        page = render_page(load(version.text, title))
        yield Part(f"{name}.html", page.encode(), f"The thresholds {title}, to be read.")
        yield Part(f"{name}.yaml", version.text.encode(), f"The thresholds {title}, as the service runs them.")
        proof = json.dumps(_tell_proof(session, version, asked.prove), indent=2, ensure_ascii=False, sort_keys=True)
        yield Part(f"{name}-proof.json", f"{proof}\n".encode(), f"What was proved of {title}, and its history.")


def _in_force(session: Session, pack: Pack, inspection: date) -> list[PolicyVersion]:
    """Those whose days reach into the twelve months before; where all began later, the first of them."""
    line = [each for each in list_policies(session) if each.name == pack.policy and each.state in PUBLISHED_STATES]
    begins, found, ends = six_months_before(six_months_before(inspection)), [], date.max
    for version in line:
        if version.effective_from < inspection and ends > begins:
            found.append(version)
        ends = version.effective_from
    return found or line[-1:]


def _tell_proof(session: Session, version: PolicyVersion, prove: bool) -> dict[str, Any]:
    run = find_proof(session, version.id, version.hash)
    kept = version.proof or (run.result if run else None)
    history = list_events(session, version.id)
    return {
        "title": f"{version.name}@{version.policy_version}",
        "hash": version.hash,
        "in_force_from": version.effective_from.isoformat(),
        "came_with_the_service": version.drafted_by_id is None,
        "proofs": kept["proofs"] if kept else _prove(version) if prove else None,
        "prove_again": f"triage policy prove {version.name}@{version.policy_version}",
        "history": [{"at": say_instant(each.at), "what": each.type, "by": each.actor_name} for each in history],
    }


def _prove(version: PolicyVersion) -> list[dict[str, Any]]:
    """Without how long it took, which is another each time."""
    proofs = try_proofs(load(version.text, version.policy_version))
    return [{name: value for name, value in each.items() if name != "seconds"} for each in proofs]


def _tell_ledger(session: Session, zone: ZoneInfo, key: PublicKey) -> Iterator[Part]:
    checkpoint = find_last_checkpoint(session)
    if checkpoint is None:
        raise CommandRefused(NOTHING_SEALED)
    if checkpoint.key_id != key.id:
        raise CommandRefused(OTHER_KEY)
    told = json.dumps(export(checkpoint, key), indent=2) + "\n"
    made = f"checkpoint {checkpoint.number}, made at {say_when(checkpoint.made_at, zone)}"
    yield Part("ledger/checkpoint.json", told.encode(), f"The ledger's {made}: it seals all that was done until then.")
    yield Part("ledger/public-key.txt", f"{key}\n".encode(), "The key by which the checkpoint's seal is tried.")
