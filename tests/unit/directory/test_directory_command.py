"""`triage directory validate`: what is wrong, where and what to do, without a database."""

import json

from click.testing import CliRunner

from tests.listing import a_service
from triage.directory_command import directory, say_taken
from triage.services.directory import Taken


def validate(path, documents):
    path.write_text(json.dumps(documents), encoding="utf-8")
    return CliRunner().invoke(directory, ["validate", str(path)])


def test_right_file_is_said_to_be_right(tmp_path):
    done = validate(tmp_path / "ours.json", [a_service()])
    assert (done.exit_code, done.output) == (0, "ours.json: 1 services, and nothing wrong with them.\n")


def test_wrong_file_is_refused_with_each_fault_and_its_place(tmp_path):
    done = validate(tmp_path / "ours.json", [a_service(status="open", url="x")])
    assert done.exit_code == 1
    assert done.output.splitlines() == [
        "Error: ours.json: $[0].status: There is no 'open'. Use one of: active, inactive, defunct, temporarily closed.",
        "ours.json: $[0].url: Write a web address that begins with http:// or https://.",
        "Nothing was taken. Put these right and try again.",
    ]


def test_of_very_many_faults_the_first_are_told(tmp_path):
    done = validate(tmp_path / "ours.json", [{}] * 100)
    assert "200 more are not shown." in done.output


def test_what_came_of_a_file_is_told_by_name():
    taken = Taken(added=["A"], changed=["B", "C"], unchanged=4, missing=["D"])
    assert say_taken(taken).splitlines() == [
        "Added: A",
        "Changed: B, C",
        "Not in the file, and left as they are: D",
        "1 added, 2 changed, 4 as they were.",
    ]
