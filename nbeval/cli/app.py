"""The command line. Exit code 0: done, or yes. 1: the answer is no. 2: something the analyst can put right."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from nbeval import __version__
from nbeval.cli import custody, data, reports
from nbeval.cli.options import be_verbose, on_progress, stopping
from nbeval.errors import STOPPED, NbevalError

#: a report is made by one process of several: threads of the linear algebra would only get in their way
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

app = typer.Typer(
    name="nbeval", no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="Evaluation reports from confidential exports, that anybody with the same data can make again.\n\n"
         "Exit code 0: done, or yes. 1: the answer is no. 2: something you can put right; the message says how. "
         "130: stopped with Ctrl-C.",
)
_cohorts = typer.Typer(help="Begin a cohort.", no_args_is_help=True)
for command in (data.new, data.specimen, data.dictionary, data.check, data.results,
                reports.plan, reports.render, reports.verify, reports.attack, reports.release, reports.bundle,
                custody.withdraw, custody.retention):
    app.command()(command)
app.command(help=reports.CLAIMS_HELP)(reports.claims)
app.add_typer(_cohorts, name="cohort")


@_cohorts.callback()
def _cohort() -> None:
    """Begin a cohort."""


_cohorts.command("new")(data.new_cohort)


def _version(asked: bool) -> None:
    """Print the version and stop."""
    if asked:
        typer.echo(f"nbeval {__version__}")
        raise typer.Exit


@app.callback()
def _every_command(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Say with every step how long it took.")] = False,
) -> None:
    """Options of every command."""
    if verbose:
        be_verbose()


def main(arguments: list[str] | None = None) -> int:
    """Run a command; a fault that the analyst can fix is a message and an exit code, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")            # a terminal that lacks a character shows another one
    try:
        with stopping():
            app(arguments)
    except SystemExit as done:
        if done.code == STOPPED:
            on_progress("Stopped. What was finished stays; what was not has left no trace.")
        return done.code
    except NbevalError as error:
        typer.echo(str(error), err=True)
        return error.exit_code
    except BrokenPipeError:                             # the reader of the answer, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if os.environ.get("NBEVAL_DEBUG"):
            raise
        on_progress(f"nbeval met a fault of its own ({type(error).__name__}). Nothing was published.\n"
                    "  do       run again with NBEVAL_DEBUG=1 inside the secure area and report what it shows;\n"
                    "           the trace may hold values of the data.")
        return 3
