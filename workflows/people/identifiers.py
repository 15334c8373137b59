"""National identifiers, believed only if their own check fits."""

UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"


def is_nhs_number(text: str) -> bool:
    """Ten digits of which the last is the modulus-11 check of the rest (NHS Data Dictionary, NHS NUMBER)."""
    if len(text) != 10 or not (text.isascii() and text.isdigit()):
        return False
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(text[:9], range(10, 1, -1), strict=True)) % 11
    return rest != 10 and int(text[9]) == rest % 11


def is_upn(text: str) -> bool:
    """A unique pupil number, whose first letter is the modulus-23 check of the rest (DfE, UPN guide).

    A temporary number ends in a letter of the same alphabet, which stands for its place there.
    """
    letter, digits, last = text[:1], text[1:12], text[12:]
    if len(text) != 13 or not text.isascii() or letter not in UPN_LETTERS or not digits.isdigit():
        return False
    if not (last.isdigit() or last in UPN_LETTERS):
        return False
    values = [int(digit) for digit in digits] + [int(last) if last.isdigit() else UPN_LETTERS.index(last)]
    return UPN_LETTERS[sum(value * place for place, value in enumerate(values, 2)) % 23] == letter
