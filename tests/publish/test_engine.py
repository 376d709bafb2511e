"""The engine without a kernel stores what a stock kernel stores."""

from __future__ import annotations

import os
import subprocess
import sys

import nbformat
import pytest

RUN = """
import sys
from pathlib import Path
from nbeval.publish.execute import execute
from nbeval.publish.scrub import notebook_bytes, scrub
made = execute(Path(sys.argv[1]), {"cohort": "specimen"}, engine=sys.argv[2])
sys.stdout.buffer.write(notebook_bytes(scrub(made, {})))
"""


def run(engine: str, notebook, tmp_path) -> bytes:
    environment = {**os.environ, "MPLBACKEND": "module://matplotlib_inline.backend_inline",
                   "IPYTHONDIR": str(tmp_path / "ipython")}
    done = subprocess.run([sys.executable, "-c", RUN, str(notebook), engine], env=environment, check=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=120)
    return done.stdout


@pytest.fixture(scope="module")
def made(job, tmp_path_factory):
    folder = tmp_path_factory.mktemp("engines")
    return {engine: run(engine, job("plain").notebook, folder) for engine in ("nbeval", "nbclient")}


def test_outputs_are_those_of_the_stock_kernel_to_the_byte(made):
    assert made["nbeval"].decode() == made["nbclient"].decode()


def test_the_comparison_covers_streams_displays_updates_figures_and_values(made):
    cells = nbformat.reads(made["nbeval"].decode(), as_version=4).cells
    outputs = [output for cell in cells for output in cell.get("outputs", ())]
    kinds = {output.output_type for output in outputs}
    mimes = {mime for output in outputs for mime in output.get("data", {})}
    assert kinds == {"stream", "display_data", "execute_result"}
    assert {"text/html", "text/plain", "image/png"} <= mimes
    assert any("<b>two</b>" in output.get("data", {}).get("text/html", "") for output in outputs)
    assert not any("gone" in output.get("text", "") for output in outputs)
