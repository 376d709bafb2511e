"""The commands that make reports, and make them again: render, verify."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nbeval.cli.options import (
    AsJson, AuthorityName, CohortName, DataFolder, DictionaryFolder, Kinds, OutFolder, on_progress, say, say_json, workspace_of,
)


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("render")(render)
    app.command("verify")(verify)


def render(
    cohort: CohortName, kinds: Kinds = None, authority: AuthorityName = "", out: OutFolder = Path("reports"),
    formats: Annotated[str, typer.Option("--formats", help="Some of html, pdf, docx, xlsx, md, separated by commas; all but md where none is named.")] = "",
    fresh: Annotated[bool, typer.Option("--fresh", help="Make also what has not changed.")] = False,
    workers: Annotated[int | None, typer.Option("--workers", min=1, help="How many reports at a time.")] = None,
    dask: Annotated[str, typer.Option("--dask", help="Let a Dask cluster make them.", metavar="ADDRESS")] = "",
    dictionary: DictionaryFolder = None, data: DataFolder = None,
) -> None:
    """Make a cohort's reports.

    Every kind and every authority, unless some are named. A report that is whole and unchanged is not made again;
    one that fails leaves the last good one as it was.
    """
    from nbeval.publish.formats import STANDARD
    from nbeval.rendering import render_cohort

    named = tuple(part.strip() for part in formats.split(",") if part.strip()) or STANDARD
    summary = render_cohort(
        cohort, kinds or (), workspace_of(dictionary, data), out, authority=authority, formats=named, fresh=fresh, workers=workers,
        dask=dask, on_progress=on_progress,
    )
    if summary.failed:
        on_progress(str(summary))
        raise typer.Exit(summary.exit_code)
    say(str(summary))
    say(f"Open {out / cohort / 'index.html'}")


def verify(
    cohort: CohortName, kinds: Kinds = None, authority: AuthorityName = "", out: OutFolder = Path("reports"), as_json: AsJson = False,
    dictionary: DictionaryFolder = None, data: DataFolder = None,
) -> None:
    """Make reports again and compare.

    Makes every published report again from the exports, in a folder apart, and compares it with the published one
    number by number and sentence by sentence. Exit code 1: something differs.
    """
    from nbeval.release.verify import verify_cohort

    answer = verify_cohort(cohort, kinds or (), workspace_of(dictionary, data), out, authority=authority, on_progress=on_progress)
    if as_json:
        say_json(answer.to_json())
    else:
        say(str(answer))
    if not answer.same:
        raise typer.Exit(1)
