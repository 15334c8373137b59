"""Whatever is no table of ours is refused with its line and column, and what to do."""

import re
from pathlib import Path

import pytest
import yaml

from rules.dmn import read_as_yaml, read_dmn, write_dmn
from rules.dmn.xml import LIMIT
from rules.document import PolicyError
from rules.facts import CONSENTS, KINDS, SOURCES
from rules.reading import load
from tests.unit.rules.test_policy_faults import GOOD

TEXT = write_dmn(load(GOOD))
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
UNDER_FIVE = '<rule id="rag_1" label="under_five">'
SEEN = '<input id="level_in1" label="How many level 2 indicators are seen">'


def _cut(start: str, name: str, text: str = TEXT) -> str:
    """An element of the document, whole: the first that begins so and has the name or id."""
    found = re.search(rf'{start} (?:id="\w+" )?(?:id|name|label)="{name}".*?</{start[1:]}>', text, re.DOTALL)
    return found[0]


UNDER_FIVE_ROW = _cut("<rule", "rag_1")
ELSEWHERE_ROW, REST_ROW = _cut("<rule", "route_1"), _cut("<rule", "route_3")
# What to replace, by what (@ marks the place that the error must name), and what the error says.
FAULTS = {
    "not xml": (TEXT, "@name: small", "not well-formed XML: syntax error"),
    "nothing": (TEXT, "@", "no element found"),
    "cut off": (TEXT[TEXT.index("</definitions>") :], "@", "no element found"),
    "mismatched tag": ("</definitions>", "</@definition>", "mismatched tag"),
    "unknown entity": ("Hungry", "@&who;", "undefined entity"),
    "document type": (
        HEAD,
        f'{HEAD}<!DOCTYPE definitions @[<!ENTITY who "x">]>\n',
        "document type (DOCTYPE) is declared",
    ),
    "encoding": (HEAD, '@<?xml version="1.0" encoding="utf-7"?>\n', "the encoding utf-7 is not read"),
    "too deep": (
        "<variable",
        f"{'<description>' * 38}@<description>{'</description>' * 39}<variable",
        "nested too deep",
    ),
    "other vocabulary": ("20191111/MODEL/", "20180521/MODEL/", "not DMN 1.3"),
    "somebody else's": ('triage:version="1"', "", "not written by `triage policy dmn`"),
    "no date": ("2014-06-01", "soon", "triage:effective_from is no date"),
    "unknown part": ("<organizationUnit", "@<import/><organizationUnit", "no place for this import"),
    "no owner": (
        '  <organizationUnit id="owner" name="Somewhere" />\n',
        "",
        "definitions wants one organizationUnit, and has 0",
    ),
    "two owners": ("<organizationUnit", '<organizationUnit name="x"/><organizationUnit', "and has 2"),
    "unknown combination": (
        'triage:takes_level="highest"',
        'triage:takes_level="lowest"',
        "Use one of: highest, first",
    ),
    "unknown fact": ('<inputData id="input_kind" name="kind">', '@<inputData name="sex">', "there is no fact 'sex'"),
    "input twice": ('<inputData id="input_TIRED" name="TIRED">', '@<inputData name="HUNGRY">', "another inputData"),
    "indicator's level": ('<triage:indicator level="2"', '@<triage:indicator level="5"', "from 1 to 4, not '5'"),
    "indicator's domain": ('<triage:in domain="C" />', '<triage:in domain="X" />', "the domains C, P"),
    "indicator's about": ('about="child"', 'about="dog"', "no policy can say this: there is no 'dog'"),
    "indicator's code": (
        '<inputData id="input_HURT" name="HURT">',
        '@<inputData name="hurt">',
        "not an indicator's code",
    ),
    "rule twice": (
        '<knowledgeSource id="because_rest" label="rest"',
        '@<knowledgeSource label="elsewhere"',
        "another know",
    ),
    "rule without a name": (
        '<knowledgeSource id="because_rest" label="rest"',
        "@<knowledgeSource",
        "knowledgeSource lacks label",
    ),
    "rule without a row": ("<decision ", '@<knowledgeSource label="x" name="y"/><decision ', "no row has the label x"),
    "reason that differs": (
        "<description>Young.</description>\n        <",
        "@<description>Old.</description><",
        "says other",
    ),
    "rank in words": ('triage:rank="1"', 'triage:rank="one"', "a rank is a whole number up to 9999, not 'one'"),
    "rank missing": (' triage:rank="1"', "", "no policy can say this: the route is that of the first rule"),
    "no table": (
        '<decision id="route" name="route">',
        '@<decision name="way"/><decision name="route">',
        "decision wants one decisionTable",
    ),
    "unknown decision": ('name="agencies">', 'name="friends">', "this policy gives no friends"),
    "decision missing": (_cut("<decision", "must_be_seen_today"), "", "there is no decision must_be_seen_today"),
    "expression": ("HUNGRY + TIRED", "HUNGRY * 2", "'HUNGRY * 2' is nothing that a policy can ask"),
    "forbidden fact": ("<text>kind</text>", "<text>ethnicity</text>", "'ethnicity' is nothing that a policy can ask"),
    "hit policy": ('id="level_table" hitPolicy="FIRST"', 'id="level_table" hitPolicy="ANY"', "is FIRST, not ANY"),
    "count": ('hitPolicy="COLLECT"', 'hitPolicy="COLLECT" aggregation="COUNT"', "neither counts its rows"),
    "default": (
        'typeRef="string" />\n      <rule id="level_name_1"',
        '><defaultOutputEntry/></output><rule id="level_name_1"',
        "nor gives what no row says",
    ),
    "hit policy left out": ('id="level_table" hitPolicy="FIRST"', 'id="level_table"', "is FIRST, not UNIQUE"),
    "row without a cell": (
        UNDER_FIVE,
        f"@{UNDER_FIVE}<inputEntry><text>-</text></inputEntry>",
        "4 cells for 3 columns",
    ),
    "two outputs": (
        '<output id="level_out"',
        '<output id="x"/><output id="level_out"',
        "decisionTable wants one output, and has 2",
    ),
    "range": ("&lt; 1826", "[1..1826]", "'[1..1826]' is not a limit"),
    "huge number": ("&lt; 1826", "&lt; 99999999999", "is not a limit"),
    "level 5": ("<text>&gt;= 2</text>", "<text>&gt;= 5</text>", "nothing can meet '>= 5' here"),
    "code without quotes": ('<text>"there"', "<text>there", "is not a text in quotes"),
    "code with a bad escape": ('<text>"there"', r'<text>"\xthere"', "cannot be read"),
    "unknown code": ('<text>"there"</text>', '<text>"nowhere"</text>', "there is no 'nowhere' here"),
    "asking for the unknown": (
        '<text>"there"</text>',
        '<text>"unknown"</text>',
        "cannot ask whether something is unknown",
    ),
    "asking for no age": ('<text>"yes"</text>', '<text>"no"</text>', "cannot ask whether something is unknown"),
    "age that may be unknown": (
        '<text>"yes"</text>',
        "<text>-</text>",
        "this row asks for age_days but not whether it",
    ),
    "level in words": ("<text>2</text>", "<text>two</text>", "'two' is not a text in quotes"),
    "level too high": ("<text>2</text>", "<text>7</text>", "from 1 to 4"),
    "two values": ('<text>"amber"</text>', '<text>"amber","red"</text>', "a row gives one value"),
    "unknown rule": (UNDER_FIVE, '@<rule label="under_six">', "no knowledgeSource with the label 'under_six'"),
    "row of no rule": (UNDER_FIVE, "@<rule>", "this row is out of place in rag. Here comes a row of no rule"),
    "another age elsewhere": ("&lt; 1826", "&lt; 183", "the rule under_five demands something else in agencies"),
    "row of another rule": (
        'label="elsewhere">\n        <',
        'label="rest">\n        @<',
        "the knowledgeSource rest says otherwise",
    ),
    "two answers of one rule": (
        UNDER_FIVE_ROW,
        f"{UNDER_FIVE_ROW}@{UNDER_FIVE_ROW.replace('amber', 'red')}",
        "another row of this rule gives 'amber' as its rag",
    ),
    "rows out of order": (ELSEWHERE_ROW, f"@{REST_ROW}{ELSEWHERE_ROW}", "Here comes the rule elsewhere, which gives"),
    "row after the last": (REST_ROW, f"{REST_ROW}@{ELSEWHERE_ROW}", "No more rows come here. Take it out."),
}
# Where the error lies in an element that the replacement does not begin: how that element begins.
BEGINS = {
    "other vocabulary": "<definitions",
    "somebody else's": "<definitions",
    "no date": "<definitions",
    "no owner": "<definitions",
    "two owners": "<definitions",
    "unknown combination": "<definitions",
    "indicator's domain": '<triage:indicator level="2"',
    "indicator's about": '<inputData id="input_HUNGRY"',
    "rank in words": '<knowledgeSource id="because_elsewhere"',
    "rank missing": '<knowledgeSource id="because_elsewhere"',
    "unknown decision": '<decisionTable id="agencies_table"',
    "decision missing": "<definitions",
    "expression": SEEN,
    "forbidden fact": '<input id="section_47_in1"',
    "hit policy": '<decisionTable id="level_table"',
    "count": '<decisionTable id="agencies_table"',
    "default": '<decisionTable id="level_name_table"',
    "hit policy left out": '<decisionTable id="level_table"',
    "two outputs": '<decisionTable id="level_table"',
    "range": '<inputEntry id="rag_1_in3"',
    "huge number": '<inputEntry id="rag_1_in3"',
    "level 5": '<inputEntry id="level_name_3_in1"',
    "code without quotes": '<inputEntry id="route_1_in1"',
    "code with a bad escape": '<inputEntry id="route_1_in1"',
    "unknown code": '<inputEntry id="route_1_in1"',
    "asking for the unknown": '<inputEntry id="route_1_in1"',
    "asking for no age": '<inputEntry id="rag_1_in2"',
    "age that may be unknown": '<rule id="rag_1"',
    "level in words": '<outputEntry id="level_1_out"',
    "level too high": '<knowledgeSource id="because_level_2"',
    "two values": '<outputEntry id="rag_1_out"',
    "another age elsewhere": '<rule id="agencies_1"',
}

# All that is said of each, as a person reads it.
WHOLE = yaml.safe_load((Path(__file__).parents[2] / "data" / "dmn-faults.yaml").read_text(encoding="utf-8"))


def _spoil(name: str, old: str, new: str) -> tuple[str, int]:
    """The spoiled text, and where in it the error must be."""
    assert old in TEXT
    text = TEXT.replace(old, new, 1)
    if name in BEGINS:
        return text, text.index(BEGINS[name])
    place = text.index("@")
    return text.replace("@", "", 1), place


@pytest.mark.parametrize(("name", "old", "new", "says"), [(name, *each) for name, each in FAULTS.items()])
def test_fault_is_said_with_its_place(name, old, new, says) -> None:
    text, place = _spoil(name, old, new)
    with pytest.raises(PolicyError) as raised:
        read_dmn(text.encode(), "small.dmn")
    before = text[:place]
    assert says in str(raised.value)
    assert (raised.value.line, raised.value.column) == (before.count("\n") + 1, place - before.rfind("\n"))
    assert str(raised.value).startswith(f"small.dmn, line {raised.value.line}, column {raised.value.column}: ")
    assert raised.value.problem == WHOLE[name]


def test_whole_of_what_is_said_is_kept_for_each_fault() -> None:
    assert set(WHOLE) == set(FAULTS)


def test_part_that_is_joined_of_two_stays_so() -> None:
    for old, new, says in JOINED:
        assert old in FLOORS
        with pytest.raises(PolicyError, match=re.escape(says)):
            read_dmn(FLOORS.replace(old, new, 1).encode())


FLOORS = write_dmn(
    load(
        GOOD.replace("level: highest", "level: first")
        .replace("- id: level_2\n", "- id: level_2\n    rank: 1\n    floor: true\n")
        .replace("otherwise: {level: 1, rag: green}", "otherwise: {rag: green}")
    )
)
JOINED = [
    (
        _cut("<rule", "level_3", FLOORS),
        "",
        "this row is out of place in level. Here comes a row of no rule, which gives 3",
    ),
    (_cut("<rule", "level_8", FLOORS), "", "level lacks a row. Here comes a row of no rule, which gives 1"),
    ('triage:floor="yes"', "", "this policy gives no level_first. Take the decision out"),
    (
        'triage:takes_level="first"',
        'triage:takes_level="highest"',
        "this policy gives no level_first. Take the decision out",
    ),
    ('name="level_floor">', 'name="level_ceiling">', "this policy gives no level_ceiling. Take the decision out"),
    (_cut("<decision", "level_floor", FLOORS), "", "there is no decision level_floor"),
]


def test_row_with_too_many_codes_is_refused() -> None:
    codes = {"source": SOURCES, "kind": KINDS, "consent": CONSENTS, "open_case": ("yes", "no"), "mobile": ("yes", "no")}
    inputs = "".join(f"<input><inputExpression><text>{name}</text></inputExpression></input>" for name in codes)
    wide = [",".join(f'"{code}"' for code in each) for each in codes.values()]
    text = TEXT.replace('<output id="route_out"', f'{inputs}<output id="route_out"')
    for row in re.findall(r'<outputEntry id="route_\d+_out"', TEXT):
        cells = wide if "route_1_" in row else ["-"] * len(codes)
        text = text.replace(row, "".join(f"<inputEntry><text>{cell}</text></inputEntry>" for cell in cells) + row)
    with pytest.raises(PolicyError, match=r"the rule elsewhere needs more than 1,000 rows\. Take it apart"):
        read_dmn(text.encode())


def test_file_that_is_too_large_is_not_read() -> None:
    with pytest.raises(PolicyError, match="line 1, column 1: the file is larger than 5 MB"):
        read_as_yaml(b" " * (LIMIT + 1))
