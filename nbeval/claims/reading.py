"""Reading a file of claims, and the template it starts from."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import get_origin

from pydantic import ValidationError

from nbeval.claims.claim import NEEDED, Claim
from nbeval.errors import OutputError, ParameterError, SourceError

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

    Parameters
    ----------
    path : Path
        A CSV file in UTF-8 with the columns of ``Claim``, in any order; columns that are not used may
        be left out. Several values of one cell are parted by ``;``.

    Returns
    -------
    list of Claim
        In the order of the file.

    Raises
    ------
    SourceError
        The file cannot be read, or holds no claim.
    ParameterError
        Rows that cannot be read as claims; all are listed.
    """
    rows = csv.reader(io.StringIO(_text(path)), strict=True)
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


def _text(path: Path) -> str:
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
