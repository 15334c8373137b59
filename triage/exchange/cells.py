"""Text for a cell of a CSV file or a spreadsheet, where some beginnings would be taken for a formula and run."""

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_cell(value: object) -> object:
    """A value as it may stand in a cell: text that a spreadsheet would run is marked as text by an apostrophe.

    Numbers, dates and nothing at all stay what they are. Whoever reads the file back takes the apostrophe away again,
    by `read_cell`.
    """
    return f"'{value}" if isinstance(value, str) and _would_run(value) else value


def read_cell(cell: str) -> str:
    """What `safe_cell` was given, where it was text."""
    return cell[1:] if cell.startswith("'") and _would_run(cell[1:]) else cell


def _would_run(text: str) -> bool:
    """Also after spaces, which some programs skip; and after apostrophes, so that what is marked can be told apart."""
    return text.lstrip(" '\u00a0").startswith(STARTS)
