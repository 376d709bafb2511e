"""The notebooks run as they are, and the executed ones hold what a stock kernel gives: nbval says so, and no where they do not."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

REPORTS = ROOT / "reports" / "specimen"
#: the shortest report, to be spoilt
SHORT = REPORTS / "measurement" / "report.ipynb"
STRICT = [SHORT, REPORTS / "young_people" / "report.ipynb"]


def nbval(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run nbval as a reviewer does. The specimen is prepared before, so that the kernels find it in the cache."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", *map(str, arguments), "-q", "-p", "no:cacheprovider", "-n", "0", "--color", "no"],
        cwd=ROOT, capture_output=True, text=True, check=False,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
    )


def cells(notebook):
    """The code cells of a notebook."""
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def showing(notebook):
    """The last code cell that shows an exhibit."""
    return next(cell for cell in reversed(cells(notebook)) if '"value": ' in json.dumps(cell["outputs"]))


def clear(notebook):
    """As JupyterLab and nbconvert clear a notebook."""
    for cell in cells(notebook):
        cell.update(outputs=[], execution_count=None)


def empty(notebook):
    """Outputs gone, numbers of execution left."""
    for cell in cells(notebook):
        cell["outputs"] = []


def another_number(notebook):
    """One digit of a value in an exhibit."""
    cell = showing(notebook)
    text = json.dumps(cell["outputs"])
    changed = re.sub(r'("value": \d*)(\d)', lambda found: f"{found[1]}{(int(found[2]) + 1) % 10}", text, count=1)
    assert changed != text
    cell["outputs"] = json.loads(changed)


def without_an_exhibit(notebook):
    """The outputs of a cell that shows exhibits."""
    showing(notebook)["outputs"] = []


def without_a_cell(notebook):
    """A cell that shows exhibits."""
    notebook["cells"].remove(showing(notebook))


def test_an_analyst_can_start_from_the_exploring_notebook(prepared_specimen):
    """Clean, score, cross-tabulate, a model of statsmodels, a chart of seaborn, protect: every cell runs."""
    import matplotlib

    matplotlib.use("Agg")
    names: dict = {}
    run = cells(json.loads((ROOT / "notebooks" / "explore.ipynb").read_text(encoding="utf-8")))
    assert run
    for cell in run:
        exec("".join(cell["source"]), names)                    # noqa: S102  our own notebook
    assert names["fit"].nobs > 100 and len(names["table"]) and len(names["change"])


def test_nbval_runs_every_notebook_in_a_stock_kernel(prepared_specimen):
    done = nbval("--nbval-lax", "notebooks")
    assert done.returncode == 0, done.stdout[-3000:]
    assert " passed" in done.stdout and "failed" not in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("notebook", STRICT, ids=lambda path: path.parent.name)
def test_what_the_reports_show_is_what_a_stock_kernel_shows_byte_for_byte(notebook, prepared_specimen):
    done = nbval("--nbval", notebook)
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.slow
@pytest.mark.parametrize("spoil", [clear, empty, another_number, without_an_exhibit, without_a_cell], ids=lambda one: one.__name__)
def test_a_cleared_or_stale_report_fails(spoil, prepared_specimen, tmp_path):
    notebook = json.loads(SHORT.read_text(encoding="utf-8"))
    spoil(notebook)
    file = tmp_path / "report.ipynb"
    file.write_text(json.dumps(notebook), encoding="utf-8")
    done = nbval("--nbval", file)
    assert done.returncode == 1, done.stdout[-3000:]
    assert "failed" in done.stdout.splitlines()[-1]
