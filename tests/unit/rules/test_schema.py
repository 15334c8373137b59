"""The JSON Schema for editors: it is what the reader takes, and the file beside the policies is the newest."""

import json
from importlib.resources import files

import pytest
import yaml
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from rules.checking import check_policy
from rules.library import policies
from rules.schema import write_schema
from tests.unit.rules.drawing import draw_policies
from tests.unit.rules.test_policy_faults import FAULTS, GOOD

VALIDATOR = Draft202012Validator(write_schema())
# What is wrong with these no schema can tell: YAML itself, what stands twice, codes of the policy's own, sums.
BEYOND = {
    *("not yaml", "tab", "control character", "anchor", "alias", "two documents", "python object", "impossible date"),
    *("key twice", "key that is a list", "id twice", "no date", "date and time", "indicator in no domain"),
    *("authority that all know", "unknown indicator", "more than there are", "indicators of what", "no such pair"),
    *("too many indicators", "three domains", "domains too few", "code that is none", "unknown is not a value"),
    *("nothing as a number", "control code in quotes", "text without end"),
    *("section 47 at level 2", "level set from the level", "route without a rank", "floor of nothing", "below nought"),
}


def faults_of(text: str) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(json.loads(json.dumps(yaml.safe_load(text), default=str)))]


def test_schema_is_a_schema_and_closed_everywhere() -> None:
    Draft202012Validator.check_schema(write_schema())
    assert json.dumps(write_schema()).count('"additionalProperties": false') > 20


def test_file_beside_the_policies_is_the_newest() -> None:
    """After a change: triage policy schema --out rules/policy.schema.json"""
    kept = (files("rules") / "policy.schema.json").read_text(encoding="utf-8")
    assert json.loads(kept) == write_schema()


@pytest.mark.parametrize("path", sorted((files("rules") / "policies").iterdir(), key=str), ids=lambda each: each.name)
def test_shipped_policy_fits_and_tells_the_editor_where_the_schema_is(path) -> None:
    text = path.read_text(encoding="utf-8")
    assert faults_of(text) == []
    assert check_policy(text, path.name) == []
    assert text.startswith("# yaml-language-server: $schema=../policy.schema.json\n")


@settings(max_examples=40, deadline=None)
@given(draw_policies())
def test_whatever_the_reader_takes_fits(policy) -> None:
    assert list(VALIDATOR.iter_errors(json.loads(json.dumps(policy.content)))) == []


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault not in BEYOND])
def test_fault_of_form_does_not_fit(fault) -> None:
    old, new, _says = FAULTS[fault]
    assert faults_of(GOOD.replace(old, new.replace("@", ""), 1)) != []


def test_what_no_schema_can_tell_is_no_more_than_that() -> None:
    assert set(FAULTS) >= BEYOND


def test_all_policies_have_their_own_names() -> None:
    assert len({policy.hash for policy in policies().values()}) == len(policies())
