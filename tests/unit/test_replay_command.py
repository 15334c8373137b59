"""`triage policy replay` on a file of facts: what it tells, draws and writes, and what it refuses."""

import csv
import json
import re
from collections import Counter
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from rules.policy import ROUTES
from triage.cli import main
from triage.models.codes import ETHNICITIES
from triage.thresholds.replay_progress import draw_bar, show_progress
from triage.thresholds.replay_report import PlaceMove
from triage.thresholds.replay_sankey import LABELS, ROW, lay_out
from triage.thresholds.replay_tables import say_place
from triage.thresholds.replay_who import HEADINGS

V4 = Path("rules/policies/pathway_to_provision_v4.yaml").read_text(encoding="utf-8")
ON_V4 = ("--against", "pathway_to_provision@V4")
SPEECH = {"indicators": ["C2_SPEECH"], "authority": "nottinghamshire", "consent": "given"}
DEBT = SPEECH | {"indicators": ["C2_SPEECH", "F2_DEBT"]}


def change(*changes: tuple[str, str]) -> str:
    text = V4
    for old, new in (('version: "V4"', 'version: "draft"'), *changes):
        assert old in text
        text = text.replace(old, new)
    return text


TWO_ADD_UP = change(("{level: 2, count: 3, domains: 2}", "{level: 2, count: 2, domains: 2}"))
WITH_GAPS = change(("  otherwise: {level: 1, rag: green}\n", ""))


@pytest.fixture
def replay(tmp_path):
    """Runs the command on people (dicts, or lines as they stand) under a draft's text."""

    def run(draft: str, people: list[dict | str], *options: str):
        (tmp_path / "draft.yaml").write_text(draft, encoding="utf-8")
        lines = [each if isinstance(each, str) else json.dumps(each) for each in people]
        (tmp_path / "facts.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        where = [str(tmp_path / "draft.yaml"), "--file", str(tmp_path / "facts.jsonl")]
        return CliRunner().invoke(main, ["policy", "replay", *where, *options])

    return run


def read_json(done) -> dict:
    return json.loads(done.stdout)


def test_tells_how_many_move_and_who(replay):
    done = replay(TWO_ADD_UP, [SPEECH, DEBT, DEBT], *ON_V4)
    assert done.exit_code == 0, done.output
    assert "was tried on 3 people of" in done.stdout
    assert "2 people would be recommended another level or route (66.7%)." in done.stdout
    assert re.search(r"Level 2, early help +Level 3, early help +▲ up +2\n", done.stdout)
    assert "1 person keeps their level and route." in done.stdout
    assert (
        "line 2: Level 2, early help, green → Level 3, early help, green"
        " (level_2_indicator → several_level_2_in_two_domains)" in done.stdout
    )


def test_json_holds_all_that_is_told(replay):
    told = read_json(replay(TWO_ADD_UP, [SPEECH, DEBT], *ON_V4, "--json"))
    assert (told["people"], told["moved"], told["changed"], told["ways"]) == (2, 1, 1, {"same": 1, "up": 1})
    up = {"before": [2, "early_help"], "after": [3, "early_help"], "way": "up", "people": 1}
    assert up in told["places"]
    assert told["rules"] == [
        {"before": ["level_2_indicator"], "after": ["several_level_2_in_two_domains"], "people": 1},
    ]
    (who,) = told["who"]
    assert (who["key"], who["way"], who["after"]["level"]) == ("line 2", "up", 3)


def test_what_stands_beside_the_facts_is_counted_by(replay):
    beside = {"received": "2014-07-03", "district": "E07000170", "ethnicity": "WBRI", "sex": "F"}
    refused = DEBT | {"consent": "refused"}
    people = [{"facts": refused, "reference": f"A {n}", **beside} for n in range(8)]
    told = read_json(replay(TWO_ADD_UP, [*people, {"facts": DEBT}], "--json"))
    assert told["teams"] == [
        {"month": "", "team": "Early help, locality not known", "before": 1, "after": 1},
        {"month": "2014-07", "team": "Social care West", "before": 0, "after": 8},
    ]
    ashfield, unknown = told["groups"]["district"]
    assert (ashfield["name"], ashfield["people"], ashfield["ways"]) == ("Ashfield", 8, {"up": 8})
    assert ashfield["routes"] == {"advice": [8, 0], "social_care": [0, 8]}
    assert unknown["name"] == "Outside the county or not known"
    assert {each["key"] for each in told["who"]} == {f"A {n}" for n in range(8)} | {"line 9"}


def test_each_is_judged_by_the_version_of_the_day_received(replay):
    third = SPEECH | {"earlier_enquiries_12m": 2}  # amber since June 2014
    people = [{"facts": third, "received": day} for day in ("2014-05-31", "2014-06-01")]
    told = read_json(replay(V4, [*people, third], "--json"))
    assert told["against"] == "the thresholds in force when each was received"
    assert [(each["key"], each["before"]["rag"], each["after"]["rag"]) for each in told["who"]] == [
        ("line 1", "green", "amber")
    ]
    assert told["parts"] == [{"part": "rag", "before": "green", "after": "amber", "people": 1}]


def test_small_groups_are_hidden_wherever_the_report_goes(replay, tmp_path):
    dice = Random(1)
    rare = [code for code in ETHNICITIES if code not in ("WBRI", "NOBT")]
    people = [{"facts": dice.choice((SPEECH, DEBT)), "ethnicity": "WBRI", "sex": "F"} for _ in range(60)]
    people += [{"facts": facts, "ethnicity": code, "sex": "M"} for code in rare[:8] for facts in (SPEECH, DEBT)]
    page = tmp_path / "page.html"
    done = replay(TWO_ADD_UP, people, *ON_V4, "--out", str(page))
    told = read_json(replay(TWO_ADD_UP, people, *ON_V4, "--json"))
    rows = {each["group"]: each for each in told["fairness"]["ethnicity"]}
    assert set(rows) == {*ETHNICITIES, "hidden"}
    assert all(rows[code][part] is None for code in rare for part in ("up", "down", "neither", "people"))
    assert rows["WBRI"]["people"] == 60
    assert [(each["name"], each["people"]) for each in told["fairness"]["sex"]] == [
        ("Female", 60),
        ("Male", None),
        ("Not known", None),
        ("Hidden groups together", 16),
    ]
    for text in (done.stdout, page.read_text(encoding="utf-8")):
        irish = re.search(r"White Irish.*?\n", text)[0]
        assert irish.count("[c]") == 4
        assert re.findall(r"[1-9]", irish) == []
        assert "[c] is hidden: a number under 6" in text


def test_fairness_is_not_told_where_nobody_said(replay):
    told = read_json(replay(TWO_ADD_UP, [SPEECH, DEBT], *ON_V4, "--json"))
    assert told["fairness"] == {"ethnicity": [], "sex": []}
    assert "for fairness" not in replay(TWO_ADD_UP, [SPEECH, DEBT], *ON_V4).stdout


def test_who_is_written_as_csv_that_no_spreadsheet_reckons_with(replay, tmp_path):
    people = [{"facts": DEBT, "reference": "=1+1"}, {"facts": DEBT, "reference": "B, 2"}, SPEECH]
    rows = read_who(replay, people, tmp_path)
    assert list(rows[0]) == list(HEADINGS)
    assert [row["who"] for row in rows] == ["'=1+1", "B, 2"]
    assert rows[1]["way"] == "up"
    assert (rows[1]["level_before"], rows[1]["level_draft"], rows[1]["section_47_draft"]) == ("2", "3", "no")
    assert rows[1]["rules_draft"] == "several_level_2_in_two_domains"


def read_who(replay, people: list[dict | str], folder: Path) -> list[dict[str, str]]:
    who = folder / "who.csv"
    assert replay(TWO_ADD_UP, people, *ON_V4, "--who", str(who)).exit_code == 0
    return list(csv.DictReader(who.read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize("sign", "=+-@＝＋－＠")
@pytest.mark.parametrize("before", ["", " ", "   "])
def test_no_reference_begins_a_formula_whatever_its_sign_or_spaces(replay, tmp_path, before, sign):
    (row,) = read_who(replay, [{"facts": DEBT, "reference": f"{before}{sign}1+1"}], tmp_path)
    assert row["who"] == f"'{before}{sign}1+1"


def test_first_twenty_are_listed_and_the_rest_counted(replay):
    done = replay(TWO_ADD_UP, [DEBT] * 25, *ON_V4)
    assert done.stdout.count("→") == 2 * 20
    assert "and 5 more: --who FILE.csv writes them all." in done.stdout


def test_gaps_are_listed_and_the_status_is_1(replay):
    done = replay(WITH_GAPS, [SPEECH, SPEECH | {"indicators": []}, SPEECH | {"indicators": ["P4_UNSAFE"]}], *ON_V4)
    assert done.exit_code == 1
    assert "pathway_to_provision@draft gives no answer for 2 people: complete it." in done.stdout
    assert "line 1: no rule gives a rag\nline 2: no rule gives a level\n" in done.stdout
    assert re.search(r"Level 2, early help +No answer +✕ no answer +1\n", done.stdout)


def test_code_that_the_draft_does_not_know_is_told(replay):
    draft = change(("C2_SPEECH: {says", "C2_TALKING: {says"))
    done = replay(draft, [SPEECH, SPEECH, SPEECH | {"indicators": ["C2_TALKING"]}], *ON_V4)
    assert done.exit_code == 0, done.output
    assert (
        "pathway_to_provision@draft does not know indicators C2_SPEECH: 2 people had it, and were judged" in done.stdout
    )
    assert "What the draft is held against does not know indicators C2_TALKING: 1 person had it" in done.stdout


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "this is not JSON"),
        ("[]", "this is not an object"),
        ({"facts": []}, "facts: give an object"),
        ({"indicators": ["NO_SUCH"]}, "indicators: there is no 'NO_SUCH' in this policy's vocabulary"),
        ({"age_days": -1}, "age_days: -1 is not a number of days"),
        ({"mood": "low"}, "mood: there is no such fact"),
        ({"facts": SPEECH, "mood": "low"}, "mood: this is not known beside facts. Use: reference, received"),
        ({"facts": SPEECH, "received": "3 June"}, "received: '3 June' is not a day. Write it like 2014-06-03."),
        ({"facts": SPEECH, "received": 3}, "received: 3 is not plain text"),
        ({"facts": SPEECH, "reference": "a\nb"}, r"reference: 'a\nb' is not plain text"),
        ({"facts": SPEECH, "district": "Ashfield"}, "district: there is no code 'Ashfield'"),
        ({"facts": SPEECH, "ethnicity": "blue"}, "ethnicity: there is no code 'blue'"),
        ({"facts": SPEECH, "sex": "X"}, "sex: there is no code 'X'"),
    ],
)
def test_line_that_cannot_be_read_is_named_and_the_rest_goes_on(replay, line, says):
    done = replay(TWO_ADD_UP, [SPEECH, line, "", DEBT], *ON_V4)
    assert done.exit_code == 1
    assert f"line 2: {says}" in done.stderr
    assert "was tried on 2 people" in done.stdout
    assert "Note: 1 could not be read and is left out." in done.stdout


def test_file_that_is_no_text_is_refused(replay, tmp_path):
    (tmp_path / "raw").write_bytes(b"\xff\xfe")
    draft = tmp_path / "draft.yaml"
    draft.write_text(TWO_ADD_UP, encoding="utf-8")
    done = CliRunner().invoke(main, ["policy", "replay", str(draft), *ON_V4, "--file", str(tmp_path / "raw")])
    assert done.exit_code == 1
    assert "is not UTF-8 text. Save it as UTF-8." in done.stderr


def test_nobody_to_try_it_on_is_said(replay):
    done = replay(TWO_ADD_UP, [], *ON_V4)
    assert done.exit_code == 0
    assert re.search(r"There is nobody of .*facts.jsonl: nothing to try pathway_to_provision@draft on.", done.stdout)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (
            ["--from", "2014-01-02", "--to", "2014-01-01"],
            "--to 2014-01-01 is before --from 2014-01-02. Turn them round.",
        ),
        (["--from", "yesterday"], "'yesterday' does not match the format '%Y-%m-%d'"),
        (["--from", "2014-01-01", "--file", "pyproject.toml"], "A file is taken whole: leave them out."),
        (["--file", "no-such-file"], "No such file or directory"),
        (["--against", "no_such"], "There is no policy called 'no_such'"),
        (["--pack", "atlantis"], "There is no pack called 'atlantis'"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_anything_begins(options, says, tmp_path):
    there = ["--run-dir", str(tmp_path / "var")]
    done = CliRunner().invoke(main, ["policy", "replay", "pathway_to_provision@V5", *there, *options])
    assert done.exit_code in (1, 2)
    assert says in done.stderr
    assert not (tmp_path / "var").exists()


def test_page_is_whole_and_says_the_same_as_its_chart(replay, tmp_path):
    page = tmp_path / "page.html"
    assert replay(TWO_ADD_UP, [SPEECH, DEBT, DEBT], *ON_V4, "--out", str(page)).exit_code == 0
    text = page.read_text(encoding="utf-8")
    assert not re.search(r"<script|https?://(?!www\.w3\.org/)|@import|line 2", text)
    tree = etree.parse(BytesIO(text.encode()), etree.HTMLParser())
    assert [each.text for each in tree.iter("h1")] == ["pathway_to_provision@draft tried on the past"]
    drawn = [title.text for path in tree.iter("path") for title in path.iter("title")]
    assert drawn == [
        "1 person stays at Level 2, early help",
        "2 people from Level 2, early help to Level 3, early help",
    ]
    moves = next(each for each in tree.iter("table") if each.find("caption").text == "Moves between levels and routes")
    assert [cell.text for cell in moves.find("tbody").iter("th", "td")] == [
        "Level 2, early help",
        "Level 3, early help",
        "▲ up",
        "2",
    ]
    assert all(each.get("scope") for each in tree.iter("th"))


def test_page_and_help_say_that_it_is_for_the_hub_only(replay, tmp_path):
    page = tmp_path / "page.html"
    replay(TWO_ADD_UP, [DEBT], *ON_V4, "--out", str(page))
    assert "<strong>For the hub only.</strong> This page has counts of one person." in page.read_text(encoding="utf-8")
    told = " ".join(CliRunner().invoke(main, ["policy", "replay", "--help"]).stdout.split())
    assert "write the report as a page of HTML, for the hub only" in told
    assert "The page of --out is not for partners: it lists nobody, but has counts of one person." in told


def test_page_escapes_what_others_named(replay, tmp_path):
    page, facts, draft = tmp_path / "page.html", tmp_path / "<b>&.jsonl", tmp_path / "draft.yaml"
    facts.write_text(json.dumps(DEBT), encoding="utf-8")
    draft.write_text(TWO_ADD_UP, encoding="utf-8")
    where = [str(draft), *ON_V4, "--file", str(facts), "--out", str(page)]
    assert CliRunner().invoke(main, ["policy", "replay", *where]).exit_code == 0
    text = page.read_text(encoding="utf-8")
    assert "<b>" not in text
    assert "&lt;b&gt;&amp;.jsonl" in text


def test_page_without_moves_has_no_chart(replay, tmp_path):
    page = tmp_path / "page.html"
    replay(TWO_ADD_UP, [SPEECH], *ON_V4, "--out", str(page))
    text = page.read_text(encoding="utf-8")
    assert "<svg" not in text
    assert "Nobody would be recommended another level or route." in text


ROUNDED = 0.2 + 1e-9  # four ends, each rounded to a tenth, and what floats lose
PLACES = st.one_of(st.none(), st.tuples(st.integers(1, 4), st.sampled_from(ROUTES)))


@settings(max_examples=200)
@given(st.dictionaries(st.tuples(PLACES, PLACES), st.sampled_from((1, 7, 400, 90_000)), min_size=1, max_size=60))
def test_labels_never_meet_and_bands_are_as_thick_as_their_number(counts):
    moves = [PlaceMove(*ends, "same" if ends[0] == ends[1] else "up", people) for ends, people in counts.items()]
    drawn = lay_out(moves)
    for bars in (drawn.left, drawn.right):
        assert all(bar.height >= ROW for bar in bars)
        assert all(above.y + above.height <= below.y for above, below in pairwise(bars))
        assert all(bar.y + bar.height <= drawn.height for bar in bars)
    for side, bars in enumerate((drawn.left, drawn.right)):
        assert len(bars) == len({ends[side] for ends in counts})
    thick = {band.says: _thickness(band.path) for band in drawn.bands if band.way == "up"}
    people = {band.says: int(band.says.split()[0].replace(",", "")) for band in drawn.bands}
    for one in thick:
        for other in thick:
            if people[one] > people[other]:
                assert thick[one] >= thick[other] - ROUNDED


def _thickness(path: str) -> float:
    begins, ends = float(re.match(r"M\d+,([\d.]+)", path)[1]), float(re.search(r" \d+,([\d.]+)Z$", path)[1])
    return ends - begins


@settings(max_examples=100)
@given(st.dictionaries(st.tuples(PLACES, PLACES), st.integers(1, 300), min_size=1, max_size=20))
def test_bands_at_a_bar_fill_it_and_do_not_lie_on_each_other(counts):
    moves = [PlaceMove(*ends, "same" if ends[0] == ends[1] else "down", people) for ends, people in counts.items()]
    drawn = lay_out(moves)
    spans = sorted((float(re.match(r"M\d+,([\d.]+)", each.path)[1]), _thickness(each.path)) for each in drawn.bands)
    for (begin, thick), (after, _other) in pairwise(spans):
        assert begin + thick <= after + ROUNDED
    assert Counter(each.way for each in drawn.bands) == Counter(each.way for each in moves)


def test_longest_name_fits_beside_its_bar():
    longest = max(len(say_place((4, route))) for route in ROUTES)
    assert longest * 8.2 < LABELS - 10  # Arial's bold letters at 15 units are no wider than that on the whole


def test_bar_of_progress_tells_how_far():
    assert draw_bar(50, 100) == "[###############---------------] 50 of 100 judged"
    assert draw_bar(150, 100).startswith("[##############################] 150")
    assert draw_bar(2000, None) == "2,000 judged"


def test_progress_passes_everything_on_and_is_silent_where_nobody_looks(capsys):
    assert list(show_progress(range(5000), 5000)) == list(range(5000))
    assert list(show_progress([], None)) == []
    assert capsys.readouterr().err == ""


def test_progress_is_shown_to_a_terminal_and_wiped(capsys, monkeypatch):
    monkeypatch.setattr("triage.thresholds.replay_progress.PATIENCE", -1)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert len(list(show_progress(range(4000), 4000))) == 4000
    told = capsys.readouterr().err
    assert "2,000 of 4,000 judged" in told
    assert told.endswith(" \r")
