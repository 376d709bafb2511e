"""What was found of claims, as a table of values and as a page that anybody can read."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from html import escape
from importlib.resources import files
from pathlib import Path

from nbeval.claims.claim import Judged, Verdict
from nbeval.errors import OutputError

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


def summary(judged: Sequence[Judged]) -> str:
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
        f"<h1>Claims worked out again: {escape(title)}</h1>", f"<p>{escape(summary(judged))} {lead}</p>",
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
