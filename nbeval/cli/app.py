"""The commands. Exit code 0: done, or yes. 1: the answer is no. 2: something the analyst can put right."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from nbeval.errors import STOPPED, NbevalError

#: a report is made by one process of several: threads of the linear algebra would only stand in their way
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

app = typer.Typer(
    name="nbeval", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="Evaluation reports from confidential exports, that anybody with the same data can make again.\n\n"
         "Exit code 0: done, or yes. 1: the answer is no. 2: something you can put right; the message says how. "
         "130: stopped with Ctrl-C.",
)

CohortName = Annotated[str, typer.Argument(help="A cohort of the dictionary.", metavar="COHORT")]
Kinds = Annotated[list[str] | None, typer.Argument(help="Kinds of report; all where none is named.", metavar="[KIND ...]")]
DictionaryFolder = Annotated[Path | None, typer.Option("--dictionary", help="The programme's dictionary (or NBEVAL_DICTIONARY).")]
DataFolder = Annotated[Path | None, typer.Option("--data", help="The folder with the exports (or NBEVAL_DATA).")]
OutFolder = Annotated[Path, typer.Option("--out", help="Where to write.")]
AuthorityName = Annotated[str, typer.Option("--authority", help="One authority; all where none is named.")]


@app.command()
def specimen(out: OutFolder = Path("specimen_exports"), dictionary: DictionaryFolder = None) -> None:
    """Write the invented exports.

    With them everything can be tried without confidential data.
    """
    from nbeval.specimen import write_specimen

    declared = _workspace(dictionary).dictionary
    with _writing("the invented exports"):
        paths = [path for cohort in declared.cohorts if cohort.invented for path in write_specimen(cohort, declared, out / cohort.id)]
    _say(f"{len(paths)} invented exports written to {out}")


@app.command("dictionary")
def check_dictionary(
    out: Annotated[Path | None, typer.Option("--out", help="Write a codebook and table schemas there.")] = None,
    dictionary: DictionaryFolder = None,
) -> None:
    """Validate the dictionary.

    Says what could not be confirmed and, with --out, writes a codebook and table schemas.
    """
    from nbeval.dictionary.documents import write_documents

    declared = _workspace(dictionary).dictionary
    unconfirmed = declared.unconfirmed()
    _say(f"The dictionary of {declared.programme.name} is valid: {len(declared.cohorts)} cohorts, "
         f"{len(declared.indicators)} indicators, {len(declared.exhibits)} exhibits.")
    _say(f"{len(unconfirmed)} entries could not be confirmed:")
    for one in unconfirmed:
        _say(f"  {one.kind:<12} {one.id:<28} {one.label}")
    if out:
        with _writing("the codebook"):
            for path in write_documents(declared, out):
                _say(f"written  {path}")


@app.command()
def check(cohort: CohortName, dictionary: DictionaryFolder = None, data: DataFolder = None) -> None:
    """Read and check a cohort's exports.

    Prints how many forms were read, kept and set aside, and what the checks found: counts, never an answer.
    Exit code 1: a check failed.
    """
    import nbeval

    collected = nbeval.check(cohort, dictionary=dictionary, data=data)
    for row in collected.accounting.itertuples(index=False):
        _say("  ".join(f"{name} {value}" for name, value in row._asdict().items() if value not in ("", 0)))
    for row in collected.findings.itertuples(index=False):
        about = ", ".join(filter(None, (row.wave, row.authority, row.item)))
        _say(f"{row.outcome:<8} {f'{about}: ' if about else ''}{row.message}" + (f"\n{'':<8} do: {row.do}" if row.do else ""))
    if (collected.findings["outcome"] == "failure").any():
        raise typer.Exit(1)


@app.command()
def results(
    cohort: CohortName,
    out: Annotated[Path, typer.Option("--out", help="The CSV file to write.")],
    internal: Annotated[bool, typer.Option("--internal", help="I know that these results are not protected.")] = False,
    dictionary: DictionaryFolder = None, data: DataFolder = None,
) -> None:
    """Write every result, unprotected.

    For analysis inside the secure area only.
    """
    import nbeval

    if not internal:
        raise typer.BadParameter("these results are not protected against disclosure; add --internal to say that you know.")
    table = nbeval.results(cohort, dictionary=dictionary, data=data)
    with _writing("the results"):
        half = out.with_name(f".{out.name}.half")
        try:
            table.to_csv(half, index=False, lineterminator="\n")
            half.replace(out)
        finally:
            half.unlink(missing_ok=True)
    _say(f"{len(table)} results written to {out}. They are not protected: do not publish them.")


@app.command()
def render(
    cohort: CohortName, kinds: Kinds = None, authority: AuthorityName = "", out: OutFolder = Path("reports"),
    formats: Annotated[str, typer.Option("--formats", help="Some of html, pdf, docx, xlsx, parted by commas.")] = "",
    fresh: Annotated[bool, typer.Option("--fresh", help="Make also what has not changed.")] = False,
    workers: Annotated[int | None, typer.Option("--workers", min=1, help="How many reports at a time.")] = None,
    dask: Annotated[str, typer.Option("--dask", help="Let a Dask cluster make them.", metavar="ADDRESS")] = "",
    dictionary: DictionaryFolder = None, data: DataFolder = None,
) -> None:
    """Make a cohort's reports.

    Every kind and every authority, unless some are named. A report that is whole and unchanged is not made again;
    one that fails leaves the last good one as it was.
    """
    from nbeval.publish.formats import FORMATS
    from nbeval.reporting import render_cohort

    wanted = tuple(part.strip() for part in formats.split(",") if part.strip()) or tuple(FORMATS)
    summary = render_cohort(
        cohort, kinds or (), _workspace(dictionary, data), out, authority=authority, formats=wanted, fresh=fresh, workers=workers, dask=dask,
        tell=_tell,
    )
    if summary.failed:
        _tell(str(summary))
        raise typer.Exit(summary.exit_code)
    _say(str(summary))
    _say(f"Open {out / cohort / 'index.html'}")


@app.command()
def verify(
    cohort: CohortName, kinds: Kinds = None, authority: AuthorityName = "", out: OutFolder = Path("reports"),
    dictionary: DictionaryFolder = None, data: DataFolder = None,
) -> None:
    """Make reports again and compare.

    Makes every published report again from the exports, in a place apart, and compares it with the published one
    number by number and sentence by sentence. Exit code 1: something differs.
    """
    from nbeval.verifying import verify_cohort

    same, text = verify_cohort(cohort, kinds or (), _workspace(dictionary, data), out, authority=authority, tell=_tell)
    _say(text)
    if not same:
        raise typer.Exit(1)


@app.command()
def validate(
    out: OutFolder = Path("reports"),
    runs: Annotated[int, typer.Option("--runs", help="Simulated samples for the slowest methods.")] = 400,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same study.")] = 1,
) -> None:
    """Simulate every interval and test of the reports on samples whose truth is known.

    Writes an executed notebook and a page for a reviewer; takes some minutes.
    """
    from nbeval.validating import validate as run_validation

    for path in run_validation(out, runs=runs, seed=seed):
        _say(f"written  {path}")


def _workspace(dictionary: Path | None, data: Path | None = None):
    """The places to work with."""
    from nbeval.workspace import Workspace

    return Workspace(dictionary, data)


def _say(line: str) -> None:
    """One line of the answer, on standard output."""
    typer.echo(line)


def _tell(line: str) -> None:
    """Progress or a fault, on standard error."""
    typer.echo(line, err=True)


@contextmanager
def _writing(what: str) -> Iterator[None]:
    """Say in plain words that the system refuses to write."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        from nbeval.publish.faults import output_error

        raise output_error(error, what) from None


from nbeval.cli import bundle, claims, cohort, release  # noqa: E402,F401  they register their commands on the app above


def main(arguments: list[str] | None = None) -> int:
    """Run a command; a fault that the analyst can fix is a message and an exit code, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")            # a terminal that lacks a sign shows another one
    try:
        app(arguments)
    except SystemExit as done:
        if done.code == STOPPED:
            _tell("Stopped. What was finished stays; what was not has left no trace.")
        return done.code
    except NbevalError as error:
        _tell(str(error))
        return error.exit_code
    except BrokenPipeError:                             # the reader of the answer, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if os.environ.get("NBEVAL_DEBUG"):
            raise
        _tell(f"nbeval met a fault of its own ({type(error).__name__}). Nothing was published.\n"
              "  do       run again with NBEVAL_DEBUG=1 inside the secure area and report what it shows;\n"
              "           the trace may hold values of the data.")
        return 3
