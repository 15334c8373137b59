"""When people tell the hub, who they are, and what they say they saw: drawn by dice, in a real front door's shares."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from rules.library import get_policy
from workflows.calendar import LONDON, Calendar

FIRST, LAST = date(2013, 4, 1), date(2013, 12, 31)
# Census source codes in hundredths of a per cent of enquiries: all of them occur.
SOURCES = {
    "6": 2600, "2A": 1700, "1A": 900, "1B": 500, "1C": 100, "1D": 250, "2B": 250, "3A": 350, "3B": 550, "3C": 200,
    "3D": 200, "3E": 450, "3F": 250, "4": 350, "5A": 300, "5B": 300, "5C": 250, "5D": 150, "7": 300, "8": 450, "9": 400,
    "10": 100,
}  # fmt: skip
AGENCIES = {"6": "police", "2A": "school", "2B": "school", "4": "housing", "5A": "adult_social_care", "8": "voluntary"}
ADDRESSES = {"police": "police", "school": "office", "housing": "duty", "health": "safeguarding"}
INDICATORS = get_policy("pathway_to_provision", "2013").vocabulary.indicators  # those of the months that are replayed
YOUNG = ("C4_UNDER13_PREG", "C4_NONMOBILE_BRUISE")  # fit only some ages
SECTION_47 = tuple(each.code for each in INDICATORS.values() if each.section == "s47" and each.code not in YOUNG)
LEVEL_4 = tuple(each.code for each in INDICATORS.values() if each.usual_level == 4 and each.section != "s47")
LEVEL_3 = tuple(each.code for each in INDICATORS.values() if each.usual_level == 3)
LEVEL_2 = tuple(each.code for each in INDICATORS.values() if each.usual_level == 2)
LEVEL_1 = tuple(each.code for each in INDICATORS.values() if each.usual_level == 1)


@dataclass(frozen=True, slots=True)
class Call:
    """Somebody tells the hub: when, how, and in what census source."""

    received_at: datetime
    channel: str
    source: str


def draw_calls(dice: Random, count: int, calendar: Calendar) -> list[Call]:
    """That many calls over the nine months, in order of time: fewer at weekends, one in eight out of hours."""
    days = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
    weights = [1.0 if calendar.is_working_day(day) else 0.16 for day in days]
    chosen = dice.choices(days, weights, k=count)
    return sorted((_draw_call(dice, day, calendar) for day in chosen), key=lambda call: (call.received_at, call.source))


def _draw_call(dice: Random, day: date, calendar: Calendar) -> Call:
    source = dice.choices(tuple(SOURCES), tuple(SOURCES.values()))[0]
    night = not calendar.is_working_day(day) or dice.random() < 0.08
    minute = _night_minute(dice) if night else int(dice.triangular(8 * 60 + 32, 16 * 60 + 25, 11 * 60))
    at = datetime.combine(day, time(minute // 60, minute % 60), LONDON)
    channel = "police_notification" if source == "6" else dice.choice(("telephone", "telephone", "email", "portal"))
    return Call(at, "edt" if night and source != "6" else channel, source)


def _night_minute(dice: Random) -> int:
    return dice.choice(
        (dice.randrange(0, 8 * 60), dice.randrange(17 * 60 + 5, 24 * 60 - 1), dice.randrange(18 * 60, 23 * 60))
    )


def draw_indicators(dice: Random, outcome: str) -> tuple[str, ...]:
    """What was seen, such that the policy most often recommends what the hub then decides."""
    if outcome == "social_care":
        serious = SECTION_47 if dice.random() < 0.3 else LEVEL_4
        return (dice.choice(serious), *dice.sample(LEVEL_3 + LEVEL_2, dice.randint(0, 2)))
    if outcome == "early_help":
        main = LEVEL_3 if dice.random() < 0.55 else LEVEL_2
        return tuple(dict.fromkeys((dice.choice(main), *dice.sample(LEVEL_2, dice.randint(0, 2)))))
    if outcome == "advice":
        return (dice.choice(LEVEL_1),) if dice.random() < 0.5 else (dice.choice(LEVEL_2),)
    if outcome == "no_further_action":
        return () if dice.random() < 0.7 else (dice.choice(LEVEL_1),)
    return tuple(dice.sample(LEVEL_2 + LEVEL_3, dice.randint(1, 2)))


def tell(dice: Random, indicators: tuple[str, ...], names: list[str]) -> dict[str, str]:
    """A made-up story that says that it is one: fact apart from opinion, witnessed apart from reported."""
    seen = "; ".join(INDICATORS[code].words.lower() for code in indicators) or "nothing of concern in itself"
    story = f"Made-up story. About {' and '.join(names)}: {seen}."
    part = dice.choice(("witnessed", "reported"))
    voice = dice.choice(("", "", "I want it to stop.", "I like it at my nan's.", "I don't know."))
    return {part: story, "opinion": dice.choice(("", "I am worried.", "It is getting worse.")), "child_voice": voice}
