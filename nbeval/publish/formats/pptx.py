"""A report as PowerPoint slides that a presenter can edit: a finding a slide, its numbers and what they rest on in the notes.

Titles, bullets and tables are PowerPoint's own. Charts are pictures with words for those who cannot see them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.oxml.xmlchemy import OxmlElement
from pptx.util import Emu, Mm, Pt

from nbeval.exhibit import Exhibit, Figure, Row
from nbeval.publish.document import Document, Prose, Shown, Slide, Token, plain_text, slides_of
from nbeval.publish.formats import Format, fixed_zip
from nbeval.publish.formats.pdf import png_bytes
from nbeval.publish.page import alternative_text, below_exhibit, column_name, shares, slices, unit_and_base
from nbeval.words import Words, words_of

WIDTH, HEIGHT = Mm(338.67), Mm(190.5)       # 16 to 9
EDGE, TOP, FOOT = Mm(16), Mm(42), Mm(172)   # margins, and where a slide's content begins and ends
ROOM = WIDTH - 2 * EDGE
TITLES = ((70, 30), (120, 26), (190, 22))   # characters of a title, and the points that they leave
SMALLEST_TITLE = 19
BODY, TABLE, SMALL = Pt(20), Pt(13), Pt(11)
ROWS = 13                                   # rows of a table that one slide has room for
INK, PAPER, LINE = RGBColor(0x1F, 0x29, 0x33), RGBColor(0xEE, 0xF2, 0xF5), RGBColor(0x8A, 0x94, 0xA0)
#: between the cells of a row in the notes
BETWEEN = " | "
TITLE_SLIDE, TITLE_AND_TEXT, TITLE_ONLY = 0, 1, 5       # layouts of the library's own template


def slides_bytes(document: Document) -> bytes:
    """The bytes of ``report.pptx``; the same on every run."""
    made = BytesIO()
    _Deck(document).made().save(made)
    return fixed_zip(made.getvalue())


class _Deck:
    """The slides of one report on their way."""

    def __init__(self, document: Document) -> None:
        self._document, self._wording = document, words_of(document.language)
        self._deck = Presentation()
        _widen(self._deck)

    def made(self) -> Any:
        """The whole presentation."""
        document, about = self._document, self._deck.core_properties
        about.title, about.language, about.comments = document.title, document.language, document.stamp
        about.author = about.last_modified_by = document.summary.get("owner", "")
        self._opening()
        for slide in slides_of(document):
            self._slide(slide)
        for runs in self._deck.slides:
            for properties in runs._element.iter(qn("a:rPr"), qn("a:endParaRPr")):
                properties.set("lang", document.language)
        return self._deck

    def _opening(self) -> None:
        """The slide with the title."""
        slide = self._deck.slides.add_slide(self._deck.slide_layouts[TITLE_SLIDE])
        slide.shapes.title.text = self._document.title
        slide.placeholders[1].text = "\n".join(filter(None, (self._document.overline, self._document.subtitle)))
        for paragraph in slide.placeholders[1].text_frame.paragraphs:
            paragraph.font.size, paragraph.alignment = BODY, PP_ALIGN.LEFT
        self._edges(slide, "")
        slide.notes_slide.notes_text_frame.text = self._document.stamp or self._wording["made_by"]

    def _slide(self, made: Slide) -> None:
        """A slide, and those that go on with it where its table or picture is longer than one."""
        shown = next((block.exhibit for block in made.blocks if isinstance(block, Shown)), None)
        prose = [block for block in made.blocks if isinstance(block, Prose)]
        if shown is None:
            slide = self._titled(made, TITLE_AND_TEXT)
            _write(slide.placeholders[1].text_frame, [line for block in prose for line in _lines(block.tokens)])
            return
        if shown.figure:
            for part in slices(shown.figure):
                slide = self._titled(made)
                _picture(slide, part)
                self._notes(slide, shown, prose)
        else:
            for rows in (shown.rows[start:start + ROWS] for start in range(0, len(shown.rows), ROWS)):
                slide = self._titled(made)
                _table(slide, shown, rows)
                self._notes(slide, shown, prose)

    def _titled(self, made: Slide, layout: int = TITLE_ONLY) -> Any:
        """An empty slide with its title, the part of the talk, the words over invented data and its number."""
        slide = self._deck.slides.add_slide(self._deck.slide_layouts[layout])
        slide.shapes.title.text = made.title
        points = next((size for longest, size in TITLES if len(made.title) <= longest), SMALLEST_TITLE)
        for run in slide.shapes.title.text_frame.paragraphs[0].runs:
            run.font.size = Pt(points)
        self._edges(slide, made.part)
        return slide

    def _edges(self, slide: Any, part: str) -> None:
        """The head and the foot of a slide."""
        if part:
            _line(slide, part, EDGE, Mm(6))
        foot = _line(slide, self._document.banner, EDGE, Mm(180))
        paragraph = foot.text_frame.paragraphs[0]
        number = OxmlElement("a:fld")
        number.set("id", "{00000000-0000-4000-8000-000000000001}")
        number.set("type", "slidenum")
        number.append(OxmlElement("a:rPr"))
        text = OxmlElement("a:t")
        text.text = str(len(self._deck.slides))
        number.append(text)
        if self._document.banner:
            paragraph.add_run().text = "   "
        paragraph._p.append(number)

    def _notes(self, slide: Any, exhibit: Exhibit, prose: Iterable[Prose]) -> None:
        """What a presenter has beside a slide: what is shown, its numbers and what they rest on."""
        about = "; ".join(unit_and_base(exhibit, self._wording))
        if about:
            _line(slide, about, EDGE, FOOT)
        slide.notes_slide.notes_text_frame.text = "\n".join(notes_of(exhibit, prose, self._wording))


def notes_of(exhibit: Exhibit, prose: Iterable[Prose], wording: Words) -> Iterator[str]:
    """The lines of a slide's notes: caption, sentence, what is written, columns, rows, and what stands below an exhibit."""
    yield wording["label_title"].format(label=exhibit.label, title=exhibit.title)
    yield from filter(None, (exhibit.sentence,))
    yield from (" ".join(block.text.split()) for block in prose)
    yield BETWEEN.join(column_name(column, grouped=True) for column in exhibit.columns)
    yield from (BETWEEN.join(cell.text for cell in row.cells) for row in exhibit.rows)
    yield from below_exhibit(exhibit, wording)


def _widen(deck: Any) -> None:
    """Make the library's template, which is 4 to 3, as wide as screens are, in the colours and places of these slides."""
    scale = WIDTH / deck.slide_width
    deck.slide_width, deck.slide_height = WIDTH, HEIGHT
    master = deck.slide_master
    for holder in (*master.placeholders, *(one for layout in master.slide_layouts for one in layout.placeholders)):
        holder.left, holder.width = Emu(int(holder.left * scale)), Emu(int(holder.width * scale))
    for layout in (master, deck.slide_layouts[TITLE_ONLY], deck.slide_layouts[TITLE_AND_TEXT]):
        for holder in layout.placeholders:
            match holder.placeholder_format.type:
                case PP_PLACEHOLDER.TITLE:
                    holder.left, holder.top, holder.width, holder.height = EDGE, Mm(12), ROOM, TOP - Mm(15)
                    holder.text_frame.vertical_anchor = MSO_ANCHOR.MIDDLE
                case PP_PLACEHOLDER.BODY | PP_PLACEHOLDER.OBJECT:
                    holder.left, holder.top, holder.width, holder.height = EDGE, TOP, ROOM, FOOT - TOP
    style = master._element.find(qn("p:txStyles")).find(qn("p:titleStyle")).find(qn("a:lvl1pPr"))
    style.set("algn", "l")


def _line(slide: Any, text: str, left: int, top: int) -> Any:
    """A line of small print across a slide."""
    box = slide.shapes.add_textbox(left, top, ROOM, Mm(7))
    box.text_frame.word_wrap = True
    run = box.text_frame.paragraphs[0].add_run()
    run.text, run.font.size, run.font.color.rgb = text, SMALL, INK
    return box


def _picture(slide: Any, figure: Figure) -> None:
    """A picture as large as there is room, with words for those who cannot see it."""
    scale = min(ROOM / figure.width_mm, (FOOT - TOP) / figure.height_mm)
    width, height = int(figure.width_mm * scale), int(figure.height_mm * scale)
    shape = slide.shapes.add_picture(
        BytesIO(png_bytes(figure.svg, figure.width_mm)), int((WIDTH - width) / 2), TOP, width, height)
    shape._element.nvPicPr.cNvPr.set("descr", alternative_text(figure))


def _table(slide: Any, exhibit: Exhibit, rows: tuple[Row, ...]) -> None:
    """A table of PowerPoint's own, with a row of headers; the heading of a block goes over all columns."""
    columns = exhibit.columns
    frame = slide.shapes.add_table(len(rows) + 1, len(columns), EDGE, TOP, ROOM, int((FOOT - TOP) * (len(rows) + 1) / (ROWS + 1)))
    frame._element.nvGraphicFramePr.cNvPr.set("descr", exhibit.title)
    table = frame.table
    for place, share in enumerate(shares(exhibit)):
        table.columns[place].width = int(ROOM * share)
    for place, column in enumerate(columns):
        _cell(table.cell(0, place), column_name(column, grouped=True), bold=True)
    for number, row in enumerate(rows, start=1):
        if row.heading:
            table.cell(number, 0).merge(table.cell(number, len(columns) - 1))
        for place, cell in enumerate(row.cells):
            _cell(table.cell(number, place), cell.text, bold=row.heading)


def _cell(cell: Any, text: str, *, bold: bool) -> None:
    """A cell with its text."""
    cell.text = text
    cell.margin_top = cell.margin_bottom = Mm(0.8)
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    cell.fill.solid()
    cell.fill.fore_color.rgb = PAPER if bold else RGBColor(0xFF, 0xFF, 0xFF)
    for run in cell.text_frame.paragraphs[0].runs:
        run.font.size, run.font.bold, run.font.color.rgb = TABLE, bold, INK


def _lines(tokens: Iterable[Token]) -> Iterator[tuple[bool, str]]:
    """Paragraphs and points of prose, each with whether it leads to what follows: a paragraph in bold."""
    for token in tokens:
        if token["type"] in ("list", "list_item"):
            yield from _lines(token["children"])
        elif text := " ".join(plain_text((token,)).split()):
            children = token.get("children", ())
            yield bool(children) and all(child["type"] == "strong" for child in children), text


def _write(frame: Any, lines: list[tuple[bool, str]]) -> None:
    """Lines as the points of a slide, smaller where there are many."""
    frame.word_wrap = True
    points = next((size for longest, size in ((500, 20), (900, 17), (1400, 14)) if sum(len(text) for _, text in lines) <= longest), 12)
    for number, (leads, text) in enumerate(lines):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        run = paragraph.add_run()
        run.text, run.font.size, run.font.bold, run.font.color.rgb = text, Pt(points), leads, INK


FORMAT = Format("report.pptx", slides_bytes)
