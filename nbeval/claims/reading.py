"""Claims read: from a file of claims, or from a report that nbeval made."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import get_origin

import lxml.html
from pydantic import ValidationError

from nbeval.claims.claim import NEEDED, Claim, ClaimKind
from nbeval.errors import OutputError, ParameterError, SourceError
from nbeval.exhibit import Exhibit
from nbeval.frames import RESULT_KEY, Quantity, result_key
from nbeval.report.markup import anchor

COLUMNS = tuple(Claim.model_fields)
#: one row of each kind, with figures that hold
EXAMPLES: tuple[dict[str, str], ...] = (
    {"claim": "1", "kind": "percentage", "text": "66% (82 of 125) agreed", "percent": "66", "count": "82", "n": "125"},
    {"claim": "2", "kind": "addition", "text": "shares of all who answered", "parts": "20; 24; 56", "total": "100",
     "whole": "true"},
    {"claim": "3", "kind": "shared_base", "text": "several answers were possible; base 137", "parts": "33.6; 51.1; 8.0",
     "n": "137"},
    {"claim": "4", "kind": "comparison", "text": "coping rose from 56% to 60%", "percent": "60", "n": "2,476",
     "other_percent": "56", "other_n": "1,804", "word": "rose"},
    {"claim": "5", "kind": "phrase", "text": "nearly one in three", "percent": "32", "word": "one in three"},
    {"claim": "6", "kind": "phrase", "text": "seven times as likely", "percent": "23", "other_percent": "3",
     "word": "seven times as likely"},
    {"claim": "7", "kind": "average", "text": "mean 5.18 (SD 1.22), 28 answers from 1 to 7", "mean": "5.18", "sd": "1.22",
     "n": "28", "lowest": "1", "highest": "7"},
    {"claim": "8", "kind": "test", "text": "r(28) = .22, p = .24", "test": "r", "statistic": ".22", "df1": "28", "p": ".24"},
)


def read_claims(path: Path) -> list[Claim]:
    """Read a file of claims.

    CSV in UTF-8 with columns of ``Claim`` in any order; several values of one cell are parted by ``;``. Faults of all rows are listed at once.
    """
    rows = csv.reader(io.StringIO(_file_text(path, "the file of claims")), strict=True)
    try:
        headers, *lines = ([cell.strip() for cell in row] for row in rows if any(cell.strip() for cell in row))
    except (csv.Error, ValueError):
        raise SourceError("the file of claims is empty or no CSV.", found=path.name, where=path.name,
                          do="write the template with --template and fill it in.") from None
    unknown = sorted(set(headers) - set(COLUMNS))
    if unknown or "claim" not in headers or "kind" not in headers:
        raise ParameterError("the columns of the file of claims are not known.", found=", ".join(unknown) or ", ".join(headers),
                             allowed=", ".join(COLUMNS), where=path.name, do="name the columns as in the template.")
    faults: list[str] = []
    claims = [claim for number, cells in enumerate(lines, 2) for claim in _claim(headers, cells, number, faults)]
    if faults or not claims:
        raise ParameterError(f"{len(faults) or 'no'} claims could not be read.", found="\n".join(faults) or "no claims",
                             where=path.name, do="put each line right; --template shows what every kind needs.")
    return claims


def write_template(path: Path) -> None:
    """Write a file of claims with one row of each kind, to be filled in."""
    if path.exists():
        raise OutputError("there is a file of that name already.", found=path.name, do="choose another name.")
    made = io.StringIO()
    writer = csv.DictWriter(made, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(EXAMPLES)
    try:
        path.write_text(made.getvalue(), encoding="utf-8")
    except OSError as error:
        raise OutputError("the template could not be written.", found=error.strerror or "",
                          do="choose a folder that exists and can be written to.") from None


def _file_text(path: Path, what: str) -> str:
    """The text of a file."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError:
        raise SourceError(f"{what} is not there.", found=path.name, do="check the name of the file.") from None
    except UnicodeDecodeError:
        raise SourceError(f"{what} is not UTF-8.", found=path.name, do="save it as UTF-8; a spreadsheet as 'CSV UTF-8'.") from None


def _claim(headers: list[str], cells: list[str], number: int, faults: list[str]) -> list[Claim]:
    """One row as a claim; what is wrong with it goes into ``faults``."""
    if len(cells) != len(headers):
        faults.append(f"row {number} has {len(cells)} cells where the first has {len(headers)}")
        return []
    content = {header: _cell(header, cell) for header, cell in zip(headers, cells, strict=True) if cell}
    try:
        claim = Claim.model_validate(content)
    except ValidationError as error:
        faults += [f"row {number}, column '{'.'.join(str(part) for part in fault['loc'])}': {_words(fault)}"
                   for fault in error.errors(include_url=False)]
        return []
    lacking = [name for name in NEEDED[claim.kind] if not getattr(claim, name)]
    faults += [f"row {number}, column '{name}': is empty for a claim of kind {claim.kind}" for name in lacking]
    return [] if lacking else [claim]


def _cell(header: str, cell: str) -> str | list[str]:
    """A cell as text, or as a list where the column holds one."""
    if get_origin(Claim.model_fields[header].annotation) is tuple:
        return [part.strip() for part in cell.split(";") if part.strip()]
    return cell


def _words(fault: dict) -> str:
    """What is wrong with a cell."""
    if fault["type"] == "enum":
        return f"is not allowed; use {fault['ctx']['expected']}"
    if fault["type"] == "missing":
        return "is empty"
    return fault["msg"].removeprefix("Value error, ")


# --- reports -----------------------------------------------------------------------------------------

RESULTS = "results.csv"
#: digits of a percentage that results.csv holds in full
_DIGITS = 8
#: percentages that show their count, and the column with their base
_BASES = {Quantity.PERCENT.value: "n_valid", Quantity.RESPONSE_RATE.value: "n_eligible"}


def is_report(path: Path) -> bool:
    """Whether a file is one of a report: its page, or its results."""
    return path.suffix.lower() in (".html", ".htm") or path.name == RESULTS


def read_report(path: Path) -> list[Claim]:
    """Every percentage of a report that shows its count: of ``results.csv``, or as ``report.html`` prints it.

    What a number on the page is says the notebook beside it, by the key of a result; its count and base are those of the results.
    """
    text = _file_text(path, "the report")
    if path.name == RESULTS:
        found = [_claim_of(row, f"{float(row['estimate']):.{_DIGITS}f}", row.get("exhibit", "")) for row in _counted(text)]
    else:
        from nbeval.release.verify import read_report_document      # takes a second, which a file of claims does not have

        exhibits = [shown.exhibit for shown in read_report_document(path.parent).exhibits]
        rows = {_key(row): row for row in _counted(_file_text(path.with_name(RESULTS), f"{RESULTS} beside the report"))}
        found = list(_of_page(lxml.html.document_fromstring(text), exhibits, rows))
    if not found:
        raise ParameterError("there is no percentage with its count in the file.", found=path.name,
                             allowed="report.html or results.csv of a report that nbeval made, or a file of claims",
                             do="name one of these files.")
    return [claim.model_copy(update={"claim": str(number)}) for number, claim in enumerate(found, 1)]


def _counted(results: str) -> list[dict[str, str]]:
    """The rows of a table of results that are unweighted percentages with count and base."""
    rows = csv.DictReader(io.StringIO(results))
    if not {*RESULT_KEY, "estimate", "numerator", *_BASES.values()} <= set(rows.fieldnames or ()):
        raise SourceError(f"{RESULTS} is not that of a report.", do="name a file of a report that nbeval made.")
    return [
        row for row in rows if row["quantity"] in _BASES and row["weighted"] == "False" and not row["contrast"]
        and all(row[name] for name in ("estimate", "numerator", _BASES[row["quantity"]]))]


def _key(row: Mapping[str, str]) -> str:
    """The key of a result, as a cell carries it."""
    return result_key({**row, "weighted": row["weighted"] == "True"})


def _claim_of(row: Mapping[str, str], percent: str, source: str) -> Claim:
    """A percentage of a result as a claim."""
    people = {name: f"{float(row[column]):.0f}" for name, column in (("count", "numerator"), ("n", _BASES[row["quantity"]]))}
    return Claim(claim="0", kind=ClaimKind.PERCENTAGE, percent=percent, source=source,
                 text=", ".join(row[part] for part in RESULT_KEY if part != "weighted" and row[part]), **people)


def _of_page(page: lxml.html.HtmlElement, exhibits: list[Exhibit], rows: Mapping[str, Mapping[str, str]]) -> Iterator[Claim]:
    """Every counted percentage as a page prints it, table by table and cell by cell."""
    for exhibit in exhibits:
        table = page.get_element_by_id(f"{anchor(exhibit.id)}-table", None)
        printed = [list(row) for body in table.iter("tbody") for row in body.iter("tr")] if table is not None else []
        if [len(row) for row in printed] != [len(row.cells) for row in exhibit.rows]:
            raise SourceError("the page is not that of the notebook beside it.", found=exhibit.label, do="render the report again.")
        for row, elements in zip(exhibit.rows, printed, strict=True):
            for cell, element in zip(row.cells, elements, strict=True):
                percent = " ".join(element.text_content().split()).removesuffix("%")
                if cell.field == "estimate" and cell.result in rows and _is_number(percent):
                    yield _claim_of(rows[cell.result], percent, f"{exhibit.label}: {row.cells[0].text}")


def _is_number(text: str) -> bool:
    """Whether a cell has a figure and no symbol."""
    return bool(text) and text.replace(",", "").replace(".", "", 1).isdigit()
