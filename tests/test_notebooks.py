"""The notebooks run as they are: with their own parameters, in a stock kernel, from the folder they lie in."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.conftest import ROOT


def test_nbval_runs_every_notebook_in_a_stock_kernel(prepared_specimen):
    """The specimen is prepared before, so that the kernels find it in the cache."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--nbval-lax", "notebooks", "-q", "-p", "no:cacheprovider", "-n", "0"],
        cwd=ROOT, capture_output=True, text=True, check=False,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert " passed" in done.stdout and "failed" not in done.stdout
