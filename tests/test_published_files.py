"""Nothing leaks from the published files: all of them together are read, and attacked by what the tests know alone.

The intruder of these tests (``reading_published``, ``deriving``) reads web pages, charts, alternative texts, workbooks,
documents, PDFs, notebooks and results.csv, and does not know how nbeval protects. That it sees what is there is shown by
leaks that are planted into the files: one number too many, in one place.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from functools import lru_cache
from pathlib import Path

import docx
import numpy as np
import openpyxl
import pytest

from nbeval import pipeline
from nbeval.dictionary import load
from nbeval.reporting import render_cohort
from nbeval.workspace import Workspace
from tests.crowded import write_programme
from tests.deriving import intervals
from tests.reading_published import Cell, Names, facts_of

SMALL = {"north": ("North Library", 60), "south": ("South Library", 60), "east": ("East Library", 34)}
FORMATS = ("html", "pdf", "docx", "xlsx")
NEEDED = 5


@lru_cache
def rendered(folder: Path, sizes: tuple) -> tuple[Path, Path]:
    """A programme with these authorities, and the folder of its cohort's reports."""
    dictionary = write_programme(folder / "dictionary", dict(sizes))
    summary = render_cohort("first", (), Workspace(dictionary), folder / "reports", formats=FORMATS)
    assert not summary.failed, str(summary)
    return dictionary, folder / "reports" / "first"


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Three libraries, every kind of exhibit, in every format."""
    return rendered(tmp_path_factory.getbasetemp() / "published-small", tuple(SMALL.items()))


def derivable(dictionary_folder: Path, reports: Path, cohort: str = "first") -> tuple[list[Cell], int]:
    """The withheld cells that can be narrowed to fewer values than they must, and how many there are."""
    dictionary = load(dictionary_folder)
    declared = dictionary.cohort(cohort)
    facts, withheld = facts_of(reports, Names(dictionary, declared))
    found = intervals(facts, withheld, dictionary, declared.authorities)
    return [cell for cell, (low, high) in found.items() if high - low < NEEDED], len(found)


def test_nothing_can_be_worked_out_from_all_files_of_a_release(small):
    leaks, count = derivable(*small)
    assert count >= 12
    assert leaks == []


def test_nothing_can_be_worked_out_where_authorities_are_many_and_small(tmp_path_factory):
    rng = np.random.default_rng(5)
    sizes = tuple((f"a{k:02d}", (f"Library {chr(65 + k)}", int(rng.integers(12, 41)))) for k in range(8))
    leaks, count = derivable(*rendered(tmp_path_factory.getbasetemp() / "published-many", sizes))
    assert count >= 30
    assert leaks == []


# --- planted leaks ---------------------------------------------------------------------------------

EAST = Cell("enjoy_low", "before", "east", "", "")


@pytest.fixture
def release(small, tmp_path):
    """The files of the release, to be tampered with."""
    return shutil.copytree(small[1], tmp_path / "first")


@pytest.fixture(scope="module")
def truth(small):
    """The results before protection, by indicator, quantity, wave, authority and contrast."""
    dictionary = load(small[0])
    cohort, workspace = dictionary.cohort("first"), Workspace(small[0])
    table = pipeline.results_of(pipeline.answers_of(cohort, dictionary, workspace.data_of(cohort)), cohort, dictionary)
    table = table[~table["weighted"] & table["group"].eq("")]
    keys = ["indicator", "quantity", "wave", "authority", "contrast"]
    return {tuple(row[name] for name in keys): row for row in table.to_dict("records")}


def replaced(file: Path, old: str, new: str) -> None:
    """Change the first place where a text stands."""
    text = file.read_text(encoding="utf-8")
    assert old in text, old
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def printed_again(file: Path, truth: dict, *names: str, only: tuple[str, ...] = (), **place: str) -> None:
    """Put the numbers back into a withheld row of results.csv."""
    rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))
    changed = 0
    for row in rows:
        if row["indicator"] in names and not row["group"] and row["suppression"] == "[c]" and all(row[key] == value for key, value in place.items()):
            real = truth[row["indicator"], row["quantity"], row["wave"], row["authority"], row["contrast"]]
            for name in only or ("estimate", "numerator", "numerator_reference", "n_valid", "n_reference"):
                row[name] = "" if real[name] != real[name] else str(real[name])
            row["suppression"], changed = "", changed + 1
    assert changed, (names, place)
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def margin(release, truth):
    """The cohort and all libraries but one."""
    printed_again(release / "baseline/results.csv", truth, "enjoy_low", quantity="percent", wave="before", authority="north")


def sibling(release, truth):
    """What one library withholds for the sake of another stands in its own report."""
    printed_again(release / "authority_final/north/results.csv", truth, "enjoy_low", quantity="percent", wave="before", authority="north")


def other_wave(release, truth):
    """A change tells the level of the earlier wave."""
    printed_again(release / "authority_final/north/results.csv", truth, "enjoy_low", quantity="change",
                  only=("numerator_reference", "n_reference"), authority="north")


def earlier_report(release, truth):
    """The baseline report was out before the final one withheld the same level."""
    earlier = release / "baseline_before"
    shutil.copytree(release / "baseline", earlier)
    printed_again(earlier / "results.csv", truth, "enjoy_low", quantity="percent", wave="before", authority="north")


def complementary_band(release, truth):
    """All bands but one."""
    printed_again(release / "authority_final/east/results.csv", truth, "enjoy_middle", quantity="percent", wave="before", authority="east")


def percentage_with_base(release, truth):
    """A rounded percentage in a table of the web page, beside its base."""
    percent = truth["enjoy_low", "percent", "before", "east", ""]["estimate"]
    page = release / "baseline/report.html"
    text = page.read_text(encoding="utf-8")
    row = re.search(r"<tr><th scope=\"row\">East Library</th><td[^>]*>\[c\]</td>", text)
    page.write_text(text.replace(row[0], row[0].replace("[c]", f"{percent:.0f}"), 1), encoding="utf-8")


def word_table(release, truth):
    """The same in the Word document."""
    percent = truth["enjoy_low", "percent", "before", "east", ""]["estimate"]
    file = release / "baseline/report.docx"
    document = docx.Document(str(file))
    row = next(row for table in document.tables for row in table.rows if row.cells[0].text == "East Library" and row.cells[1].text == "[c]")
    row.cells[1].paragraphs[0].runs[0].text = f"{percent:.0f}"
    document.save(str(file))


def workbook_cell(release, truth):
    """The same in the workbook."""
    percent = truth["enjoy_low", "percent", "before", "east", ""]["estimate"]
    file = release / "baseline/tables.xlsx"
    book = openpyxl.load_workbook(file)
    row = next(row for sheet in book for row in sheet.iter_rows() if row[0].value == "East Library" and row[1].value == "[c]")
    row[1].value = round(percent)
    book.save(file)


def workbook_note(release, truth):
    """A note in the workbook."""
    percent = truth["enjoy_low", "percent", "before", "east", ""]["estimate"]
    file = release / "baseline/tables.xlsx"
    book = openpyxl.load_workbook(file)
    book["Notes"]["C9"] = f"In East Library {percent:.0f}% had low enjoyment of reading."
    book.save(file)


def sentence(release, truth):
    """A sentence of the web page."""
    percent = truth["enjoy_low", "percent", "before", "east", ""]["estimate"]
    replaced(release / "baseline/report.html", "</main>", f"<p>In East Library {percent:.0f}% had low enjoyment of reading.</p></main>")


def alternative_text(release, truth):
    """The short text of a picture."""
    percent = truth["enjoy_low", "percent", "before", "east", ""]["estimate"]
    page = release / "authority_final/east/report.html"
    text = page.read_text(encoding="utf-8")
    alt = re.search(r"<title id=\"exhibit-levels_joy-alt\">", text)[0]
    page.write_text(text.replace(alt, f"{alt}Before (2020): low enjoyment of reading is {percent:.0f}%. ", 1), encoding="utf-8")


def long_description(release, truth):
    """The long description of a picture."""
    percent = truth["enjoy_low", "percent", "before", "east", ""]["estimate"]
    page = release / "authority_final/east/report.html"
    replaced(page, "Low enjoyment of reading: Before (2020) [c]", f"Low enjoyment of reading: Before (2020) {percent:.0f}%")


def chart_mark(release, truth):
    """A mark in the row of a withheld level."""
    percent = truth["card_yes", "percent", "after", "east", ""]["estimate"]
    page = release / "final/report.html"
    text = page.read_text(encoding="utf-8")
    start = text.index('id="exhibit-by_place"')
    ticks = re.findall(r"xtick_\d+\">.*?<path d=\"M ([\d.]+).*?>(\d+)%</text>", text[start:text.index("</svg>", start)], flags=re.DOTALL)
    (x0, v0), (x1, v1) = ((float(x), float(v)) for x, v in (ticks[0], ticks[-1]))
    y = float(re.search(r"y=\"([\d.]+)\"[^>]*>East Library</text>", text[start:])[1]) - 3
    mark = f'<use x="{x0 + (percent - v0) * (x1 - x0) / (v1 - v0):.3f}" y="{y:.3f}"/>'
    end = text.index("</svg>", start)
    page.write_text(text[:end] + mark + text[end:], encoding="utf-8")


def chart_bar(release, truth):
    """A bar as wide as a withheld band."""
    percent = truth["enjoy_low", "percent", "before", "east", ""]["estimate"]
    page = release / "authority_final/east/report.html"
    text = page.read_text(encoding="utf-8")
    start = text.index('id="exhibit-bands"')
    end = text.index("</svg>", start)
    bars = re.findall(r"<path d=\"M ([\d.]+) ([\d.]+) \nL ([\d.]+) [\d.]+ \nL [\d.]+ ([\d.]+)[^>]*stroke: #ffffff", text[start:end])
    left, top, right, bottom = (float(one) for one in bars[0])
    shown = truth["enjoy_high", "percent", "before", "east", ""]["estimate"]
    new = right + (right - left) / shown * percent
    bar = f'<g id="patch_99"><path d="M {right} {top} L {new} {top} L {new} {bottom} L {right} {bottom} z" style="stroke: #ffffff"/></g>'
    page.write_text(text[:end] + bar + text[end:], encoding="utf-8")


def notebook_value(release, truth):
    """A number behind a withheld cell, in the notebook's structured output alone."""
    percent = truth["enjoy_low", "percent", "before", "east", ""]["estimate"]
    file = release / "baseline/report.ipynb"
    content = json.loads(file.read_text(encoding="utf-8"))
    _fill(content, "survey|enjoy_low|percent|before|east|||||", percent)
    file.write_text(json.dumps(content), encoding="utf-8")


def _fill(node, key, value):
    """Set the value of a cell wherever it stands."""
    if isinstance(node, dict):
        if node.get("result") == key and node.get("field") == "estimate":
            node["value"] = value
        for one in node.values():
            _fill(one, key, value)
    elif isinstance(node, list):
        for one in node:
            _fill(one, key, value)


PLANTED = (margin, sibling, other_wave, earlier_report, complementary_band, percentage_with_base, word_table, workbook_cell,
           workbook_note, sentence, alternative_text, long_description, chart_mark, chart_bar, notebook_value)


@pytest.mark.parametrize("plant", PLANTED, ids=lambda one: one.__name__)
def test_a_planted_leak_is_found(small, release, truth, plant):
    plant(release, truth)
    leaks, _ = derivable(small[0], release)
    assert leaks, plant.__doc__


def test_a_withheld_band_has_no_bar_and_its_neighbours_are_as_wide_as_their_numbers(small):
    page = (small[1] / "authority_final/east/report.html").read_text(encoding="utf-8")
    part = page[page.index('id="exhibit-bands"'):]
    bars = re.findall(r"stroke: #ffffff", part[:part.index("</svg>")])
    exhibit = next(one for one in _shown(small[1] / "authority_final/east/report.ipynb") if one["id"] == "bands")
    cells = [cell for row in exhibit["rows"] for cell in row["cells"] if cell["field"] == "estimate"]
    assert {cell["text"] for cell in cells} > {"[c]"}
    assert len(bars) == sum(cell["value"] is not None for cell in cells)


def _shown(file: Path):
    """The structured exhibits of a notebook."""
    from tests.reading_published import _exhibits

    return _exhibits(file.read_bytes())
