"""A hundred thousand past subjects replayed under a draft: from PostgreSQL, and from a file.

Run: `python -m bench.replay [PEOPLE]`. It starts a private PostgreSQL, fills it with made-up people, and runs
`triage policy replay` itself, start to end, in a process of its own. Prints seconds, the best and the worst of five.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import psycopg
from psycopg.types.json import Jsonb
from uuid_utils.compat import uuid7

from bench.row import Row, show
from rules.explain import decide
from rules.facts import CONSENTS, NEVER, Facts
from rules.library import get_policy
from rules.policy import Policy
from triage.access.actor import SYSTEM
from triage.embedded import services
from triage.models.codes import ETHNICITIES, SEXES, SOURCES
from triage.pack import Pack, load_pack
from triage.schema import load_reference_data, migrate
from workflows.enquiry import ENQUIRY

POLICY = get_policy("pathway_to_provision", "V4")
PEOPLE = 100_000
TIMES = 5
BEGINS = datetime(2014, 6, 1, tzinfo=UTC)
LENGTH = timedelta(days=365)
CHANGES = (  # what the draft changes: two needs add up, and a baby's delay is for early help
    ("{indicators: {level: 2, count: 3, domains: 2}}", "{indicators: {level: 2, count: 2, domains: 2}}"),
    ("{age: {below: 5 years}}", "{age: {below: 6 years}}"),
    ('version: "V4"', 'version: "bench"'),
)
Values = dict[str, Any]


def make_facts(dice: Random, policy: Policy) -> Facts:
    """Somebody made up. No two are likely to be the same."""

    def maybe(value: Any) -> Any:
        return None if dice.random() < 0.2 else value

    return Facts(
        kind=dice.choices(("child", "unborn_child", "adult_at_risk", "other_adult"), (90, 4, 4, 2))[0],
        age_days=maybe(dice.randrange(18 * 365)),
        mobile=maybe(True),
        indicators=frozenset(dice.sample(list(policy.vocabulary.indicators), dice.choice((0, 1, 1, 2, 2, 3, 4)))),
        earlier_enquiries_12m=dice.choice((0, 0, 0, 1, 2)),
        days_since_last_enquiry=dice.choice((NEVER, NEVER, dice.randrange(3000))),
        plan_failed=maybe(dice.random() < 0.1),
        consent=dice.choice(CONSENTS),
        open_case=dice.random() < 0.1,
        authority=dice.choices(("nottinghamshire", "nottingham_city", "other", "unknown"), (85, 5, 4, 6))[0],
        source=dice.choice(list(SOURCES)),
        ehc_request=dice.random() < 0.03,
        needs_immediate_protection=maybe(dice.random() < 0.02),
    )


def make_rows(dice: Random, pack: Pack, number: int) -> dict[str, Values]:
    """One enquiry about one person, as rows by table."""
    facts, person, enquiry, subject = make_facts(dice, POLICY), uuid7(), uuid7(), uuid7()
    received = BEGINS + dice.random() * LENGTH
    district = dice.choice(list(pack.districts.values()))
    return {
        "people": _person(dice, person, facts),
        "enquiries": _enquiry(enquiry, number, received, facts)
        | {"district_code": district["code"], "locality_code": district["locality"]},
        "subjects": {
            "id": subject,
            "enquiry_id": enquiry,
            "person_id": person,
            "ordinal": 1,
            "name_as_given": "Made up",
            "indicators": sorted(facts.indicators),
            "needs": "",
            "ehc_request": facts.ehc_request,
        },
        "recommendations": _recommendation(subject, received, facts),
    }


def _person(dice: Random, key: Any, facts: Facts) -> Values:
    texts = dict.fromkeys(("given_name", "family_name", "search_name", "address"), "")
    return texts | {
        "id": key,
        "version": 1,
        "event_number": 0,
        "event_hash": b"",
        "kind": facts.kind,
        "authority": facts.authority,
        "sex": dice.choice(SEXES),
        "ethnicity": dice.choices(list(ETHNICITIES), [2 ** -min(place, 9) for place in range(20)])[0],
        "disabilities": [],
        "name_keys": [],
    }


def _enquiry(key: Any, number: int, received: datetime, facts: Facts) -> Values:
    empty = ("referrer_name", "referrer_role", "who_was_told", "consent_reason", "witnessed", "opinion", "child_voice")
    return dict.fromkeys(empty, "") | {
        "id": key,
        "version": 1,
        "event_number": 0,
        "event_hash": b"",
        "reference": f"ENQ-{received.year}-{number:06d}",
        "state": "received",
        "workflow_version": ENQUIRY.version,
        "with_edt": False,
        "received_at": received,
        "logged_at": received,
        "out_of_hours": False,
        "logged_by_id": SYSTEM.id,
        "channel": "telephone",
        "source": facts.source,
        "referrer_may_be_named": True,
        "consent": facts.consent,
        "reported": "Made up.",
        "authority": facts.authority,
    }


def _recommendation(subject: Any, at: datetime, facts: Facts) -> Values:
    answer = decide(POLICY, facts)
    return {
        "id": uuid7(),
        "subject_id": subject,
        "made_at": at,
        "level": answer.level,
        "route": answer.route,
        "rag": answer.rag,
        "section_47": answer.section_47,
        "answer": Jsonb(answer.to_dict()),
        "facts": Jsonb(facts.to_dict()),
        "policy_name": POLICY.name,
        "policy_version": POLICY.version,
        "policy_hash": POLICY.hash,
    }


def fill(url: str, pack: Pack, people: int) -> list[Values]:
    """Write the rows, and give the facts as they were written."""
    dice = Random(2014)  # noqa: S311 - made-up people need no cryptographic dice
    made = [make_rows(dice, pack, number) for number in range(people)]
    with psycopg.connect(url.replace("+psycopg", "")) as connection, connection.cursor() as cursor:
        for table in made[0]:
            columns = list(made[0][table])
            with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
                for rows in made:
                    copy.write_row([rows[table][column] for column in columns])
    return [rows["recommendations"]["facts"].obj for rows in made]


def write_draft(path: Path) -> None:
    """Thresholds that somebody might try next."""
    text = Path("rules/policies/pathway_to_provision_v4.yaml").read_text(encoding="utf-8")
    for old, new in CHANGES:
        if old not in text:
            raise AssertionError(f"The policy does not say {old} any more. Change what the draft changes.")
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def time_runs(folder: Path, command: list[str]) -> list[float]:
    """Seconds for each of five runs of the command, from its start to its end, once its bytecode is kept."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(folder / "bytecode"), "PYTHONDONTWRITEBYTECODE": ""}
    seconds = []
    for _ in range(1 + TIMES):
        begins = time.perf_counter()
        whole = [sys.executable, "-m", "triage.cli", "policy", "replay", *command]
        subprocess.run(whole, check=True, capture_output=True, env=environment)
        seconds.append(time.perf_counter() - begins)
    return seconds[1:]


def measure(folder: Path, people: int) -> Iterator[tuple[str, list[float]]]:
    """Each way of replaying, and its seconds."""
    pack, draft, facts = load_pack("nottinghamshire"), folder / "draft.yaml", folder / "facts.jsonl"
    write_draft(draft)
    yield "nothing: the program's start alone", time_runs(folder, ["--help"])
    with services(folder / "var", durable=False) as private:
        owner, url = (private.postgres.url(role) for role in ("triage_owner", "triage_app"))
        migrate(owner)
        load_reference_data(owner, pack)
        facts.write_text("".join(json.dumps(each) + "\n" for each in fill(owner, pack, people)), encoding="utf-8")
        database = [str(draft), "--url", url, "--from", "2014-06-01", "--to", "2015-06-01"]
        yield "from PostgreSQL, by the version of the time", time_runs(folder, database)
        files = ["--out", str(folder / "report.html"), "--who", str(folder / "who.csv")]
        yield "the same, with the page and the list of who", time_runs(folder, [*database, *files])
    yield "from a file of facts", time_runs(folder, [str(draft), "--against", POLICY.title, "--file", str(facts)])


def rows(people: int = PEOPLE) -> Iterator[Row]:
    """The best of each; how bad the worst was is said."""
    start = None
    with tempfile.TemporaryDirectory(prefix="triage-bench-") as name:
        Path(name).chmod(0o755)
        for what, seconds in measure(Path(name), people):
            start = start or min(seconds)
            yield Row(f"{what}; the worst {max(seconds):.2f} s", min(seconds), "s", "the program's start alone", start)


if __name__ == "__main__":
    show(rows(*map(int, sys.argv[1:])))
