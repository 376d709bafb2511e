"""The ways in: an index per cohort and one over all, from the provenance of what is there."""

from __future__ import annotations

from nbeval.publish.staging import Staging


def write_indexes(place: Staging, cohorts: set[str]) -> None:
    """Write the indexes of the cohorts and the one over all."""
