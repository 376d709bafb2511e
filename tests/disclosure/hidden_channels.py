"""An intruder who reads the files of one report as text and numbers: where a withheld number could stand or follow besides in print.

Knows that ``[c]`` stands for a withheld number, and nothing of how nbeval protects. ``kinds_found`` gives the kinds of leaks of a folder.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import lxml.etree
import lxml.html
import numpy as np
import openpyxl
import pypdf
from scipy import stats

from nbeval.exhibit import EXHIBIT_MIME, REPORT_MIME

SYMBOL = "[c]"
#: columns of results.csv that are made from answers, by what an intruder makes of them
COLUMNS = {
    "estimate": "percentage", "numerator": "count", "numerator_reference": "count of the reference", "p_value": "p-value",
    "p_adjusted": "adjusted p-value", "conf_low": "interval", "conf_high": "interval", "statistic": "statistic", "std_error": "standard error",
    "df": "degrees of freedom", "n_effective": "effective n", "verdict": "verdict", "size": "size"}
#: a number that tells of people, in places where nobody looks
TELLS = re.compile(r"\d+(?:\.\d+)?\s?%|\b\d+ of \d+\b|\bn ?= ?\d+|\bcount\W{1,3}\d+")
DIGEST = re.compile(r"\b[0-9a-f]{32,64}\b")
#: more digits than a share of printed counts, a mean or a p-value can be printed with
MOST_DIGITS = 9
MOST_PEOPLE = 300


def kinds_found(folder: Path, *, besides: Path | None = None) -> set[str]:
    """The kinds of leaks in the files of a report; of a copy, in those that are not the same in the folder ``besides``."""
    found: set[str] = set()
    for name, read in READERS.items():
        if not besides or (folder / name).read_bytes() != (besides / name).read_bytes():
            found |= set(read(folder / name))
    return found


def kinds_between(folder: Path, earlier: Path) -> set[str]:
    """The kinds of leaks that a report has beside an earlier one."""
    return set(_of_releases(_rows(folder / "results.csv"), _rows(earlier / "results.csv")))


def _rows(file: Path) -> list[dict]:
    return list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))


# --- results.csv -----------------------------------------------------------------------------------

def _place(row: dict) -> tuple:
    return tuple(row[name] for name in ("source", "indicator", "wave", "authority", "group", "level"))


def _of_results(file: Path) -> Iterator[str]:
    """What stands on a withheld row, what other rows say of the same people, and how many digits there are."""
    rows = _rows(file)
    hidden = {_place(row) for row in rows if row["suppression"] == SYMBOL and row["quantity"] in ("percent", "mean") and not row["contrast"]}
    for row in rows:
        if row["suppression"] == SYMBOL:
            yield from (kind for name, kind in COLUMNS.items() if row[name])
        elif row["estimate"] and row["indicator"] and _place(row) in hidden:
            if row["weighted"] == "True":
                yield "weighted percentage"
            elif row["quantity"] in ("odds_ratio", "effect_size", "marginal_effect", "superiority"):
                yield "ratio" if row["quantity"] == "odds_ratio" else "effect size"
        for name in (*COLUMNS, "n_valid"):
            digits = re.sub(r"e.*|[^\d]", "", row[name]).strip("0") if name not in ("verdict", "size") else ""
            if len(digits) > MOST_DIGITS:
                yield "digits of results.csv"
    yield from _of_complements(rows)


def adjusted_over_others(rows: list[dict]) -> list[dict]:
    """Rows of whole families whose adjusted p-value the p-values shown do not give, by Benjamini and Hochberg or by Holm: m p / k of a
    test that is withheld gives its p-value, and with the bases its count."""
    names = ("family", "source", "quantity", "contrast", "wave", "group", "weighted", "authority", "reference")
    families: dict[tuple, list[dict]] = {}
    for row in rows:
        if row["family"] and row["p_value"] and row["p_adjusted"]:
            families.setdefault(tuple(row[name] for name in names), []).append(row)
    found = []
    for tests in families.values():
        ordered = sorted(tests, key=lambda row: float(row["p_value"]))
        p, m = [float(row["p_value"]) for row in ordered], len(ordered)
        bh = [min(min(p[j] * m / (j + 1) for j in range(k, m)), 1.0) for k in range(m)]
        holm = [min(max(p[j] * (m - j) for j in range(k + 1)), 1.0) for k in range(m)]
        found += [row for row, *ways in zip(ordered, bh, holm, strict=True)
                  if all(abs(float(row["p_adjusted"]) - one) > 0.02 * one for one in ways)]
    return found


def _of_complements(rows: list[dict]) -> Iterator[str]:
    """One withheld line of lines that add up: the base less the others."""
    tables: dict[tuple, list[dict]] = {}
    for row in rows:
        if row["source"] == "survey" and row["quantity"] == "percent" and row["group"] and not row["indicator"] and not row["contrast"]:
            tables.setdefault((row["wave"], row["authority"], row["group"]), []).append(row)
    for part in tables.values():
        gone = [row for row in part if row["suppression"] == SYMBOL]
        if len(gone) == 1 and any(row["n_valid"] and row["numerator"] for row in part):
            yield "complement of printed counts"


def wilson_counts(base: int, low: float, off: float = 0.005) -> list[int]:
    """The counts whose Wilson interval begins there."""
    z, x = stats.norm.ppf(0.975), np.arange(base + 1)
    centre, half = x + z * z / 2, z * np.sqrt(x * (base - x) / base + z * z / 4)
    return np.flatnonzero(np.abs(100 * (centre - half) / (base + z * z) - low) <= off).tolist()


def chi_squared_counts(base: int, other: int, base_other: int, *, p: float = np.nan, statistic: float = np.nan, part: float = 0.006) -> list[int]:
    """The counts whose comparison with another share gives a p-value or a statistic, to a part of it."""
    x = np.arange(base + 1)
    pooled = (x + other) / (base + base_other)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = (x / base - other / base_other) ** 2 / (pooled * (1 - pooled) * (1 / base + 1 / base_other))
    given, sought = (stats.chi2.sf(found, 1), p) if np.isfinite(p) else (found, statistic)
    return np.flatnonzero(np.abs(given - sought) <= part * abs(sought)).tolist()


def weighted_counts(total: int, bases: tuple[int, int], weights: tuple[float, float], rest: tuple[float, float], percent: float, off: float) -> list[int]:
    """The counts of the first of two places, whose counts add up to ``total``, that a weighted percentage true to ``off`` leaves; ``rest`` are
    the weighted count and base of all others."""
    x = np.arange(max(0, total - bases[1]), min(bases[0], total) + 1)
    weighted = (weights[0] * x + weights[1] * (total - x) + rest[0]) / (weights[0] * bases[0] + weights[1] * bases[1] + rest[1])
    return x[np.abs(100 * weighted - percent) <= off + 1e-9].tolist()


def _of_releases(rows: list[dict], earlier: list[dict]) -> Iterator[str]:
    """Numbers of people that differ by few between two releases of one report."""
    def key(row: dict) -> tuple:
        return (*_place(row), row["exhibit"], row["quantity"], row["contrast"], row["reference"], row["weighted"])

    before = {key(row): row for row in earlier}
    for row in rows:
        old = before.get(key(row), row)
        for name in ("n_valid", "n_eligible", "n_reference", "numerator"):
            if row[name] and old[name] and 0 < abs(float(row[name]) - float(old[name])) < 5:
                yield "difference of two releases"


# --- the web page and the notebook -----------------------------------------------------------------

#: attributes that say how a cell is laid out
_LAID_OUT = {"class", "id", "scope", "headers", "style", "colspan", "rowspan", "tabindex", "data-label", "role"}


def _of_page(file: Path) -> Iterator[str]:
    page = lxml.html.document_fromstring(file.read_bytes())
    for one in page.iter(lxml.etree.Comment):
        if TELLS.search(one.text or ""):
            yield "comment of the web page"
    for one in page.iter("td", "th", "span"):
        if (one.text_content() or "").strip() == SYMBOL and any(re.search(r"\d", value) for name, value in one.attrib.items() if name not in _LAID_OUT):
            yield "attribute of the web page"
    for one in page.xpath("//script | //template | //*[@hidden] | //meta | //*[contains(@style, 'display:none')]"):
        if TELLS.search(" ".join([one.text_content() or "", *one.attrib.values()])):
            yield "hidden part of the web page"
    for svg in page.xpath("//*[local-name()='svg']"):
        yield from (f"{kind} of a picture" for kind in _of_svg(svg))


def _of_svg(svg: lxml.html.HtmlElement) -> Iterator[str]:
    """What is written into a picture and not drawn."""
    for one in svg.iter():
        if one.tag is lxml.etree.Comment or str(one.tag).endswith(("metadata", "}metadata")):
            text = one.text or "" if one.tag is lxml.etree.Comment else " ".join(one.itertext())
            if TELLS.search(text):
                yield "metadata"
        elif isinstance(one.tag, str) and any(name.startswith("data-") and re.search(r"\d", value) for name, value in one.attrib.items()):
            yield "attribute"


def _exhibits(notebook: dict) -> Iterator[dict]:
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            yield from (part["data"] for part in data.get(REPORT_MIME, {}).get("parts", ()) if part["mime"] == EXHIBIT_MIME)
            yield from (data[mime] for mime in (EXHIBIT_MIME,) if mime in data)


def _of_notebook(file: Path) -> Iterator[str]:
    notebook = json.loads(file.read_text(encoding="utf-8"))
    for exhibit in _exhibits(notebook):
        cells = [cell for row in exhibit["rows"] for cell in row["cells"]]
        if any(cell["text"] == SYMBOL and cell["value"] is not None for cell in cells):
            yield "value behind a symbol in the notebook"
        if any(len(re.sub(r"e.*|[^\d]", "", repr(cell["value"])).strip("0")) > MOST_DIGITS for cell in cells if isinstance(cell["value"], float)):
            yield "digits of the notebook"
        yield from _of_order(exhibit)
    if TELLS.search(json.dumps([notebook["metadata"], [cell["metadata"] for cell in notebook["cells"]]])):
        yield "metadata of the notebook"
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            if output["output_type"] == "stream" and TELLS.search("".join(output["text"])):
                yield "stream of the notebook"


def _of_order(exhibit: dict) -> Iterator[str]:
    """Rows that stand in the order of a column, a withheld one of it between others."""
    columns = len(exhibit["columns"])
    rows = [row["cells"] for row in exhibit["rows"] if not row["heading"] and len(row["cells"]) == columns]
    for place in range(1, columns):
        values = [row[place]["value"] for row in rows]
        shown = [value for value in values if value is not None]
        between = any(value is None and row[place]["text"] == SYMBOL for value, row in zip(values[1:-1], rows[1:-1], strict=True))
        steps = [b - a for a, b in pairwise(shown)]
        if between and len(shown) >= 5 and len(set(shown)) == len(shown) and (min(steps) > 0 or max(steps) < 0):
            yield "order by a withheld number"


# --- office files, PDF, checksums --------------------------------------------------------------------

def _of_workbook(file: Path) -> Iterator[str]:
    book = openpyxl.load_workbook(file)
    for sheet in book:
        hidden = sheet.sheet_state != "visible"
        lines = {row for row, one in sheet.row_dimensions.items() if one.hidden}
        columns = {name for name, one in sheet.column_dimensions.items() if one.hidden}
        for row in sheet.iter_rows():
            for cell in row:
                if cell.comment and re.search(r"\d", cell.comment.text):
                    yield "comment of the workbook"
                if cell.value is None:
                    continue
                if hidden or cell.row in lines or cell.column_letter in columns:
                    yield "hidden cells of the workbook"
                if isinstance(cell.value, int | float) and SYMBOL in (cell.number_format or ""):
                    yield "format over a number of the workbook"
                if isinstance(cell.value, str) and cell.value.startswith("="):
                    yield "formula of the workbook"
                if isinstance(cell.value, float) and len(re.sub(r"e.*|[^\d]", "", repr(cell.value)).strip("0")) > MOST_DIGITS:
                    yield "digits of the workbook"
    if any(re.fullmatch(r"[\"\d.=]+", str(one.attr_text or "")) for one in book.defined_names.values()):
        yield "name of the workbook"
    yield from _of_parts(file, "workbook")


def _of_word(file: Path) -> Iterator[str]:
    with zipfile.ZipFile(file) as parts:
        body = lxml.etree.fromstring(parts.read("word/document.xml"))
    space = {"w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main"}
    if body.xpath("//w:r[w:rPr/w:vanish]//w:t | //w:del | //w:ins", namespaces=space):
        yield "hidden text of the document"
    yield from _of_parts(file, "document")


def _of_parts(file: Path, what: str) -> Iterator[str]:
    """Properties of an office file, its comments, and what its pictures carry."""
    with zipfile.ZipFile(file) as parts:
        for name in parts.namelist():
            if name.startswith(("docProps/", "customXml/")) and TELLS.search(_text(parts.read(name))):
                yield f"properties of the {what}"
            if "comments" in name and re.search(r"\d", _text(parts.read(name))):
                yield f"comment of the {what}"
            if name.endswith(".png") and TELLS.search(" ".join(_png_texts(parts.read(name)))):
                yield f"text in a PNG of the {what}"


def _text(xml: bytes) -> str:
    return " ".join(lxml.etree.fromstring(xml).itertext())


def _png_texts(content: bytes) -> Iterator[str]:
    """What the text chunks of a PNG say."""
    at = 8
    while at + 8 <= len(content):
        size, kind = int.from_bytes(content[at:at + 4], "big"), content[at + 4:at + 8]
        if kind in (b"tEXt", b"iTXt"):
            yield content[at + 8:at + 8 + size].decode("utf-8", errors="replace")
        at += size + 12


def _of_pdf(file: Path) -> Iterator[str]:
    reader = pypdf.PdfReader(file)
    metadata = " ".join(str(value) for value in (reader.metadata or {}).values()) + (reader.xmp_metadata.stream.get_data().decode("utf-8", "replace") if reader.xmp_metadata else "")
    if TELLS.search(metadata):
        yield "metadata of the PDF"
    if reader.attachments:
        yield "attachment of the PDF"
    if any(TELLS.search(str(note.get_object().get("/Contents", ""))) for page in reader.pages for note in page.get("/Annots", ())):
        yield "annotation of the PDF"


def _of_checksums(file: Path) -> Iterator[str]:
    """Digests of what can be guessed: a count with the name of its row, a short list of names."""
    digests = set(DIGEST.findall(file.read_text(encoding="utf-8")))
    for row in [row for row in _rows(file.with_name("results.csv")) if row["suppression"] == SYMBOL][:40]:
        key = "|".join(row[name] for name in ("indicator", "quantity", "wave", "authority"))
        for guess in (f"{key}{sign}{count}".encode() for count in range(MOST_PEOPLE) for sign in "|="):
            if {hashlib.sha256(guess).hexdigest(), hashlib.md5(guess).hexdigest()} & digests:
                yield "checksum of a count"
    if {hashlib.sha256(f"name\n{first} {last}\n".encode()).hexdigest() for first in ("Alma", "Otis", "Ada") for last in ("Fernsby", "Quill", "Marsh")} & digests:
        yield "checksum of a list of names"


READERS = {"results.csv": _of_results, "report.html": _of_page, "report.ipynb": _of_notebook, "tables.xlsx": _of_workbook,
           "report.docx": _of_word, "report.pdf": _of_pdf, "provenance.json": _of_checksums}
