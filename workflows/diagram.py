"""The tables as pages: a Mermaid diagram of each, its clocks, and a row for each action.

`python -m workflows.diagram FOLDER` writes them; a test keeps docs/workflows current.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from workflows.checking import find_timescales
from workflows.clocks import Timescale, timescales
from workflows.definition import IMMEDIATE_DANGER, Guard, Table, Transition
from workflows.refusals import WORDS
from workflows.registry import tables

NOTICE = "<!-- Made from workflows/{module}.py by `python -m workflows.diagram docs/workflows`. Do not edit. -->"
ACTIONS = ("Action", "From", "To", "Who", "Asks for", "Refused unless", "Clocks", "Event")
CLOCKS = ("Clock", "Limit", "From", "To", "Holds", "Authority")


def mermaid(table: Table) -> str:
    """The table as a Mermaid state diagram: one arrow from a state to the next, with every action that leads there."""
    ends = (f"{state} --> [*]" for state in table.final)
    lines = (*_names(table), f"[*] --> {table.initial}", *_arrows(table), *ends)
    return "\n    ".join(("stateDiagram-v2", *lines))


def page(module: str, table: Table) -> str:
    """One page of Markdown: the diagram, how long each clock runs, and what each action needs and does."""
    return "\n\n".join((
        f"# {table.name}",
        NOTICE.format(module=module),
        f"```mermaid\n{mermaid(table)}\n```",
        *_undrawn(table),
        *_danger(table),
        *_versions(table),
        *_clocks(table),
        "\n".join(_rows(ACTIONS, (_action_cells(table, each) for each in table.transitions))),
    )) + "\n"  # fmt: skip


def pages() -> dict[str, str]:
    """File name to text, for every table."""
    return {f"{module}.md": page(module, table) for module, table in tables().items()}


def main(folder: Path) -> None:
    """Write every page into `folder`, made if there is none."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")


def _is_drawn(row: Transition) -> bool:
    """What leaves a case where it is, in one state after another, would hide in the picture what moves it."""
    return row.target is not None or len(row.sources) == 1


def _names(table: Table) -> Iterator[str]:
    return (f'state "{_plain(state)}" as {state}' for state in table.states if "_" in state)


def _arrows(table: Table) -> Iterator[str]:
    labels: dict[tuple[str, str], list[str]] = {}
    for each in filter(_is_drawn, table.transitions):
        for source in each.sources:
            labels.setdefault((source, each.target or source), []).append(_plain(each.action))
    return (f"{source} --> {target}: {', '.join(actions)}" for (source, target), actions in labels.items())


def _undrawn(table: Table) -> Iterator[str]:
    drawn = {each.action for each in table.transitions if _is_drawn(each)}
    if others := [_plain(action) for action in table.actions if action not in drawn]:
        yield f"Not drawn, because the case stays where it is: {', '.join(others)}."


def _danger(table: Table) -> Iterator[str]:
    if table.about_a_child:
        yield f"From every open state “{_plain(IMMEDIATE_DANGER)}” leads in one step to social care, with section 47."


def _versions(table: Table) -> Iterator[str]:
    if table.version > 1:
        yield f"This is version {table.version}."
    for version, moves in table.moves.items():
        moved = ", ".join(f"{_plain(old)} to {_plain(new)}" for old, new in moves.items())
        yield f"Cases of version {version} are moved from {moved}."


def _clocks(table: Table) -> Iterator[str]:
    scales = find_timescales(table, chain.from_iterable(timescales().values()))
    if scales:
        yield "\n".join(_rows(CLOCKS, map(_clock_cells, scales)))


def _clock_cells(scale: Timescale) -> tuple[str, ...]:
    name = f"{_plain(scale.kind)} ({_plain(scale.variant)})" if scale.variant else _plain(scale.kind)
    return (name, scale.text, _codes(scale.begins), _codes(scale.ends), _holds(scale), scale.authority)


def _holds(scale: Timescale) -> str:
    """On clocks started on which days."""
    ends = (("from", scale.valid_from), ("before", scale.valid_until))
    return " ".join(f"{word} {day.day} {day:%B %Y}" for word, day in ends if day) or "always"


def _action_cells(table: Table, row: Transition) -> tuple[str, ...]:
    return (
        f"{row.says} (`{row.action}`)",
        "every open state" if set(row.sources) == set(table.open_states) else ", ".join(map(_plain, row.sources)),
        (_plain(row.target) if row.target else "stays") + ("; social care, red, with section 47" * row.section_47),
        ", ".join(sorted(map(_plain, row.by))),
        _codes(row.asks),
        "<br>".join(_needs(guard) for guard in row.guards),
        "<br>".join(_clock_changes(row)),
        f"`{row.event}`",
    )


def _clock_changes(row: Transition) -> Iterator[str]:
    for verb, kinds in (("stops", row.stops), ("cancels", row.cancels), ("starts", row.starts)):
        if kinds:
            yield f"{verb} {', '.join(map(_plain, kinds))}"


def _needs(guard: Guard) -> str:
    codes = ", ".join(f"`{code}`: {_words(code)}" for code in guard.refusals)
    return f"{_plain(guard.__name__)} ({codes})"


def _words(code: str) -> str:
    """What a refusal tells of the case itself stands in italics."""
    return re.sub(r"{(\w+)}", lambda name: f"*{_plain(name[1])}*", WORDS[code])


def _rows(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield from (f"| {' | '.join(cells)} |" for cells in (headings, ("---",) * len(headings), *rows))


def _codes(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _plain(name: str) -> str:
    return name.replace("_", " ")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
