"""Text is data: whatever stands in a name or a label comes out as the same characters, in every format."""

from __future__ import annotations

import csv
import json
from functools import lru_cache
from pathlib import Path

import docx
import lxml.html
import openpyxl
import pypdf
import pytest

from nbeval.rendering import render_cohort
from nbeval.workspace import Workspace
from tests.crowded import write_programme

#: names of authorities: markup, formulas, code of the typesetter, markdown
HOSTILE = {
    "script": "<script>alert(1)</script> Library",
    "formula": '=cmd("x") Library',
    "plus": "+1 Library",
    "minus": "-2 Library",
    "at": "@x Library",
    "typeset": "#let x = $y$ <label> Library",
    "marked": "*bold* _under_ `code` [link](#here) | ~~gone~~ Library",
    "ampersand": "A & B &amp; C \\ Library",
}
LABEL = "=1+1 <b>keen</b> #reader *s* @ref"
REPORT = "final"


@lru_cache
def rendered(folder: Path) -> Path:
    """The final report of a programme with such names, in every format."""
    dictionary = write_programme(folder / "dictionary", {one: (name, 40) for one, name in HOSTILE.items()})
    table = dictionary / "indicators.csv"
    text = table.read_text(encoding="utf-8")
    table.write_text(text.replace("card_yes,Has a library card,Library card,", f'card_yes,"{LABEL}","{LABEL}",'), encoding="utf-8")
    summary = render_cohort("first", [REPORT], Workspace(dictionary), folder / "reports", formats=("html", "pdf", "docx", "xlsx"))
    assert not summary.failed, str(summary)
    return folder / "reports" / "first" / REPORT


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    return rendered(tmp_path_factory.getbasetemp() / "hostile-names")


TEXTS = [*HOSTILE.values(), LABEL]


def plain(text: str) -> str:
    """A text without the breaks of lines."""
    return "".join(text.split())


@pytest.mark.parametrize("text", TEXTS)
def test_the_page_shows_the_same_characters(report, text):
    page = lxml.html.document_fromstring((report / "report.html").read_bytes())
    assert any(" ".join(one.text_content().split()) == text for one in page.xpath("//th | //td"))


def test_the_page_has_no_element_and_no_address_of_theirs(report):
    page = lxml.html.document_fromstring((report / "report.html").read_bytes())
    assert not page.xpath("//script")
    assert not page.xpath("//*[@href='#here']")
    assert not [one for one in page.xpath("//b") if "keen" in one.text_content()]


@pytest.mark.parametrize("text", TEXTS)
def test_the_word_document_shows_the_same_characters(report, text):
    tables = docx.Document(str(report / "report.docx")).tables
    assert any(cell.text == text for table in tables for row in table.rows for cell in row.cells)


@pytest.mark.parametrize("text", TEXTS)
def test_the_workbook_holds_text_and_no_formula(report, text):
    cells = [cell for sheet in openpyxl.load_workbook(report / "tables.xlsx") for row in sheet.iter_rows() for cell in row]
    assert any(cell.value == text or (cell.value or "") == text.replace("](", "] (") for cell in cells)
    assert not [cell.coordinate for cell in cells if cell.data_type == "f" or cell.hyperlink and cell.hyperlink.target]


@pytest.mark.parametrize("text", TEXTS)
def test_the_pdf_shows_the_same_characters(report, text):
    words = plain(" ".join(page.extract_text() for page in pypdf.PdfReader(report / "report.pdf").pages))
    assert plain(text) in words


@pytest.mark.parametrize("text", TEXTS)
def test_the_notebook_keeps_the_same_characters(report, text):
    content = json.loads((report / "report.ipynb").read_text(encoding="utf-8"))
    assert text in set(_strings(content["cells"]))


def test_results_are_data_and_no_text_cell_begins_like_a_formula(report):
    """results.csv holds ids, which the dictionary keeps to plain letters, and words of the code; never a label or a name."""
    with (report / "results.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) > 20
    texts = {value for row in rows for name, value in row.items() if value and not _is_number(value)}
    assert not [text for text in texts if text[0] in "=+-@\t\r"]
    assert not texts & set(TEXTS)


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True


def _strings(node):
    """Every text of a structure."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict | list):
        for one in node.values() if isinstance(node, dict) else node:
            yield from _strings(one)
