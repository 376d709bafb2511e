"""Nothing leaks from the published files: all of them together are read, and attacked by what the tests know alone.

The intruder of these tests (``reading_published``, ``deriving``) reads web pages, charts, alternative texts, workbooks,
documents, PDFs, notebooks and results.csv, and does not know how nbeval protects. That it sees what is there is shown by
leaks that are planted into the files: one number too many, in one place. That it reads rightly is shown twice: every fact
it reads of the small release is true, and those of the reports of the invented cohort contradict one another nowhere.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import docx
import nbformat
import numpy as np
import openpyxl
import pytest

from nbeval.dictionary import load
from nbeval.errors import DisclosureError
from nbeval.exhibit import EXHIBIT_MIME, REPORT_MIME
from nbeval.disclosure import protect
from nbeval.disclosure.secondary import Chosen
from nbeval.publish.document import read_document
from nbeval.publish.formats.pdf import pdf_bytes
from nbeval.rendering import render_cohort
from nbeval.study import Study
from nbeval.workspace import Workspace
from tests.conftest import results_of
from tests.crowded import write_programme
from tests.deriving import intervals
from tests.reading_published import Cell, Names, facts_of, pictures_of

SMALL = {"north": ("North Library", 60), "south": ("South Library", 60), "east": ("East Library", 34)}
FORMATS = ("html", "pdf", "docx", "xlsx")
NEEDED = 5
#: facts that are read from the pictures of one file of all reports, by how they are drawn
AT_LEAST = {"mark": 70, "interval": 70, "number": 70, "bar": 12, "number on a bar": 12}


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


def test_whatever_the_intruder_reads_is_true(small, truth_of_cells):
    dictionary = load(small[0])
    facts, _ = facts_of(small[1], Names(dictionary, dictionary.cohort("first")))
    column = {"share": "numerator", "base": "n_valid", "percent": "estimate", "mean": "estimate"}
    wrong = [fact for fact in facts if abs(truth_of_cells[fact.cell][column[fact.kind]] - fact.value) > fact.off + 1e-6]
    assert len(facts) > 400
    assert wrong == []


def test_whatever_the_intruder_reads_of_pictures_is_true(small, truth_of_cells):
    facts = [(one.file, fact) for one in pictures_of(small[1]) for fact in one.facts]
    read = Counter((file, fact.where.split(", ")[-1]) for file, fact in facts)
    for file, times in (("report.html", 2), ("report.ipynb", 2), ("report.pdf", 1)):          # a web page has a twin of each for telephones
        assert {how: read[file, how] >= times * least for how, least in AT_LEAST.items()} == dict.fromkeys(AT_LEAST, True), file
    assert [fact for _, fact in facts if abs(truth_of_cells[fact.cell]["estimate"] - fact.value) > fact.off + 1e-6] == []


def test_the_intruder_misses_no_number_that_a_picture_shows(small):
    missed = [(one.file, one.exhibit, how, one.shown ^ {fact.cell for fact in one.facts if fact.where.endswith(f", {how}")})
              for one in pictures_of(small[1]) for how in (("bar",) if one.exhibit == "bands" else ("mark", "number"))]
    assert len(missed) >= 100
    assert [miss for miss in missed if miss[-1]] == []


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


# --- no secondary suppression -------------------------------------------------------------------------

def nothing_further(block, must, out, weights, policy) -> Chosen:
    """Withhold what is too small, and nothing for its sake."""
    return Chosen(must, False)


def test_a_release_without_secondary_suppression_is_refused(small, tmp_path, monkeypatch):
    monkeypatch.setattr(protect, "choose_cells", nothing_further)
    monkeypatch.setattr(protect.Widening, "widen_leaks", lambda widening, leaks: False)
    with pytest.raises(DisclosureError, match="can be worked out"):
        Study(load(small[0]).cohort("first"), Workspace(small[0], cache_folder=tmp_path)).results()


def test_a_release_without_secondary_suppression_is_found_out_by_its_files(small, tmp_path, monkeypatch):
    monkeypatch.setattr(protect, "choose_cells", nothing_further)
    monkeypatch.setattr(protect, "refuse_leaks", lambda audit: None)
    monkeypatch.setattr(protect.Widening, "widen_leaks", lambda widening, leaks: False)
    summary = render_cohort("first", ("baseline", "final"), Workspace(small[0], cache_folder=tmp_path / "cache"), tmp_path / "reports", formats=("html",))
    assert not summary.failed, str(summary)
    leaks, _ = derivable(small[0], tmp_path / "reports" / "first")
    assert EAST in leaks
    assert len(leaks) >= 4


# --- the reports that are published -------------------------------------------------------------------

@pytest.fixture(scope="module")
def specimen(root):
    """The reports of the invented cohort, as they leave: every file of every report."""
    folder = root / "reports" / "specimen"
    assert len(list(folder.rglob("report.pdf"))) >= 20
    return root / "data_dictionary", folder


def test_nothing_can_be_worked_out_from_all_files_of_the_published_reports(specimen):
    leaks, count = derivable(*specimen, "specimen")
    assert count > 100
    assert leaks == []


#: facts that are read at least from the pictures of these reports, all files together
IN_PUBLISHED = {"final": {"mark": 500, "interval": 500, "number": 500, "bar": 100, "cell": 50}, "baseline": {"mark": 300, "bar": 50}, "young_people": {"people": 60}}


@pytest.mark.parametrize("report", IN_PUBLISHED)
def test_what_pictures_of_the_published_reports_say_is_in_their_results(specimen, report):
    with (specimen[1] / report / "results.csv").open(encoding="utf-8", newline="") as stream:
        levels = {Cell(*(row[name] for name in Cell._fields)): float(row["estimate"]) for row in csv.DictReader(stream)
                  if row["quantity"] in ("percent", "mean") and not row["contrast"] and row["weighted"] == "False" and row["estimate"]}
    facts = [fact for one in pictures_of(specimen[1] / report) for fact in one.facts]
    read = Counter(fact.where.split(", ")[-1] for fact in facts)
    assert {how: read[how] >= least for how, least in IN_PUBLISHED[report].items()} == dict.fromkeys(IN_PUBLISHED[report], True)
    assert [fact for fact in facts if fact.cell not in levels or abs(levels[fact.cell] - fact.value) > fact.off + 1e-6] == []


@pytest.fixture(scope="module")
def withheld_in_print(specimen):
    """Each withheld percentage of a place: a count that fits all that is in print, and the base."""
    dictionary = load(specimen[0])
    cohort = dictionary.cohort("specimen")
    facts, withheld = facts_of(specimen[1], Names(dictionary, cohort), files=("report.html",))
    bases = {fact.cell: fact.value for fact in facts if fact.kind == "base"}
    found = intervals(facts, withheld, dictionary, cohort.authorities)
    return {cell: ((low + high) // 2, bases[cell]) for cell, (low, high) in found.items() if cell in bases and np.isfinite(high - low)}


def a_sentence_of_the_web_page(folder, dictionary, cell, count, base):
    """What no table says."""
    says, name = dictionary.indicator(cell.indicator).says, dictionary.authority(cell.authority).name
    replaced(folder / "authority_baseline" / cell.authority / "report.html", "</main>",
             f"<p>In {name} {100 * count / base:.0f}% {says}.</p></main>")


def a_cell_of_the_workbook(folder, dictionary, cell, count, base):
    """A number where a symbol stands."""
    file = folder / "authority_baseline" / cell.authority / "tables.xlsx"
    book, label = openpyxl.load_workbook(file), dictionary.indicator(cell.indicator).label
    row = next(row for sheet in book for row in sheet.iter_rows() for one in row if one.value == label and "[c]" in [one.value for one in row])
    next(one for one in row if one.value == "[c]").value = round(100 * count / base)
    book.save(file)


def a_row_of_results(folder, dictionary, cell, count, base):
    """A count that is withheld, as the reference of a change."""
    file = folder / "final/results.csv"
    rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))
    keys = {"indicator": cell.indicator, "authority": cell.authority, "group": "", "quantity": "change", "reference": cell.wave}
    row = next(row for row in rows if all(row[name] == value for name, value in keys.items()))
    row["numerator_reference"] = str(count)
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def a_mark_in_the_funnel(folder, dictionary, cell, count, base):
    """A place by how many answered and by its share, without a name."""
    def change(svg: str) -> str:
        (x0, n0), *_, (x1, n1) = re.findall(r"xtick_\d+\">.*?x=\"([\d.]+)\"[^>]*>(\d+)</text>", svg, flags=re.DOTALL)
        (y0, v0), *_, (y1, v1) = re.findall(r"ytick_\d+\">.*?<path d=\"M [\d.]+ ([\d.]+).*?>(\d+)%</text>", svg, flags=re.DOTALL)
        x, y = (float(a) + (value - float(c)) * (float(b) - float(a)) / (float(d) - float(c))
                for a, b, c, d, value in ((x0, x1, n0, n1, base), (y0, y1, v0, v1, 100 * count / base)))
        return svg + f'<path d="M {x - 3} {y} L {x} {y - 3} L {x + 3} {y} L {x} {y + 3} z" style="fill: #12436d; stroke: #ffffff"/>'

    drawn(folder, "baseline", "authority_funnel", change)


@pytest.mark.parametrize("plant", [a_sentence_of_the_web_page, a_cell_of_the_workbook, a_row_of_results, a_mark_in_the_funnel], ids=lambda one: one.__name__)
def test_a_leak_planted_into_the_published_reports_is_found(specimen, withheld_in_print, tmp_path, plant):
    folder = shutil.copytree(specimen[1], tmp_path / "specimen", ignore=shutil.ignore_patterns("*.pdf", "*.docx"))
    cell = Cell("life_sat_low", "baseline", "wrenchester", "", "")
    plant(folder, load(specimen[0]), cell, *withheld_in_print[cell])
    leaks, _ = derivable(specimen[0], folder, "specimen")
    assert cell in leaks, plant.__doc__


# --- planted leaks ---------------------------------------------------------------------------------

EAST = Cell("enjoy_low", "before", "east", "", "")


@pytest.fixture
def release(small, tmp_path):
    """The files of the release, to be tampered with."""
    return shutil.copytree(small[1], tmp_path / "first")


@pytest.fixture(scope="module")
def unprotected(small):
    """The results before protection."""
    dictionary = load(small[0])
    cohort, workspace = dictionary.cohort("first"), Workspace(small[0])
    table = results_of(cohort, dictionary, workspace.data_of(cohort))
    return table[~table["weighted"]]


@pytest.fixture(scope="module")
def truth(unprotected):
    """The results before protection, by indicator, quantity, wave, authority and contrast."""
    keys = ["indicator", "quantity", "wave", "authority", "contrast"]
    return {tuple(row[name] for name in keys): row for row in unprotected[unprotected["group"].eq("")].to_dict("records")}


@pytest.fixture(scope="module")
def truth_of_cells(unprotected):
    """The levels before protection, by cell."""
    levels = unprotected[unprotected["quantity"].isin(["percent", "mean"]) & unprotected["contrast"].eq("")]
    return {Cell(*(row[name] for name in Cell._fields)): row for row in levels.to_dict("records")}


@pytest.fixture(scope="module")
def companion(small):
    """The library that is withheld so that the east one cannot be worked out."""
    rows = csv.DictReader(io.StringIO((small[1] / "baseline/results.csv").read_text(encoding="utf-8")))
    return next(row["authority"] for row in rows if row["suppression"] == "[c]" and row["indicator"] == "enjoy_low"
                and row["authority"] not in ("", "east") and row["wave"] == "before")


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


def margin(release, truth, companion):
    """The cohort and all libraries but one."""
    printed_again(release / "baseline/results.csv", truth, "enjoy_low", quantity="percent", wave="before", authority=companion)


def sibling(release, truth, companion):
    """What one library withholds for the sake of another stands in its own report."""
    printed_again(release / f"authority_final/{companion}/results.csv", truth, "enjoy_low", quantity="percent", wave="before", authority=companion)


def other_wave(release, truth, companion):
    """A change tells the level of the earlier wave."""
    printed_again(release / f"authority_final/{companion}/results.csv", truth, "enjoy_low", quantity="change",
                  only=("numerator_reference", "n_reference"), authority=companion)


def earlier_report(release, truth, companion):
    """The baseline report was out before the final one withheld the same level."""
    earlier = release / "baseline_before"
    shutil.copytree(release / "baseline", earlier)
    printed_again(earlier / "results.csv", truth, "enjoy_low", quantity="percent", wave="before", authority=companion)


def complementary_band(release, truth, companion):
    """All bands but one."""
    printed_again(release / "authority_final/east/results.csv", truth, "enjoy_middle", quantity="percent", wave="before", authority="east")


def percentage_with_base(release, truth, companion):
    """A rounded percentage in a table of the web page, beside its base."""
    percent = truth["enjoy_low", "percent", "before", "east", ""]["estimate"]
    page = release / "baseline/report.html"
    text = page.read_text(encoding="utf-8")
    row = re.search(r"<tr><th scope=\"row\">East Library</th><td[^>]*>\[c\]</td>", text)
    page.write_text(text.replace(row[0], row[0].replace("[c]", f"{percent:.0f}"), 1), encoding="utf-8")


def word_table(release, truth, companion):
    """The same in the Word document."""
    percent = truth["enjoy_low", "percent", "before", "east", ""]["estimate"]
    file = release / "baseline/report.docx"
    document = docx.Document(str(file))
    row = next(row for table in document.tables for row in table.rows if row.cells[0].text == "East Library" and row.cells[1].text == "[c]")
    row.cells[1].paragraphs[0].runs[0].text = f"{percent:.0f}"
    document.save(str(file))


def workbook_cell(release, truth, companion):
    """The same in the workbook."""
    percent = truth["enjoy_low", "percent", "before", "east", ""]["estimate"]
    file = release / "baseline/tables.xlsx"
    book = openpyxl.load_workbook(file)
    row = next(row for sheet in book for row in sheet.iter_rows() if row[0].value == "East Library" and row[1].value == "[c]")
    row[1].value = round(percent)
    book.save(file)


def workbook_note(release, truth, companion):
    """A note in the workbook."""
    percent = truth["enjoy_low", "percent", "before", "east", ""]["estimate"]
    file = release / "baseline/tables.xlsx"
    book = openpyxl.load_workbook(file)
    book["Notes"]["C9"] = f"In East Library {percent:.0f}% had low enjoyment of reading."
    book.save(file)


def sentence(release, truth, companion):
    """A sentence of the web page."""
    percent = truth["enjoy_low", "percent", "before", "east", ""]["estimate"]
    replaced(release / "baseline/report.html", "</main>", f"<p>In East Library {percent:.0f}% had low enjoyment of reading.</p></main>")


def alternative_text(release, truth, companion):
    """The short text of a picture."""
    percent = truth["enjoy_low", "percent", "before", "east", ""]["estimate"]
    page = release / "authority_final/east/report.html"
    text = page.read_text(encoding="utf-8")
    alt = re.search(r"<title id=\"exhibit-levels_joy-alt\">", text)[0]
    page.write_text(text.replace(alt, f"{alt}Before (2020): low enjoyment of reading is {percent:.0f}%. ", 1), encoding="utf-8")


def long_description(release, truth, companion):
    """The long description of a picture."""
    percent = truth["enjoy_low", "percent", "before", "east", ""]["estimate"]
    page = release / "authority_final/east/report.html"
    replaced(page, "Low enjoyment of reading: Before (2020) [c]", f"Low enjoyment of reading: Before (2020) {percent:.0f}%")


def in_picture(text: str, exhibit: str, change: Callable[[str], str], nth: int = 0) -> str:
    """A text with the nth picture of an exhibit changed."""
    start = text.index("<svg", text.index(f'id="exhibit-{exhibit}"'))
    for _ in range(nth):
        start = text.index("<svg", start + 1)
    end = text.index("</svg>", start)
    changed = change(text[start:end])
    assert changed != text[start:end]
    return text[:start] + changed + text[end:]


def place_in(svg: str, label: str, percent: float) -> tuple[float, float]:
    """Where a picture has a percentage in the row of a label."""
    ticks = re.findall(r"xtick_\d+\">.*?<path d=\"M ([\d.]+).*?>(\d+)%</text>", svg, flags=re.DOTALL)
    (x0, v0), (x1, v1) = ((float(x), float(v)) for x, v in (ticks[0], ticks[-1]))
    return x0 + (percent - v0) * (x1 - x0) / (v1 - v0), float(re.search(rf"y=\"([\d.]+)\"[^>]*>{label}</text>", svg)[1]) - 3


def a_mark(percent: float, look: str = "", down: float = 3.5) -> Callable[[str], str]:
    """A picture with one more mark in the row of East Library."""
    def change(svg: str) -> str:
        x, y = place_in(svg, "East Library", percent)
        y += down
        return svg + f'<path d="M {x - 3:.2f} {y - 3:.2f} L {x + 3:.2f} {y - 3:.2f} L {x + 3:.2f} {y + 3:.2f} L {x - 3:.2f} {y + 3:.2f} z" style="{look}"/>'

    return change


def a_bar(percent: float, shown: float, look: str = "") -> Callable[[str], str]:
    """A picture with one more bar beside the first one, which is as wide as ``shown``."""
    def change(svg: str) -> str:
        bar = re.search(r"<path d=\"M ([\d.]+) ([\d.]+) \nL ([\d.]+) [\d.]+ \nL [\d.]+ ([\d.]+)[^>]*stroke: #ffffff", svg)
        left, top, right, bottom = (float(one) for one in bar.groups())
        new = right + (right - left) / shown * percent
        return svg + f'<path d="M {right} {top} L {new} {top} L {new} {bottom} L {right} {bottom} z" style="{look}stroke: #ffffff"/>'

    return change


def a_number(percent: float) -> Callable[[str], str]:
    """A picture with a number where it has a symbol."""
    return lambda svg: re.sub(r">66% / \[c\]</text>", f">66% / {percent:.0f}%</text>", svg, count=1)


def words_in_picture(percent: float) -> Callable[[str], str]:
    """A picture with a sentence."""
    return lambda svg: (f'{svg}<text x="4" y="4">In East Library {percent:.0f}%</text>'
                        '<text x="4" y="14">had low enjoyment of reading.</text>')


def drawn(release: Path, report: str, exhibit: str, change: Callable[[str], str], nth: int = 0) -> None:
    """Change a picture of a web page."""
    page = release / report / "report.html"
    page.write_text(in_picture(page.read_text(encoding="utf-8"), exhibit, change, nth), encoding="utf-8")


def in_notebook(content: dict, exhibit: str, change: Callable[[dict], None]) -> int:
    """Change the structured exhibit wherever a notebook has it; how often that is."""
    count = 0
    for cell in content["cells"]:
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            for one in (*(part["data"] for part in data.get(REPORT_MIME, {}).get("parts", ())), data.get(EXHIBIT_MIME, {})):
                if isinstance(one, dict) and one.get("id") == exhibit:
                    change(one)
                    count += 1
    return count


def drawn_in_notebook(folder: Path, exhibit: str, change: Callable[[str], str]) -> dict:
    """The notebook of a report with a picture changed."""
    content = json.loads((folder / "report.ipynb").read_text(encoding="utf-8"))

    def redraw(one: dict) -> None:
        changed = change(one["figure"]["svg"].removesuffix("</svg>")) + "</svg>"
        assert changed != one["figure"]["svg"]
        one["figure"]["svg"] = changed

    assert in_notebook(content, exhibit, redraw)
    return content


def printed_pdf(folder: Path, content: dict) -> None:
    """Print a notebook as the PDF of a report."""
    document = read_document(nbformat.reads(json.dumps(content), as_version=4))
    (folder / "report.pdf").write_bytes(pdf_bytes(document))


def card(truth) -> float:
    """The share that the pictures of the final report withhold of East Library."""
    return truth["card_yes", "percent", "after", "east", ""]["estimate"]


def low_and_high(truth) -> tuple[float, float]:
    """A band of East Library that is withheld, and the one that is shown."""
    return tuple(truth[f"enjoy_{band}", "percent", "before", "east", ""]["estimate"] for band in ("low", "high"))


def chart_mark(release, truth, companion):
    """A mark in the row of a withheld level, in a colour that the key does not have."""
    drawn(release, "final", "by_place", a_mark(card(truth)))


def chart_mark_of_its_wave(release, truth, companion):
    """The same as the chart itself would have drawn it."""
    drawn(release, "final", "by_place", a_mark(card(truth), "fill: #ee6420; stroke: #ffffff"))


def chart_mark_for_telephones(release, truth, companion):
    """The same in the twin of the picture for telephones."""
    drawn(release, "final", "by_place", a_mark(card(truth), "fill: #ee6420; stroke: #ffffff", 20.0), nth=1)


def chart_number(release, truth, companion):
    """A number beside the marks of a row."""
    drawn(release, "final", "by_place", a_number(card(truth)))


def chart_sentence(release, truth, companion):
    """A sentence in a picture."""
    drawn(release, "final", "by_place", words_in_picture(truth["enjoy_low", "percent", "after", "east", ""]["estimate"]))


def chart_bar(release, truth, companion):
    """A bar as wide as a withheld band, in a colour that the key does not have."""
    drawn(release, "authority_final/east", "bands", a_bar(*low_and_high(truth)))


def chart_bar_of_its_band(release, truth, companion):
    """The same as the chart itself would have drawn it."""
    drawn(release, "authority_final/east", "bands", a_bar(*low_and_high(truth), "fill: #12436d; "))


def chart_of_notebook(release, truth, companion):
    """A number in a picture of the notebook alone."""
    content = drawn_in_notebook(release / "final", "by_place", a_number(card(truth)))
    (release / "final/report.ipynb").write_text(json.dumps(content), encoding="utf-8")


def pdf_mark(release, truth, companion):
    """A mark in a picture of the PDF."""
    printed_pdf(release / "final", drawn_in_notebook(release / "final", "by_place", a_mark(card(truth), "fill: #ee6420; stroke: #ffffff")))


def pdf_number(release, truth, companion):
    """A number in a picture of the PDF."""
    printed_pdf(release / "final", drawn_in_notebook(release / "final", "by_place", a_number(card(truth))))


def pdf_bar(release, truth, companion):
    """A bar in a picture of the PDF."""
    folder = release / "authority_final/east"
    printed_pdf(folder, drawn_in_notebook(folder, "bands", a_bar(*low_and_high(truth), "fill: #12436d; ")))


def pdf_chart_sentence(release, truth, companion):
    """A sentence in a picture of the PDF."""
    percent = truth["enjoy_low", "percent", "after", "east", ""]["estimate"]
    printed_pdf(release / "final", drawn_in_notebook(release / "final", "by_place", words_in_picture(percent)))


def pdf_table(release, truth, companion):
    """A rounded percentage in a table of the PDF."""
    percent = truth["enjoy_low", "percent", "before", "east", ""]["estimate"]
    content = json.loads((release / "baseline/report.ipynb").read_text(encoding="utf-8"))

    def fill(exhibit: dict) -> None:
        row = next(row for row in exhibit["rows"] if row["cells"][0]["text"] == "East Library")
        assert row["cells"][1]["text"] == "[c]"
        row["cells"][1]["text"] = f"{percent:.0f}"

    assert in_notebook(content, "by_library", fill)
    printed_pdf(release / "baseline", content)


def notebook_value(release, truth, companion):
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


PLANTED = (margin, sibling, other_wave, earlier_report, complementary_band, percentage_with_base, word_table, workbook_cell, workbook_note, sentence,
           alternative_text, long_description, notebook_value, chart_mark, chart_mark_of_its_wave, chart_mark_for_telephones, chart_number,
           chart_sentence, chart_bar, chart_bar_of_its_band, chart_of_notebook, pdf_mark, pdf_number, pdf_bar, pdf_chart_sentence, pdf_table)


@pytest.mark.parametrize("plant", PLANTED, ids=lambda one: one.__name__)
def test_a_planted_leak_is_found(small, release, truth, companion, plant):
    plant(release, truth, companion)
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
