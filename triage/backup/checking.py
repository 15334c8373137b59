"""Proving a backup: restored into a fresh database of its own, counted, and its ledger verified."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from triage.access.checkpoints import Keys
from triage.backup.manifest import Manifest
from triage.backup.restoring import restore_backup
from triage.backup.sealed_file import BackupKey
from triage.database import Database
from triage.embedded import is_reachable, throwaway_postgres
from triage.errors import CommandRefused
from triage.pack import Pack
from triage.services.auditing import Verdict, verify_ledger


@dataclass(frozen=True, slots=True)
class Proof:
    """What the backup held, and what its ledger said once it was restored."""

    manifest: Manifest
    verdict: Verdict


def prove_backup(
    path: Path, keys: Sequence[BackupKey], trusted: Keys, pack: Pack, work_dir: Path | None = None
) -> Proof:
    """Restore it into a private PostgreSQL that is gone afterwards. CommandRefused where it cannot be, or differs.

    `work_dir` is where there is room for the whole database; the system's folder for temporary files, if not said.
    Refused where PostgreSQL could not get there: nothing is put anywhere else, for it is not encrypted.
    """
    if work_dir and not is_reachable(work_dir.absolute()):
        raise CommandRefused(
            f"PostgreSQL runs as nobody here, who may not enter {work_dir}: chmod o+x lets it through."
        )
    with tempfile.TemporaryDirectory(prefix="triage-check-", dir=work_dir) as folder:
        Path(folder).chmod(0o711)  # where PostgreSQL runs as nobody, it passes through to a folder of its own
        with throwaway_postgres(Path(folder)) as postgres:
            manifest = restore_backup(path, keys, postgres.url("triage_owner"))
            with Database(postgres.url("triage_app")) as database, database.one_moment() as session:
                verdict = verify_ledger(session, trusted, schedules=pack.retention.known, restored=True)
    return Proof(manifest, verdict)
