"""Leaks of every kind, each planted into a copy of published files, each found by an intruder who knows nothing of the protection.

What stands in print (tables, sentences, pictures, texts for those who cannot see them) is planted and found in
``tests/test_published_files.py``; here is what an intruder finds besides: numbers beside withheld ones, places where nobody looks, digits,
order, checksums, and what two releases say together. ``test_there_are_kinds_enough`` counts both by name.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import shutil
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import lxml.etree
import numpy as np
import openpyxl
import pypdf
import pytest
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName
from scipy.stats import binomtest, chi2_contingency

from nbeval.exhibit import EXHIBIT_MIME, REPORT_MIME
from tests.disclosure.hidden_channels import (
    SYMBOL, adjusted_over_others, chi_squared_counts, kinds_between, kinds_found, weighted_counts, wilson_counts,
)
from tests.guards import some
from tests.test_published_files import PLANTED as IN_PRINT

#: a number of people that a withheld count might be
COUNT, PERCENT = 7, 17.1


@pytest.fixture(scope="module")
def published(root) -> Path:
    """A report on one authority as it is published."""
    return root / "reports" / "specimen" / "authority_final" / "wrenchester"


@pytest.fixture
def copy(published, tmp_path) -> Path:
    """A copy of it, to be tampered with."""
    return shutil.copytree(published, tmp_path / "report")


def rows_of(folder: Path) -> list[dict]:
    return list(csv.DictReader(io.StringIO((folder / "results.csv").read_text(encoding="utf-8"))))


def in_results(change: Callable[[list[dict]], None]) -> Callable[[Path], None]:
    """Change rows of results.csv."""
    def plant(folder: Path) -> None:
        rows = rows_of(folder)
        change(rows)
        with (folder / "results.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, rows[0])
            writer.writeheader()
            writer.writerows(rows)

    return plant


def withheld(rows: list[dict], quantity: str = "percent") -> dict:
    """A withheld row on the authority."""
    return next(row for row in rows if row["suppression"] == SYMBOL and row["quantity"] == quantity and row["weighted"] == "False" and row["indicator"])


def number(name: str, value: str, quantity: str = "percent") -> Callable[[Path], None]:
    """A number left on a withheld row."""
    return in_results(lambda rows: withheld(rows, quantity).update({name: value}))


def another(**columns: str) -> Callable[[Path], None]:
    """A further row on the people of a withheld one."""
    return in_results(lambda rows: rows.append({**withheld(rows), "suppression": "", **columns}))


def base_less_others(rows: list[dict]) -> None:
    """Two of three lines of a make-up."""
    empty = dict.fromkeys(rows[0], "")
    for level, count in (("a", "20"), ("b", "14"), ("c", "")):
        rows.append({**empty, "source": "survey", "quantity": "percent", "wave": "final", "group": "g", "level": level, "numerator": count,
                     "n_valid": "41" if count else "", "suppression": "" if count else SYMBOL, "weighted": "False"})


def many_digits(rows: list[dict]) -> None:
    row = next(row for row in rows if row["estimate"] and row["conf_low"])
    row["conf_low"] = "12.345678901234567"


def in_page(old: str, new: str) -> Callable[[Path], None]:
    """Change the first place of the web page that fits a pattern."""
    def plant(folder: Path) -> None:
        text, count = re.subn(old, new, (folder / "report.html").read_text(encoding="utf-8"), count=1)
        assert count
        (folder / "report.html").write_text(text, encoding="utf-8")

    return plant


def in_notebook(change: Callable[[dict], None]) -> Callable[[Path], None]:
    """Change the notebook."""
    def plant(folder: Path) -> None:
        notebook = json.loads((folder / "report.ipynb").read_text(encoding="utf-8"))
        change(notebook)
        (folder / "report.ipynb").write_text(json.dumps(notebook), encoding="utf-8")

    return plant


def exhibits(notebook: dict) -> list[dict]:
    """The structured exhibits of a notebook."""
    found = []
    for output in (output for cell in notebook["cells"] for output in cell.get("outputs", ())):
        data = output.get("data", {})
        found += [part["data"] for part in data.get(REPORT_MIME, {}).get("parts", ()) if part["mime"] == EXHIBIT_MIME]
        found += [data[EXHIBIT_MIME]] if EXHIBIT_MIME in data else []
    return found


def behind_a_symbol(notebook: dict) -> None:
    next(cell for one in exhibits(notebook) for row in one["rows"] for cell in row["cells"] if cell["text"] == SYMBOL)["value"] = PERCENT


def exact_value(notebook: dict) -> None:
    next(cell for one in exhibits(notebook) for row in one["rows"] for cell in row["cells"] if cell["value"] is not None)["value"] = 17.073170731707318


def said_on_the_way(notebook: dict) -> None:
    notebook["cells"][-1].setdefault("outputs", []).append({"output_type": "stream", "name": "stdout", "text": [f"n = {COUNT}\n"]})


def in_order(notebook: dict) -> None:
    """A table in the order of its second column, withheld ones where they would stand."""
    table = next(one for one in exhibits(notebook) if len([row for row in one["rows"] if not row["heading"]]) >= 7 and len(one["columns"]) > 1)
    rows = [row for row in table["rows"] if not row["heading"] and len(row["cells"]) == len(table["columns"])]
    for place, row in enumerate(rows):
        row["cells"][1] |= {"value": None, "text": SYMBOL} if place == 3 else {"value": 10.0 + place, "text": f"{10 + place}"}


def in_workbook(change: Callable[[openpyxl.Workbook], None]) -> Callable[[Path], None]:
    """Change the workbook."""
    def plant(folder: Path) -> None:
        book = openpyxl.load_workbook(folder / "tables.xlsx")
        change(book)
        book.save(folder / "tables.xlsx")

    return plant


def hidden_line(book: openpyxl.Workbook) -> None:
    sheet = book.worksheets[-1]
    sheet.cell(sheet.max_row + 1, 1, COUNT)
    sheet.row_dimensions[sheet.max_row].hidden = True


def format_over_a_number(book: openpyxl.Workbook) -> None:
    cell = next(cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value == SYMBOL)
    cell.value, cell.number_format = PERCENT, f'"{SYMBOL}"'


def comment_on_a_cell(book: openpyxl.Workbook) -> None:
    book.worksheets[-1]["A1"].comment = Comment(f"{COUNT} people", "nobody")


def defined_name(book: openpyxl.Workbook) -> None:
    book.defined_names["base"] = DefinedName("base", attr_text=f"{COUNT}")


def cell_that_computes(book: openpyxl.Workbook) -> None:
    next(cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value == SYMBOL).value = f"={COUNT}/41"


def properties_of_workbook(book: openpyxl.Workbook) -> None:
    book.properties.description = f"{COUNT} of 41"


def in_word(part: str, change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    """Change a part of the document, or add it."""
    def plant(folder: Path) -> None:
        with zipfile.ZipFile(folder / "report.docx") as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        parts[part] = change(parts.get(part, b""))
        with zipfile.ZipFile(folder / "report.docx", "w") as archive:
            for name, content in parts.items():
                archive.writestr(name, content)

    return plant


def with_hidden_run(content: bytes) -> bytes:
    return content.replace(b"</w:p>", f"<w:r><w:rPr><w:vanish/></w:rPr><w:t>{COUNT}</w:t></w:r></w:p>".encode(), 1)


def with_description(content: bytes) -> bytes:
    tree = lxml.etree.fromstring(content)
    lxml.etree.SubElement(tree, "{http://purl.org/dc/elements/1.1/}description").text = f"{PERCENT}%"
    return lxml.etree.tostring(tree)


def with_comment(content: bytes) -> bytes:
    del content
    return f'<w:comments xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:t>{COUNT} people</w:t></w:comments>'.encode()


def png_with_text(content: bytes) -> bytes:
    del content
    chunk = b"tEXt" + f"Comment\0{COUNT} of 41".encode()
    return b"\x89PNG\r\n\x1a\n" + (len(chunk) - 4).to_bytes(4, "big") + chunk + zlib.crc32(chunk).to_bytes(4, "big")


def in_pdf(change: Callable[[pypdf.PdfWriter], None]) -> Callable[[Path], None]:
    """Change the PDF."""
    def plant(folder: Path) -> None:
        writer = pypdf.PdfWriter(clone_from=folder / "report.pdf")
        change(writer)
        writer.write(folder / "report.pdf")

    return plant


def digest_in_provenance(digest: Callable[[Path], str]) -> Callable[[Path], None]:
    """A checksum of something that can be guessed, in the provenance."""
    def plant(folder: Path) -> None:
        file = folder / "provenance.json"
        file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | {"rows": [digest(folder)]}), encoding="utf-8")

    return plant


def of_a_count(folder: Path) -> str:
    row = next(row for row in rows_of(folder) if row["suppression"] == SYMBOL)
    return hashlib.sha256(f"{'|'.join(row[name] for name in ('indicator', 'quantity', 'wave', 'authority'))}|{COUNT}".encode()).hexdigest()


def of_names(folder: Path) -> str:
    del folder
    return hashlib.sha256(b"name\nOtis Quill\n").hexdigest()


#: each kind by its name: how it is planted
KINDS: dict[str, Callable[[Path], None]] = {
    "percentage": number("estimate", str(PERCENT)),
    "count": number("numerator", str(COUNT)),
    "count of the reference": number("numerator_reference", str(COUNT), "change"),
    "p-value": number("p_value", "0.0312", "change"),
    "adjusted p-value": number("p_adjusted", "0.0624", "change"),
    "interval": number("conf_low", "8.53"),
    "statistic": number("statistic", "4.65", "change"),
    "standard error": number("std_error", "5.88"),
    "degrees of freedom": number("df", "77.4", "change"),
    "effective n": number("n_effective", "38"),
    "verdict": number("verdict", "rose", "change"),
    "size": number("size", "size uncertain", "change"),
    "weighted percentage": another(weighted="True", estimate=str(PERCENT)),
    "ratio": another(quantity="odds_ratio", contrast="level", reference="other", estimate="1.62"),
    "effect size": another(quantity="effect_size", contrast="wave", reference="baseline", estimate="0.21"),
    "complement of printed counts": in_results(base_less_others),
    "digits of results.csv": in_results(many_digits),
    "comment of the web page": in_page("</main>", f"<!-- n={COUNT} --></main>"),
    "attribute of the web page": in_page(r"<td([^>]*)>\[c\]</td>", rf'<td\1 data-sort="{PERCENT}">[c]</td>'),
    "hidden part of the web page": in_page("</main>", f'<script type="application/json">{{"count": {COUNT}}}</script></main>'),
    "metadata of a picture": in_page("</svg>", f"<metadata>{COUNT} of 41</metadata></svg>"),
    "attribute of a picture": in_page("</svg>", f'<g data-value="{PERCENT}"></g></svg>'),
    "value behind a symbol in the notebook": in_notebook(behind_a_symbol),
    "digits of the notebook": in_notebook(exact_value),
    "stream of the notebook": in_notebook(said_on_the_way),
    "metadata of the notebook": in_notebook(lambda notebook: notebook["metadata"].update(check=f"{COUNT} of 41")),
    "order by a withheld number": in_notebook(in_order),
    "hidden cells of the workbook": in_workbook(hidden_line),
    "format over a number of the workbook": in_workbook(format_over_a_number),
    "comment of the workbook": in_workbook(comment_on_a_cell),
    "name of the workbook": in_workbook(defined_name),
    "formula of the workbook": in_workbook(cell_that_computes),
    "properties of the workbook": in_workbook(properties_of_workbook),
    "hidden text of the document": in_word("word/document.xml", with_hidden_run),
    "properties of the document": in_word("docProps/core.xml", with_description),
    "comment of the document": in_word("word/comments.xml", with_comment),
    "text in a PNG of the document": in_word("word/media/planted.png", png_with_text),
    "metadata of the PDF": in_pdf(lambda writer: writer.add_metadata({"/Subject": f"{COUNT} of 41"})),
    "attachment of the PDF": in_pdf(lambda writer: writer.add_attachment("counts.csv", f"{COUNT}".encode())),
    "checksum of a count": digest_in_provenance(of_a_count),
    "checksum of a list of names": digest_in_provenance(of_names),
}


def test_nothing_is_found_in_what_is_published(published):
    assert kinds_found(published) == set()


@pytest.mark.parametrize("kind", KINDS)
def test_a_planted_leak_is_found(published, copy, kind):
    KINDS[kind](copy)
    assert kind in kinds_found(copy, besides=published)


def test_a_second_release_with_one_late_form_is_found(published, copy):
    """One more was asked of every question."""
    def later(rows: list[dict]) -> None:
        for row in some([row for row in rows if row["n_eligible"] and row["source"] == "survey"]):
            row["n_eligible"] = str(float(row["n_eligible"]) + 1)

    in_results(later)(copy)
    assert kinds_between(copy, published) == {"difference of two releases"}
    assert kinds_between(published, published) == set()


def test_there_are_kinds_enough():
    in_print = {one.__name__ for one in IN_PRINT}
    assert len(KINDS) >= 40
    assert len(in_print) >= 25
    assert not set(KINDS) & in_print


class TestEquations:
    """What each number would give back of a withheld count, and that the digits which leave do not matter: it is not printed at all."""

    def test_an_interval_gives_the_count_back(self):
        low = 100 * binomtest(4, 41).proportion_ci(method="wilson").low
        assert wilson_counts(41, round(low, 2)) == [4]
        assert wilson_counts(41, round(low, 1), off=0.05) == [4]

    def test_a_p_value_with_three_digits_gives_the_count_back(self):
        p = chi2_contingency([[4, 37], [12, 41]], correction=False).pvalue
        found = chi_squared_counts(41, 12, 53, p=float(f"{p:.3g}"))
        assert 4 in some(found)
        assert len(found) < 5

    def test_a_statistic_with_three_digits_gives_the_count_back(self):
        statistic = chi2_contingency([[4, 37], [12, 41]], correction=False).statistic
        found = chi_squared_counts(41, 12, 53, statistic=float(f"{statistic:.3g}"))
        assert 4 in some(found)
        assert len(found) < 5

    def test_an_adjusted_p_value_over_a_withheld_test_is_noticed(self):
        empty = dict.fromkeys(("source", "quantity", "contrast", "wave", "group", "weighted", "authority", "reference"), "")
        p = np.array([0.011, 0.02, 0.3, 0.5, 0.9])
        rows = [{**empty, "family": "f", "p_value": str(one), "p_adjusted": str(min(1.0, one * 5 / (k + 1)))} for k, one in enumerate(p)]
        assert adjusted_over_others(rows) == []
        shown = rows[:1] + rows[2:]
        assert adjusted_over_others(shown)

    def test_a_weighted_percentage_is_a_second_equation(self):
        """Two authorities of known weights, whose counts add up to a printed sum: digits decide."""
        bases, weights, rest = (41, 60), (2.6, 1.1), (1.4 * 200, 1.4 * 700)
        exact = 100 * (2.6 * 7 + 1.1 * 12 + rest[0]) / (2.6 * 41 + 1.1 * 60 + rest[1])
        assert weighted_counts(19, bases, weights, rest, exact, 1e-9) == [7]
        assert len(weighted_counts(19, bases, weights, rest, round(exact, 1), 0.05)) < 5
        assert len(weighted_counts(19, bases, weights, rest, round(exact), 0.5)) >= 5
