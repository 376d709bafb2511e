"""Reads tables and sentences back out of every format of a report, with a library of its own for each, and compares them with the exhibits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from io import BytesIO
from itertools import zip_longest

import docx
import lxml.html
import openpyxl
import pptx
import pypdf
from markdown_it import MarkdownIt

from nbeval.exhibit import Exhibit
from nbeval.publish.document import Document, Heading, Prose, slides_of
from nbeval.publish.page import column_name
from nbeval.words import words_of

Grid = list[list[str]]
LEAD = "Lead"       # the style of the sentence over an exhibit in Word
NUMBER = re.compile(r"[-+\u2212]?\d{1,3}(?:,\d{3})+(?:\.\d+)?|[-+\u2212]?\d+(?:\.\d+)?")
BULLET = "•"
REFERENCE = re.compile(r"\[\^[A-Za-z0-9-]+\]")


def disagreements(document: Document, made: dict[str, bytes]) -> tuple[str, ...]:
    """One line for each exhibit, sentence or run of prose that a format shows otherwise; empty where all agree."""
    return tuple(line for name, content in made.items() for line in READERS[name](document, content))


def expected_grid(exhibit: Exhibit) -> Grid:
    """The texts of an exhibit's rows; a heading row has one."""
    return [[plain(row.cells[0].text)] if row.heading else [plain(cell.text) for cell in row.cells] for row in exhibit.rows]


def plain(text: str) -> str:
    """Text with its spaces made one."""
    return " ".join(text.split())


def dense(text: str) -> str:
    """Text without spaces."""
    return "".join(text.split())


def compare(document: Document, grids: list[Grid], name: str) -> Iterator[str]:
    """One line for each exhibit whose grid is another, or missing."""
    if len(grids) != len(document.exhibits):
        yield f"{name}: {len(grids)} tables for {len(document.exhibits)} exhibits"
        return
    for shown, grid in zip(document.exhibits, grids, strict=True):
        wrong = first_difference(expected_grid(shown.exhibit), grid)
        if wrong:
            yield f"{name}, {shown.exhibit.label}: {wrong}"


def first_difference(expected: Grid, found: Grid) -> str:
    """Where two grids first differ, in words; empty where they do not."""
    if len(expected) != len(found):
        return f"{len(found)} rows where the exhibit has {len(expected)}"
    for number, (one, other) in enumerate(zip(expected, found, strict=True), start=1):
        if one != other:
            return f"row {number} shows {' | '.join(other)} where the exhibit has {' | '.join(one)}"
    return ""


def compare_sentences(document: Document, found: list[str], name: str) -> Iterator[str]:
    """One line for the first exhibit whose sentence is another, or missing."""
    expected = [shown.exhibit.sentence for shown in document.exhibits if shown.exhibit.sentence]
    for one, other in zip_longest(map(plain, expected), map(plain, found), fillvalue="nothing"):
        if one != other:
            yield f"{name}: it says {other} where the report says {one}"
            return


def compare_prose(document: Document, text: str, name: str) -> Iterator[str]:
    """One line for the first run of prose that is not in a format's text after the one before it."""
    text, place = dense(text), 0
    for block in document.blocks:
        if isinstance(block, Prose):
            place = text.find(dense(block.text), place)
            if place < 0:
                yield f"{name}: it does not say as the report does: {plain(block.text)[:200]}"
                return


def from_html(document: Document, content: bytes) -> Iterator[str]:
    """The page: the table in the place of each exhibit."""
    page = lxml.html.document_fromstring(content.decode("utf-8"))
    grids = [
        [[plain(cell.text_content()) for cell in row.xpath("./th|./td")] for row in place.xpath(".//table//tbody/tr")]
        for place in (page.get_element_by_id(shown.anchor) for shown in document.exhibits)
    ]
    yield from compare(document, grids, "html")
    yield from compare_sentences(document, page.xpath("//p[@class='nb-sentence']/text()"), "html")
    yield from compare_prose(document, page.get_element_by_id("content").text_content(), "html")
    if document.is_slides:
        expected, found = [slide.title for slide in slides_of(document)], page.xpath("//section//h2")
        yield from (f"html: a slide says {other} where the report says {one}"
                    for one, other in zip_longest(map(plain, expected), [plain(head.text_content()) for head in found]) if one != other)


def from_word(document: Document, content: bytes) -> Iterator[str]:
    """The Word document: its tables with a caption, in order; tables of the prose have none."""
    report, grids = docx.Document(BytesIO(content)), []
    for table in report.tables:
        if table._tbl.tblPr.xpath("./w:tblCaption"):
            rows = [row for row in table._tbl.tr_lst if not row.xpath("./w:trPr/w:tblHeader")]
            grids.append([[plain("".join(cell.xpath(".//w:t/text()"))) for cell in row.tc_lst] for row in rows])
    yield from compare(document, grids, "docx")
    yield from compare_sentences(document, [paragraph.text for paragraph in report.paragraphs if paragraph.style.name == LEAD], "docx")
    yield from compare_prose(document, "".join(report.element.body.xpath(".//w:t/text()")), "docx")


def from_workbook(document: Document, content: bytes) -> Iterator[str]:
    """The workbook: the table of each sheet; numbers count as numbers, headings have a column of their own."""
    book = openpyxl.load_workbook(BytesIO(content))
    sheets = [sheet for sheet in book.worksheets if any(name.startswith("data_") for name in sheet.tables)]
    if len(sheets) != len(document.exhibits):
        yield f"xlsx: {len(sheets)} tables for {len(document.exhibits)} exhibits"
        return
    for shown, sheet in zip(document.exhibits, sheets, strict=True):
        found = [[value(cell.value) for cell in row] for row in sheet[next(iter(sheet.tables.values())).ref][1:]]
        if plain(shown.exhibit.sentence) not in {written(cell.value) for (cell,) in sheet["A1:A9"]} | {""}:
            yield f"xlsx, {shown.exhibit.label}: it does not say {shown.exhibit.sentence}"
        wrong = first_difference(flat(shown.exhibit, words_of(document.language)["overall"]), found)
        if wrong:
            yield f"xlsx, {shown.exhibit.label}: {wrong}"


def flat(exhibit: Exhibit, overall: str) -> Grid:
    """The exhibit's rows as a sheet has them: the heading in a first column, numbers as numbers."""
    blocks, block, grid = any(row.heading for row in exhibit.rows), overall, []
    for row in exhibit.rows:
        if row.heading:
            block = row.cells[0].text
        else:
            grid.append([*([value(block)] if blocks else []), *(value(cell.text) for cell in row.cells)])
    return grid


def from_pdf(document: Document, content: bytes) -> Iterator[str]:
    """The pages of the PDF: every row of every exhibit, its cells in order, and every sentence; a row stays on one page."""
    pages = [page.extract_text() for page in pypdf.PdfReader(BytesIO(content)).pages]
    text = "".join(dense(page) for page in pages)
    for shown in document.exhibits:
        place = 0
        for row in expected_grid(shown.exhibit):
            found = text.find(dense("".join(row)), place)
            if found < 0:
                yield f"pdf, {shown.exhibit.label}: no page shows {' | '.join(row)} after the row before it"
                break
            place = found + 1
    flowing = "".join(without_edges(page, number, document) for number, page in enumerate(pages, start=1)).replace(BULLET, "")
    yield from (f"pdf: no page says {shown.exhibit.sentence}" for shown in document.exhibits if dense(shown.exhibit.sentence) not in flowing)
    if not document.is_slides:
        yield from compare_prose(document, flowing, "pdf")


def without_edges(page: str, number: int, document: Document) -> str:
    """The text of a page without its head and foot, so that a paragraph goes on from one page to the next."""
    text = dense(page)
    for edge in (document.title + document.overline, document.banner):
        text = text.replace(dense(edge), "", 1)
    return text.removesuffix(str(number))


def from_markdown(document: Document, content: bytes) -> Iterator[str]:
    """The Markdown: its tables in order after those of the prose are left out, by their captions; footnotes' references do not count."""
    tokens = MarkdownIt("commonmark").enable("table").parse(content.decode("utf-8"))
    grids, texts, last, captioned = [], [], "", False
    captions = {plain(words_of(document.language)["label_title"].format(label=shown.exhibit.label, title=shown.exhibit.title)) for shown in document.exhibits}
    for token in tokens:
        if token.type == "inline":
            last = plain("".join(without_references(child) for child in token.children))
            texts.append(last)
            captioned = captioned or last in captions and token.content.startswith("**")
            if grids and grids[-1] is not None and within:
                grids[-1][-1].append(last)
        elif token.type in ("tbody_open", "tbody_close"):
            within = token.type == "tbody_open" and captioned
            grids += [[]] if within else []
            captioned = captioned and token.type == "tbody_open"
        elif token.type == "tr_open" and grids and within:
            grids[-1].append([])
        elif token.type == "table_open":
            within = False
    headings = [[plain(row.cells[0].text) for row in shown.exhibit.rows if row.heading] for shown in document.exhibits]
    grids = [[row[:1] if row[0] in heads and not any(row[1:]) else row for row in grid] for grid, heads in zip(grids, headings, strict=False)]
    yield from compare(document, grids, "md")
    found = set(texts)
    yield from (f"md: it does not say {shown.exhibit.sentence}" for shown in document.exhibits if plain(shown.exhibit.sentence) not in found | {""})
    yield from compare_prose(document, "".join(texts), "md")


def without_references(token) -> str:
    """The words of a part of a paragraph."""
    return {"softbreak": " ", "hardbreak": " "}.get(token.type, "" if token.type == "html_inline" else REFERENCE.sub("", token.content))


def value(cell: object) -> str:
    """A cell of a sheet as text that compares: a number by its value."""
    text = str("" if cell is None else cell)
    bare = text.strip().removesuffix("%").strip()
    return repr(float(bare.replace(",", "").replace("\u2212", "-"))) if NUMBER.fullmatch(bare) else written(text)


def written(text: object) -> str:
    """A text as it was before the workbook took marks out of it."""
    return plain(str(text).replace("$ $", "$$").replace("] (", "]("))


def from_slides(document: Document, content: bytes) -> Iterator[str]:
    """The presentation: titles, bullets and tables of the slides, and the table of every exhibit again in the notes."""
    deck = pptx.Presentation(BytesIO(content))
    slides = list(deck.slides)[1:]
    titles = list(dict.fromkeys((plain(slide.shapes.title.text), slide.notes_slide.notes_text_frame.text.split("\n")[0] if slide.has_notes_slide else "")
                                for slide in slides))
    expected = [plain(slide.title) for slide in slides_of(document)]
    if document.is_slides:
        yield from (f"pptx: a slide says {other} where the report says {one}"
                    for one, other in zip_longest(expected, [title for title, _ in titles]) if one != other)
    captions = words_of(document.language)
    by_caption: dict[str, list] = {}
    for slide in slides:
        if slide.has_notes_slide:
            by_caption.setdefault(slide.notes_slide.notes_text_frame.text.split("\n")[0], []).append(slide)
    grids, sentences = [], []
    for shown in document.exhibits:
        mine = by_caption.get(captions["label_title"].format(label=shown.exhibit.label, title=shown.exhibit.title), [])
        notes = [[plain(line) for line in slide.notes_slide.notes_text_frame.text.split("\n")] for slide in mine]
        if any(one != notes[0] for one in notes) or not notes:
            yield f"pptx, {shown.exhibit.label}: the notes of its slides differ, or it has none"
            continue
        rows = [line.split(" | ") for line in notes[0]]
        start = next((place for place, row in enumerate(rows) if place and len(row) == len(shown.exhibit.columns) > 1), 1)
        heads = [plain(column_name(column, grouped=True)) for column in shown.exhibit.columns]
        if [plain(cell) for cell in rows[start]] != heads:
            yield f"pptx, {shown.exhibit.label}: the columns in the notes are {rows[start]}"
        grids.append([[plain(cell) for cell in row] for row in rows[start + 1:start + 1 + len(shown.exhibit.rows)]])
        sentences += notes[0][1:2] if shown.exhibit.sentence else []
        drawn = [table_of(slide) for slide in mine]
        if not shown.exhibit.figure:
            wrong = first_difference(expected_grid(shown.exhibit), [row for rows in drawn for row in rows])
            yield from (f"pptx, {shown.exhibit.label}, on the slide: {one}" for one in filter(None, (wrong,)))
    yield from compare(document, grids, "pptx")
    yield from compare_sentences(document, sentences, "pptx")
    yield from compare_prose(document, "".join(
        shape.text_frame.text for slide in slides for shape in [*slide.shapes, *(slide.notes_slide.shapes if slide.has_notes_slide else ())]
        if shape.has_text_frame), "pptx")


def table_of(slide) -> Grid:
    """The rows of the table of a slide, without its headers; a heading goes over all columns."""
    table = next((shape.table for shape in slide.shapes if shape.has_table), None)
    return [] if table is None else [
        [plain(cell.text) for cell in row.cells if not cell.is_spanned] for row in list(table.rows)[1:]]


READERS: dict[str, Callable[[Document, bytes], Iterator[str]]] = {
    "html": from_html, "docx": from_word, "xlsx": from_workbook, "pdf": from_pdf, "md": from_markdown,
    "pptx": from_slides,
}
