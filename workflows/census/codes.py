"""The code sets of the Children in Need census, with the words that are shown for them: our own, in plain English.

Source: the DfE's census schema of 2024. What a year had not yet, or has no more, stands in SINCE and UNTIL.
"""

from collections.abc import Mapping
from functools import cache

ETHNICITIES = {
    "WBRI": "White British",
    "WIRI": "White Irish",
    "WIRT": "Traveller of Irish heritage",
    "WOTH": "Any other White background",
    "WROM": "Gypsy or Roma",
    "MWBC": "White and Black Caribbean",
    "MWBA": "White and Black African",
    "MWAS": "White and Asian",
    "MOTH": "Any other mixed background",
    "AIND": "Indian",
    "APKN": "Pakistani",
    "ABAN": "Bangladeshi",
    "AOTH": "Any other Asian background",
    "BCRB": "Caribbean",
    "BAFR": "African",
    "BOTH": "Any other Black background",
    "CHNE": "Chinese",
    "OOTH": "Any other ethnic group",
    "REFU": "Refused",
    "NOBT": "Not yet obtained",
}
SOURCES = {
    "1A": "Family member, relative or carer",
    "1B": "Acquaintance, such as a neighbour or child minder",
    "1C": "The child themselves",
    "1D": "Another individual",
    "2A": "School",
    "2B": "Education services",
    "3A": "GP",
    "3B": "Health visitor",
    "3C": "School nurse",
    "3D": "Other primary health services",
    "3E": "Accident and emergency",
    "3F": "Other health services",
    "4": "Housing",
    "5A": "Council: adult social care",
    "5B": "Council: other department",
    "5C": "Another authority's services",
    "5D": "Council: early help",
    "6": "Police",
    "7": "Other legal agency",
    "8": "Other, such as a children's centre or charity",
    "9": "Anonymous",
    "10": "Unknown",
}
CLOSURES = {
    "RC1": "Adopted",
    "RC2": "Died",
    "RC3": "Child arrangements order",
    "RC4": "Special guardianship order",
    "RC5": "Transferred to another local authority",
    "RC6": "Transferred to adult social care",
    "RC7": "Services ceased, child no longer in need",
    "RC8": "Closed after assessment, no further action",
    "RC9": "Closed after assessment, referred to early help",
}
PRIMARY_NEEDS = {
    "N1": "Abuse or neglect",
    "N2": "The child's disability",
    "N3": "A parent's disability or illness",
    "N4": "Family in acute stress",
    "N5": "Family dysfunction",
    "N6": "Socially unacceptable behaviour",
    "N7": "Low income",
    "N8": "Absent parenting",
    "N9": "Not a child in need",
    "N0": "Not stated",
}
FACTORS = {
    "1A": "Alcohol misuse by the child",
    "1B": "Alcohol misuse by a parent or carer",
    "1C": "Alcohol misuse by somebody else in the household",
    "2A": "Drug misuse by the child",
    "2B": "Drug misuse by a parent or carer",
    "2C": "Drug misuse by somebody else in the household",
    "3A": "Domestic abuse of the child",
    "3B": "Domestic abuse of a parent or carer",
    "3C": "Domestic abuse of somebody else in the household",
    "4A": "Mental health of the child",
    "4B": "Mental health of a parent or carer",
    "4C": "Mental health of somebody else in the household",
    "5A": "Learning disability of the child",
    "5B": "Learning disability of a parent or carer",
    "5C": "Learning disability of somebody else in the household",
    "6A": "Physical disability or illness of the child",
    "6B": "Physical disability or illness of a parent or carer",
    "6C": "Physical disability or illness of somebody else in the household",
    "7A": "Young carer",
    "8B": "Privately fostered: from overseas, and will return",
    "8C": "Privately fostered: from overseas, and will stay",
    "8D": "Privately fostered: from the UK, for their education",
    "8E": "Privately fostered: from the UK, by the family's own arrangement",
    "8F": "Privately fostered: other",
    "9A": "Unaccompanied asylum-seeking child",
    "10A": "Going missing",
    "11A": "Child sexual exploitation",
    "12A": "Trafficking",
    "13A": "Gangs",
    "14A": "Socially unacceptable behaviour by the child",
    "15A": "Self-harm",
    "16A": "Neglect",
    "17A": "Emotional abuse",
    "18A": "Physical abuse, without saying by whom",
    "18B": "Physical abuse by another child",
    "18C": "Physical abuse by an adult",
    "19A": "Sexual abuse, without saying by whom",
    "19B": "Sexual abuse by another child",
    "19C": "Sexual abuse by an adult",
    "20": "Another factor",
    "21": "No factor found, and no further action",
    "22A": "Female genital mutilation",
    "23A": "Abuse linked to faith or belief",
    "24A": "Child criminal exploitation",
}
NO_FACTOR = "21"
ABUSE = {
    "NEG": "Neglect",
    "PHY": "Physical abuse",
    "SAB": "Sexual abuse",
    "EMO": "Emotional abuse",
    "MUL": "More than one kind",
}
NO_DISABILITY = "NONE"
DISABILITIES = {
    NO_DISABILITY: "No disability",
    "MOB": "Getting about",
    "HAND": "Use of the hands",
    "PC": "Personal care",
    "INC": "Incontinence",
    "COMM": "Communication",
    "LD": "Learning",
    "HEAR": "Hearing",
    "VIS": "Vision",
    "BEH": "Behaviour",
    "CON": "Consciousness",
    "AUT": "Autism",
    "DDA": "Another disability",
}
NEVER_FURTHER = "UN7"
UPN_UNKNOWN = {
    "UN1": "Not of school age, and has none yet",
    "UN2": "Never went to a state-funded school in England",
    "UN3": "Goes to school outside England",
    "UN4": "Newly in need, and not known yet",
    "UN5": "What schools say does not fit the child's name or date of birth",
    "UN6": "Another reason",
    NEVER_FURTHER: "Referred, and no further action",
}
AFTER_ASSESSMENT = ("RC8", "RC9")
DIED = "RC2"
# The first return that has a code, and the last.
SINCE = {"5D": 2023, "RC9": 2023}
UNTIL = {"18A": 2024, "19A": 2024}
# Characters 2 to 4 of a unique pupil number: the DfE's numbers of authorities, England's and Wales's, old and new.
AUTHORITIES = frozenset(
    f"{number:03}"
    for first, last in (
        *((1, 5), (201, 213), (301, 320), (330, 336), (340, 344), (350, 359), (370, 373), (380, 384), (390, 394)),
        *((420, 420), (660, 681), (701, 708), (800, 803), (805, 808), (810, 813), (815, 816), (820, 823), (825, 826)),
        *((830, 831), (835, 841), (845, 846), (850, 852), (855, 857), (860, 861), (865, 896), (908, 909), (916, 916)),
        *((919, 919), (921, 921), (925, 926), (928, 929), (931, 931), (933, 933), (935, 938), (940, 943)),
    )
    for number in range(first, last + 1)
)


@cache
def sources(year: int) -> Mapping[str, str]:
    """Where a referral may come from, in the return of that year."""
    return _of_year(SOURCES, year)


@cache
def closures(year: int) -> Mapping[str, str]:
    """Why an episode may close, in the return of that year."""
    return _of_year(CLOSURES, year)


@cache
def factors(year: int) -> Mapping[str, str]:
    """What an assessment may find, in the return of that year."""
    return _of_year(FACTORS, year)


def _of_year(codes: Mapping[str, str], year: int) -> Mapping[str, str]:
    return {code: words for code, words in codes.items() if SINCE.get(code, 0) <= year <= UNTIL.get(code, year)}
