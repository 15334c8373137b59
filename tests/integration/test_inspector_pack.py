"""`triage export inspector-pack`: every part is there and opens, its hash fits, and whoever asked is on record."""

import base64
import csv
import io
import json
import subprocess
import zipfile
from datetime import timedelta
from hashlib import sha256

import openpyxl
import pytest
from click.testing import CliRunner
from lxml import etree, html
from sqlalchemy import select

from rules.reading import load
from tests.acting import accepted
from tests.ledgers import KEY, Kept, faults_in
from tests.making import an_enquiry, decide_as, screen
from tests.restricting import few_see
from tests.services import own_database, role_url
from triage.access.actor import SYSTEM
from triage.access.signing import read_public_key
from triage.cli import main
from triage.database import acting_as
from triage.exchange.annex_a import LISTS
from triage.exchange.case_sample import HEADINGS, HELD_BACK, draw_sample
from triage.insight.counting import refresh
from triage.insight.definition import read_measures
from triage.models import Decision, Reading, SecondLook, User
from triage.services.second_looks import GiveLook, draw_second_looks, give_second_look

INSPECTION = "2013-08-01"
ADVICE = {"route": "advice", "level": 2, "why_not": {"early_help": "Made up: they have a nursery place"}}
FOUND = "Made up: the mother asked for it"
ENVIRONMENT = {"TRIAGE_LEDGER_KEY": base64.b64encode(KEY.raw).decode()}


def decided(office, **about):
    enquiry = an_enquiry(office, indicators=("C3_SUBSTANCE",), consent="given", **about)
    screen(office, enquiry)
    decide_as(office, "social_worker", enquiry, **ADVICE)
    return enquiry


@pytest.fixture(scope="module")
def world():
    """A case, three decisions that differ from the policy, one of them of a restricted child; and one second look."""
    with own_database() as name:
        kept = Kept(name)
        with kept.office() as office:
            office.actors["system"] = SYSTEM
            accepted(office, given_name="Ada")
            hidden = [decided(office, given_name=each) for each in ("Ben", "Cal", "Rex")][-1]
            few_see(office, hidden.id)
        kept.clock.at += timedelta(minutes=5)
        kept.seal()
        with kept.office() as office:
            draw_second_looks(office.desk("system"))
            office.session.flush()
            for look in office.session.scalars(select(SecondLook)):
                with acting_as(office.session, office.actor("mash_manager")):
                    give_second_look(
                        office.desk("mash_manager"),
                        GiveLook(look_id=look.id, outcome="early_help", grade="good", reason=FOUND),
                    )
            refresh(office.session)
        kept.clock.at += timedelta(minutes=5)
        kept.seal()
        yield kept


def export(world, out, *more, who="mash_manager"):
    with world.office() as office:
        username = office.session.get_one(User, office.actor(who).id).username
    command = ["export", "inspector-pack", "--inspection", INSPECTION, "--out", str(out), "--as", username, *more]
    return CliRunner().invoke(main, [*command, "--url", role_url("triage_app", world.name)], env=ENVIRONMENT)


@pytest.fixture(scope="module")
def pack(world, tmp_path_factory):
    """The files of a pack by their names."""
    out = tmp_path_factory.mktemp("pack") / "pack.zip"
    done = export(world, out)
    assert done.exit_code == 0, done.output
    assert out.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(out) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rows_of(content):
    return list(csv.DictReader(io.StringIO(content.decode())))


def test_index_lists_every_file_with_its_hash_and_so_do_the_sums(pack, tmp_path):
    page = html.fromstring(pack["index.html"])
    listed = {row.xpath("string(th)"): row.xpath("string(td/code)") for row in page.xpath("//tbody/tr")}
    assert list(listed) == [name for name in pack if name not in ("index.html", "SHA256SUMS")]
    assert listed == {name: sha256(pack[name]).hexdigest() for name in listed}
    assert page.xpath("//tbody//a/@href") == list(listed)
    for name, content in pack.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=tmp_path, check=True, capture_output=True)  # noqa: S607


def test_annex_a_opens_with_its_lists(pack):
    book = openpyxl.load_workbook(io.BytesIO(pack["annex-a.xlsx"]), read_only=True)
    assert book.sheetnames == list(LISTS)
    assert len(list(book["List 1"].rows)) == 1 + 4
    book.close()


def test_drawn_cases_say_what_the_auditor_found_and_no_word_of_whom_few_may_see(pack):
    sample, again = rows_of(pack["cases/sample.csv"]), rows_of(pack["cases/second-looks.csv"])
    assert list(sample[0]) == list(HEADINGS)
    assert (len(sample), len(again), len(rows_of(pack["cases/drawn-from.csv"]))) == (4, 3, 4)
    told = {
        (row["Decision"], row["Beside the policy"], row["Would have decided"], row["The two agree"]) for row in again
    }
    assert told == {("Advice and universal services", "Less than recommended", "Early help", "No")}
    assert {row["How good the work was"] for row in again} == {"Good"}
    assert sorted(row["What they found"] for row in again) == sorted([FOUND, FOUND, HELD_BACK])
    assert sorted(row["Why it was decided so"] for row in again) == sorted(["Made up", "Made up", HELD_BACK])
    assert {row["Child Unique ID"] for row in again} < {row["Child Unique ID"] for row in sample}


def test_measures_are_charts_with_their_numbers_beside_them(pack):
    rows = rows_of(pack["measures/measures.csv"])
    assert {row["Measure"] for row in rows} <= set(read_measures())
    charts = [name for name in pack if name.endswith(".svg")]
    assert "measures/enquiries.svg" in charts
    for name in charts:
        assert etree.fromstring(pack[name]).tag == "{http://www.w3.org/2000/svg}svg"
    first = next(row for row in rows if row["Measure"] == "enquiries")
    assert (first["By"], first["From"], first["Counted"]) == ("week", "2013-05-13", "0")


def test_thresholds_in_force_are_there_to_be_read_run_and_proved(pack):
    proofs = {name: json.loads(content) for name, content in pack.items() if name.endswith("-proof.json")}
    assert proofs
    for name, proof in proofs.items():
        stem = name.removesuffix("-proof.json")
        assert load(pack[f"{stem}.yaml"].decode(), stem).hash == proof["hash"]
        assert proof["in_force_from"] < INSPECTION
        assert html.fromstring(pack[f"{stem}.html"]).xpath("//h1")
        assert (proof["came_with_the_service"], proof["proofs"]) == (True, None)


def test_what_no_proof_is_kept_of_is_proved_when_asked(world, tmp_path, monkeypatch):
    proof = {"name": "complete", "says": "Everybody gets an answer.", "holds": True, "counter_example": None}
    monkeypatch.setattr("triage.inspector_pack.try_proofs", lambda policy: [proof | {"seconds": 0.5}])
    assert export(world, tmp_path / "pack.zip", "--prove").exit_code == 0
    with zipfile.ZipFile(tmp_path / "pack.zip") as archive:
        names = [name for name in archive.namelist() if name.endswith("-proof.json")]
        assert [json.loads(archive.read(name))["proofs"] for name in names] == [[proof]] * len(names)


def test_checkpoint_is_one_that_the_ledger_is_verified_against(world, pack):
    exported = json.loads(pack["ledger/checkpoint.json"])
    assert read_public_key(pack["ledger/public-key.txt"].decode()) == KEY.public
    with world.owner() as session:
        assert faults_in(session, exported) == ""
        assert "not the one that was given" in faults_in(session, exported | {"root": "00" * 32})


def test_whoever_asked_is_on_record_with_those_whom_they_were_shown(world, pack):
    with world.owner() as session:
        (reading,) = session.scalars(select(Reading).where(Reading.what == "inspector_pack.make")).all()[:1]
        assert reading.reader_id == world.actors["mash_manager"].id
        assert len(reading.people) == 4
    assert b"Made-up mash_manager (MASH manager)" in pack["index.html"]


def test_same_record_gives_the_same_files_and_only_the_index_tells_the_time(world, pack, tmp_path):
    export(world, tmp_path / "again.zip")
    with zipfile.ZipFile(tmp_path / "again.zip") as archive:
        assert {name: archive.read(name) for name in archive.namelist() if name != "index.html"} == {
            name: content for name, content in pack.items() if name != "index.html"
        }


@pytest.mark.parametrize(
    ("more", "who", "words"),
    [
        ((), "social_worker", "may not ask for this. Whoever asks is of: MASH manager or Information governance."),
        (("--sample", "0"), "mash_manager", "Invalid value for '--sample'"),
    ],
)
def test_pack_that_may_not_be_is_not_written(world, tmp_path, more, who, words):
    done = export(world, tmp_path / "pack.zip", *more, who=who)
    assert (done.exit_code != 0, (tmp_path / "pack.zip").exists()) == (True, False)
    assert words in done.output


def test_another_seed_draws_others_and_the_same_draws_the_same(world):
    with world.owner() as session:
        made = session.scalars(select(Decision)).all()
        drawn = {seed: [each.id for each in draw_sample(made, seed, 2)] for seed in map(str, range(8))}
        assert drawn["1"] == [each.id for each in draw_sample(reversed(made), "1", 2)]
        assert len({frozenset(each) for each in drawn.values()}) > 1
