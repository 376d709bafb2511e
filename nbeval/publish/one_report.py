"""Makes one report, in a process of its own: runs the notebook and writes every file of the report."""

from __future__ import annotations

import traceback
from pathlib import Path

import nbformat

from nbeval import errors
from nbeval.errors import NbevalError, RenderError
from nbeval.publish.document import Document, read_document
from nbeval.publish.execute import execute
from nbeval.publish.executed import notebook_bytes, refuse_foreign_outputs, scrub
from nbeval.publish.formats import FORMATS
from nbeval.publish.job import Task
from nbeval.release.provenance import provenance, stamp, write
from nbeval.publish.staging import output_error

_PACKAGE = Path(errors.__file__).parent


def make_report(task: Task) -> None:
    """Write the files of one report into its staging folder; ``provenance.json`` last, as its stamp.

    Raises
    ------
    RenderError
        The notebook failed, shows what did not come through the report, or a format could not be made.
    OutputError
        The folder could not be written to.
    """
    job = task.job
    executed = execute(job.notebook, job.parameters)
    refuse_foreign_outputs(executed, job.notebook.name)
    notebook = scrub(executed, {"kind": job.kind, "title": job.title, "language": job.language,
                                "invented": task.origin.invented, "stamp": stamp(task)})
    content = notebook_bytes(notebook)
    document = read_document(nbformat.reads(content.decode("utf-8"), as_version=4))
    outputs = {"report.ipynb": content}
    if document.results:
        outputs["results.csv"] = document.results.encode("utf-8")
    _refuse_figures_without_words(document)
    outputs |= {FORMATS[name].file: _made(name, document) for name in task.formats}
    try:
        for file, content in outputs.items():
            (task.folder / file).write_bytes(content)
        write(provenance(task, document, outputs), task.folder)
    except OSError as error:
        raise output_error(error) from None


def fault_in_making(task: Task) -> NbevalError | None:
    """Make a report; the fault that it met, or None where it was made."""
    try:
        make_report(task)
    except NbevalError as error:
        return error
    except Exception as error:
        return RenderError(f"making '{task.job.title}' failed with {type(error).__name__}.", where=place_in_package(error),
                           do="report the fault with the line above.")
    return None


def _refuse_figures_without_words(document: Document) -> None:
    """Refuse a report with a figure that says nothing to those who cannot see it."""
    without = [shown.exhibit.id for shown in document.exhibits if shown.exhibit.figure and not shown.exhibit.figure.alt]
    if without:
        raise RenderError(f"a figure of '{document.title}' has no words for those who cannot see it.",
                          found=", ".join(without), do="give the figure its alternative text.")


def _made(name: str, document: Document) -> bytes:
    """One format of a document; a fault in making it becomes a RenderError with its place in the code."""
    try:
        return FORMATS[name].make(document)
    except NbevalError:
        raise
    except Exception as error:
        raise RenderError(
            f"{FORMATS[name].file} of '{document.title}' could not be made: {type(error).__name__}.", where=place_in_package(error),
            do="render without this format, and report the fault with the line above.",
        ) from None


def place_in_package(error: BaseException) -> str:
    """The innermost line of nbeval that an error passed, as "nbeval/x/y.py, line 12"; never any data."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.is_relative_to(_PACKAGE):
            return f"nbeval/{path.relative_to(_PACKAGE).as_posix()}, line {frame.lineno}"
    return ""
