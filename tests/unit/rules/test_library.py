"""Which version of the policy an enquiry is judged by."""

from datetime import date
from importlib.resources import files

import pytest

from rules.library import get_policy, policies, policy_in_force

NAME = "pathway_to_provision"


@pytest.mark.parametrize(
    ("on", "version"),
    [
        (date(2012, 12, 10), "2013"),
        (date(2013, 4, 1), "2013"),
        (date(2014, 5, 31), "2013"),
        (date(2014, 6, 1), "V4"),
        (date(2015, 10, 31), "V4"),
        (date(2015, 11, 1), "V5"),
        (date(2030, 1, 1), "V5"),
        (date(2012, 12, 9), "2013"),  # before the first version there is none better
    ],
)
def test_version_is_the_one_in_force_on_the_day(on, version) -> None:
    assert policy_in_force(NAME, on) is get_policy(NAME, version)


def test_each_file_is_a_policy_of_its_own() -> None:
    texts = [path for path in (files("rules") / "policies").iterdir() if path.name.endswith(".yaml")]
    assert len(policies()) == len(texts)
    assert len({(each.name, each.effective_from) for each in policies().values()}) == len(texts)
    assert len({each.hash for each in policies().values()}) == len(texts)


def test_unknown_names_and_versions_are_refused() -> None:
    with pytest.raises(KeyError, match="no policy called 'pathway'"):
        policy_in_force("pathway", date(2014, 1, 1))
    with pytest.raises(KeyError, match="There are: hampshire_thresholds@2014, pathway_to_provision@2013"):
        get_policy(NAME, "V9")


def test_level_names_are_those_of_each_version() -> None:
    assert get_policy(NAME, "V4").level_names[3] == "Child in need of early help services"
    assert [get_policy(NAME, "V5").level_names[level] for level in (1, 2, 3, 4)] == [
        "Universal",
        "Early help",
        "Targeted early help",
        "Child in need of specialist services",
    ]


def test_versions_differ_in_the_third_enquiry_rule_alone_and_in_their_forms() -> None:
    old, new = get_policy(NAME, "2013"), get_policy(NAME, "V4")
    assert {each.id for each in new.rules} - {each.id for each in old.rules} == {"third_enquiry_in_a_year"}
    assert {each.id for each in old.rules} <= {each.id for each in new.rules}
    assert [each.id for each in old.routes] == [each.id for each in new.routes]
    assert "CAF" in _because(old, "level_2_or_3")
    assert "EHAF" in _because(new, "level_2_or_3")


def _because(policy, route) -> str:
    return next(each.because.says for each in policy.routes if each.id == route)
