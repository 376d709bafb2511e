"""The command that checks printed claims: exit code 1 where something does not hold."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nbeval.cli.options import say

HELP = """Work printed claims out again, and say of each what the figures behind it allow.

FILE is a CSV file of claims, one per row (--template writes one to fill in), or report.html or results.csv of a report
that nbeval made, whose percentages are then held against their counts and bases.

Kinds of claim, and the columns each needs: percentage (percent, n; count), addition (parts; total, whole, n, count),
shared_base (parts; n, and lowest and highest for the bases to try), comparison (percent, n, other_percent, other_n, word),
phrase (percent, word; other_percent for a multiple), average (mean, n; sd, items, lowest, highest), test (test, statistic,
df1, df2, p; tails). In a comparison a percentage may be [c], [x], [z] or [low]. rounded_to is 5 or 10 where counts were rounded; rounding is half_up, half_even or unknown.

Verdicts: reproduces, consistent, cannot be decided; misprint, impossible, does not follow: with one of these three the
exit code is 1.
"""


def claims(
    file: Annotated[Path | None, typer.Argument(help="The file of claims, or a report.", metavar="FILE")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="A folder for claims.html and claims.csv.")] = None,
    template: Annotated[Path | None, typer.Option("--template", help="Write a file of claims to fill in, and stop.")] = None,
) -> None:
    """Judge the claims of a file."""
    from nbeval.claims.judges import judge_file
    from nbeval.claims.reading import write_template
    from nbeval.claims.writing import summary, write_all

    if template is not None:
        write_template(template)
        say(f"written  {template}")
        return
    if file is None:
        raise typer.BadParameter("name a file of claims or a report, or write a template with --template FILE.")
    judged = judge_file(file)
    _show([one for one in judged if not one.judgement.holds] if len(judged) > 60 else judged)
    say(summary(judged))
    if out is not None:
        for path in write_all(judged, out, file.name):
            say(f"written  {path}")
    if not all(one.judgement.holds for one in judged):
        raise typer.Exit(1)


def _show(judged: list) -> None:
    """Print claims as a table; of a long file, those that do not hold."""
    if not judged:
        return
    from rich.console import Console        # no other command needs it
    from rich.table import Table

    table = Table(show_lines=False, box=None, pad_edge=False)
    for head in ("claim", "verdict", "would be right", "arithmetic"):
        table.add_column(head, overflow="fold")
    for one in judged:
        found = one.judgement
        table.add_row(*(_plain(cell) for cell in (one.claim.claim, found.verdict.value, found.right, found.arithmetic)))
    Console(highlight=False, markup=False, soft_wrap=False).print(table)


def _plain(text: str) -> str:
    """A text that the terminal takes for nothing but text."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
