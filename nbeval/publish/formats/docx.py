"""A report as a Word document that a researcher can edit: made by pandoc, and laid out in what pandoc cannot say.

Pandoc reads the plainest HTML. Afterwards tables get widths and lines, broad ones pages of their own turned round, pictures
their size, and pages a header and a footer. The styles are those of ``templates/reference.docx``.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from importlib.resources import files
from io import BytesIO
from itertools import groupby
from typing import Any

import docx
import pypandoc
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, Twips
from docx.table import Table
from markupsafe import Markup

from nbeval.exhibit import Column, Exhibit, Figure
from nbeval.folders import private_folder
from nbeval.publish.document import Document, Shown, prose_html
from nbeval.publish.formats import Format, fixed_zip
from nbeval.publish.formats.pdf import png_bytes
from nbeval.publish.page import LARGE, alternative_text, below_exhibit, column_name, environment, extent, shares, size, slices
from nbeval.words import words_of

UPRIGHT, TURNED = 9180, 14112       # twentieths of a point between the margins of a page
ROOM = 870.0                        # as ``page.ROOM``, in the broader letters of the reference document
SMALLEST = 8.5                      # points of print on an upright page; a table that needs smaller is turned
WHOLE_UP_TO = 12                    # rows of a table that is not split between pages


def word_bytes(document: Document) -> bytes:
    """The bytes of ``report.docx``: real headings, captions, header rows, alt text, language; the same on every run."""
    with private_folder("word") as folder:
        target, reference = folder / "report.docx", files("nbeval.publish") / "templates" / "reference.docx"
        html, pictures = neutral_html(document)
        for name, content in pictures.items():
            (folder / name).write_bytes(content)
        about = {"title": document.title, "subtitle": document.subtitle, "lang": document.language}
        pypandoc.convert_text(
            html, "docx", format="html-auto_identifiers", outputfile=str(target),
            extra_args=[f"--reference-doc={reference}", f"--resource-path={folder}",
                        *(f"--metadata={name}:{text}" for name, text in about.items())],
        )
        return finished(target.read_bytes(), document)


def neutral_html(document: Document) -> tuple[str, dict[str, bytes]]:
    """The document as the plainest HTML, for pandoc to read, and its pictures by file name; all text is escaped."""
    html = environment().get_template("word.html.j2").render(
        document=document, words=words_of(document.language), prose=lambda tokens: Markup(prose_html(tokens)), spans=_spans, slices=slices,
        picture_file=_picture_file, alternative_text=alternative_text, below_exhibit=below_exhibit, column_name=column_name)
    return html, {
        _picture_file(shown, place): png_bytes(part.svg, part.width_mm)
        for shown in document.exhibits if shown.exhibit.figure for place, part in enumerate(slices(shown.exhibit.figure))
    }


def _picture_file(shown: Shown, place: int) -> str:
    """The file in which pandoc finds a part of the picture of an exhibit."""
    return f"{shown.anchor}-{place}.png"


def _spans(columns: tuple[Column, ...]) -> list[tuple[str, int]]:
    """The spanning headers, each with how many columns it is of."""
    return [(name, len(list(members))) for name, members in groupby(columns, key=lambda column: column.group)]


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
