"""A retention schedule that cannot be gone by is refused, and says which class is wrong and why."""

from copy import deepcopy

import pytest
import yaml

from workflows.retention_schedule import ROUTES, RetentionClass, Routine, read_schedule

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
EVERYWHERE = (
    "social_care, early_help, adult_safeguarding, ehc_pathway, other_authority, "
    "advice, existing_case, no_further_action"
)
NO_TABLE = "rows is one of outbox, idempotency_keys, access_exports."
NO_DAYS = "days is a whole number, 1 or more."
UNKEPT = f"No class covers whatever was sent to {EVERYWHERE}: it would be kept for ever."


def changed(part, **details):
    document = deepcopy(WHOLE)
    document[part][0] |= details
    return yaml.safe_dump(document)


def test_whole_schedule_is_read_and_named_by_its_text():
    schedule = read_schedule(yaml.safe_dump(WHOLE))
    assert [each.code for each in (*schedule.classes, *schedule.routines)] == ["every", "letters"]
    assert schedule.names["every"] == "Everything"
    assert schedule.hash != read_schedule(changed("routine", days=31)).hash


def test_every_word_of_a_class_is_read():
    details = {"section_47": True, "protection_plan": True, "by_hand": True}
    keep = {"since_birth": 25, "since_closing": 150, "died_before_18": 1}
    grave = {
        "code": "grave",
        "name": "Grave",
        "source": "ours",
        "covers": {"routes": ["advice"], **details},
        "keep": keep,
    }
    schedule = read_schedule(yaml.safe_dump(WHOLE | {"classes": [*WHOLE["classes"], grave]}))
    assert schedule.classes == (
        RetentionClass("every", "Everything", "made up", frozenset(ROUTES), since_closing=6),
        RetentionClass("grave", "Grave", "ours", frozenset({"advice"}), **details, **keep),
    )
    assert schedule.routines == (Routine("letters", "Letters", "outbox", 30, "made up"),)
    assert schedule.names == {"every": "Everything", "grave": "Grave", "letters": "Letters"}


def test_earlier_texts_are_known_beside_the_one_that_holds():
    before = "ab" * 32
    schedule = read_schedule(yaml.safe_dump(WHOLE | {"before": [before]}))
    assert schedule.known == {schedule.hash, before}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            yaml.safe_dump(WHOLE | {"before": ["last year's"]}),
            "before is a list of the hashes (SHA-256) of this file's earlier texts.",
        ),
        (
            yaml.safe_dump(WHOLE | {"before": "ab" * 32}),
            "before is a list of the hashes (SHA-256) of this file's earlier texts.",
        ),
        (
            yaml.safe_dump(WHOLE | {"routine": {}}),
            "routine is a list of classes, each with code, days, name, rows, source.",
        ),
        ("[]", "It has two lists, classes and routine, and perhaps a third: before."),
        ("classes: []", "It has two lists, classes and routine, and perhaps a third: before."),
        (yaml.safe_dump(WHOLE | {"after": []}), "It has two lists, classes and routine, and perhaps a third: before."),
        (
            yaml.safe_dump({"classes": ["x"], "routine": []}),
            "classes is a list of classes, each with code, covers, keep, name, source.",
        ),
        (
            yaml.safe_dump({"classes": [], "routine": []}),
            UNKEPT,
        ),
        (changed("classes", source=""), "every: say code, covers, keep, name, source, and nothing else."),
        (changed("classes", name="  "), "every: say code, covers, keep, name, source, and nothing else."),
        (changed("classes", name=5), "every: say code, covers, keep, name, source, and nothing else."),
        (changed("routine", rows="people", days=0), f"letters: {NO_TABLE} letters: {NO_DAYS}"),
        (changed("routine", name=""), "letters: say code, days, name, rows, source, and nothing else."),
        (changed("routine", days=True), f"letters: {NO_DAYS}"),
        (
            changed("classes", keep={"since_birth": 151}),
            "every: each of keep is a whole number of years, from 1 to 150.",
        ),
        (
            changed("classes", keep={"since_birth": 6, "since_death": 6}),
            "every: keep says since_birth or since_closing or both, and perhaps died_before_18.",
        ),
        (
            changed("classes", covers={"routes": ["advice"], "by_hand": "yes"}),
            f"every: what covers asks for beside routes is true, or not said. {UNKEPT}",
        ),
        (changed("classes", kepe={}), "every: say code, covers, keep, name, source, and nothing else."),
        (
            changed("classes", covers={}),
            f"every: covers says one or more of by_hand, protection_plan, routes, section_47. {UNKEPT}",
        ),
        (
            changed("classes", covers={"route": ["advice"]}),
            f"every: covers says one or more of by_hand, protection_plan, routes, section_47. {UNKEPT}",
        ),
        (
            changed("classes", covers={"routes": ["adoption"]}),
            f"every: routes is a list of some of {EVERYWHERE}. {UNKEPT}",
        ),
        (
            changed("classes", covers={"routes": "advice"}),
            f"every: routes is a list of some of {EVERYWHERE}. {UNKEPT}",
        ),
        (
            changed("classes", covers={"routes": []}),
            f"every: routes is a list of some of {EVERYWHERE}. {UNKEPT}",
        ),
        (
            changed("classes", covers={"section_47": False}),
            f"every: what covers asks for beside routes is true, or not said. {UNKEPT}",
        ),
        (
            changed("classes", covers={"routes": ["advice"]}),
            UNKEPT.replace("advice, ", ""),
        ),
        (
            changed("classes", keep={}),
            "every: keep says since_birth or since_closing or both, and perhaps died_before_18.",
        ),
        (
            changed("classes", keep={"died_before_18": 6}),
            "every: keep says since_birth or since_closing or both, and perhaps died_before_18.",
        ),
        (
            changed("classes", keep={"since_closing": 0}),
            "every: each of keep is a whole number of years, from 1 to 150.",
        ),
        (
            changed("classes", keep={"since_closing": True}),
            "every: each of keep is a whole number of years, from 1 to 150.",
        ),
        (
            changed("classes", keep={"since_closing": "6 years"}),
            "every: each of keep is a whole number of years, from 1 to 150.",
        ),
        (changed("classes", code="letters"), "letters: there are two of that code."),
        (changed("routine", rows="people"), f"letters: {NO_TABLE}"),
        (changed("routine", days=0), f"letters: {NO_DAYS}"),
    ],
)
def test_fault_is_told_by_its_class(text, fault):
    with pytest.raises(ValueError, match="retention schedule") as refusal:
        read_schedule(text)
    assert str(refusal.value) == f"The retention schedule cannot be gone by. {fault}"


@pytest.mark.parametrize("routes", [[], "advice", 5, True, None, {"advice": True}, ["adoption"], [["advice"]], [{}]])
def test_routes_that_are_no_list_of_routes_are_told_so(routes):
    with pytest.raises(ValueError, match="retention schedule cannot be gone by") as refusal:
        read_schedule(changed("classes", covers={"routes": routes}))
    assert f"every: routes is a list of some of {EVERYWHERE}. {UNKEPT}" in str(refusal.value)


def test_class_without_a_code_is_told_of_all_the_same():
    nameless = {key: value for key, value in WHOLE["classes"][0].items() if key != "code"}
    with pytest.raises(ValueError, match="one without a code: say code, covers, keep, name, source, and nothing else"):
        read_schedule(yaml.safe_dump(WHOLE | {"classes": [nameless]}))


def test_text_that_is_no_yaml_is_told_so():
    with pytest.raises(ValueError, match=r"^The retention schedule is no YAML: while parsing"):
        read_schedule("classes: [")
