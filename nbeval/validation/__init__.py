"""validation: invented samples with a known truth, and how often intervals hold it and tests are misled.

Start at ``study``. This is about the methods, never about a programme: it reads no dictionary and no answers.
"""

from nbeval.validation.study import Study, run_study

__all__ = ["Study", "run_study"]
