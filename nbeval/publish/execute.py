"""Runs one notebook in this process, through papermill, and says in plain words why it failed."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from papermill.engines import papermill_engines
from papermill.exceptions import PapermillExecutionError
from papermill.execute import execute_notebook

from nbeval.errors import NbevalError, RenderError
from nbeval.publish.engine import NbevalEngine
from nbeval.publish.executed import cell_name, heading_above, tags_of

papermill_engines.register("nbeval", NbevalEngine)


def execute(notebook: Path, parameters: Mapping[str, Any]) -> Any:
    """Run a notebook with parameters that were checked before.

    Parameters
    ----------
    notebook : Path
        The notebook; it is not altered.
    parameters : Mapping
        Names and values for its parameters cell.

    Returns
    -------
    NotebookNode
        As papermill leaves it; nothing is written. The cells ran in this very process.

    Raises
    ------
    RenderError
        A cell failed, or the notebook stopped before its end. The message has the cell's number,
        the heading above it and the kind of error; what the error said only where nbeval raised it.
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
