"""The command that writes the reviewer's bundle."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nbeval.cli.app import CohortName, DictionaryFolder, app


@app.command()
def bundle(
    cohort: CohortName,
    out: Annotated[Path, typer.Option("--out", help="The ZIP file to write.", metavar="FILE")],
    reports: Annotated[Path, typer.Option("--reports", help="The folder with the published reports.")] = Path("reports"),
    dictionary: DictionaryFolder = None,
) -> None:
    """Write a bundle for a reviewer.

    One archive with the program, pinned packages, dictionary, notebooks, released reports, instructions, and invented
    exports of the same shape. Nothing in it is confidential.
    """
    from nbeval.bundling import write_bundle
    from nbeval.workspace import Workspace

    workspace = Workspace(dictionary)
    count = write_bundle(workspace.dictionary.cohort(cohort), workspace, reports, out)
    typer.echo(f"{count} files written to {out}. Its README.md says what a reviewer does with it.")
