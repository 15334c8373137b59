"""Figures in words, each as its unit is written."""

from collections.abc import Callable, Mapping

NOTHING = "–"


def say_value(value: float | None, unit: str) -> str:
    """A figure as pages and commands write it, of a rate the number alone; a dash where there is none."""
    return NOTHING if value is None else SAY.get(unit, RATE)(value)


def say_number(value: float) -> str:
    """A number, with one decimal where it is a mean or a limit and not whole."""
    return f"{value:,.1f}".removesuffix(".0")


def say_minutes(value: float) -> str:
    """Minutes as hours and minutes."""
    return f"{int(value) // 60} h {int(value) % 60:02d} min"


def say_days(value: float, kind: str = "") -> str:
    """Days, or days of a kind."""
    return f"{round(value):,} {kind}day{'' if round(value) == 1 else 's'}"


SAY: Mapping[str, Callable[[float], str]] = {
    "share": "{:.1%}".format,
    "number": say_number,
    "working minutes": say_minutes,
    "working days": lambda value: say_days(value, "working "),
    "days": say_days,
    "kappa": "{:.2f}".format,
}
RATE = "{:,.1f}".format
