"""National identifiers are believed only if their own check fits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.people.identifiers import is_nhs_number, is_upn

DIGITS = st.text("0123456789", min_size=10, max_size=10)


@given(DIGITS | st.sampled_from(["9434765919", "9990000018", "0000000000"]))
def test_nhs_number_fits_where_its_digits_weighed_from_ten_to_one_add_up_to_elevens(number):
    weighed = sum(int(digit) * weight for digit, weight in zip(number, range(10, 0, -1), strict=True))
    assert is_nhs_number(number) == (weighed % 11 == 0)


@pytest.mark.parametrize("check", "012345678")
def test_nhs_number_has_one_check_digit_that_fits(check):
    assert is_nhs_number("9434765919")
    assert not is_nhs_number(f"943476591{check}")


@pytest.mark.parametrize("text", ["", "943476591", "94347659190", "943476591X", "９４３４７６５９１９"])
def test_nhs_number_of_another_form_is_refused(text):
    assert not is_nhs_number(text)


def test_upn_has_exactly_one_letter_that_fits():
    fitting = [letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if is_upn(f"{letter}891200000012")]
    assert len(fitting) == 1


@pytest.mark.parametrize("upn", ["H801200001001", "U80120000100A", "H80120000100B", "E80120000100Z"])
def test_upn_is_known_by_its_letter_and_a_temporary_one_ends_in_another(upn):
    """The letters are worked out by hand: 8×2 + 1×4 + 2×5 + 1×10, and the last by 13, in twenty-threes."""
    assert is_upn(upn)
    for place in range(1, 12):
        wrong = (int(upn[place]) + 1) % 10
        assert not is_upn(f"{upn[:place]}{wrong}{upn[place + 1 :]}")


@pytest.mark.parametrize("text", ["", "A123", "I891200000012", "A89120000001I", "a891200000012"])
def test_upn_of_another_form_is_refused(text):
    assert not is_upn(text)
