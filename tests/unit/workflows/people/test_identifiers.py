"""National identifiers are believed only if their own check fits."""

import pytest

from workflows.people.identifiers import is_nhs_number, is_upn


@pytest.mark.parametrize("number", ["9434765919", "9990000018"[:9] + "8"])
def test_nhs_number_is_known_by_its_check_digit(number):
    wrong = number[:9] + str((int(number[9]) + 1) % 10)
    assert is_nhs_number(number) != is_nhs_number(wrong)


@pytest.mark.parametrize("text", ["", "943476591", "94347659190", "943476591X", "９４３４７６５９１９"])
def test_nhs_number_of_another_form_is_refused(text):
    assert not is_nhs_number(text)


def test_upn_has_exactly_one_letter_that_fits():
    fitting = [letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if is_upn(f"{letter}891200000012")]
    assert len(fitting) == 1


@pytest.mark.parametrize("text", ["", "A123", "I891200000012", "A89120000001I", "a891200000012"])
def test_upn_of_another_form_is_refused(text):
    assert not is_upn(text)
