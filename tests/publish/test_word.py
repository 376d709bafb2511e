"""The Word documents of the invented cohort: what an editor, a printer and a screen reader find in them."""

from __future__ import annotations

from io import BytesIO

import docx
import nbformat
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn

from nbeval.publish.document import read_document
from nbeval.publish.page import extent
from nbeval.publish.formats.docx import ROOM, SMALLEST, size, word_bytes
from tests.conftest import ROOT
from tests.guards import some


@pytest.fixture(scope="module")
def document():
    return read_document(nbformat.read(ROOT / "reports/specimen/baseline/report.ipynb", as_version=4))


@pytest.fixture(scope="module")
def report(document):
    return docx.Document(BytesIO(word_bytes(document)))


@pytest.fixture(scope="module")
def tables(report):
    """The tables of the exhibits."""
    return [table for table in report.tables if table._tbl.tblPr.xpath("./w:tblCaption")]


def styled(report, style):
    """The texts of a style."""
    return [paragraph.text for paragraph in report.paragraphs if paragraph.style.name == style]


def test_headings_are_headings_and_none_is_left_out(document, report):
    levels = [int(one.style.name[-1]) for one in report.paragraphs if one.style.name.startswith("Heading")]
    assert all(later <= before + 1 for before, later in zip(levels, levels[1:], strict=False))
    assert len(levels) == len(document.headings) + 2        # the contents and the list of exhibits


def test_the_contents_and_the_list_of_exhibits_lead_to_their_places(document, report):
    listed = [one for one in report.paragraphs if one.style.name.startswith("Contents ")]
    places = {one.get(qn("w:name")) for one in report.element.body.iter(qn("w:bookmarkStart"))}
    leads_to = [link.get(qn("w:anchor")) for one in listed for link in one._p.iter(qn("w:hyperlink"))]
    assert len(listed) == len(leads_to) == len([one for one in document.headings if one.level <= 3]) + len(document.exhibits)
    assert set(leads_to) <= places


def test_every_table_repeats_its_header_has_its_caption_and_fills_its_page(document, report, tables):
    captions = styled(report, "Table Caption")
    for table, shown, caption in some(zip(tables, document.exhibits, captions, strict=True)):
        assert shown.exhibit.label in caption
        assert table._tbl.tr_lst[0].xpath("./w:trPr/w:tblHeader")
        assert all(row.xpath("./w:trPr/w:cantSplit") for row in table._tbl.tr_lst)
        total = sum(column.w.twips for column in table._tbl.tblGrid.gridCol_lst)
        assert total == pytest.approx(int(table._tbl.tblPr.find(qn("w:tblW")).get(qn("w:w"))), abs=len(table.columns))


def test_no_print_is_too_small_to_read(tables):
    sizes = {int(size.get(qn("w:val"))) / 2 for table in tables for size in table._tbl.iter(qn("w:sz")) if size.getparent().tag == qn("w:rPr")}
    assert min(sizes) >= 8


def test_what_is_too_broad_for_an_upright_page_stands_on_one_turned_round_and_nothing_else_does(document, report, tables):
    turned, on = [], []
    for part in report.element.body.iterchildren():
        if part.tag == qn("w:tbl") and part.xpath("./w:tblPr/w:tblCaption"):
            on.append(part)
        for ends in part.iter(qn("w:sectPr")):
            turned += [(one, ends.find(qn("w:pgSz")).get(qn("w:orient")) == "landscape") for one in on]
            on = []
    assert len(turned) == len(document.exhibits)
    broad = [size(shown.exhibit, ROOM) < SMALLEST for shown in document.exhibits]
    assert [is_turned for _, is_turned in turned] == broad
    assert any(broad) and not all(broad)


def test_no_heading_is_left_behind_on_the_page_before_a_turned_one(report):
    paragraphs = report.paragraphs
    ends = [number for number, one in enumerate(paragraphs) if one._p.xpath("./w:pPr/w:sectPr")]
    assert len(ends) > 2
    for number in ends:
        assert not paragraphs[number].style.name.startswith(("Heading", "Lead"))
        assert not paragraphs[number - 1].style.name.startswith("Heading")


def test_every_page_names_the_report_its_number_and_that_the_data_are_invented(document, report):
    assert {section.orientation for section in report.sections} == {WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE}
    for section in report.sections:
        assert section.header.paragraphs[0].text == document.title
        assert document.banner in section.footer.paragraphs[0].text
        assert section.footer._element.xpath(".//w:fldSimple/@w:instr") == ["PAGE"]


def test_pictures_have_their_size_and_words(document, report):
    figures = [shown.exhibit.figure for shown in document.exhibits if shown.exhibit.figure]
    drawn = list(report.element.body.iter(qn("wp:inline")))
    for inline, figure in some(zip(drawn, figures, strict=True)):
        there = inline.find(qn("wp:extent"))
        assert (int(there.get("cx")) / 36000, int(there.get("cy")) / 36000) == pytest.approx(extent(figure), abs=0.01)
        assert inline.find(qn("wp:docPr")).get("descr") == " ".join(f"{figure.alt} {figure.description}".split())


def test_the_sentence_of_an_exhibit_stands_before_it_and_stays_with_it(document, report):
    sentences = [shown.exhibit.sentence for shown in document.exhibits if shown.exhibit.sentence]
    assert styled(report, "Lead") == sentences
    assert report.styles["Lead"].paragraph_format.keep_with_next
