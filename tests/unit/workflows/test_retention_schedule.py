"""A retention schedule that cannot be gone by is refused, and says which class is wrong and why."""

from copy import deepcopy

import pytest
import yaml

from workflows.retention_schedule import ROUTES, read_schedule

WHOLE = {
    "classes": [
        {
            "code": "every",
            "name": "Everything",
            "covers": {"routes": list(ROUTES)},
            "keep": {"since_closing": 6},
            "source": "made up",
        }
    ],
    "routine": [{"code": "letters", "name": "Letters", "rows": "outbox", "days": 30, "source": "made up"}],
}


def changed(part, **details):
    document = deepcopy(WHOLE)
    document[part][0] |= details
    return yaml.safe_dump(document)


def test_whole_schedule_is_read_and_named_by_its_text():
    schedule = read_schedule(yaml.safe_dump(WHOLE))
    assert [each.code for each in (*schedule.classes, *schedule.routines)] == ["every", "letters"]
    assert schedule.names["every"] == "Everything"
    assert schedule.hash != read_schedule(changed("routine", days=31)).hash


def test_earlier_texts_are_known_beside_the_one_that_holds():
    before = "ab" * 32
    schedule = read_schedule(yaml.safe_dump(WHOLE | {"before": [before]}))
    assert schedule.known == {schedule.hash, before}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (yaml.safe_dump(WHOLE | {"before": ["last year's"]}), "before is a list of the hashes"),
        ("classes: [", "is no YAML"),
        ("[]", "two lists"),
        ("classes: []", "two lists"),
        (yaml.safe_dump(WHOLE | {"after": []}), "two lists"),
        (yaml.safe_dump({"classes": ["x"], "routine": []}), "classes is a list of classes"),
        (
            yaml.safe_dump({"classes": [], "routine": []}),
            "No class covers whatever was sent to social_care, early_help",
        ),
        (changed("classes", source=""), "every: say code, covers, keep, name, source"),
        (changed("classes", kepe={}), "and nothing else"),
        (changed("classes", covers={}), "every: covers says one or more of"),
        (changed("classes", covers={"route": ["advice"]}), "every: covers says one or more of"),
        (changed("classes", covers={"routes": ["adoption"]}), "every: routes is a list of some of"),
        (changed("classes", covers={"routes": "advice"}), "every: routes is a list of some of"),
        (changed("classes", covers={"routes": []}), "every: routes is a list of some of"),
        (changed("classes", covers={"section_47": False}), "is true, or not said"),
        (changed("classes", covers={"routes": ["advice"]}), "sent to social_care, early_help"),
        (changed("classes", keep={}), "since_birth or since_closing"),
        (changed("classes", keep={"died_before_18": 6}), "since_birth or since_closing"),
        (changed("classes", keep={"since_closing": 0}), "whole number of years"),
        (changed("classes", keep={"since_closing": True}), "whole number of years"),
        (changed("classes", keep={"since_closing": "6 years"}), "whole number of years"),
        (changed("classes", code="letters"), "letters: there are two of that code"),
        (changed("routine", rows="people"), "letters: rows is one of outbox"),
        (changed("routine", days=0), "letters: days is a whole number"),
    ],
)
def test_fault_is_told_by_its_class(text, fault):
    with pytest.raises(ValueError, match="retention schedule") as refusal:
        read_schedule(text)
    assert fault in str(refusal.value)
