"""The PDFs of the invented cohort, read by a library as a screen reader would: tags, words for pictures, headers, order."""

from __future__ import annotations

from functools import lru_cache

import nbformat
import pytest

from nbeval.publish.document import Document, read_document
from nbeval.publish.formats.pdf import pdf_bytes
from tests.conftest import ROOT
from tests.pdf_structure import Tagged
from tests.guards import some

SPECIMEN = ROOT / "reports" / "specimen"
KINDS = ("final", "authority_final", "young_people", "slides", "measurement")


@lru_cache
def published(kind: str) -> tuple[Document, Tagged]:
    """A published report of the invented cohort as a document, and the PDF made of it; one authority where it has many."""
    notebook = min(SPECIMEN.glob(f"{kind}/**/report.ipynb"))
    document = read_document(nbformat.read(notebook, as_version=4))
    return document, Tagged(pdf_bytes(document))


@pytest.fixture(params=KINDS)
def report(request):
    return published(request.param)


def test_the_file_says_its_title_language_and_that_it_is_for_everybody(report):
    document, pdf = report
    assert pdf.reader.metadata.title == document.title
    assert pdf.root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert pdf.root["/Lang"] == document.language
    assert pdf.root["/MarkInfo"]["/Marked"]
    assert pdf.universal_access_part() == ["1"]


def test_every_picture_has_its_words_and_stands_where_the_report_has_it(report):
    document, pdf = report
    figures = [shown.exhibit.figure for shown in document.exhibits if shown.exhibit.figure]
    said = [tag.alt for tag in pdf.document.walk() if tag.kind == "/Figure"]
    assert said == [f"{figure.alt} {figure.description}" for figure in figures]


def test_every_table_of_an_exhibit_is_there_with_all_its_rows_and_headers_that_say_what_they_head(report):
    document, pdf = report
    tables = pdf.document.captioned_tables()
    beside = [shown.exhibit for shown in document.exhibits]
    if document.summary["form"] != "report":        # where the numbers behind pictures come last
        beside.sort(key=lambda exhibit: exhibit.figure is not None)
    for table, exhibit in some(zip(tables, beside, strict=True)):
        heads = [tag for tag in table.walk() if tag.kind == "/TH"]
        assert [tag.scope for tag in heads] == ["/Column"] * len(heads)
        spans = len({(column.group, place if not column.group else 0) for place, column in enumerate(exhibit.columns)})
        below = sum(bool(column.group) for column in exhibit.columns)
        blocks = sum(row.heading for row in exhibit.rows)
        assert len(heads) == spans + below + blocks
        rows = [tag for tag in table.walk() if tag.kind == "/TR" and any(cell.kind == "/TD" for cell in tag.inside)]
        assert len(rows) == len(exhibit.rows) - blocks


def test_no_level_of_headings_is_left_out(report):
    _, pdf = report
    levels = [int(kind[2:]) for kind in pdf.kinds if kind[:2] == "/H" and kind[2:].isdigit()]
    assert levels[0] == 1
    assert all(later <= before + 1 for before, later in zip(levels, levels[1:], strict=False))
    assert pdf.kinds.count("/Title") == 1


@pytest.mark.parametrize("kind", ["measurement", "young_people", "slides"])     # one of each form
def test_what_is_read_first_stands_first(kind):
    """The parts of the structure follow one another on the pages, and there the exhibits come in the report's order."""
    document, pdf = published(kind)
    reach = [(min(marks), max(marks)) for marks in (part.content() for part in pdf.document.inside) if marks]
    assert len(reach) > 2 * len(document.exhibits)
    assert all(before[1] < later[0] for before, later in zip(reach, reach[1:], strict=False))
    place = pdf.text.index("".join(document.stamp.split()))
    for shown in document.exhibits:
        caption = "".join(f"{shown.exhibit.label}.{shown.exhibit.title}".split())
        place = pdf.text.find(caption, place + 1)
        assert place >= 0, shown.exhibit.label


def test_every_exhibit_is_listed_and_the_bookmarks_name_every_heading(report):
    document, pdf = report
    marks = str(pdf.reader.outline)
    if document.summary["form"] == "slides":
        assert all(shown.exhibit.sentence in marks for shown in document.exhibits)
    else:
        assert pdf.kinds.count("/TOCI") > len(document.exhibits)
        assert all(heading.text in marks for heading in document.headings)
