"""A report as a Word document that a researcher can edit: made by pandoc, and laid out in what pandoc cannot say.

Pandoc reads the plainest HTML. Afterwards tables get widths and lines, broad ones pages of their own turned round, pictures
their size, and pages a header and a footer. The styles are those of ``templates/reference.docx``.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from copy import deepcopy
from html import escape
from importlib.resources import files
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import Any

import docx
import pypandoc
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, Twips
from docx.table import Table

from nbeval.exhibit import Column, Exhibit, Figure
from nbeval.publish.document import Block, Document, Heading, Prose, Shown, prose_html
from nbeval.publish.formats import Format, fixed_zip
from nbeval.publish.formats.pdf import png_bytes
from nbeval.publish.page import LARGE, alternative_text, below_exhibit, column_name, extent, shares, size, slices
from nbeval.words import Words, words_of

UPRIGHT, TURNED = 9180, 14112       # twentieths of a point between the margins of a page
ROOM = 870.0                        # as ``page.ROOM``, in the broader letters of the reference document
SMALLEST = 8.5                      # points of print on an upright page; a table that needs smaller is turned
WHOLE_UP_TO = 12                    # rows of a table that is not split between pages


def word_bytes(document: Document) -> bytes:
    """The bytes of ``report.docx``: real headings, captions, header rows, alt text, language; the same on every run."""
    with tempfile.TemporaryDirectory() as folder:
        target, reference = Path(folder) / "report.docx", files("nbeval.publish") / "templates" / "reference.docx"
        html, pictures = neutral_html(document)
        for name, content in pictures.items():
            (Path(folder) / name).write_bytes(content)
        about = {"title": document.title, "subtitle": document.subtitle, "lang": document.language}
        pypandoc.convert_text(
            html, "docx", format="html-auto_identifiers", outputfile=str(target),
            extra_args=[f"--reference-doc={reference}", f"--resource-path={folder}",
                        *(f"--metadata={name}:{text}" for name, text in about.items())],
        )
        return finished(target.read_bytes(), document)


def neutral_html(document: Document) -> tuple[str, dict[str, bytes]]:
    """The document as the plainest HTML, for pandoc to read, and its pictures by file name; all text is escaped."""
    wording = words_of(document.language)
    parts = [_styled("Overline", document.overline)]
    if document.banner:
        parts.append(_styled("Banner", document.banner))
    parts.append(f"<h1>{escape(wording['contents'])}</h1>")
    parts += [_entry(f"Contents {heading.level - 1}", heading.anchor, heading.text)
              for heading in document.headings if heading.level <= 3]
    if document.exhibits:
        parts.append(f"<h1>{escape(wording['exhibits'])}</h1>")
        parts += [_entry("Contents 1", shown.place, f"{shown.exhibit.label}. {shown.exhibit.title}")
                  for shown in document.exhibits]
    parts += [_block(block, wording) for block in document.blocks]
    parts.append(_styled("Below Exhibit", document.stamp))
    return "\n".join(parts), {
        _picture_file(shown.anchor, place): png_bytes(part.svg, part.width_mm)
        for shown in document.exhibits if shown.exhibit.figure for place, part in enumerate(slices(shown.exhibit.figure))
    }


def _picture_file(anchor: str, place: int) -> str:
    """The file in which pandoc finds a part of the picture of an exhibit."""
    return f"{anchor}-{place}.png"


def _block(block: Block, wording: Words) -> str:
    """One block as plain HTML."""
    match block:
        case Heading(level=level, text=text, anchor=anchor):
            return f'<h{level - 1} id="{anchor}">{escape(text)}</h{level - 1}>'
        case Prose(tokens=tokens):
            return prose_html(tokens)
        case Shown(exhibit=exhibit):
            return f'<div id="{block.place}">{_exhibit(exhibit, wording, block.anchor)}</div>'
    raise TypeError(type(block).__name__)


def _exhibit(exhibit: Exhibit, wording: Words, anchor: str) -> str:
    """An exhibit: the sentence, the picture where there is one, the table, and the lines below."""
    title, parts = f"{exhibit.label}. {exhibit.title}", []
    if exhibit.sentence:
        parts.append(_styled("Lead", exhibit.sentence))
    if exhibit.figure:
        parts.append(_styled("Image Caption", title))
        texts = [alternative_text(exhibit.figure), wording["continued"].format(exhibit=exhibit.label)]
        for place, _ in enumerate(slices(exhibit.figure)):
            alt = escape(texts[min(place, 1)], quote=True)
            parts.append(f'<p><img src="{_picture_file(anchor, place)}" alt="{alt}"></p>')
        title = wording["numbers"].format(exhibit=exhibit.label)
    parts.append(_table(exhibit, title))
    parts += [_styled("Below Exhibit" if place else "Below Table", line)
              for place, line in enumerate(below_exhibit(exhibit, wording))]
    return "\n".join(parts)


def _table(exhibit: Exhibit, title: str) -> str:
    """The table of an exhibit with its caption and header rows."""
    body = []
    for row in exhibit.rows:
        if row.heading:
            body.append(f'<tr><th colspan="{len(exhibit.columns)}">{escape(row.cells[0].text)}</th></tr>')
        else:
            cells = zip(exhibit.columns, row.cells, strict=True)
            texts = (f"<td{_side(column)}>{escape(cell.text)}</td>" for column, cell in cells)
            body.append(f"<tr>{''.join(texts)}</tr>")
    return (f"<table><caption>{escape(title)}</caption><thead>{_head(exhibit.columns)}</thead>"
            f"<tbody>{''.join(body)}</tbody></table>")


def _head(columns: tuple[Column, ...]) -> str:
    """One header row, or two where columns have spanning headers."""
    lower = "".join(f"<th{_side(column)}>{escape(column_name(column))}</th>" for column in columns)
    if not any(column.group for column in columns):
        return f"<tr>{lower}</tr>"
    spans = [(name, len(list(members))) for name, members in groupby(columns, key=lambda column: column.group)]
    upper = "".join(f'<th colspan="{count}">{escape(name)}</th>' for name, count in spans)
    return f"<tr>{upper}</tr><tr>{lower}</tr>"


def _side(column: Column) -> str:
    """Numbers are aligned to the right."""
    return ' style="text-align:right"' if column.numeric else ""


def _entry(style: str, anchor: str, text: str) -> str:
    """A line of the contents, which leads to its place."""
    return f'<div data-custom-style="{style}"><p><a href="#{anchor}">{escape(text)}</a></p></div>'


def _styled(style: str, text: str) -> str:
    """A paragraph in a style of the reference document."""
    return f'<div data-custom-style="{style}"><p>{escape(text)}</p></div>'


def finished(content: bytes, document: Document) -> bytes:
    """The bytes of a document as pandoc made it, laid out; the same on every run."""
    report = docx.Document(BytesIO(content))
    about = report.core_properties
    about.title, about.language, about.comments = document.title, document.language, document.stamp
    about.author = about.last_modified_by = document.summary.get("owner", "")
    _edges(report, document)
    _lay_out_tables(report, document)
    figures = (part for shown in document.exhibits if shown.exhibit.figure for part in slices(shown.exhibit.figure))
    for drawn, figure in zip(report.element.body.iter(qn("wp:inline")), figures, strict=True):
        _lay_out_picture(drawn, figure)
    made = BytesIO()
    report.save(made)
    return fixed_zip(made.getvalue())


def _edges(report: Any, document: Document) -> None:
    """The head and foot of every page: the title, the words over invented data, the page's number."""
    section = report.sections[0]
    section.header.paragraphs[0].text = document.title
    foot = section.footer.paragraphs[0]
    foot.paragraph_format.tab_stops.add_tab_stop(Twips(UPRIGHT), WD_TAB_ALIGNMENT.RIGHT)
    foot.add_run(f"{document.banner}\t")
    number = OxmlElement("w:fldSimple")
    number.set(qn("w:instr"), "PAGE")
    foot._p.append(number)


def _lay_out_picture(drawn: Any, figure: Figure) -> None:
    """A picture in its size, its words on every part that can have them."""
    width, height = (Mm(length) for length in extent(figure))
    for place in (drawn.find(qn("wp:extent")), *drawn.iter(qn("a:ext"))):
        place.set("cx", str(int(width)))
        place.set("cy", str(int(height)))
    words_for_it = drawn.find(qn("wp:docPr")).get("descr", "")
    for inner in drawn.iter(qn("pic:cNvPr")):
        inner.set("descr", words_for_it)


def _lay_out_tables(report: Any, document: Document) -> None:
    """Every table; those of exhibits have a caption, those of the prose have none."""
    exhibits = iter([shown.exhibit for shown in document.exhibits])
    for table in report.tables:
        exhibit = next(exhibits) if table._tbl.tblPr.xpath("./w:tblCaption") else None
        turned = exhibit is not None and size(exhibit, ROOM) < SMALLEST
        _lay_out_table(table, exhibit, TURNED if turned else UPRIGHT)
        if turned:
            _turn(table._tbl, report.element.body.sectPr)


def _lay_out_table(table: Table, exhibit: Exhibit | None, width: int) -> None:
    """Lines, widths and the size of the print; rows that are not split, and short tables neither."""
    properties, columns = table._tbl.tblPr, table._tbl.tblGrid.gridCol_lst
    room = ROOM * width / UPRIGHT
    print_size = size(exhibit, room) if exhibit else LARGE
    widths = shares(exhibit, room) if exhibit else [1 / len(columns)] * len(columns)
    properties.find(qn("w:tblLook")).set(qn("w:firstColumn"), "1")
    taken = properties.find(qn("w:tblW"))
    taken.set(qn("w:type"), "dxa")
    taken.set(qn("w:w"), str(width))
    layout = OxmlElement("w:tblLayout")
    layout.set(qn("w:type"), "fixed")
    taken.addnext(layout)
    taken.addnext(_lines())
    for column, share in zip(columns, widths, strict=True):
        column.w = Twips(int(width * share))
    rows = table._tbl.tr_lst
    for number, row in enumerate(rows, start=1):
        _lay_out_row(row, print_size, keep=number < len(rows) <= WHOLE_UP_TO)


def _lay_out_row(row: Any, print_size: float, *, keep: bool) -> None:
    """A row that is not split between pages; ``keep``: nor parted from the next, as the heading of a block never is."""
    trait = row.get_or_add_trPr()
    heads = trait.find(qn("w:tblHeader")) is not None or len(row.tc_lst) == 1
    trait.insert(0, OxmlElement("w:cantSplit"))
    for paragraph in (paragraph for cell in row.tc_lst for paragraph in cell.p_lst):
        paragraph.style = "TableHead" if heads else "TableText"
        if keep or heads:
            paragraph.pPr.get_or_add_keepNext()
        for run in paragraph.r_lst:
            run.get_or_add_rPr().sz_val = Pt(print_size)


def _lines() -> Any:
    """The lines of a table: above, below and between its rows."""
    lines = OxmlElement("w:tblBorders")
    for side, weight in (("top", "8"), ("bottom", "8"), ("insideH", "4")):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", weight), ("space", "0"), ("color", "8A94A0")):
            line.set(qn(f"w:{name}"), value)
        lines.append(line)
    return lines


def _turn(table: Any, page: Any) -> None:
    """Put a table with what leads to it and the lines below it on pages turned round."""
    turned = deepcopy(page)
    measures = turned.find(qn("w:pgSz"))
    wide, high = measures.get(qn("w:h")), measures.get(qn("w:w"))
    measures.set(qn("w:w"), wide)
    measures.set(qn("w:h"), high)
    measures.set(qn("w:orient"), "landscape")
    before = _before_what_leads_to(table)
    if before.xpath("./w:pPr/w:sectPr"):        # the table before it is turned too, and nothing is between them
        before.pPr.remove(before.pPr.find(qn("w:sectPr")))
    else:
        before.get_or_add_pPr().append(deepcopy(page))
    last = [table, *_below(table)][-1]
    last.get_or_add_pPr().append(turned)


def _before_what_leads_to(table: Any) -> Any:
    """The last paragraph before a table that is not its caption, its sentence, its heading or the one under the heading."""
    paragraphs = list(table.itersiblings(qn("w:p"), preceding=True))
    place = next(place for place, one in enumerate(paragraphs) if not _is(one, "Heading", "Lead", "TableCaption"))
    if _is(paragraphs[place + 1], "Heading"):
        place = next(later for later in range(place + 1, len(paragraphs)) if not _is(paragraphs[later], "Heading"))
    return paragraphs[place]


def _is(paragraph: Any, *styles: str) -> bool:
    """Whether a paragraph has one of these styles, of whatever level."""
    return (paragraph.style or "").startswith(styles)


def _below(table: Any) -> Iterator[Any]:
    """The lines below a table, of which every exhibit has at least one."""
    for one in table.itersiblings(qn("w:p")):
        if not _is(one, "Below"):
            return
        yield one


FORMAT = Format("report.docx", word_bytes)
