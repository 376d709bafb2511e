"""The simulation study: invented samples with a known truth, how often intervals hold it and tests are misled.

Start at ``study``. It is about the methods, never about a programme: it reads no dictionary and no answers.
    python3 run.py studies
"""

from studies.study import Study, run_study

__all__ = ["Study", "run_study"]
