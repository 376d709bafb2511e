"""Claims read: from a file of claims, or from a report that nbeval made."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import get_origin

import lxml.html
from pydantic import ValidationError

from nbeval.claims.claim import NEEDED, Claim, ClaimKind
from nbeval.errors import OutputError, ParameterError, SourceError
from nbeval.frames import RESULT_KEY, Quantity
from nbeval.rounding import half_up_percent

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
    rows = csv.reader(io.StringIO(_file_text(path)), strict=True)
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


def _file_text(path: Path) -> str:
    """The text of a file."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError:
        raise SourceError("the file of claims is not there.", found=path.name, do="check the name of the file.") from None
    except UnicodeDecodeError:
        raise SourceError("the file of claims is not UTF-8.", found=path.name, do="save it as 'CSV UTF-8'.") from None


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


RESULTS = "results.csv"
TABLE = "nb-table"
#: labels of columns: a percentage stands before the number of people it is of, in the same group of columns
_PERCENT, _BASE = ("Estimate", "%", "In print"), ("Number who answered", "n")
_RATE, _COUNT, _ELIGIBLE = "Response rate", "Forms", "Eligible"
#: digits of a percentage that results.csv holds in full
_DIGITS = 8
#: percentages that show their count, and the column with their base
_BASES = {Quantity.PERCENT.value: "n_valid", Quantity.RESPONSE_RATE.value: "n_eligible"}


@dataclass(frozen=True)
class _Column:
    """The head of one column."""

    label: str
    unit: str
    group: str


def is_report(path: Path) -> bool:
    """Whether a file is one of a report: its page, or its results."""
    return path.suffix.lower() in (".html", ".htm") or path.name == RESULTS


def read_report(path: Path) -> list[Claim]:
    """Read the percentages of a report as claims."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise SourceError("the report cannot be read.", found=path.name, do="name report.html or results.csv of a report.") from None
    found = _of_results(text) if path.name == RESULTS else _of_page(text, _counts_beside(path))
    if not found:
        raise ParameterError("there is no percentage with its base in the file.", found=path.name,
                             allowed="report.html or results.csv of a report that nbeval made, or a file of claims",
                             do="name one of these files.")
    return [claim.model_copy(update={"claim": str(number)}) for number, claim in enumerate(found, 1)]


def _of_results(text: str) -> list[Claim]:
    """Every percentage of a table of results that shows its count."""
    rows = csv.DictReader(io.StringIO(text))
    return [
        Claim(claim="0", kind=ClaimKind.PERCENTAGE, percent=f"{float(row['estimate']):.{_DIGITS}f}",
              count=f"{float(row['numerator']):.0f}", n=f"{float(row[_BASES[row['quantity']]]):.0f}", source=row.get("exhibit", ""),
              text=", ".join(row[part] for part in RESULT_KEY if row[part] not in ("", "False", "True")))
        for row in rows if _is_counted(row)
    ]


def _is_counted(row: dict[str, str]) -> bool:
    """Whether a row is an unweighted percentage with count and base."""
    base = _BASES.get(row["quantity"], "")
    shown = all(row.get(name) for name in ("estimate", "numerator", base))
    return shown and row["weighted"] == "False" and not row["contrast"]


def _counts_beside(path: Path) -> dict[tuple[str, str], set[int]]:
    """The counts of the results beside a page, by percentage as printed and base; several may print alike."""
    results = path.with_name(RESULTS)
    if not results.is_file():
        return {}
    found: dict[tuple[str, str], set[int]] = {}
    for claim in _of_results(results.read_text(encoding="utf-8-sig")):
        count, n = claim.people("count"), claim.people("n")
        for decimals in range(3):
            found.setdefault((f"{half_up_percent(count, n, decimals):.{decimals}f}", str(n)), set()).add(count)
    return found


def _of_page(text: str, counts: dict[tuple[str, str], set[int]]) -> list[Claim]:
    """Every percentage of a page that stands beside its base."""
    claims = []
    for table in lxml.html.document_fromstring(text).iter("table"):
        if TABLE not in (table.get("class") or "").split():
            continue
        columns = _columns(table)
        title = _text(next(iter(table.iter("caption")), None))
        for label, cells in _rows(table):
            claims += _of_row(columns, cells, f"{title} {label}".strip(), counts)
    return claims


def _of_row(columns: list[_Column], cells: list[str], where: str, counts: dict[tuple[str, str], set[int]]) -> Iterator[Claim]:
    """The claims of one row of a table."""
    by_place = {(column.group, column.label): cell for column, cell in zip(columns, cells, strict=False)}
    for column, cell in zip(columns, cells, strict=False):
        percent = cell.removesuffix("%")
        if not (column.unit == "%" or cell.endswith("%")) or not _is_number(percent):
            continue
        count, n = "", ""
        if column.label == _RATE:
            count, n = (by_place.get((column.group, label), "") for label in (_COUNT, _ELIGIBLE))
        elif column.label in _PERCENT:
            n = next((by_place[column.group, label] for label in _BASE if (column.group, label) in by_place), "")
            known = counts.get((percent, n.replace(",", "")), set())
            count = str(*known) if len(known) == 1 else ""
        if _is_number(n) and (not count or _is_number(count)):
            text = ", ".join(filter(None, (column.group, f"{percent}% of {n}")))
            yield Claim(claim="0", kind=ClaimKind.PERCENTAGE, percent=percent, count=count, n=n, text=text, source=where)


def _columns(table: lxml.html.HtmlElement) -> list[_Column]:
    """The heads of the columns of a table, each with the spanning head above it."""
    rows = [list(row) for head in table.iter("thead") for row in head.iter("tr")]
    if not rows:
        return []
    lower = iter(rows[1] if len(rows) > 1 else [])
    columns = []
    for head in rows[0]:
        span = int(head.get("colspan", "1"))
        if head.get("scope") == "colgroup":
            columns += [_column(next(lower), _text(head)) for _ in range(span)]
        else:
            columns.append(_column(head, ""))
    return columns


def _column(head: lxml.html.HtmlElement, group: str) -> _Column:
    """The head of one column."""
    units = [_text(one).strip("()") for one in head.iter("span")]
    unit = units[0] if units else ""
    return _Column(_text(head).removesuffix(f"({unit})").strip() if unit else _text(head), unit, group)


def _rows(table: lxml.html.HtmlElement) -> Iterator[tuple[str, list[str]]]:
    """The rows of a table: the head of each, and all its cells."""
    for body in table.iter("tbody"):
        for row in body.iter("tr"):
            cells = [_text(cell) for cell in row]
            if len(cells) > 1:
                yield cells[0], cells


def _text(element: lxml.html.HtmlElement | None) -> str:
    """The text of an element in one line."""
    return "" if element is None else " ".join(element.text_content().split())


def _is_number(text: str) -> bool:
    """Whether a cell holds a figure and no symbol."""
    return bool(text) and text.replace(",", "").replace(".", "", 1).isdigit()
