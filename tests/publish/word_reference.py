"""How the look of Word reports was made: pandoc's own reference document, restyled. Kept as ``publish/templates/reference.docx``."""

from __future__ import annotations

import subprocess
from importlib.resources import files
from io import BytesIO

import docx
import pypandoc
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from nbeval.publish.formats import fixed_zip

FILE = files("nbeval.publish") / "templates" / "reference.docx"
FONT = "Arial"
ACCENT, INK, SOFT = RGBColor(0x14, 0x50, 0x6E), RGBColor(0x1C, 0x24, 0x30), RGBColor(0x4A, 0x55, 0x64)

# style: size in points, bold, colour, space before and after in points, kept with the next paragraph
_STYLES = {
    "Normal": (11, None, INK, 0, 8, False), "Body Text": (11, None, INK, 6, 8, False),
    "First Paragraph": (11, None, INK, 6, 8, False), "Compact": (11, None, INK, 2, 2, False),
    "Block Text": (11, None, INK, 6, 8, False),
    "Title": (30, True, INK, 0, 6, True), "Subtitle": (14, False, SOFT, 0, 18, False),
    "Heading 1": (20, True, ACCENT, 26, 8, True), "Heading 2": (14, True, ACCENT, 18, 6, True),
    "Heading 3": (12, True, ACCENT, 14, 4, True), "Heading 4": (11, True, INK, 12, 4, True),
    "Heading 5": (11, True, INK, 12, 4, True),
    "Table Caption": (11, True, INK, 14, 4, True), "Image Caption": (11, True, INK, 14, 4, True),
    "Captioned Figure": (11, None, INK, 10, 2, True),
    "Banner": (11, True, INK, 0, 18, False),
    "Below Exhibit": (9, None, SOFT, 0, 2, False), "Below Table": (9, None, SOFT, 7, 2, False),
    "Table Text": (9.5, None, INK, 2, 2, False), "Table Head": (9.5, True, INK, 2, 2, True),
    "Overline": (12, True, ACCENT, 0, 4, True), "Lead": (11, None, INK, 14, 4, True),
    "Contents 1": (11, None, INK, 2, 2, False), "Contents 2": (10.5, None, INK, 0, 2, False),
    "Header": (8.5, None, SOFT, 0, 0, False), "Footer": (8.5, None, SOFT, 0, 0, False),
}


def build_reference() -> bytes:
    """The reference document; the same bytes on every run.

    Returns
    -------
    bytes
        Of a ``.docx`` that has every style the reports use.
    """
    source = pypandoc.get_pandoc_path()
    document = docx.Document(BytesIO(_default_reference(source)))
    for name, look in _STYLES.items():
        _restyle(document, name, look)
    document.styles["Hyperlink"].font.color.rgb = ACCENT
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(24)
    section.top_margin = section.bottom_margin = Mm(22)
    made = BytesIO()
    document.save(made)
    return fixed_zip(made.getvalue())


def _default_reference(pandoc: str) -> bytes:
    """Pandoc's own reference document."""
    return subprocess.run([pandoc, "--print-default-data-file", "reference.docx"], capture_output=True,
                          check=True).stdout


def _restyle(document: Document, name: str, look: tuple) -> None:
    """Give a paragraph style its look; make it where pandoc does not have it."""
    size, bold, colour, before, after, keep = look
    known = {style.name for style in document.styles}
    style = document.styles[name] if name in known else document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.font.name, style.font.size, style.font.bold, style.font.italic = FONT, Pt(size), bold, False
    style.font.color.rgb = colour
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(script), None)
    style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
    style.paragraph_format.keep_with_next = keep
    style.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.LEFT if name in ("Title", "Subtitle") else None
    for spacing in style.element.get_or_add_rPr().findall(qn("w:spacing")):
        style.element.rPr.remove(spacing)
    if name == "Contents 2":
        style.paragraph_format.left_indent = Mm(6)
    if name == "Banner":
        shade = OxmlElement("w:shd")
        shade.set(qn("w:val"), "clear")
        shade.set(qn("w:fill"), "FFF4DC")
        style.element.get_or_add_pPr().append(shade)
