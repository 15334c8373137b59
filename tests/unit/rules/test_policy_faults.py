"""Whatever is wrong with a policy's text is said with its line and column, and what to do."""

from pathlib import Path

import pytest
import yaml

from rules.document import PolicyError
from rules.reading import load

GOOD = """\
name: small
version: "1"
effective_from: 2014-06-01
authority: Somewhere
source: Made up
level_names: {1: One, 2: Two, 3: Three, 4: Four}
domains: {C: The child, P: The parents}
authorities: {here: Here, there: There}
indicators:
  HUNGRY: {says: Hungry, domains: [C], level: 2, about: child, source: Made up}
  TIRED: {says: Tired, domains: [C, P], level: 2, about: child, source: Made up}
  HURT: {says: Hurt, domains: [C], level: 4, about: child, section: s47, source: Made up}
combination:
  level: highest
  rag: most_pressing
  route: first
  section_47: any
  must_be_seen_today: any
  agencies: all
  otherwise: {level: 1, rag: green}
rules:
  - id: level_2
    when: {indicators: {level: 2}}
    then: {level: 2}
    because: {paragraph: Page 1, says: Seen.}
  - id: under_five
    when: {all: [{level: {at_least: 2}}, {age: {below: 1826}}]}
    then: {rag: amber, agencies: [health]}
    because: {paragraph: Page 2, says: Young.}
  - id: elsewhere
    rank: 1
    when: {authority: [there, other]}
    then: {route: other_authority}
    because: {paragraph: Page 3, says: Elsewhere.}
  - id: rest
    rank: 2
    when: always
    then: {route: advice}
    because: {paragraph: Page 4, says: The rest.}
"""
RULE = GOOD[GOOD.index("  - id: level_2") : GOOD.index("  - id: under_five")]
# What to replace, by what (@ marks the place that the error must name), and what the error says.
FAULTS = {
    "not yaml": ("name: small\nversion:", "name: [small\nversion@:", "expected ',' or ']'"),
    "tab": ("name: small", "name:\n@\tsmall", "cannot start any token"),
    "control character": ("name: small", "name: sm@\x07all", "not allowed"),
    "anchor": ("authority: Somewhere", "authority: @&a Somewhere", "anchors and aliases"),
    "alias": ("authority: Somewhere", "authority: @*a", "anchors and aliases"),
    "too deep": ("source: Made up", f"source: {'[' * 39}@[{']' * 40}", "nested too deep"),
    "two documents": ("name: small", "name: other\n@---\nname: small", "another document"),
    "python object": ("Made up", "@!!python/object:os.system x", "tags like !this"),
    "unknown key": ("name: small", "@nane: small", "no key 'nane'"),
    "missing key": ("name: small\n", "@", "name is missing"),
    "key twice": ("authority: Somewhere", "authority: Somewhere\n@authority: Else", "'authority' stands here twice"),
    "key that is a list": ("name: small", "? @[name]\n: small", "a plain word is wanted"),
    "name with spaces": ("name: small", "name: @Small policy", "not a name"),
    "version that is a number": ('version: "1"', "version: @1", "some text is wanted"),
    "version that is a path": ('version: "1"', 'version: @".."', "letters and digits"),
    "version without end": ('version: "1"', f'version: @"{"1" * 41}"', "up to 40"),
    "nothing as a number": ("level: 2}\n", "level: @!!int ''}\n", "tags like !this"),
    "control code in quotes": ("source: Made up", 'source: @"Made\\0 up"', "control character"),
    "text without end": ("source: Made up", f"source: @{'x' * 2001}", "longer than 2,000"),
    "empty authority": ("authority: Somewhere", "authority: @''", "some text is wanted"),
    "impossible date": ("2014-06-01", "@2014-13-45", "month must be in 1..12"),
    "no date": ("2014-06-01", "@soon", "a date is wanted"),
    "date and time": ("2014-06-01", "@2014-06-01 10:00:00", "a date is wanted"),
    "combination": ("level: highest", "level: @lowest", "Use one of: highest, first"),
    "level name missing": ("{1: One, ", "@{", "1 is missing"),
    "fifth level": ("4: Four", "4: Four, @5: Five", "no key '5'"),
    "rule not a mapping": ("  - id: elsewhere", "  - @soon\n  - id: elsewhere", "a mapping is wanted"),
    "key misspelt in a rule": ("because: {paragraph: Page 1,", "@becuase: {paragraph: Page 1,", "no key 'becuase'"),
    "rule without because": (RULE, "  - @id: level_2\n    when: always\n    then: {level: 2}\n", "because is missing"),
    "id twice": ("id: under_five", "id: @level_2", "another rule is called 'level_2'"),
    "id with capitals": ("id: rest", "id: @Rest", "not a name"),
    "level 5": ("then: {level: 2}", "then: {level: @5}", "from 1 to 4"),
    "level that is true": ("then: {level: 2}", "then: {level: @true}", "from 1 to 4"),
    "empty then": ("then: {level: 2}", "then: @{}", "a mapping is wanted"),
    "unknown rag": ("rag: amber", "rag: @purple", "Use one of: red, amber, green"),
    "rag that is a list": ("rag: amber", "rag: @[amber]", "no ['amber']"),
    "unknown agency": ("[health]", "[@army]", "no 'army'"),
    "agencies not a list": ("[health]", "@health", "a list"),
    "flag that is text": ("then: {level: 2}", "then: {level: 2, section_47: @'yes'}", "true or false"),
    "section 47 at level 2": ("then: {level: 2}", "then: @{level: 2, section_47: true}", "level 4 and rag red"),
    "level set from the level": ("then: {rag: amber", "then: {level: @3, rag: amber", "may not set it"),
    "unknown route": ("route: advice", "route: @somewhere", "no 'somewhere'"),
    "route without a rank": ("  - id: elsewhere\n    rank: 1\n", "  - @id: elsewhere\n", "needs a rank"),
    "rank of nought": ("rank: 1", "rank: @0", "from 1 to 9999"),
    "floor of nothing": ("when: always\n    then: {", "floor: true\n    when: always\n    then: @{", "a floor holds"),
    "because that is one text": ("{paragraph: Page 1, says: Seen.}", "@Seen.", "a mapping is wanted"),
    "because without a paragraph": ("{paragraph: Page 1, says: Seen.}", "@{says: Seen.}", "paragraph is missing"),
    "indicator in no domain": ("domains: [C], level: 2", "domains: [@F], level: 2", "Use one of: C, P"),
    "indicator of level 5": ("[C], level: 2", "[C], level: @5", "from 1 to 4"),
    "indicator about a dog": ("about: child, section", "about: @dog, section", "child, parent, family"),
    "indicator in small letters": ("HUNGRY:", "@hungry:", "not an indicator's code"),
    "authority that all know": ("there: There", "@other: There", "every policy knows 'other'"),
    "length of time that is none": ("{below: 1826}", "{below: @5 winters}", "a length of time like 6 months"),
    "more than there are": ("indicators: {level: 2}", "at_least: {count: @3, of: [{mobile: true}]}", "from 1 to 1"),
    "unknown fact": ("age: {below", "@age_weeks: {below", "no fact 'age_weeks'"),
    "ethnicity": ("age: {below: 1826}", "@ethnicity: WBRI", "may not look at ethnicity"),
    "sex": ("age: {below: 1826}", "@sex: F", "may not look at sex"),
    "religion": ("age: {below: 1826}", "@religion: none", "may not look at religion"),
    "district": ("age: {below: 1826}", "any: [{@district: E07000170}]", "may not look at district"),
    "unknown indicator": ("indicators: {level: 2}", "indicator: @C9_NOTHING", "no indicator 'C9_NOTHING'"),
    "indicator that is a list": ("indicators: {level: 2}", "indicator: @[HURT]", "no indicator"),
    "indicators of what": ("indicators: {level: 2}", "indicators: @{count: 2}", "give a level, section, domain"),
    "indicators of level 9": ("indicators: {level: 2}", "indicators: {level: @9}", "from 1 to 4"),
    "indicators of section 20": ("indicators: {level: 2}", "indicators: {section: @s20}", "no 's20'"),
    "too many indicators": ("{level: 2}}", "@{level: 2, count: 3}}", "can never hold"),
    "no such pair": ("{level: 2}}", "@{level: 2, section: s47}}", "can never hold"),
    "three domains": ("{level: 2}}", "{level: 2, domains: @3}}", "from 1 to 2"),
    "domains too few": ("{level: 2}}", "@{level: 4, domains: 2}}", "lie in fewer domains"),
    "nought indicators": ("{level: 2}}", "{level: 2, count: @0}}", "from 1"),
    "code that is none": ("[there, other]", "[there, @leeds]", "no 'leeds'"),
    "unknown is not a value": ("[there, other]", "@unknown", "no 'unknown'"),
    "order of codes": ("[there, other]", "{below: @other}", "has no order"),
    "number for yes or no": ("age: {below: 1826}", "mobile: @3", "true or false"),
    "list for yes or no": ("age: {below: 1826}", "mobile: @[true]", "has no order"),
    "below nought": ("{below: 1826}", "{below: @0}", "from 1"),
    "negative age": ("{below: 1826}", "{at_least: @-1}", "from 0"),
    "text for a number": ("{below: 1826}", "{below: @young}", "a whole number"),
    "two comparisons": ("{below: 1826}", "{@below: 1826, at_least: 5}", "Join two with all"),
    "unknown comparison": ("{below: 1826}", "{@under: 1826}", "is, in, below, at_least"),
    "level 7": ("{level: {at_least: 2}}", "{level: {at_least: @7}}", "from 1 to 4"),
    "empty list of conditions": ("all: [{level: {at_least: 2}}, {age: {below: 1826}}]", "all: @[]", "a list with"),
    "condition that is a word": ("when: {indicators: {level: 2}}", "when: @never", "a mapping is wanted"),
    "empty condition": ("when: {indicators: {level: 2}}", "when: @{}", "a mapping is wanted"),
}  # fmt: skip

# All that is said of each, as a person reads it.
WHOLE = yaml.safe_load((Path(__file__).parents[2] / "data" / "policy-faults.yaml").read_text(encoding="utf-8"))


def test_whole_of_what_is_said_is_kept_for_each_fault() -> None:
    assert set(WHOLE) == set(FAULTS)


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_is_refused_with_its_place(fault) -> None:
    old, new, says = FAULTS[fault]
    assert old in GOOD
    before, _mark, after = GOOD.replace(old, new, 1).partition("@")
    with pytest.raises(PolicyError) as refusal:
        load(before + after, "small.yaml")
    error = refusal.value
    assert str(error) == f"small.yaml, line {error.line}, column {error.column}: {error.problem}"
    assert says in error.problem
    assert (error.line, error.column) == (before.count("\n") + 1, len(before) - before.rfind("\n"))
    assert error.problem == WHOLE[fault]


@pytest.mark.parametrize("text", ["", "# nothing\n", "just words", "- a\n- b\n", "{", "\ufeff", "a: b: c"])
def test_text_that_is_no_policy_is_refused(text) -> None:
    with pytest.raises(PolicyError, match=r"^policy, line \d+, column \d+: "):
        load(text)


def test_empty_text_is_told_how_a_policy_begins() -> None:
    with pytest.raises(PolicyError) as refusal:
        load("# nothing\n")
    assert str(refusal.value) == "policy, line 1, column 1: the text is empty. A policy begins with its name."


@pytest.mark.parametrize(
    "key", ["name", "version", "effective_from", "source", "level_names", "indicators", "combination", "rules"]
)
def test_null_is_refused_at_its_place(key) -> None:
    start = GOOD.index(f"{key}:")
    end = next((GOOD.index(f"\n{after}:") for after in _after(key)), len(GOOD) - 1)
    with pytest.raises(PolicyError) as refusal:
        load(f"{GOOD[:start]}{key}: null{GOOD[end:]}")
    assert refusal.value.line == GOOD[:start].count("\n") + 1


def test_where_the_first_is_taken_each_rule_that_gives_it_has_a_rank() -> None:
    with pytest.raises(
        PolicyError, match="the level is that of the first rule that fits, so this one needs a rank"
    ) as fault:
        load(GOOD.replace("level: highest", "level: first"))
    assert GOOD.splitlines()[fault.value.line - 1] == "  - id: level_2"


def _after(key: str) -> list[str]:
    keys = [line.partition(":")[0] for line in GOOD.splitlines() if line[0].isalpha()]
    return keys[keys.index(key) + 1 :][:1]


def test_file_is_read_and_named_in_its_errors(tmp_path: Path) -> None:
    good, bad, binary = tmp_path / "good.yaml", tmp_path / "bad.yaml", tmp_path / "binary.yaml"
    good.write_text(GOOD, encoding="utf-8")
    bad.write_text(GOOD.replace("rag: amber", "rag: mauve"), encoding="utf-8")
    binary.write_bytes(b"name: \xff\xfe")
    assert load(good) == load(GOOD)
    with pytest.raises(PolicyError, match=r"bad\.yaml, line 28, column 17: there is no 'mauve'"):
        load(bad)
    with pytest.raises(PolicyError, match=r"binary\.yaml, line 1, column 1: this is not UTF-8 text\. Save it as UTF-8"):
        load(binary)


def test_hash_is_of_the_content_not_the_layout() -> None:
    same = GOOD.replace("then: {level: 2}", "then:\n      level:   2 # two").replace("says: Seen.", "says: 'Seen.'")
    assert load(same).hash == load(GOOD).hash
    assert load(same) == load(GOOD)
    assert hash(load(same)) == hash(load(GOOD))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Seen.", "Found."),
        ("level: 2}\n", "level: 3}\n"),
        ("amber", "red"),
        ("below: 1826", "below: 1825"),
        ("domains: [C, P]", "domains: [C]"),
        ("One", "1st"),
    ],
)
def test_hash_tells_one_word_more_or_less(old, new) -> None:
    assert load(GOOD.replace(old, new, 1)) != load(GOOD)


def test_policy_cannot_be_changed() -> None:
    policy = load(GOOD)
    with pytest.raises(AttributeError):
        policy.hash = "0"
    with pytest.raises(TypeError):
        policy.level_names[1] = "None"


def test_keys_that_yaml_takes_for_yes_are_words_here() -> None:
    """ON and YES are indicators' codes as any other: neither hides the other from the hash."""
    line = "  {}: {{says: {}, domains: [C], level: {}, about: child, source: Made up}}\n"
    lines = line.format("ON", "Marked", 4) + line.format("YES", "Loved", 1)
    text = GOOD.replace("combination:", lines + "combination:", 1)
    assert set(load(text).vocabulary.indicators) >= {"ON", "YES"}
    assert (
        load(text).hash != load(text.replace("Marked, domains: [C], level: 4", "Marked, domains: [C], level: 1")).hash
    )


def test_order_is_content() -> None:
    """What comes first is told first, and the first authority is ours: so the order is part of what was published."""
    assert load(GOOD.replace("{here: Here, there: There}", "{there: There, here: Here}")).hash != load(GOOD).hash
