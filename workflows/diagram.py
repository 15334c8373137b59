"""The tables as pages: a Mermaid diagram of each, and a row for each action.

`python -m workflows.diagram FOLDER` writes them; a test keeps docs/workflows current.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from workflows.definition import Guard, Table, Transition
from workflows.refusals import WORDS
from workflows.registry import tables

NOTICE = "<!-- Made from workflows/{module}.py by `python -m workflows.diagram docs/workflows`. Do not edit. -->"
HEADINGS = ("Action", "From", "To", "Who", "Refused unless", "Clocks started", "Clocks stopped", "Event")


def mermaid(table: Table) -> str:
    """The table as a Mermaid state diagram: an arrow for each action from each state."""
    lines = ["stateDiagram-v2", f"    [*] --> {table.initial}", *(f"    {line}" for line in _arrows(table))]
    return "\n".join([*lines, *(f"    {state} --> [*]" for state in table.final)])


def page(module: str, table: Table) -> str:
    """One page of Markdown: the diagram, and what each action needs and does."""
    return "\n\n".join((
        f"# {table.name}",
        NOTICE.format(module=module),
        f"```mermaid\n{mermaid(table)}\n```",
        *_clocks(table),
        *_urgency(table),
        "\n".join(_action_rows(table)),
    )) + "\n"  # fmt: skip


def pages() -> dict[str, str]:
    """File name to text, for every table."""
    return {f"{module}.md": page(module, table) for module, table in tables().items()}


def main(folder: Path) -> None:
    """Write every page into `folder`, made if there is none."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")


def _arrows(table: Table) -> Iterator[str]:
    for each in table.transitions:
        for source in each.sources:
            yield f"{source} --> {each.target or source}: {_plain(each.action)}"


def _clocks(table: Table) -> Iterator[str]:
    if table.opens:
        yield f"Clocks that run from the first state: {', '.join(map(_plain, table.opens))}."


def _urgency(table: Table) -> Iterator[str]:
    if table.urgent:
        states = ", ".join(map(_plain, table.urgent_states))
        yield f"“{_plain(table.urgent).capitalize()}” must leave every open state: {states}."


def _action_rows(table: Table) -> Iterator[str]:
    yield _row(HEADINGS)
    yield _row(("---",) * len(HEADINGS))
    yield from (_row(_cells(each)) for each in table.transitions)


def _cells(row: Transition) -> tuple[str, ...]:
    return (
        f"{row.says} (`{row.action}`)",
        ", ".join(map(_plain, row.sources)),
        _plain(row.target) if row.target else "stays",
        ", ".join(sorted(map(_plain, row.by))),
        "<br>".join(_needs(guard) for guard in row.guards),
        ", ".join(map(_plain, row.starts)),
        ", ".join(map(_plain, row.stops)),
        f"`{row.event}`",
    )


def _needs(guard: Guard) -> str:
    codes = ", ".join(f"`{code}`: {WORDS[code].replace('{', '').replace('}', '')}" for code in guard.refusals)
    return f"{_plain(guard.__name__)} ({codes})"


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def _plain(name: str) -> str:
    return name.replace("_", " ")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
