"""Reads tables and sentences back out of every format of a report and compares them with its exhibits, cell by cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO
from itertools import zip_longest

import docx
import lxml.html
import openpyxl

from nbeval.exhibit import Exhibit
from nbeval.publish.document import Document, Preformatted, Prose
from nbeval.publish.numbers_in_text import number_in
from nbeval.publish.pdf import pdf_bytes, pdf_tables
from nbeval.publish.slides import is_slides, slides_of
from nbeval.words import words_of

Grid = list[list[str]]
LEAD = "Lead"       # the style of the sentence over an exhibit in Word


def disagreements(document: Document, made: dict[str, bytes]) -> tuple[str, ...]:
    """Where the formats of a report do not show what its exhibits hold.

    Parameters
    ----------
    document : Document
        The report.
    made : dict
        The bytes of its formats, by the names of ``formats.FORMATS``.

    Returns
    -------
    tuple of str
        One line per exhibit and format that disagree, with the first cells that do; empty where all agree.
    """
    return tuple(line for name, content in made.items() if name in _READERS
                 for line in _READERS[name](document, content))


def expected_grid(exhibit: Exhibit) -> Grid:
    """The texts of an exhibit's rows; a heading row has one."""
    return [[_plain(row.cells[0].text)] if row.heading else [_plain(cell.text) for cell in row.cells]
            for row in exhibit.rows]


def _compare(document: Document, grids: list[Grid], name: str) -> Iterator[str]:
    """One line for each exhibit whose grid is another, or missing."""
    if len(grids) != len(document.exhibits):
        yield f"{name}: {len(grids)} tables for {len(document.exhibits)} exhibits"
        return
    for shown, grid in zip(document.exhibits, grids, strict=True):
        wrong = _first_difference(expected_grid(shown.exhibit), grid)
        if wrong:
            yield f"{name}, {shown.exhibit.label}: {wrong}"


def _first_difference(expected: Grid, found: Grid) -> str:
    """Where two grids first differ, in words; empty where they do not."""
    if len(expected) != len(found):
        return f"{len(found)} rows where the exhibit has {len(expected)}"
    for number, (one, other) in enumerate(zip(expected, found, strict=True), start=1):
        if one != other:
            return f"row {number} shows {' | '.join(other)} where the exhibit has {' | '.join(one)}"
    return ""


def _compare_sentences(document: Document, found: list[str], name: str) -> Iterator[str]:
    """One line for the first exhibit whose sentence is another, or missing."""
    expected = [shown.exhibit.sentence for shown in document.exhibits if shown.exhibit.sentence]
    for one, other in zip_longest(map(_plain, expected), map(_plain, found), fillvalue="nothing"):
        if one != other:
            yield f"{name}: it says {other} where the report says {one}"
            return


def _compare_prose(document: Document, text: str, name: str) -> Iterator[str]:
    """One line for the first run of prose that does not stand in a format's text after the one before it."""
    text, place = "".join(text.split()), 0
    for block in document.blocks:
        if isinstance(block, Prose | Preformatted):
            place = text.find("".join(block.text.split()), place)
            if place < 0:
                yield f"{name}: it does not say as the report does: {_plain(block.text)[:200]}"
                return


def _from_html(document: Document, content: bytes) -> Iterator[str]:
    """The page: the table in the place of each exhibit."""
    page = lxml.html.document_fromstring(content.decode("utf-8"))
    grids = [
        [[_plain(cell.text_content()) for cell in row.xpath("./th|./td")] for row in place.xpath(".//table//tbody/tr")]
        for place in (page.get_element_by_id(shown.anchor) for shown in document.exhibits)
    ]
    yield from _compare(document, grids, "html")
    yield from _compare_sentences(document, page.xpath("//p[@class='nb-sentence']/text()"), "html")
    yield from _compare_prose(document, page.get_element_by_id("content").text_content(), "html")
    if is_slides(document):
        expected, found = [slide.title for slide in slides_of(document)], page.xpath("//section//h2")
        yield from (f"html: a slide says {other} where the report says {one}"
                    for one, other in zip_longest(map(_plain, expected), [_plain(head.text_content()) for head in found])
                    if one != other)


def _from_word(document: Document, content: bytes) -> Iterator[str]:
    """The Word document: its tables with a caption, in order; tables of the prose have none."""
    report, grids = docx.Document(BytesIO(content)), []
    for table in report.tables:
        if not table._tbl.tblPr.xpath("./w:tblCaption"):
            continue
        rows = [row for row in table._tbl.tr_lst if not row.xpath("./w:trPr/w:tblHeader")]
        grids.append([[_plain("".join(cell.xpath(".//w:t/text()"))) for cell in row.tc_lst] for row in rows])
    yield from _compare(document, grids, "docx")
    sentences = [paragraph.text for paragraph in report.paragraphs if paragraph.style.name == LEAD]
    yield from _compare_sentences(document, sentences, "docx")
    yield from _compare_prose(document, "".join(report.element.body.xpath(".//w:t/text()")), "docx")


def _from_workbook(document: Document, content: bytes) -> Iterator[str]:
    """The workbook: the table of each sheet; numbers count as numbers, headings stand in a column of their own."""
    book = openpyxl.load_workbook(BytesIO(content))
    sheets = [sheet for sheet in book.worksheets if any(name.startswith("data_") for name in sheet.tables)]
    if len(sheets) != len(document.exhibits):
        yield f"xlsx: {len(sheets)} tables for {len(document.exhibits)} exhibits"
        return
    for shown, sheet in zip(document.exhibits, sheets, strict=True):
        found = [[_value(cell.value) for cell in row] for row in sheet[next(iter(sheet.tables.values())).ref][1:]]
        if _plain(shown.exhibit.sentence) not in {_written(cell.value) for (cell,) in sheet["A1:A9"]} | {""}:
            yield f"xlsx, {shown.exhibit.label}: it does not say {shown.exhibit.sentence}"
        wrong = _first_difference(_flat(shown.exhibit, words_of(document.language)["overall"]), found)
        if wrong:
            yield f"xlsx, {shown.exhibit.label}: {wrong}"


def _flat(exhibit: Exhibit, overall: str) -> Grid:
    """The exhibit's rows as a sheet has them: the heading in a first column, numbers as numbers."""
    blocks, block, grid = any(row.heading for row in exhibit.rows), overall, []
    for row in exhibit.rows:
        if row.heading:
            block = row.cells[0].text
        else:
            grid.append([*([_value(block)] if blocks else []), *(_value(cell.text) for cell in row.cells)])
    return grid


def _from_pdf(document: Document, content: bytes) -> Iterator[str]:
    """The PDF: that it is the one of this document to the byte, and the table of each exhibit as it was laid out."""
    if pdf_bytes(document) != content:
        yield "pdf: it is not the one of this document"
        return
    grids = [[[_plain(text) for text in row] for row in table] for table in pdf_tables(document)]
    yield from _compare(document, grids, "pdf")


def _plain(text: str) -> str:
    """Text with its spaces made one."""
    return " ".join(text.split())


def _value(value: object) -> str:
    """A cell of a sheet as text that compares: a number by its value."""
    value = "" if value is None else value
    number = number_in(str(value))
    return _written(value) if number is None else repr(float(number))


def _written(value: object) -> str:
    """A text as it was before the workbook took marks out of it."""
    return _plain(str(value).replace("$ $", "$$").replace("] (", "]("))


_READERS: dict[str, Callable[[Document, bytes], Iterator[str]]] = {
    "html": _from_html, "docx": _from_word, "xlsx": _from_workbook, "pdf": _from_pdf,
}
