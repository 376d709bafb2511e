"""The simulation study: invented samples with a known truth, how often intervals hold it and tests are misled.

Start at ``study``. It is about the methods, never about a programme: it reads no dictionary and no answers.
    python3 run.py studies
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")      # before numpy comes: matrices are small, and threads would be in each other's way

from studies.study import Study, run_study

__all__ = ["Study", "run_study"]
