"""A report that nbeval made, read back from its files: every percentage beside the people it is of.

From ``report.html`` come the percentages as they are printed, with the base and, in tables of participation,
the count that stand beside them; where ``results.csv`` lies in the same folder, the count is looked up there.
From ``results.csv`` come the percentages with all their digits, their counts and bases.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import lxml.html

from nbeval.claims.claim import Claim, ClaimKind
from nbeval.errors import ParameterError, SourceError
from nbeval.frames import RESULT_KEY, Quantity
from nbeval.rounding import half_up_percent

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
    """Read the percentages of a report as claims.

    Parameters
    ----------
    path : Path
        ``report.html`` or ``results.csv``.

    Returns
    -------
    list of Claim
        In the order of the file.

    Raises
    ------
    SourceError
        The file is not there, or is not of a report.
    ParameterError
        There is no percentage in it that could be worked out again.
    """
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
