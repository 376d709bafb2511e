"""The documents of reports as they would be published, without their pictures, and what in them points at something that is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator

import nbformat
import pytest

from nbeval.exhibit import anchor
from nbeval.publish.document import Document, Heading, Prose, Shown, plain_text, read_document
from nbeval.report import Report
from nbeval.request import notebook_of


def document_of(report: Report) -> Document:
    """The report's notebook, with what its cells show; charts are not drawn."""
    notebook = nbformat.read(notebook_of(report.context.kind, report.context.dictionary), as_version=4)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("nbeval.report.exhibits._figure", lambda draft: None)
        for cell in notebook.cells:
            line = cell.source.strip().rsplit("\n", 1)[-1]
            if cell.cell_type == "code" and line.startswith("report."):
                shown = eval(line, {"report": report})      # noqa: S307 (our own notebooks)
                cell.outputs = [nbformat.v4.new_output("display_data", data=shown._repr_mimebundle_())]
    return read_document(notebook)


def pointing_nowhere(document: Document) -> Iterator[str]:
    """Every text that names a chapter, a table or a figure that the document does not have, or what is below or above where nothing is."""
    headings = [block.text for block in document.blocks if isinstance(block, Heading)]
    shown = [block.exhibit for block in document.exhibits]
    labels, places = {one.label for one in shown}, {anchor(one.id) for one in shown} | {block.anchor for block in document.blocks if isinstance(block, Heading)}
    names = [document.title, *headings, *(one.title for one in shown)]
    for place, block in enumerate(document.blocks):
        if isinstance(block, Heading):
            continue
        before, after = document.blocks[:place], document.blocks[place + 1:]
        for text in _texts(block):
            for label in re.findall(r"\b(?:Table|Figure) A?\d+\b", text):
                if label not in labels:
                    yield f"{label!r} is not there: {text[:160]!r}"
            for named in re.findall(r"\b[Ss]ee (?:(?:the )?(?:chapter|section|table|figure) )?[\u201c\"]?([A-Z][^.;,)\u201d\"]+)", text):
                if not any(named.strip().lower() in name.lower() for name in names) and named.strip() not in labels:
                    yield f"no chapter is called {named!r}: {text[:160]!r}"
            if re.search(r"(?<!Section: )\bannex\b", text, re.IGNORECASE) and not any("annex" in name.lower() for name in names):
                yield f"there is no annex: {text[:160]!r}"
            if isinstance(block, Prose) and re.search(r"\b(first|last) column\b", text):
                yield f"no exhibit promises its columns: {text[:160]!r}"
            if isinstance(block, Prose) and re.search(r"\btables?\b[^.]* below\b|\bbelow\b[^.]* tables?\b|\b(range|analysis) below\b", text) and not any(isinstance(one, Shown) for one in after):
                yield f"nothing is below: {text[:160]!r}"
            if isinstance(block, Prose) and re.search(r"\bthe table (gives|says|has|shows|sets)\b", text, re.IGNORECASE) and not _in_section(before, after):
                yield f"no table is in its section: {text[:160]!r}"
            if re.search(r"\bin a table of their own\b", text) and not any("weighted" in one.title.lower() for one in shown):
                yield f"that table is not there: {text[:160]!r}"
        for target in re.findall(r"\]\(#([^)]+)\)", str(block.tokens)) if isinstance(block, Prose) else ():
            if target not in places:
                yield f"a link leads to #{target}, which is not there"


def _in_section(before: tuple, after: tuple) -> bool:
    """Whether an exhibit is between the heading before and the next one."""
    def until_heading(blocks):
        for block in blocks:
            if isinstance(block, Heading):
                return
            yield block
    return any(isinstance(block, Shown) for side in (reversed(before), after) for block in until_heading(side))


def _texts(block: Prose | Shown) -> Iterator[str]:
    """The texts of a block, by sentence or paragraph."""
    if isinstance(block, Prose):
        yield from (text for text in plain_text(block.tokens).split("\n") if text.strip())
        return
    one = block.exhibit
    yield from (text for text in (one.title, one.unit, one.base, one.source, one.sentence, *one.notes) if text)
    yield from (cell.text for row in one.rows for cell in row.cells if cell.text)
