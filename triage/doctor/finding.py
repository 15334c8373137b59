"""What was found of one part, and what to do about it. No secret and no name is ever in it."""

from dataclasses import dataclass

WELL, LOOK, BROKEN = "well", "look", "broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """`how` it is: well, worth a look (it will do, but not for ever), or broken. `do` is empty where all is well."""

    check: str
    how: str
    says: str
    do: str = ""

    def __str__(self) -> str:
        """One line."""
        return f"{self.how:<7} {self.check}: {self.says}" + (f" {self.do}" if self.do else "")


def well(check: str, says: str) -> Finding:
    return Finding(check, WELL, says)


def look(check: str, says: str, do: str) -> Finding:
    return Finding(check, LOOK, says, do)


def broken(check: str, says: str, do: str) -> Finding:
    return Finding(check, BROKEN, says, do)
