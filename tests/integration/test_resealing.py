"""A secret key is changed and the old one taken away, and every letter, second factor, copy and draft still opens."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import LargeBinary, select, text

from tests.asking_for_records import ask
from tests.conftest import MORNING
from tests.ledgers import Kept
from tests.making import an_enquiry
from tests.services import own_database, role_url
from triage.access.actor import SYSTEM
from triage.access.passwords import keep_password
from triage.access.vault import Unreadable, Vault
from triage.cli import main
from triage.models import AccessExport, Base, Credential, Draft, File, Telling, Webhook
from triage.services.resealing import SEALED
from triage.store.sealed import AT_ONCE

OLD, NEW, STRANGE = (f"a made-up key {whose} with many letters" for whose in ("of before", "of today", "of nobody"))
FILES = 3 * AT_ONCE
HASHES = {"hash", "previous_hash", "event_hash", "token_hash", "code_hash", "sha256", "sent_sha256", "fingerprint"}
OTHERS = {"root", "previous", "signature", "certificate", "challenge", "public_key", "credential_id", "key"}
PUBLISHED = {"directory_files.content"}  # which a council has on its own site
WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


@pytest.fixture
def kept():
    """One of everything that is sealed, and several letters, by the key of before."""
    with own_database() as name:
        kept = Kept(name, actors={"system": SYSTEM})
        with kept.office() as office:
            enquiry, who = an_enquiry(office).id, office.actor("mash_officer").id
            keep_password(office.session, who, "right", MORNING)
            request = ask(office).id
        fill(kept, enquiry, who, request)
        yield kept


def fill(kept, enquiry, who, request):
    seal = Vault([OLD]).seal
    told = {"name": "a", "kind": "pdf", "size": 1, "sha256": b"x", "sent_sha256": b"x"}
    told |= {"enquiry_id": enquiry, "added_at": MORNING, "added_by_id": who}
    soon = MORNING + timedelta(days=1)
    with kept.owner(keep=True) as owner:
        owner.add_all(File(**told, content=seal("files", b"letter")) for _ in range(FILES))
        owner.add(File(**told | {"content": None, "removed_at": MORNING, "removed_by_id": who, "removed_reason": "x"}))
        owner.get_one(Credential, who).totp_secret = seal("second factors", b"letter")
        copy = {"request_id": request, "kind": "pdf", "made_at": MORNING, "made_by_id": who, "expires_at": soon}
        owner.add(AccessExport(**copy, sealed=seal("exports", b"letter")))
        owner.add(AccessExport(**copy, sealed=b""))
        times = {"begun_at": MORNING, "saved_at": MORNING, "expires_at": soon}
        owner.add(Telling(reference="TELL", content=seal("tellings", b"letter"), **times))
        told_of = {"kinds": ["enquiry_received"], "listens_to": ["enquiry.enquiry_received"], "added_at": MORNING}
        earlier = {"previous_secret": seal("webhooks", b"letter"), "previous_until": soon}
        secret = seal("webhooks", b"letter")
        owner.add(Webhook(name="cases", address="x", user_id=who, secret=secret, **earlier, **told_of))
        owner.add(Draft(user_id=who, id=request, page="/enquiries/new", content=seal("drafts", b"letter"), **times))


def environment(kept, *keys):
    return {
        "TRIAGE_OWNER_DATABASE_URL": role_url("triage_owner", kept.name),
        "TRIAGE_SECRET_KEY": ", ".join(keys),
    }


def reseal(kept, *keys, check=False):
    return CliRunner(env=environment(kept, *keys)).invoke(main, ["reseal", *(["--check"] if check else [])])


def opened_by(kept, key):
    """How many of each kind this key alone opens."""
    with kept.owner() as owner:
        rows = {kind: owner.scalars(select(kind.column).where(kind.column > b"")).all() for kind in SEALED}
    return [sum(opens(key, kind.purpose, sealed) for sealed in rows[kind]) for kind in SEALED]


def opens(key, purpose, sealed):
    try:
        return Vault([key]).unseal(purpose, sealed) == b"letter"
    except Unreadable:
        return False


def test_all_that_was_sealed_opens_with_the_new_key_alone(kept):
    assert opened_by(kept, OLD) == [FILES, 1, 1, 1, 1, 1, 1]
    done = reseal(kept, NEW, OLD)
    assert done.exit_code == 0, done.output
    assert f"letters and photographs: {FILES} looked at, {FILES} sealed anew, 0 unreadable" in done.output
    assert opened_by(kept, NEW) == [FILES, 1, 1, 1, 1, 1, 1]
    assert opened_by(kept, OLD) == [0] * 7
    assert f"{FILES} looked at, 0 sealed anew" in reseal(kept, NEW, OLD).output


def test_check_says_what_still_needs_the_older_key_and_changes_nothing(kept):
    before = reseal(kept, NEW, OLD, check=True)
    assert before.exit_code == 1
    assert "second factors: 1 looked at, 1 need an older key, 0 unreadable" in before.output
    assert opened_by(kept, OLD) == [FILES, 1, 1, 1, 1, 1, 1]
    reseal(kept, NEW, OLD)
    assert reseal(kept, NEW, OLD, check=True).exit_code == 0


def test_what_no_key_opens_is_named_and_stops_nothing(kept):
    with kept.owner(keep=True) as owner:
        lost = owner.scalars(select(File.id).where(File.content.is_not(None)).order_by(File.id)).first()
        strange = Vault([STRANGE]).seal("files", b"letter")
        owner.execute(text("UPDATE files SET content = :strange WHERE id = :id"), {"strange": strange, "id": lost})
    done = reseal(kept, NEW, OLD)
    assert done.exit_code == 1
    assert f"no key that was given opens files {lost}" in done.output
    assert opened_by(kept, NEW) == [FILES - 1, 1, 1, 1, 1, 1, 1]


def test_killed_in_the_middle_it_goes_on_where_it_was(kept):
    told = os.environ | environment(kept, NEW, OLD)
    with kept.owner() as owner, kept.owner() as watcher:
        in_order = owner.scalars(select(File.id).where(File.content.is_not(None)).order_by(File.id)).all()
        owner.execute(select(File.id).where(File.id == in_order[AT_ONCE + 1]).with_for_update())
        with subprocess.Popen([sys.executable, "-m", "triage.cli", "reseal"], env=told) as process:
            while not watcher.scalar(WAITING):
                watcher.rollback()
            process.kill()
    assert opened_by(kept, NEW) == [AT_ONCE, *[0] * 6]
    assert opened_by(kept, OLD) == [FILES - AT_ONCE, 1, 1, 1, 1, 1, 1]
    assert reseal(kept, NEW, OLD).exit_code == 0
    assert opened_by(kept, NEW) == [FILES, 1, 1, 1, 1, 1, 1]


def test_without_a_key_it_says_which_to_give(kept):
    assert "Set TRIAGE_SECRET_KEY" in str(reseal(kept, "").exception)


def test_every_column_of_bytes_is_sealed_again_or_is_no_secret():
    told = {f"{kind.column.class_.__tablename__}.{kind.column.key}" for kind in SEALED}
    columns = [each for table in Base.metadata.tables.values() for each in table.columns]
    of_bytes = {str(each) for each in columns if isinstance(each.type, LargeBinary)}
    assert {each for each in of_bytes if each.rpartition(".")[2] not in HASHES | OTHERS} - PUBLISHED == told
