"""What the intervals and tests promise: how often they hold the truth, and how often they cry wolf.

Proportions are counted over every possible sample, so nothing is left to chance; means and ranks are simulated.
"""

import numpy as np
import pytest
from scipy import stats

from nbeval.estimate.families import adjust
from nbeval.estimate.means import mean_interval, welch
from nbeval.estimate.proportions import boschloo, clopper_pearson, newcombe, wilson
from tests.estimate.samples import compared

SHARES = np.linspace(0.02, 0.98, 97)


@pytest.mark.parametrize("interval, least, most", [(wilson, 0.945, 0.96), (clopper_pearson, 0.95, 0.99)])
@pytest.mark.parametrize("n", [20, 60, 150])
def test_interval_of_a_proportion_holds_the_truth_as_often_as_it_says(interval, least, most, n):
    x = np.arange(n + 1)
    found = interval(x, n)
    held = (found.conf_low <= SHARES[:, None]) & (SHARES[:, None] <= found.conf_high)
    assert least <= (stats.binom.pmf(x, n, SHARES[:, None]) * held).sum(axis=1).mean() <= most


@pytest.mark.parametrize("n1, n0", [(20, 25), (60, 40)])
def test_newcombes_interval_holds_the_truth_as_often_as_it_says(n1, n0):
    x1, x0 = np.meshgrid(np.arange(n1 + 1), np.arange(n0 + 1), indexing="ij")
    found = newcombe(x1, n1, x0, n0)
    held = []
    for p1, p0 in np.random.default_rng(11).uniform(0.03, 0.97, (200, 2)):
        chance = np.outer(stats.binom.pmf(np.arange(n1 + 1), n1, p1), stats.binom.pmf(np.arange(n0 + 1), n0, p0))
        held.append(chance[(found.conf_low <= p1 - p0) & (p1 - p0 <= found.conf_high)].sum())
    assert 0.945 <= np.mean(held) <= 0.965
    assert min(held) > 0.90


@pytest.mark.parametrize("n1, n0", [(7, 6), (9, 4), (12, 12)])
def test_boschloos_test_never_cries_wolf_more_often_than_it_says(n1, n0):
    found = np.array([[boschloo(x1, n1, x0, n0).p_value <= 0.05 for x0 in range(n0 + 1)] for x1 in range(n1 + 1)])
    wolf = [
        stats.binom.pmf(np.arange(n1 + 1), n1, share) @ found @ stats.binom.pmf(np.arange(n0 + 1), n0, share)
        for share in SHARES
    ]
    assert max(wolf) <= 0.05


def test_t_intervals_of_unequal_spreads_hold_the_truth():
    numbers = np.random.default_rng(12)
    one, two = numbers.normal(5, 3, (20_000, 9)), numbers.normal(5, 1, (20_000, 30))
    moments = [part for sample in (one, two) for part in (sample.mean(axis=1), sample.std(axis=1, ddof=1), sample.shape[1])]
    gap = welch(*moments)
    assert np.mean((gap.conf_low <= 0) & (gap.conf_high >= 0)) == pytest.approx(0.95, abs=0.006)
    assert np.mean(gap.p_value <= 0.05) == pytest.approx(0.05, abs=0.006)
    level = mean_interval(*moments[:3])
    assert np.mean((level.conf_low <= 5) & (level.conf_high >= 5)) == pytest.approx(0.95, abs=0.006)


def test_ordered_answers_hold_their_promise_under_ties():
    numbers = np.random.default_rng(13)
    shares = [0.1, 0.2, 0.4, 0.3]
    held, wolf = [], []
    for _ in range(1500):
        one, two = numbers.choice(4, 60, p=shares), numbers.choice(4, 45, p=shares)
        found = compared(one, two)
        held.append(found["conf_low"] <= 0.5 <= found["conf_high"])
        wolf.append(found["p_value"] <= 0.05)
    assert np.mean(held) == pytest.approx(0.95, abs=0.018)
    assert np.mean(wolf) == pytest.approx(0.05, abs=0.018)


def test_a_family_without_any_change_cries_wolf_as_rarely_as_one_test():
    families = np.random.default_rng(14).uniform(size=(4000, 10))
    wolf = [(adjust(family) <= 0.05).any() for family in families]
    assert np.mean(wolf) == pytest.approx(0.05, abs=0.012)
