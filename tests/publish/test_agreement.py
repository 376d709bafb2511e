"""A number that is changed in one format of a real report of the invented cohort is found, wherever it stands."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from io import BytesIO

import docx
import lxml.html
import nbformat
import openpyxl
import pptx
import pytest

from nbeval.publish.document import Document, Prose, Shown, read_document
from nbeval.publish.formats import FORMATS
from tests.conftest import ROOT
from tests.publish.agreement import LEAD, READERS, disagreements

NUMBER = re.compile(r"\d+")


def other(text: str) -> str:
    """The same text with another number in it."""
    changed, count = NUMBER.subn(lambda found: str(int(found.group()) + 1), text, count=1)
    assert count
    return changed


@lru_cache
def report(name: str) -> Document:
    """A published report."""
    return read_document(nbformat.read(ROOT / "reports/specimen" / name / "report.ipynb", as_version=4))


@lru_cache
def made(name: str, form: str) -> bytes:
    """A format of it."""
    return FORMATS[form].make(report(name))


def in_page(content: bytes, path: str) -> bytes:
    """A page with another number in the first place of a path that has one."""
    page = lxml.html.document_fromstring(content.decode("utf-8"))
    place = next(one for one in page.xpath(path) if NUMBER.search(one.text or ""))
    place.text = other(place.text)
    return lxml.html.tostring(page, encoding="utf-8", doctype="<!DOCTYPE html>")


def in_word(content: bytes, paragraphs) -> bytes:
    """A Word document with another number in the first of some paragraphs that has one."""
    document = docx.Document(BytesIO(content))
    run = next(run for one in paragraphs(document) for run in one.runs if NUMBER.search(run.text))
    run.text = other(run.text)
    made = BytesIO()
    document.save(made)
    return made.getvalue()


def cells_of_word(document):
    """The paragraphs in the cells of the exhibits' tables."""
    return (one for table in document.tables if table._tbl.tblPr.xpath("./w:tblCaption")
            for row in table.rows[1:] for cell in row.cells for one in cell.paragraphs)


def in_workbook(content: bytes, wanted) -> bytes:
    """A workbook with another number in the first cell of an exhibit's sheet that is wanted."""
    book = openpyxl.load_workbook(BytesIO(content))
    cell = next(cell for sheet in book.worksheets[3:] for row in sheet.iter_rows() for cell in row if wanted(cell))
    cell.value = cell.value + 1 if cell.data_type == "n" else other(cell.value)
    made = BytesIO()
    book.save(made)
    return made.getvalue()


def in_slides(content: bytes, runs) -> bytes:
    """A presentation with another number in the first of some runs that has one."""
    deck = pptx.Presentation(BytesIO(content))
    run = next(run for one in runs(deck) for run in one.runs if NUMBER.search(run.text))
    run.text = other(run.text)
    made = BytesIO()
    deck.save(made)
    return made.getvalue()


def tables_of_slides(deck):
    """The paragraphs in the cells of the slides' tables, without the headers."""
    return (paragraph for slide in deck.slides for shape in slide.shapes if shape.has_table
            for row in list(shape.table.rows)[1:] for cell in row.cells for paragraph in cell.text_frame.paragraphs)


def in_markdown(content: bytes, line: str) -> bytes:
    """Markdown with another number in the first line of a kind that has one."""
    lines = content.decode("utf-8").split("\n")
    place = next(place for place, text in enumerate(lines) if re.match(line, text) and NUMBER.search(text))
    lines[place] = other(lines[place])
    return "\n".join(lines).encode("utf-8")


def in_report(document: Document, change) -> Document:
    """A report with one block changed, the first that a change applies to."""
    blocks = list(document.blocks)
    place, block = next((place, new) for place, new in enumerate(map(change, blocks)) if new is not None)
    blocks[place] = block
    return replace(document, blocks=tuple(blocks))


def cell_changed(block):
    """An exhibit with another number in its table."""
    if isinstance(block, Shown) and NUMBER.search(block.exhibit.rows[-1].cells[1].text):
        *rows, last = block.exhibit.rows
        head, cell, *rest = last.cells
        last = replace(last, cells=(head, replace(cell, text=other(cell.text)), *rest))
        return replace(block, exhibit=replace(block.exhibit, rows=(*rows, last)))
    return None


def sentence_changed(block):
    """An exhibit with another number in its sentence."""
    if isinstance(block, Shown) and NUMBER.search(block.exhibit.sentence):
        return replace(block, exhibit=replace(block.exhibit, sentence=other(block.exhibit.sentence)))
    return None


def prose_changed(block):
    """Prose with another number."""
    if isinstance(block, Prose) and NUMBER.search(block.text):
        return Prose(tuple(_another(block.tokens)))
    return None


def _another(tokens):
    """Tokens with another number in the first that has one."""
    done = False
    for token in tokens:
        if not done and "raw" in token and NUMBER.search(token["raw"]):
            token, done = {**token, "raw": other(token["raw"])}, True
        elif not done and NUMBER.search(Prose((token,)).text):
            token, done = {**token, "children": list(_another(token["children"]))}, True
        yield token


#: how a sentence over an exhibit begins
SENTENCE = next(shown.exhibit.sentence for shown in report("baseline").exhibits if NUMBER.search(shown.exhibit.sentence))[:25]

PLANTED = {
    ("baseline", "html", "a cell"): lambda content: in_page(content, "//figure//table//tbody//td"),
    ("baseline", "html", "a sentence"): lambda content: in_page(content, "//figure//p[@class='nb-sentence']"),
    ("baseline", "html", "prose"): lambda content: in_page(content, "//main//li[not(ancestor::figure)][not(ancestor::nav)]"),
    ("slides", "html", "a slide's title"): lambda content: in_page(content, "//section//h2"),
    ("slides", "html", "a slide's table"): lambda content: in_page(content, "//section//table//tbody//td"),
    ("baseline", "docx", "a cell"): lambda content: in_word(content, cells_of_word),
    ("baseline", "docx", "a sentence"): lambda content: in_word(
        content, lambda document: (one for one in document.paragraphs if one.style.name == LEAD)),
    ("baseline", "docx", "prose"): lambda content: in_word(
        content, lambda document: (one for one in document.paragraphs if one.style.name == "Compact")),
    ("baseline", "xlsx", "a cell"): lambda content: in_workbook(content, lambda cell: isinstance(cell.value, int)),
    ("baseline", "xlsx", "an interval"): lambda content: in_workbook(
        content, lambda cell: cell.data_type == "s" and re.fullmatch(r"\d+ to \d+", cell.value)),
    ("baseline", "xlsx", "a sentence"): lambda content: in_workbook(
        content, lambda cell: cell.coordinate == "A2" and NUMBER.search(cell.value)),
    ("baseline", "md", "a cell"): lambda content: in_markdown(content, r"\| [^|]*\| \d+ \|"),
    ("baseline", "md", "a sentence"): lambda content: in_markdown(content, rf"{re.escape(SENTENCE)}"),
    ("baseline", "md", "prose"): lambda content: in_markdown(content, r"- [^\[]"),
    ("slides", "pptx", "a cell"): lambda content: in_slides(content, tables_of_slides),
    ("slides", "pptx", "a slide's title"): lambda content: in_slides(
        content, lambda deck: (one for slide in deck.slides for one in slide.shapes.title.text_frame.paragraphs)),
    ("slides", "pptx", "the notes"): lambda content: in_slides(
        content, lambda deck: (one for slide in deck.slides for one in slide.notes_slide.notes_text_frame.paragraphs if "|" in one.text)),
    ("slides", "pptx", "prose"): lambda content: in_slides(
        content, lambda deck: (one for slide in deck.slides for shape in slide.placeholders
                               if shape.placeholder_format.idx == 1 and slide is not deck.slides[0] for one in shape.text_frame.paragraphs)),
    ("baseline", "pptx", "a cell"): lambda content: in_slides(content, tables_of_slides),
    **{(name, "pdf", what): lambda _, name=name, change=change: FORMATS["pdf"].make(in_report(report(name), change))
       for name, what, change in [
           ("baseline", "a cell", cell_changed), ("baseline", "a sentence", sentence_changed), ("baseline", "prose", prose_changed),
           ("slides", "a slide's title", sentence_changed), ("slides", "a slide's table", cell_changed)]},
}


@pytest.mark.parametrize(("name", "form", "where"), PLANTED, ids=map(" ".join, PLANTED))
def test_a_changed_number_is_found(name, form, where):
    content = made(name, form)
    planted = PLANTED[name, form, where](content)
    assert planted != content
    wrong = disagreements(report(name), {form: planted})
    assert wrong and all(line.startswith(form) for line in wrong)


@pytest.mark.parametrize(("name", "form"), sorted({place[:2] for place in PLANTED}))
def test_as_it_is_made_a_format_agrees(name, form):
    assert disagreements(report(name), {form: made(name, form)}) == ()


def test_every_format_has_a_reader_of_its_own_and_is_planted_into():
    assert set(READERS) == set(FORMATS) == {form for _, form, _ in PLANTED}
