"""The engine without a kernel stores what a stock kernel stores."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import nbformat
import pytest


def run(engine: str, notebook, folder) -> list:
    """The code cells of a notebook as the command of papermill leaves them."""
    target = folder / f"{engine}.ipynb"
    environment = {**os.environ, "MPLBACKEND": "module://matplotlib_inline.backend_inline", "IPYTHONDIR": str(folder / "ipython")}
    subprocess.run([sys.executable, "-m", "papermill", "--engine", engine, "--kernel", "python3", "--no-progress-bar", "-p", "cohort", "specimen",
                    str(notebook), str(target)], env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120)
    return [cell for cell in nbformat.read(target, as_version=4).cells if cell.cell_type == "code"]


def shown(cell) -> tuple:
    """What a cell displays, in order, and what it prints."""
    displays = [(output.output_type, json.dumps(output.data, sort_keys=True), json.dumps(output.metadata, sort_keys=True))
                for output in cell.outputs if output.output_type in ("display_data", "execute_result")]
    printed = {name: "".join(output.text for output in cell.outputs if output.get("name") == name) for name in ("stdout", "stderr")}
    return displays, printed


@pytest.fixture(scope="module")
def made(job, tmp_path_factory):
    folder = tmp_path_factory.mktemp("engines")
    return {engine: run(engine, job("outputs").notebook, folder) for engine in ("nbeval", "nbclient")}


def test_outputs_are_those_of_the_stock_kernel(made):
    assert len(made["nbeval"]) == len(made["nbclient"]) > 10
    for ours, stock in zip(made["nbeval"], made["nbclient"], strict=True):
        assert shown(ours) == shown(stock), stock.source
        assert ours.execution_count == stock.execution_count


def test_the_comparison_covers_streams_displays_figures_values_and_the_reports_own(made):
    outputs = [output for cell in made["nbeval"] for output in cell.outputs]
    mimes = {mime for output in outputs for mime in output.get("data", {})}
    assert {output.output_type for output in outputs} == {"stream", "display_data", "execute_result"}
    assert {output.name for output in outputs if output.output_type == "stream"} == {"stdout", "stderr"}
    assert {"text/html", "text/plain", "text/markdown", "image/png", "application/vnd.nbeval.text+json"} <= mimes


def test_the_error_of_a_cell_is_kept_as_a_stock_kernel_keeps_it(job, tmp_path):
    target = tmp_path / "error.ipynb"
    done = subprocess.run([sys.executable, "-m", "papermill", "--engine", "nbeval", "--kernel", "python3", str(job("error").notebook), str(target)],
                          env={**os.environ, "IPYTHONDIR": str(tmp_path / "ipython")}, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode
    errors = [output for cell in nbformat.read(target, as_version=4).cells for output in cell.get("outputs", ()) if output.output_type == "error"]
    assert [(one.ename, one.evalue) for one in errors] == [("ValueError", "Jane Doe answered 7")]
    assert errors[0].traceback
