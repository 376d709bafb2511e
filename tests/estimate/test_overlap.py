"""Bounds of a change under unknown overlap, held to the paired methods that are their limits (means.R, proportions.R)."""

from __future__ import annotations

import math

import numpy as np
import pytest

from nbeval.errors import ParameterError
from nbeval.estimate.overlap import overlap_bounds, overlap_error, share_correlations
from tests.estimate.reference import expected_rows, inputs

WAVES = dict(error_baseline=0.03, error_final=0.04, n_baseline=200, n_final=150, largest_overlap=150)


@pytest.mark.parametrize("row", expected_rows("means", methods=["paired_t"], where=lambda row: row.std_error > 0))
def test_full_overlap_at_the_observed_correlation_is_the_paired_error(row):
    pairs = inputs("samples_paired").query("case_id == @row.case").dropna()
    before, after, n = pairs.baseline.to_numpy(float), pairs.final.to_numpy(float), len(pairs)
    varies = np.ptp(before) > 0 and np.ptp(after) > 0
    correlation = np.corrcoef(before, after)[0, 1] if varies else 0.0
    errors = [values.std(ddof=1) / math.sqrt(n) for values in (before, after)]
    assert overlap_error(*errors, n, n, n, correlation) == pytest.approx(row.std_error, rel=1e-9)


def test_a_textbook_table_of_pairs():
    # Agresti, Categorical Data Analysis, table 10.1: approval of the prime minister twice, 1600 people;
    # 794 and 150, 86 and 570: difference -0.04, standard error 0.0095 (0.0175 had they been two samples)
    n, p, q = 1600, 944 / 1600, 880 / 1600
    errors = [math.sqrt(share * (1 - share) / n) for share in (p, q)]
    phi = (794 / n - p * q) / math.sqrt(p * (1 - p) * q * (1 - q))
    assert overlap_error(*errors, n, n, n, phi) == pytest.approx(0.0095, abs=5e-5)
    assert overlap_error(*errors, n, n, 0, phi) == pytest.approx(0.0175, abs=5e-5)


def test_the_bounds_hold_every_overlap_and_correlation():
    bounds = overlap_bounds(0.1, **WAVES, correlations=(-0.3, 0.8))
    errors = [overlap_error(0.03, 0.04, 200, 150, m, r) for m in range(0, 151, 10) for r in np.linspace(-0.3, 0.8, 12)]
    assert bounds.narrowest.std_error == pytest.approx(min(errors)) and bounds.widest.std_error == pytest.approx(max(errors))


def test_without_negative_correlation_independence_is_the_widest():
    bounds = overlap_bounds(0.1, **WAVES)
    assert bounds.widest.std_error == pytest.approx(0.05) and bounds.narrowest.std_error < 0.05


def test_full_agreement_is_a_limit_and_says_so():
    found = overlap_bounds(0.0, error_baseline=0.05, error_final=0.05, n_baseline=9, n_final=9, largest_overlap=9).narrowest
    assert found.std_error == 0 and "a limit" in found.warning


def test_the_correlation_of_two_shares_is_bounded():
    assert share_correlations(0.5, 0.5) == pytest.approx((-1, 1))
    low, high = share_correlations(0.2, 0.6)
    assert (low, high) == pytest.approx((-0.6123724357, 0.4082482905))


@pytest.mark.parametrize("error", [math.nan, 0.0])
def test_no_error_says_why(error):
    found = overlap_bounds(0.1, error_baseline=error, error_final=error, n_baseline=5, n_final=5, largest_overlap=5)
    assert "no standard error" in found.widest.warning and math.isnan(found.widest.estimate)


@pytest.mark.parametrize("wrong", [
    lambda: overlap_bounds(0.1, **WAVES, correlations=(0.5, 0.2)),
    lambda: overlap_bounds(0.1, **WAVES | {"largest_overlap": 151}),
    lambda: share_correlations(0.0, 0.5),
])
def test_what_cannot_be_is_refused(wrong):
    with pytest.raises(ParameterError):
        wrong()
