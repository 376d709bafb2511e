"""The command that begins a cohort: a copy of a declared one, with the places to fill in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nbeval.cli.app import DictionaryFolder, app

cohorts = typer.Typer(help="Begin a cohort.", no_args_is_help=True)
app.add_typer(cohorts, name="cohort")


@cohorts.command("new")
def new(
    cohort: Annotated[str, typer.Argument(help="The id of the new cohort.", metavar="ID")],
    template: Annotated[str, typer.Option("--from", help="The cohort whose declaration is copied.")],
    dictionary: DictionaryFolder = None,
) -> None:
    """Copy a cohort's declaration to a new file.

    What has to be filled in is named line by line; nothing that exists is written over.
    """
    from nbeval.beginning import begin_cohort

    path, places = begin_cohort(cohort, template, dictionary)
    typer.echo(f"written  {path}")
    typer.echo(f"{len(places)} places to fill in:" if places else "Nothing in it is marked to be filled in: read all of it.")
    for line, text in places:
        typer.echo(f"  line {line:<4} {text}")
    typer.echo("Then run: nbeval dictionary")


@cohorts.callback()
def _cohort() -> None:
    """Begin a cohort."""
