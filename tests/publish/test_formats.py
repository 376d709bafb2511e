"""PDF, Word and workbook: made from the document alone, accessible, the same on every run, text as data."""

from __future__ import annotations

import zipfile
from io import BytesIO

import docx
import nbformat
import openpyxl
import pptx
import pypdf
import pytest
from docx.oxml.ns import qn
from pptx.enum.shapes import MSO_SHAPE_TYPE
from markdown_it import MarkdownIt

from nbeval.publish.document import read_document
from nbeval.publish.formats import FORMATS
from nbeval.publish.formats.md import escaped
from nbeval.words import words_of
from tests.publish.word_reference import FILE, build_reference
from tests.publish.agreement import disagreements

#: what a run of text on a slide is like
RUN = "{http://schemas.openxmlformats.org/drawingml/2006/main}rPr"


@pytest.fixture(scope="module")
def document(mixed):
    return read_document(nbformat.read(mixed[0] / "specimen/ok/report.ipynb", as_version=4))


@pytest.fixture(scope="module")
def made(document):
    return {name: form.make(document) for name, form in FORMATS.items()}


@pytest.mark.parametrize("name", FORMATS)
def test_two_makings_are_the_same_to_the_byte(document, made, name):
    assert FORMATS[name].make(document) == made[name]


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_agrees_with_the_exhibits(document, made, name):
    assert disagreements(document, {name: made[name]}) == ()


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(("old", "new"), [("61.5", "61.6"), ("[c]", "7"), ("1,204", "1,205")])
def test_a_changed_number_is_found_in_every_format(document, made, name, old, new):
    text = repr(document.exhibits[0].exhibit.to_json()["rows"])
    assert old in text
    planted = read_document(_planted(document, old, new))
    wrong = disagreements(planted, {name: made[name]})
    assert len(wrong) == 1
    assert new.replace(",", "") in wrong[0].replace(",", "")


def test_a_block_that_is_headed_by_a_year_agrees(document):
    headed = read_document(_planted(document, "Home", "2016"))
    assert "2016" in {row.cells[0].text for row in headed.exhibits[0].exhibit.rows if row.heading}
    assert disagreements(headed, {"xlsx": FORMATS["xlsx"].make(headed)}) == ()


def _planted(document, old, new):
    """A notebook whose exhibit has another number than the formats were made with."""
    import json

    from nbeval.exhibit import EXHIBIT_MIME

    notebook = nbformat.v4.new_notebook()
    cell = nbformat.v4.new_code_cell("x")
    shown = document.exhibits[0]
    data = json.loads(json.dumps(shown.exhibit.to_json()))
    for row in data["rows"]:
        for place in row["cells"]:
            place["text"] = place["text"].replace(old, new)
    cell.outputs = [nbformat.v4.new_output("display_data", data={EXHIBIT_MIME: data, "text/html": shown.html})]
    notebook.cells = [cell]
    return notebook


def test_the_pdf_is_tagged_titled_and_has_words_for_its_figure(made):
    reader = pypdf.PdfReader(BytesIO(made["pdf"]))
    root = reader.trailer["/Root"]
    assert reader.metadata.title == "Report on ok"
    assert root["/Lang"].lower() == "en-gb"
    assert root["/MarkInfo"]["/Marked"]
    assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()
    kinds, alts = set(), []
    todo = [root["/StructTreeRoot"]]
    while todo:
        node = todo.pop().get_object()
        if isinstance(node, dict):
            kinds.add(node.get("/S"))
            alts += [node["/Alt"]] if "/Alt" in node else []
            inner = node.get("/K", [])
            todo += inner if isinstance(inner, list) else [inner]
    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/Figure", "/L", "/P", "/Caption"} <= kinds
    assert any("61.5% felt safe at home" in alt for alt in alts)
    assert [entry["/Title"] for entry in reader.outline if not isinstance(entry, list)][-1] == "Limits"


def test_text_in_the_pdf_is_not_read_as_code(made):
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(made["pdf"])).pages)
    assert "=2+2 *not* #code" in text
    assert "$x$ and @label" in text


def test_the_word_document_has_headings_header_rows_alt_text_and_language(made):
    report = docx.Document(BytesIO(made["docx"]))
    styles = [paragraph.style.name for paragraph in report.paragraphs]
    assert {"Title", "Heading 1", "Heading 2", "Table Caption", "Banner"} <= set(styles)
    table = next(table for table in report.tables if table._tbl.tblPr.xpath("./w:tblCaption"))
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert table.rows[1]._tr.trPr.find(qn("w:tblHeader")) is None
    assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)
    drawn = list(report.element.body.iter(qn("wp:docPr")))
    assert [one.get("descr")[:28] for one in drawn] == ["61.5% felt safe at home. A b"]
    assert report.styles.element.xpath("//w:lang/@w:val") == ["en-GB"]
    assert report.core_properties.title == "Report on ok"


def test_text_in_the_workbook_is_neither_formula_nor_link(made):
    book = openpyxl.load_workbook(BytesIO(made["xlsx"]))
    assert book.sheetnames == ["Cover", "Contents", "Notes", "Figure_1"]
    cells = {cell.value: cell for row in book["Figure_1"].iter_rows() for cell in row}
    assert cells["=2+2 *not* #code"].data_type == "s"
    assert cells[61.5].data_type == cells[1204].data_type == "n"
    assert cells["[c]"].data_type == "s"
    assert not book["Figure_1"].merged_cells.ranges


def test_the_slides_have_titles_alt_text_language_numbers_in_the_notes_and_the_words_over_invented_data(made):
    deck = pptx.Presentation(BytesIO(made["pptx"]))
    opening, *slides = deck.slides
    assert opening.shapes.title.text == deck.core_properties.title == "Report on ok"
    pictures = [shape for slide in slides for shape in slide.shapes if shape.shape_type == MSO_SHAPE_TYPE.PICTURE]
    assert [one._element.nvPicPr.cNvPr.get("descr")[:28] for one in pictures] == ["61.5% felt safe at home. A b"]
    assert 0 < pictures[0].top < pictures[0].top + pictures[0].height < deck.slide_height and pictures[0].left + pictures[0].width < deck.slide_width
    notes = [slide.notes_slide.notes_text_frame.text for slide in slides if slide.has_notes_slide]
    assert len(notes) == 1 and "=2+2 *not* #code | [c] | 1,204" in notes[0] and "A note with $x$ and @label." in notes[0]
    banner = words_of("en-GB")["invented_document"]
    assert all(any(banner in shape.text_frame.text for shape in slide.shapes if shape.has_text_frame) for slide in deck.slides)
    languages = {one.get("lang") for slide in deck.slides for one in slide._element.iter(RUN)}
    assert languages == {"en-GB"}


@pytest.mark.parametrize("name", ["docx", "pptx", "xlsx"])
def test_office_files_carry_no_clock(made, name):
    with zipfile.ZipFile(BytesIO(made[name])) as archive:
        assert {member.date_time[0] for member in archive.infolist()} == {1980}
        assert b"1980-01-01" in archive.read("docProps/core.xml")


def test_the_reference_document_is_the_one_its_script_builds():
    assert build_reference() == FILE.read_bytes()


@pytest.mark.parametrize("name", FORMATS)
def test_a_report_without_exhibits_can_have_every_format(name):
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_markdown_cell("# Nothing to show\n\nOne sentence. [Link](#nowhere)")]
    assert FORMATS[name].make(read_document(notebook))


def test_the_markdown_has_tables_footnotes_words_for_figures_and_no_markup_in_text(made):
    text = made["md"].decode("utf-8")
    lines = text.splitlines()
    assert lines[0] == "# Report on ok"
    assert r"**Figure 1. How things stood \& what \<changed\>**[^note-1]" in lines
    assert "Picture: 61.5% felt safe at home. A bar for each wave. The first stands at 61.5%." in lines
    assert "| --- | ---: | ---: |" in lines
    assert r"| =2+2 \*not\* \#code | \[c\][^c] | 1,204 |" in lines
    assert r"[^c]: \[c\] withheld because few people answered" in lines
    assert r"[^note-1]: A note with \$x\$ and @label." in lines
    assert "A paragraph with *stress*, a [link](<https://example.org/>), and:" in lines
    assert "## How things stood" in lines and "> Somebody said so." in lines


@pytest.mark.parametrize(("text", "expected"), [
    ("1. one", r"1\. one"), ("- one", r"\- one"), ("-0.3", "-0.3"), ("+ 2", r"\+ 2"), ("a|b", r"a\|b"), ("<b>", r"\<b\>"), ("=2+2", "=2+2"),
    ("https://x.org", r"https\:\/\/x.org"), ("www.x.org", r"www\.x.org"), ("61.5", "61.5"), ("2016", "2016"), ("---", r"\---"), ("===", r"\==="),
])
def test_text_in_markdown_is_text(text, expected):
    assert escaped(text) == expected
    (_, inline, _) = MarkdownIt("gfm-like", {"linkify": False}).parse(expected)[:3]
    assert "".join(child.content for child in inline.children) == text and {child.type for child in inline.children} == {"text"}
