"""`triage people`: files as other systems write them go in, pairs that a person may confirm come out."""

import csv
import re
from datetime import date

import pytest
from click.testing import CliRunner

from tests.families import County
from triage.cli import main
from triage.exchange.people_file import COLUMNS

HEAD = ["id", "given_name", "surname", "date_of_birth", "sex", "street_number", "address_1", "postcode"]


def rows_of(sightings, mark):
    """Sightings as lines of a file: ids are of whom, and in which file."""
    for each in sightings:
        who = each.identity
        house, _, street = who.address.partition(" ")
        yield [
            f"{each.key}-{mark}",
            who.given_name,
            who.family_name,
            who.birth_date or "",
            who.sex,
            house,
            street,
            who.postcode or "",
        ]


def write(path, rows, head=HEAD, encoding="utf-8"):
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([head, *rows])
    return path


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def run(*arguments):
    return CliRunner().invoke(main, ["people", *map(str, arguments)])


@pytest.fixture(scope="module")
def years():
    """Who was seen in each of two years, each once: a file has no column for whoever is not born yet."""
    seen = [each for each in County(5, 900, date(2009, 1, 1)).live(2) if not each.identity.expected_date]
    return [[each for each in seen if each.on == on] for on in sorted({each.on for each in seen})]


@pytest.fixture
def files(tmp_path, years):
    return [write(tmp_path / f"{mark}.csv", rows_of(year, mark)) for mark, year in zip("ab", years, strict=True)]


def is_right(pair):
    return pair["left_id"].split("-")[0] == pair["right_id"].split("-")[0]


def test_two_files_are_linked(tmp_path, files, years):
    out = tmp_path / "pairs.csv"
    answer = run("link", *files, "--out", out)
    assert answer.exit_code == 0, answer.output
    pairs = read(out)
    both = {each.key for each in years[0]} & {each.key for each in years[1]}
    assert list(pairs[0]) == ["left_id", "right_id", "probability", "why"]
    assert sum(map(is_right, pairs)) > 0.9 * len(both)
    assert sum(map(is_right, pairs)) > 0.95 * len(pairs)
    assert all(0.5 <= float(pair["probability"]) <= 1 for pair in pairs)
    assert all(re.search(r"(given|family) name .* \+\d", pair["why"]) for pair in pairs)
    assert sum("given name the same +" in pair["why"] for pair in pairs) > 0.8 * len(pairs)
    assert answer.stderr.endswith(f"{len(pairs):,} pairs written to {out}.\n")


def test_higher_threshold_leaves_the_less_likely_out(tmp_path, files):
    outs = [tmp_path / "some.csv", tmp_path / "all.csv"]
    for out, threshold in zip(outs, (0.999, 0.01), strict=True):
        assert run("link", *files, "--out", out, "--threshold", threshold).exit_code == 0
    some, everything = (read(out) for out in outs)
    assert 0 < len(some) < len(everything)
    assert {pair["left_id"] for pair in some} <= {pair["left_id"] for pair in everything}


def test_duplicates_are_shown_where_no_file_is_named(tmp_path, years):
    file = write(tmp_path / "one.csv", [*rows_of(years[0], "a"), *rows_of(years[1], "b")])
    answer = run("dedupe", file)
    pairs = list(csv.DictReader(answer.stdout.splitlines()))
    assert len(pairs) > 50
    assert sum(map(is_right, pairs)) > 0.9 * len(pairs)


def test_columns_may_be_few_in_any_order_and_others_are_passed_over(tmp_path):
    rows = [["Testley", "x", "1", "3/1/2008"], ["Wood", "y", "2", "4/1/2008"]]
    left = write(tmp_path / "left.csv", rows, [" Surname ", "shoe_size", "ID", "date_of_birth"])
    right = write(tmp_path / "right.csv", [["7", "2008-01-03", "Testley"]], ["id", "date_of_birth", "surname"])
    assert run("link", left, right, "--out", tmp_path / "pairs.csv").exit_code == 0
    assert [(pair["left_id"], pair["right_id"]) for pair in read(tmp_path / "pairs.csv")] == [("1", "7")]


def test_mark_that_some_programs_begin_a_file_with_is_passed_over(tmp_path, years):
    file = write(tmp_path / "marked.csv", rows_of(years[0], "a"), encoding="utf-8-sig")
    assert run("dedupe", file).exit_code == 0


@pytest.mark.parametrize("content", ["id,surname\n", "id,surname\n1,Testley\n"])
def test_file_of_nobody_or_of_one_has_no_pair(tmp_path, content):
    file = tmp_path / "few.csv"
    file.write_text(content)
    assert run("dedupe", file).stdout == "left_id,right_id,probability,why\n"


REFUSED = {
    "": "few.csv:1: there is no column 'id'. Name the columns in the first line.",
    "name,surname\n": "few.csv:1: there is no column 'id'. Name the columns in the first line.",
    "id,shoe\n1,2\n": f"few.csv:1: there is nothing to compare. Columns that are read: {', '.join(COLUMNS)}.",
    "id,surname,surname\n1,A,B\n": "few.csv:1: there are two columns 'surname'. Take one out.",
    "id,surname\n1,A\n2,B,C\n": (
        "few.csv:3: 3 cells where the first line has 2. Put a cell with a comma in it between quotation marks."
    ),
    "id,surname\n1,A\n,B\n": "few.csv: person 2 has no id. Give each one.",
    "id,surname\n1,A\n1,B\n": "few.csv: the id '1' is there twice. Give each person one of their own.",
    'id,surname\n1,"A\n': "few.csv:2: unexpected end of data. Check the quotation marks.",
}


@pytest.mark.parametrize("content", REFUSED, ids=range(len(REFUSED)))
def test_file_that_cannot_be_right_is_refused_by_line_and_nothing_is_written(tmp_path, content):
    file, out = tmp_path / "few.csv", tmp_path / "pairs.csv"
    file.write_text(content)
    answer = run("link", file, file, "--out", out)
    assert (answer.exit_code, answer.stderr) == (1, f"Error: {REFUSED[content]}\n")
    assert list(tmp_path.iterdir()) == [file]


def test_file_in_another_encoding_is_refused(tmp_path):
    file = tmp_path / "few.csv"
    file.write_bytes("id,surname\n1,Zoë\n".encode("latin-1"))
    assert "few.csv: this is not UTF-8. Save it as CSV UTF-8, then try again." in run("dedupe", file).stderr


@pytest.mark.parametrize("threshold", ["0", "1.5", "half"])
def test_threshold_is_a_probability(files, tmp_path, threshold):
    assert run("link", *files, "--out", tmp_path / "x", "--threshold", threshold).exit_code == 2


def test_what_a_spreadsheet_would_run_is_marked_and_other_ids_are_as_they_were(tmp_path):
    rows = [["=1+1", "Ava", "Testley", "2008-01-03"], ["-5.b_c", "Ava", "Testley", "2008-01-03"]]
    file = write(tmp_path / "formulas.csv", rows, ["id", "given_name", "surname", "date_of_birth"])
    pairs = list(csv.DictReader(run("dedupe", file).stdout.splitlines()))
    assert [(pair["left_id"], pair["right_id"]) for pair in pairs] == [("'=1+1", "-5.b_c")]
