"""Letters and photographs of a case: kept sealed, within limits, told in the log, and taken away with a reason."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from tests import samples
from tests.acting import accepted, act, events_of, last_event, two_children
from tests.making import an_enquiry, decide_as, screen
from triage.access.actor import SYSTEM
from triage.access.vault import Unreadable, Vault
from triage.database import act_as
from triage.errors import Conflict, Invalid, NotFound, Unavailable
from triage.models import Enquiry, Referral
from triage.services.files import AddFile, Cabinet, TakeFileAway, add_file, open_file, take_file_away
from triage.store.files import get_file, list_files

CABINET = Cabinet(Vault(["only-in-tests-but-long-enough-for-it"]), 200_000, 300_000)
WORDS = "Made up: the letter of the school."


def add(office, who, case, **differently):
    letter = {"name": "letter.txt", "content": WORDS.encode()} | differently
    file = add_file(office.desk(who), CABINET, AddFile(kind=type(case), case_id=case.id, **letter))
    office.session.flush()
    return file


def take_away(office, who, file, reason="Made up: another child's"):
    take_file_away(office.desk(who), TakeFileAway(file_id=file.id, reason=reason))
    office.session.flush()


def content_of(office, who, file):
    key, actor = file.id, office.actor(who)
    office.session.flush()
    office.session.expire_all()
    act_as(office.session, actor)
    return open_file(office.desk(who), CABINET, key)[1]


def test_letter_is_kept_sealed_and_opens_as_it_was(office):
    file = add(office, "mash_officer", an_enquiry(office), described=" letter from the school ")
    assert content_of(office, "social_worker", file) == WORDS.encode()
    row = office.session.execute(text("SELECT * FROM files")).mappings().one()
    assert not [value for value in row.values() if WORDS.encode()[:9] in bytes(str(value), "utf-8")]
    assert WORDS.encode()[:9] not in row["content"]
    assert (row["size"], row["described"], row["kind"]) == (len(WORDS), "letter from the school", "txt")
    assert row["sha256"] == row["sent_sha256"] == hashlib.sha256(WORDS.encode()).digest()


def test_photograph_is_kept_without_where_it_was_taken_and_with_the_hash_of_what_was_sent(office):
    photograph = samples.photograph()
    file = add(office, "mash_officer", an_enquiry(office), name="bruise.jpg", content=photograph)
    kept = content_of(office, "mash_officer", file)
    assert b"Made-up Phone" not in kept
    assert file.sent_sha256 == hashlib.sha256(photograph).digest()
    assert file.sha256 == hashlib.sha256(kept).digest() != file.sent_sha256


def test_adding_and_taking_away_are_each_one_event_of_the_case(office):
    enquiry = an_enquiry(office)
    file = add(office, "mash_officer", enquiry)
    added = last_event(office, enquiry, "file_added")
    told = {"file": str(file.id), "name": "letter.txt", "kind": "txt", "size": len(WORDS)}
    assert added.data.items() >= (told | {"sha256": file.sha256.hex()}).items()
    take_away(office, "social_worker", file)
    assert [each.type for each in events_of(office, enquiry)][1:] == ["file_added", "file_removed"]
    assert last_event(office, enquiry, "file_removed").data.items() >= (told | {"reason": file.removed_reason}).items()


def test_what_was_taken_away_is_gone_and_its_row_says_why(office):
    file = add(office, "mash_officer", an_enquiry(office))
    take_away(office, "social_worker", file)
    row = office.session.execute(text("SELECT content, removed_reason, removed_by_id FROM files")).one()
    assert row == (None, "Made up: another child's", office.actor("social_worker").id)
    with pytest.raises(NotFound, match="taken away"):
        content_of(office, "mash_officer", file)
    with pytest.raises(Conflict, match="already"):
        take_away(office, "mash_officer", file)


def test_taking_away_needs_a_reason(office):
    file = add(office, "mash_officer", an_enquiry(office))
    with pytest.raises(Invalid, match="Give a reason"):
        take_away(office, "mash_officer", file, " ")


def test_file_and_case_have_their_limits(office):
    enquiry, other = an_enquiry(office), an_enquiry(office, given_name="Ben")
    with pytest.raises(Invalid, match="the most is 200 KB"):
        add(office, "mash_officer", enquiry, content=b"x" * 200_001)
    for _each in range(2):
        kept = add(office, "mash_officer", enquiry, content=b"x" * 150_000)
    with pytest.raises(Conflict, match="300 KB in all"):
        add(office, "mash_officer", enquiry, content=b"x")
    add(office, "mash_officer", other, content=b"x")
    take_away(office, "mash_officer", kept)
    add(office, "mash_officer", enquiry, content=b"x")


def test_refused_file_leaves_nothing(office):
    enquiry = an_enquiry(office)
    with pytest.raises(Invalid):
        add(office, "mash_officer", enquiry, name="x.pdf", content=b"%PDF-1.7 <script>")
    assert office.session.scalar(text("SELECT count(*) FROM files")) == 0
    assert [each.type for each in events_of(office, enquiry)] == ["enquiry_received"]


def test_nothing_is_kept_while_the_virus_scanner_is_away(office):
    enquiry = an_enquiry(office)
    scanned = replace(CABINET, clamd_address="127.0.0.1:1")
    command = AddFile(kind=Enquiry, case_id=enquiry.id, name="letter.txt", content=b"made up")
    with pytest.raises(Unavailable, match="none is taken"):
        add_file(office.desk("mash_officer"), scanned, command)
    assert office.session.scalar(text("SELECT count(*) FROM files")) == 0


def test_another_files_content_in_its_place_does_not_open(office):
    kept = add(office, "mash_officer", an_enquiry(office))
    columns = (
        "enquiry_id, name, kind, described, size, sha256, sent_sha256, content, added_at, added_by_id, removed_reason"
    )
    copy = f"INSERT INTO files (id, {columns}) SELECT gen_random_uuid(), {columns} FROM files RETURNING id"  # noqa: S608
    moved = office.session.scalar(text(copy))
    with pytest.raises(Unreadable):
        content_of(office, "mash_officer", get_file(office.session, moved))
    assert content_of(office, "mash_officer", kept) == WORDS.encode()


def test_list_reads_no_content(office):
    enquiry = an_enquiry(office)
    add(office, "mash_officer", enquiry)
    office.session.expunge_all()
    (file,) = list_files(office.session, office.session.get_one(Enquiry, enquiry.id))
    assert "content" not in file.__dict__
    assert (file.added_by.name, file.enquiry.reference) == ("Made-up mash_officer", enquiry.reference)


def test_whoever_only_reads_the_enquiry_adds_to_their_referral(office):
    case = accepted(office)
    with pytest.raises(Conflict, match="referral"):
        add(office, "locality_worker:west", case.enquiry)
    file = add(office, "locality_worker:west", case)
    assert last_event(office, case, "file_added").data["file"] == str(file.id)
    assert content_of(office, "mash_officer", file) == WORDS.encode()


def test_whoever_is_offered_a_case_reads_its_files_and_adds_none(office):
    case = accepted(office)
    add(office, "locality_worker:west", case)
    act(office, "locality_worker:west", case, "offer_transfer", transfer_to="social_care_north", reason="They moved")
    with pytest.raises(Conflict, match="Answer the offer first"):
        add(office, "locality_worker:north", case)


def test_file_of_a_case_that_is_not_theirs_is_not_found(office):
    case, _ = accepted(office), office.actor("analyst")
    file = add(office, "locality_worker:west", case)
    command = AddFile(kind=Referral, case_id=case.id, name="letter.txt", content=b"Made up")
    with pytest.raises(NotFound):
        content_of(office, "locality_worker:north", file)
    for who in ("locality_worker:north", "analyst"):
        act_as(office.session, office.actor(who))
        office.session.expunge_all()
        office.session.info.pop("held", None)
        with pytest.raises(NotFound):
            add_file(office.desk(who), CABINET, command)
        act_as(office.session, SYSTEM)


def listed(office, who, case):
    """The contents of all that is shown with the case, as somebody of that role."""
    act_as(office.session, SYSTEM)
    office.actor(who)
    office.session.flush()
    office.session.expunge_all()
    act_as(office.session, office.actor(who))
    kind = Enquiry if isinstance(case, Enquiry) else Referral
    files = list_files(office.session, office.session.get_one(kind, case.id))
    return [content_of(office, who, file) for file in files]


def test_what_an_enquiry_was_joined_into_shows_its_files_to_whoever_has_the_case(office):
    first, middle, last = (
        an_enquiry(office, given_name=each, indicators=("P4_UNSAFE",)) for each in ("Ava", "Ben", "Cem")
    )
    for number, enquiry in enumerate((first, middle, last)):
        add(office, "mash_officer", enquiry, content=b"%d" % number)
    for one, into in ((last, middle), (middle, first)):
        act(office, "social_worker", one, "join", into_reference=into.reference, reason="Made up: one family")
    screen(office, first)
    decide_as(office, "social_worker", first, route="social_care", level=4)
    assert listed(office, "mash_officer", first) == [b"0", b"1", b"2"]
    assert listed(office, "locality_worker:west", first.referrals[0]) == [b"0", b"1", b"2"]
    assert listed(office, "mash_officer", last) == [b"2"]


def test_what_was_split_off_shows_the_hub_what_had_come_by_then(office):
    enquiry = two_children(office)
    add(office, "mash_officer", enquiry, content=b"before")
    act(office, "social_worker", enquiry, "split", subject_ids=(enquiry.subjects[1].id,), reason="Made up")
    other = office.session.query(Enquiry).filter_by(split_from_id=enquiry.id).one()
    office.clock.at += timedelta(minutes=1)
    add(office, "mash_officer", enquiry, content=b"after")
    assert listed(office, "mash_officer", other) == [b"before"]
    assert listed(office, "mash_officer", enquiry) == [b"before", b"after"]
