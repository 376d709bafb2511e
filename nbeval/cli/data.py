"""The commands up to results: a programme of one's own, a cohort, the dictionary, the exports and their checks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nbeval.cli import options
from nbeval.cli.options import on_progress, say, say_json, study_of, workspace_of, writing
from nbeval.errors import NoDataError

if TYPE_CHECKING:
    from nbeval.study import CleanedStage


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
    dictionary: options.DictionaryFolder = None,
) -> None:
    """Copy a cohort's declaration to a new file.

    What has to be filled in is named line by line; nothing that exists is written over.
    """
    from nbeval.starter import begin_cohort

    path, places = begin_cohort(cohort, template, dictionary)
    say(f"written  {path}")
    say(f"{len(places)} places to fill in:" if places else "Nothing in it is marked to be filled in: read all of it.")
    for line, text in places:
        say(f"  line {line:<4} {text}")
    say("Then run: nbeval dictionary")


def specimen(out: options.OutFolder = Path("specimen_exports"), dictionary: options.DictionaryFolder = None) -> None:
    """Write the invented exports.

    With them everything can be tried without confidential data.
    """
    from nbeval.specimen import write_specimen

    declared = workspace_of(dictionary).dictionary
    with writing("the invented exports"):
        paths = [path for cohort in declared.cohorts if cohort.invented for path in write_specimen(cohort, declared, out / cohort.id)]
    say(f"{len(paths)} invented exports written to {out}")


def dictionary(
    out: Annotated[Path | None, typer.Option("--out", help="Write a codebook and table schemas there.")] = None,
    dictionary: options.DictionaryFolder = None,
) -> None:
    """Validate the dictionary.

    Says what could not be confirmed and, with --out, writes a codebook and table schemas.
    """
    from nbeval.dictionary.codebook import write_documents

    declared = workspace_of(dictionary).dictionary
    unconfirmed = declared.unconfirmed()
    say(f"The dictionary of {declared.programme.name} is valid: {len(declared.cohorts)} cohorts, "
        f"{len(declared.indicators)} indicators, {len(declared.exhibits)} exhibits.")
    say(f"{len(unconfirmed)} entries could not be confirmed:")
    for one in unconfirmed:
        say(f"  {one.kind:<12} {one.id:<28} {one.label}")
    if out:
        with writing("the codebook"):
            for path in write_documents(declared, out):
                say(f"written  {path}")


def check(
    cohort: options.CohortName, as_json: options.AsJson = False, dictionary: options.DictionaryFolder = None, data: options.DataFolder = None,
) -> None:
    """Read and check a cohort's exports.

    Prints how many forms were read, kept and excluded, and what the checks found: counts, never an answer.
    Exit code 1: a check failed, or there is nothing to check.
    """
    try:
        cleaned = study_of(cohort, dictionary, data).clean()
    except NoDataError as error:
        say_json({"cohort": cohort, "passed": False, "evaluated": False, "why": error.what}) if as_json else on_progress(str(error))
        raise typer.Exit(1) from None
    failed = bool((cleaned.findings["outcome"] == "failure").any())
    if as_json:
        tables = {name: getattr(cleaned, name).to_dict("records") for name in ("accounting", "findings", "inputs")}
        say_json({"cohort": cohort, "passed": not failed, **tables})
    else:
        _print_checks(cleaned)
    if failed:
        raise typer.Exit(1)


def _print_checks(cleaned: CleanedStage) -> None:
    """The accounting of forms and what the checks found, a line each."""
    for row in cleaned.accounting.itertuples(index=False):
        say("  ".join(f"{name} {value}" for name, value in row._asdict().items() if value not in ("", 0)))
    for row in cleaned.findings.itertuples(index=False):
        about = ", ".join(filter(None, (row.wave, row.authority, row.item)))
        say(f"{row.outcome:<8} {f'{about}: ' if about else ''}{row.message}" + (f"\n{'':<8} do: {row.do}" if row.do else ""))


def results(
    cohort: options.CohortName,
    out: Annotated[Path, typer.Option("--out", help="The CSV file to write.")],
    internal: Annotated[bool, typer.Option("--internal", help="I know that these results are not protected.")] = False,
    dictionary: options.DictionaryFolder = None, data: options.DataFolder = None,
) -> None:
    """Write every result, unprotected.

    For analysis inside the secure area only.
    """
    from nbeval.left_out import left_out
    from nbeval.workspace import atomic_file

    if not internal:
        raise typer.BadParameter("these results are not protected against disclosure; add --internal to say that you know.")
    study = study_of(cohort, dictionary, data)
    table = study.estimate().table
    with atomic_file(out, "the results", private=True) as half:
        table.to_csv(half, index=False, lineterminator="\n")
    say(f"{len(table)} results written to {out}. They are not protected: do not publish them. Only you can read the file.")
    if lacking := left_out(study.findings):
        on_progress("\n\n".join(map(str, lacking)))
        raise typer.Exit(1)
