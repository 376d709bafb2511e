"""Digits that leave: rounded once, so that every format prints one number and none is an equation for whoever knows the rest."""

from __future__ import annotations

import numpy as np
import pytest

from nbeval.disclosure.digits import rounded
from nbeval.rounding import half_up


def test_rounding_again_gives_what_rounding_the_number_gives():
    rng = np.random.default_rng(5)
    near_ties = np.round(rng.uniform(0, 100, 4000), 1) + 0.05 + rng.normal(0, 0.004, 4000)
    values = np.concatenate([rng.uniform(-100, 100, 4000), near_ties, near_ties.round(2), 100 * rng.integers(0, 200, 2000) / 200])
    for decimals in (1, 2, 3):
        stored = rounded(values, np.full(len(values), decimals))
        assert np.abs(stored - values).max() <= 0.5 * 10.0**-decimals + 1e-9
        for fewer in range(decimals):
            exact = [half_up(float(f"{value:.12g}"), fewer) for value in values]
            assert [half_up(value, fewer) for value in stored.tolist()] == exact


@pytest.mark.parametrize(("value", "decimals", "leaves"), [
    (14.4628, 2, 14.46), (14.4963, 2, 14.496), (14.46, 1, 14.46), (14.5, 1, 14.5), (100 * (29 / 200), 2, 14.5), (0.0346, 4, 0.0346),
    (1234.5678, -1, 1230.0), (-0.004, 2, -0.004), (2.2e-13, 1, 0.0), (1.23456e-30, 32, 1.23e-30), (1.23456e-280, 282, 1.23e-280)])
def test_a_number_leaves_with_its_digits(value, decimals, leaves):
    assert rounded(np.array([value]), np.array([decimals]))[0] == leaves
    assert repr(float(rounded(np.array([value]), np.array([decimals]))[0])) == repr(leaves)


def test_a_number_above_a_limit_stays_above_it():
    p = np.array([0.05004, 0.04996, 0.0500, 0.0501])
    found = rounded(p, np.full(4, 3), above=0.05)
    assert ((found > 0.05) == (p > 0.05)).all()
    assert found[2] == 0.05


def test_what_is_missing_stays_missing():
    assert np.isnan(rounded(np.array([np.nan, 1.0]), np.array([2, 2]))).tolist() == [True, False]
