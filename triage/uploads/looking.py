"""One look at content, by its kind. This reads what strangers made, so the service has it done apart (apart.py)."""

from importlib import import_module

# Each is imported only for its own kind: the process that looks begins the sooner.
LOOKS = {
    "pdf": ("pdfs", "check_pdf"),
    "jpeg": ("pictures", "redraw_jpeg"),
    "png": ("pictures", "redraw_png"),
    "docx": ("word", "check_word"),
    "odt": ("open_document", "check_open_document"),
    "txt": ("texts", "check_text"),
}


def look_at(kind: str, content: bytes) -> bytes:
    """What is kept of content of that kind. Invalid where it is broken, locked, or would do more than be read."""
    module, look = LOOKS[kind]
    kept: bytes | None = getattr(import_module(f"triage.uploads.{module}"), look)(content)
    return content if kept is None else kept
