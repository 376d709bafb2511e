"""Makes one report, in a process of its own: runs the notebook and writes every file of the report."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from papermill.engines import papermill_engines
from papermill.exceptions import PapermillExecutionError
from papermill.execute import execute_notebook

from nbeval import errors
from nbeval.errors import NbevalError, RenderError
from nbeval.publish.document import Document, read_document
from nbeval.publish.engine import NbevalEngine
from nbeval.publish.executed import cell_name, heading_above, notebook_bytes, refuse_foreign_outputs, scrub, tags_of
from nbeval.publish.formats import FORMATS
from nbeval.publish.job import Task
from nbeval.publish.staging import output_error
from nbeval.release.provenance import provenance, stamp, write

_PACKAGE = Path(errors.__file__).parent

papermill_engines.register("nbeval", NbevalEngine)


def make_report(task: Task) -> None:
    """Write the files of one report into its staging folder; ``provenance.json`` last, as its stamp."""
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


def execute(notebook: Path, parameters: Mapping[str, Any]) -> Any:
    """Run a notebook in this very process, with parameters that were checked before; as papermill leaves it, and nothing is written.

    Where a cell fails, the fault has its number, the heading above it and the kind of error; what the error said only where nbeval
    raised it.
    """
    logging.getLogger("papermill").setLevel(logging.ERROR)
    try:
        executed = execute_notebook(
            str(notebook), None, parameters=dict(parameters), engine_name="nbeval", kernel_name="python3",
            language="python", progress_bar=False, log_output=False, autosave_cell_every=0,
        )
    except PapermillExecutionError as error:
        raise _cell_failed(notebook, error, bool(parameters)) from None
    _refuse_unfinished(notebook, executed)
    return executed


def _cell_failed(notebook: Path, error: PapermillExecutionError, injected: bool) -> RenderError:
    """The fault for a failing cell. Its traceback may hold answers and is not looked at."""
    cells = nbformat.read(notebook, as_version=4).cells
    number = _number_in_source(cells, error.cell_index, injected)
    place = cell_name(number, heading_above(cells, number), notebook.name)
    raised = getattr(sys, "last_value", None)           # where IPython leaves what a cell raised
    if isinstance(raised, NbevalError):
        return RenderError(f"{place} stopped. {raised.what}", found=raised.found, allowed=raised.allowed, where=raised.where, do=raised.do)
    return RenderError(
        f"{place} failed with {error.ename}.",
        found="the error's own text is withheld: it could hold answers",
        do="run the notebook in JupyterLab with the same parameters to see the error.",
    )


def _number_in_source(cells: list[Any], index: int, injected: bool) -> int:
    """The number of a cell in the notebook as written, from its index in the one to which papermill added parameters."""
    tagged = next((place for place, cell in enumerate(cells) if "parameters" in tags_of(cell)), len(cells))
    return index if injected and index > tagged else index + 1


def _refuse_unfinished(notebook: Path, executed: Any) -> None:
    """Refuse a notebook that stopped before its last cell without an error, as exit() does."""
    cells = [cell for cell in executed.cells if cell.cell_type == "code" and cell.source.strip()]
    done = [cell for cell in cells if cell.execution_count and cell.metadata.papermill.status == "completed"]
    failed = any(output.output_type == "error" for cell in cells for output in cell.outputs)
    if failed or len(done) < len(cells):
        raise RenderError(
            f"{notebook.name} stopped before its end.",
            found=f"{len(done)} of {len(cells)} cells were finished",
            do="look for exit() or quit() in the notebook; a report must run to its last cell.",
        )


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
