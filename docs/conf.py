"""How `make docs` makes the site: Sphinx reads the Markdown as it stands; what leads where is said here, in one place.

A reader's browser asks nobody else for anything: fonts are the reader's own, search runs in the page (from a folder
too, without a server), and Mermaid, which draws the workflows, comes along from `docs/diagrams`.
"""

from html import escape

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx

project = "Triage"
author = "The makers of Triage"
language = "en"
extensions = ["myst_parser"]
exclude_patterns = ["diagrams", "images"]
nitpicky = True
myst_heading_anchors = 4
myst_fence_as_directive = ["mermaid"]
myst_enable_extensions = ["smartquotes"]

html_theme = "pydata_sphinx_theme"
html_title = "Triage"
html_static_path = ["diagrams/draw.js", "diagrams/node_modules/@mermaid-js/tiny/dist/mermaid.tiny.js"]
html_copy_source = False
html_show_search_summary = False  # which would ask for each page that it found, and so need a server
html_context = {"default_mode": "auto"}
html_show_sphinx = False
html_show_copyright = False
html_theme_options = {
    "header_links_before_dropdown": 7,
    "navbar_align": "left",
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": [],
    "footer_end": [],
    "search_bar_text": "Search the guides",
    "show_prev_next": False,
    "navigation_depth": 3,
}

# What a page leads to, in the order in which somebody new would read: (words for the menu, page), or a pattern.
CONTENTS = {
    "index": [
        ("Guides", "guides/README"),
        ("Thresholds", "thresholds"),
        ("Workflows", "workflows/README"),
        ("Exchange", "exchange"),
        ("Operations", "operations"),
        ("Security", "security"),
        ("Performance", "performance"),
        ("Decisions", "decisions/README"),
        ("Progress", "progress"),
    ],
    "guides/README": [
        ("MASH staff", "guides/mash-staff"),
        ("Localities and early help", "guides/localities-and-early-help"),
        ("Managers", "guides/managers"),
    ],
    "thresholds": [
        ("Writing a threshold", "policy"),
        ("Transparency record", "algorithmic-transparency-record"),
    ],
    "workflows/README": ["workflows/*"],
    "exchange": [
        ("Past enquiries", "importing"),
        ("Other systems", "webhooks"),
        ("The same person", "matching"),
        ("Children in Need census", "census"),
        ("Safeguarding dataset", "ssd"),
        ("Inspectors' pack", "inspection"),
        ("Quarterly report", "quarterly-report"),
    ],
    "operations": [("Signing in", "signing-in"), ("Scaling", "scaling")],
    "security": [("Data protection", "dpia-template")],
    "decisions/README": ["decisions/0*"],
}
LISTED = {"decisions/README"}  # whose text does not name each page that it leads to


class Mermaid(Directive):
    """A fence of Mermaid: drawn in the browser, and to be read as text where no script runs."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """The text in the element that Mermaid looks for."""
        text = escape("\n".join(self.content))
        return [nodes.raw("", f'<pre class="mermaid">{text}</pre>', format="html")]


def add_contents(app: Sphinx, page: str, source: list[str]) -> None:
    """Put what a page leads to beneath it, so that the Markdown stays plain wherever else it is read."""
    if rows := CONTENTS.get(page):
        shown = ":maxdepth: 1" if page in LISTED else ":hidden:"
        lines = [f"/{each}" if isinstance(each, str) else f"{each[0]} </{each[1]}>" for each in rows]
        source[0] += "\n".join(["", "", "```{toctree}", ":glob:", shown, "", *lines, "```", ""])


def add_drawing(app: Sphinx, page: str, template: str, context: dict, tree: nodes.document | None) -> None:
    """Where a page has a diagram, and only there, bring what draws it."""
    if tree and any('class="mermaid"' in each.astext() for each in tree.findall(nodes.raw)):
        app.add_js_file("mermaid.tiny.js")
        app.add_js_file("draw.js")


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.add_directive("mermaid", Mermaid)
    app.connect("source-read", add_contents)
    app.connect("html-page-context", add_drawing)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
