"""Files of claims: read from a table that a person filled in or from a report that nbeval made; written with what was found of each."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import get_origin

import lxml.html
from pydantic import ValidationError

from nbeval.claims.claim import NEEDED, Claim, ClaimKind, Judged, Verdict
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

    CSV in UTF-8 with columns of ``Claim`` in any order; several values of one cell are parted by ``;``. Faults of all rows are listed at
    once.
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
        found = [_claim_of(row, _as_written(row["estimate"]), row.get("exhibit", "")) for row in _counted(text)]
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


def _as_written(number: str) -> str:
    """A percentage with the digits that it left with, up to eight."""
    decimals = min(max(-Decimal(number).as_tuple().exponent, 0), 8)
    return f"{float(number):.{decimals}f}"


def _is_number(text: str) -> bool:
    """Whether a cell has a figure and no symbol."""
    return bool(text) and text.replace(",", "").replace(".", "", 1).isdigit()


# --- what was found ----------------------------------------------------------------------------------

CSV, PAGE = "claims.csv", "claims.html"
#: what each verdict means, for the reader of the page
MEANINGS = {
    Verdict.REPRODUCES: "the printed figures give it, whatever the rounding",
    Verdict.CONSISTENT: "some of the figures that rounding allows give it",
    Verdict.MISPRINT: "another figure would be right",
    Verdict.IMPOSSIBLE: "no figures give it",
    Verdict.DOES_NOT_FOLLOW: "the figures say otherwise, or do not say it",
    Verdict.CANNOT_BE_DECIDED: "what was printed leaves it open",
}
_HEADS = ("Claim", "As printed", "Verdict", "Would be right", "Arithmetic", "Source")


def count_verdicts(judged: Sequence[Judged]) -> str:
    """How many claims there are of each verdict, in one line."""
    counted = Counter(one.judgement.verdict for one in judged)
    parts = [f"{counted[verdict]} {verdict.value}" for verdict in Verdict if counted[verdict]]
    return f"{len(judged)} {'claim' if len(judged) == 1 else 'claims'}: {', '.join(parts)}."


def csv_of(judged: Sequence[Judged]) -> str:
    """Write claims with their verdicts as CSV."""
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(("claim", "kind", "text", "verdict", "holds", "would_be_right", "arithmetic", "source"))
    for one in judged:
        claim, found = one.claim, one.judgement
        cells = (claim.claim, claim.kind.value, claim.text, found.verdict.value, str(found.holds).lower(), found.right,
                 found.arithmetic, claim.source)
        writer.writerow([_inert(cell) for cell in cells])
    return made.getvalue()


def page_of(judged: Sequence[Judged], title: str) -> str:
    """Write claims with their verdicts as one HTML page without script, complete in itself."""
    style = files("nbeval.claims").joinpath("claims.css").read_text(encoding="utf-8")
    heads = "".join(f'<th scope="col">{head}</th>' for head in _HEADS)
    used = [verdict for verdict in Verdict if any(one.judgement.verdict is verdict for one in judged)]
    meanings = "".join(f"<dt>{verdict.value}</dt><dd>{MEANINGS[verdict]}</dd>" for verdict in used)
    wrong = [one for one in judged if not one.judgement.holds]
    lead = ("Every claim may stand." if not wrong else
            f"{len(wrong)} of {len(judged)} do not hold: "
            + ", ".join(f'<a href="#claim-{number}">{escape(one.claim.claim)}</a>' for number, one in enumerate(judged, 1) if one in wrong) + ".")
    return "\n".join([
        "<!DOCTYPE html>", '<html lang="en-GB">', "<head>", '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>Claims worked out again: {escape(title)}</title>", f"<style>\n{style}</style>", "</head>", "<body>", "<main>",
        f"<h1>Claims worked out again: {escape(title)}</h1>", f"<p>{escape(count_verdicts(judged))} {lead}</p>",
        "<p>Each claim was worked out again from the figures printed with it, over every value that rounds to them.</p>",
        f"<h2>What the verdicts mean</h2><dl>{meanings}</dl>", "<h2>The claims</h2>",
        '<div class="scroll" role="region" tabindex="0" aria-label="The claims, a table that scrolls sideways on a narrow screen">',
        f"<table><caption>Claims, verdicts and the arithmetic behind them</caption><thead><tr>{heads}</tr></thead><tbody>",
        *(_row(number, one) for number, one in enumerate(judged, 1)),
        "</tbody></table></div>", "</main>", "</body>", "</html>", "",
    ])


def write_all(judged: Sequence[Judged], out: Path, title: str) -> tuple[Path, Path]:
    """Write the table and the page into a folder."""
    table, page = out / CSV, out / PAGE
    try:
        out.mkdir(parents=True, exist_ok=True)
        table.write_text(csv_of(judged), encoding="utf-8", newline="\n")
        page.write_text(page_of(judged, title), encoding="utf-8", newline="\n")
    except OSError as error:
        raise OutputError("the verdicts could not be written.", found=error.strerror or "",
                          do="choose another place with --out.") from None
    return table, page


def _row(number: int, one: Judged) -> str:
    """One claim as a row."""
    claim, found = one.claim, one.judgement
    kind = "open" if found.verdict is Verdict.CANNOT_BE_DECIDED else "holds" if found.holds else "wrong"
    cells = (
        f'<th scope="row">{escape(claim.claim)}</th>', f"<td>{escape(claim.text)}</td>",
        f'<td class="{kind}">{escape(found.verdict.value)}</td>', f"<td>{escape(found.right)}</td>",
        f"<td>{escape(found.arithmetic)}</td>", f"<td>{escape(claim.source)}</td>",
    )
    return f'<tr id="claim-{number}">{"".join(cells)}</tr>'


def _inert(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
