"""An analyst's own exhibits go from a cell of a notebook to every format and to results.csv; the same as bare output stops the report."""

from __future__ import annotations

import csv

import nbformat
import pytest

from nbeval.publish import render
from nbeval.publish.document import read_document
from nbeval.publish.formats import FORMATS
from nbeval.release.verify import compare
from tests.publish.agreement import disagreements
from tests.publish.conftest import ORIGIN, make_job

LABELS = {"bare": "Table 1", "who-answered": "Table 1A", "lonely-by-place": "Figure A1", "calm-by-place": "Table 1B", "what-goes-with-loneliness": "Table 1C"}


@pytest.fixture(scope="module")
def reports(tmp_path_factory, quiet):
    """A folder with the report, made twice."""
    out = tmp_path_factory.mktemp("own")
    for place in ("first", "second"):
        done = render([make_job("own", title="Own")], out / place, origin=ORIGIN, formats=tuple(FORMATS), console=quiet(), deadline=240)
        assert done.exit_code == 0, [str(one.fault) for one in done.outcomes]
        (out / place / "specimen" / "own").rename(out / place / "report")
    return out


@pytest.fixture(scope="module")
def document(reports):
    return read_document(nbformat.read(reports / "first" / "report" / "report.ipynb", as_version=4))


def test_own_exhibits_are_numbered_with_the_declared_one(document):
    assert {shown.exhibit.id: shown.exhibit.label for shown in document.exhibits} == LABELS


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_has_them_with_their_numbers(reports, document, name):
    made = (reports / "first" / "report" / FORMATS[name].file).read_bytes()
    assert disagreements(document, {name: made}) == ()


def test_small_counts_are_withheld_and_the_numbers_are_results(reports, document):
    table = next(shown.exhibit for shown in document.exhibits if shown.exhibit.id == "who-answered")
    texts = {tuple(cell.text for cell in row.cells[:2]): row.cells[2].text for row in table.rows}
    assert [texts[place] for place in (("North place", "asian"), ("South place", "black"), ("West place", "black"))] == ["[c]"] * 3
    rows = list(csv.DictReader((reports / "first" / "report" / "results.csv").open(encoding="utf-8")))
    own = [row for row in rows if row["exhibit"] == "who-answered"]
    assert len(own) == len(texts) and {row["source"] for row in own} == {"analyst"}
    assert all(float(row["estimate"]) >= 10 for row in own if not row["suppression"])
    assert {row["exhibit"] for row in rows} == set(LABELS)


def test_a_chart_is_a_picture_with_its_words_and_no_text_of_an_object(reports):
    page = (reports / "first" / "report" / "report.html").read_text(encoding="utf-8")
    assert "<svg" in page and "Three bars of about the same length." in page
    for file in ("report.html", "report.ipynb", "report.md"):
        text = (reports / "first" / "report" / file).read_text(encoding="utf-8")
        assert "<Figure size" not in text and "&lt;Figure size" not in text and "image/png" not in text


def test_made_again_they_are_the_same(reports):
    assert str(compare(reports / "first" / "report", reports / "second" / "report")).startswith("the same")


def test_the_same_counts_as_bare_output_stop_the_report_and_the_cell_is_named(tmp_path, quiet):
    done = render([make_job("own_bare", folder="specimen/x")], tmp_path, origin=ORIGIN, console=quiet(), deadline=240)
    assert done.exit_code == 2
    message = str(done.outcomes[0].fault)
    assert "cell 8 of own_bare.ipynb, under 'By ethnic group', shows a table" in message and "asian" not in message
    assert not (tmp_path / "specimen" / "x" / "report.html").exists()
