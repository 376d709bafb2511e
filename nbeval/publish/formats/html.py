"""A report as one HTML file: no code, no script, nothing loaded from elsewhere."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from nbconvert.exporters import Exporter

from nbeval.publish.document import Document, Heading, Prose, Shown, prose_html, read_document, slides_of
from nbeval.publish.formats import Format
from nbeval.publish.page import environment, template_text
from nbeval.words import words_of


class ReportExporter(Exporter):
    """Turns an executed notebook into a report (``jupyter nbconvert --to nbeval-html``)."""

    export_from_notebook = "nbeval report"
    output_mimetype = "text/html"

    def _file_extension_default(self) -> str:
        """The ending of what is written."""
        return ".html"

    def from_notebook_node(self, nb: Any, resources: dict | None = None, **kw: Any) -> tuple[str, dict]:
        """The report of a notebook, and nbconvert's resources."""
        nb, resources = super().from_notebook_node(nb, resources, **kw)
        return html_of(read_document(nb)), resources


def html_of(document: Document) -> str:
    """The HTML of a document: one self-contained page, or slides in one page where its kind asks for them."""
    shared = {
        "document": document, "banner": document.banner, "words": words_of(document.language), "html": _block_html,
    }
    if document.is_slides:
        css = Markup(template_text("report.css") + template_text("slides.css"))
        return environment().get_template("slides.html.j2").render(**shared, slides=slides_of(document), css=css)
    return environment().get_template("report.html.j2").render(
        **shared, contents=contents(document), css=Markup(template_text("report.css")))


def html_bytes(document: Document) -> bytes:
    """The bytes of ``report.html``."""
    return html_of(document).encode("utf-8")


def contents(document: Document) -> list[tuple[Heading, list[Heading]]]:
    """The headings of level 2, each with those of level 3 below it."""
    tree: list[tuple[Heading, list[Heading]]] = []
    for heading in document.headings:
        if heading.level == 2:
            tree.append((heading, []))
        elif heading.level == 3 and tree:
            tree[-1][1].append(heading)
    return tree


def _block_html(block: Any) -> Markup:
    """One block as HTML. Exhibits bring theirs from the notebook; all else is escaped here."""
    match block:
        case Heading(level=level, text=text, anchor=anchor):
            return Markup("<h{0} id='{1}'>{2}</h{0}>").format(level, anchor, text)
        case Prose(tokens=tokens):
            return Markup(prose_html(tokens))
        case Shown(html=html, anchor=anchor):
            return Markup("<div class='shown' id='{}'>{}</div>").format(anchor, Markup(html))
    raise TypeError(type(block).__name__)


FORMAT = Format("report.html", html_bytes)
