"""The tiny programme and its one cohort."""

from __future__ import annotations

import pytest

from nbeval.dictionary import load


@pytest.fixture(scope="session")
def tiny(root):
    """The dictionary of the tiny programme."""
    return load(root / "tests" / "programmes" / "tiny")


@pytest.fixture(scope="session")
def cohort(tiny):
    """Its one cohort."""
    return tiny.cohorts[0]


@pytest.fixture(scope="session")
def alone(cohort):
    """The cohort with one authority: a fault of its export leaves nobody else's, and stops the run."""
    return cohort.model_copy(update={"authorities": ("north",)})
