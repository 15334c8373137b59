"""Rules about how a child is known: our own identifier, and the unique pupil number."""

import re
from collections.abc import Iterable, Sequence

from workflows.census.characteristics import goes_further, had_birthday
from workflows.census.codes import AUTHORITIES, NEVER_FURTHER, UPN_UNKNOWN
from workflows.census.records import Child
from workflows.census.rule import find_repeated, rule
from workflows.census.year import Year
from workflows.people.identifiers import UPN_LETTERS, is_upn

PLAIN = re.compile(r"[A-Za-z0-9]*")
UPN_SHAPE = re.compile(rf"[{UPN_LETTERS}][0-9]{{11}}[0-9{UPN_LETTERS}]")
LAST = re.compile(rf"[0-9{UPN_LETTERS}]")
UPN = "Check the number with the child's school. Leave it out and give a reason where it cannot be known."
SCHOOL_AGE = range(6, 17)  # completed years


@rule("8500", "children", "identifier", "The child has no identifier of ours.", "Give the child our case number.")
def lacks_identifier(child: Child, year: Year) -> bool:
    return not child.identifier


@rule(
    "8510",
    "children",
    "identifier",
    "Another child in this return has the same identifier.",
    "Put the two together where they are one child; else give one of them a number of their own.",
    among=True,
)
def shares_identifier(children: Sequence[Child], year: Year) -> Iterable[int]:
    return find_repeated(each.identifier for each in children)


@rule(
    "1570",
    "children",
    "identifier",
    "The child's identifier is longer than 20 characters.",
    "Shorten it to 20 characters or fewer.",
    since=2025,
)
def has_long_identifier(child: Child, year: Year) -> bool:
    return len(child.identifier) > 20


@rule(
    "1580",
    "children",
    "identifier",
    "The child's identifier has something other than letters and digits in it.",
    "Take out spaces, dashes and other signs.",
    since=2025,
)
def has_signs_in_identifier(child: Child, year: Year) -> bool:
    return not PLAIN.fullmatch(child.identifier)


@rule("1510", "children", "upn", "The first letter of the unique pupil number does not fit the rest of it.", UPN)
def has_wrong_check_letter(child: Child, year: Year) -> bool:
    """Asked only where the rest can be read: 1540 and 1550 tell of the others."""
    upn = child.upn
    return bool(upn and re.fullmatch(r"[0-9]{11}", upn[1:12]) and LAST.fullmatch(upn[12:]) and not is_upn(upn))


@rule(
    "1520",
    "children",
    "upn",
    "Another child in this return has the same unique pupil number.",
    "Put the two together where they are one child; else ask the school whose number it is.",
    among=True,
)
def shares_upn(children: Sequence[Child], year: Year) -> Iterable[int]:
    return find_repeated(each.upn for each in children)


@rule("1530", "children", "upn", "Characters 2 to 4 of the unique pupil number are no authority's number.", UPN)
def has_unknown_authority(child: Child, year: Year) -> bool:
    return bool(child.upn) and child.upn[1:4] not in AUTHORITIES


@rule("1540", "children", "upn", "Characters 5 to 12 of the unique pupil number are not all digits.", UPN)
def has_letters_in_upn(child: Child, year: Year) -> bool:
    return bool(child.upn) and not re.fullmatch(r"[0-9]{8}", child.upn[4:12])


@rule("1550", "children", "upn", "The unique pupil number does not end in a digit or a letter that it may end in.", UPN)
def has_wrong_last_character(child: Child, year: Year) -> bool:
    """A number that is too short or too long has no right last character either."""
    return bool(child.upn) and not LAST.fullmatch(child.upn[12:])


@rule(
    "1560Q",
    "children",
    "former_upn",
    "The former unique pupil number is not a letter, eleven digits and a digit or letter.",
    "Check the former number with the school, or leave it out.",
)
def has_misshapen_former_upn(child: Child, year: Year) -> bool:
    return bool(child.former_upn) and not UPN_SHAPE.fullmatch(child.former_upn)


@rule(
    "8770Q",
    "children",
    "upn upn_unknown",
    "The child is of school age, and has no unique pupil number and no good reason for that.",
    "Ask the school for the number, or say why it is not known: not of school age (UN1) does not fit this child.",
)
def lacks_upn_at_school_age(child: Child, year: Year) -> bool:
    """School age is not said in the text: taken as six at the end of the year, and not yet seventeen.

    A child whose every referral led to nothing is not asked about; nor is one who died.
    """
    first, last = SCHOOL_AGE.start, SCHOOL_AGE.stop
    of_age = had_birthday(child, first, year.after) and not had_birthday(child, last, year.after)
    reasoned = child.upn_unknown in UPN_UNKNOWN and child.upn_unknown not in ("UN1", NEVER_FURTHER)
    return of_age and goes_further(child) and not child.upn and not reasoned


@rule(
    "8772",
    "children",
    "upn_unknown",
    "The reason without a pupil number is that nothing further was done (UN7), but something was.",
    "Give the pupil number, or another reason.",
)
def has_reason_of_no_further_action(child: Child, year: Year) -> bool:
    return child.upn_unknown == NEVER_FURTHER and any(each.referral_nfa is not True for each in child.episodes)
