"""The commands that begin something: a programme of one's own, a cohort."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nbeval.cli.options import DictionaryFolder, say

def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    cohorts = typer.Typer(help="Begin a cohort.", no_args_is_help=True)
    cohorts.command("new")(new_cohort)
    cohorts.callback()(_cohort)
    app.command("new")(new)
    app.add_typer(cohorts, name="cohort")


def new(folder: Annotated[Path, typer.Argument(help="The folder to write, which does not exist yet.", metavar="PROJECT")]) -> None:
    """Begin a programme of your own.

    Writes a dictionary with one short survey and an invented cohort, notebooks and a README. What is yours to say is
    marked FILL IN; until then every command runs on the invented cohort.
    """
    from nbeval.starter import MARK, new_project

    written = new_project(folder)
    marked = [(name, count) for name, count in written if count]
    say(f"{len(written)} files written to {folder}; {sum(count for _, count in marked)} lines in {len(marked)} of them are marked {MARK}:")
    for name, count in marked:
        say(f"  {count:>3}  {name}")
    say(f"Try it:  cd {folder}")
    say("         nbeval render example")


def new_cohort(
    cohort: Annotated[str, typer.Argument(help="The id of the new cohort.", metavar="ID")],
    template: Annotated[str, typer.Option("--from", help="The cohort whose declaration is copied.")],
    dictionary: DictionaryFolder = None,
) -> None:
    """Copy a cohort's declaration to a new file.

    What has to be filled in is named line by line; nothing that exists is written over.
    """
    from nbeval.starter.new_cohort import begin_cohort

    path, places = begin_cohort(cohort, template, dictionary)
    say(f"written  {path}")
    say(f"{len(places)} places to fill in:" if places else "Nothing in it is marked to be filled in: read all of it.")
    for line, text in places:
        say(f"  line {line:<4} {text}")
    say("Then run: nbeval dictionary")


def _cohort() -> None:
    """Begin a cohort."""
