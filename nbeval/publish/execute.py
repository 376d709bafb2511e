"""Runs one notebook in this process, through papermill, and says in plain words why it failed."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.engines import papermill_engines
from papermill.exceptions import PapermillExecutionError
from papermill.execute import execute_notebook

from nbeval.errors import RenderError
from nbeval.publish import faults
from nbeval.publish.engine import NbevalEngine
from nbeval.publish.faults import FAMILY

ENGINES = {"nbeval": "runs in a prepared process of its own", "nbclient": "a stock Jupyter kernel"}

papermill_engines.register("nbeval", NbevalEngine)


def execute(notebook: Path, parameters: Mapping[str, Any], *, engine: str = "nbeval") -> Any:
    """Run a notebook with parameters that were checked before.

    Parameters
    ----------
    notebook : Path
        The notebook; it is not altered.
    parameters : Mapping
        Names and values for its parameters cell.
    engine : str
        ``nbeval`` runs the cells in this very process, so that it can be used once in a process;
        ``nbclient`` starts a stock kernel.

    Returns
    -------
    NotebookNode
        As papermill leaves it; nothing is written.

    Raises
    ------
    RenderError
        A cell failed, or the notebook stopped before its end. The message has the cell's number,
        the heading above it and the kind of error; what the error said only where nbeval raised it.
    """
    logging.getLogger("papermill").setLevel(logging.ERROR)
    try:
        executed = execute_notebook(
            str(notebook), None, parameters=dict(parameters), engine_name=engine, kernel_name="python3",
            language="python", progress_bar=False, log_output=False, autosave_cell_every=0,
        )
    except PapermillExecutionError as error:
        raise _cell_failed(notebook, error, bool(parameters)) from None
    except (DeadKernelError, CellTimeoutError):
        raise RenderError(f"the kernel that ran {notebook.name} died.",
                          do="run the command again; if it happens again, run the notebook in JupyterLab.") from None
    _refuse_unfinished(notebook, executed)
    return executed


def _cell_failed(notebook: Path, error: PapermillExecutionError, injected: bool) -> RenderError:
    """The fault for a failing cell. Its traceback may hold answers and is not looked at."""
    cells = nbformat.read(notebook, as_version=4).cells
    index = _index_in_source(cells, error.cell_index, injected)
    place = f"cell {index + 1} of {notebook.name}{_heading_above(cells, index)}"
    if error.ename in FAMILY:
        first, fields = faults.parse_message(error.evalue)
        return RenderError(f"{place} stopped. {first}", **fields)
    return RenderError(
        f"{place} failed with {error.ename}.",
        found="the error's own text is withheld: it could hold answers",
        do="run the notebook in JupyterLab with the same parameters to see the error.",
    )


def _index_in_source(cells: list[Any], index: int, injected: bool) -> int:
    """The place of a cell in the notebook as written, without the cell that papermill puts in."""
    tagged = next((n for n, cell in enumerate(cells) if "parameters" in cell.metadata.get("tags", ())), len(cells))
    return index - 1 if injected and index > tagged else index


def _heading_above(cells: list[Any], index: int) -> str:
    """The nearest heading above a cell, as ", under 'Well-being'"; empty where there is none."""
    for cell in reversed(cells[: index + 1]):
        headings = re.findall(r"^#{1,6} +(.+?)\s*$", cell.source, re.MULTILINE) if cell.cell_type == "markdown" else []
        if headings:
            return f", under '{headings[-1]}',"
    return ""


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
