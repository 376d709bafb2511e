"""Intervals of models cover what they claim, and no change is found where there is none (simulation, fixed seed)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from nbeval.estimate.glm import adjusted_difference, prepare
from nbeval.estimate.pooling import pool
from nbeval.estimate.reliability import alpha

DRAWS = 600
#: 99.9 percent of runs of 600 lie within this far of a true coverage of 95 percent
SLACK = 3.3 * np.sqrt(0.95 * 0.05 / DRAWS)


def _cohort(rng: np.random.Generator, n: int = 400) -> pd.DataFrame:
    """Two waves whose composition differs: older at the second."""
    wave = rng.random(n) < 0.5
    older = rng.random(n) < np.where(wave, 0.7, 0.4)
    return pd.DataFrame({
        "wave": pd.Categorical(np.where(wave, "last", "first"), ["first", "last"]),
        "age": pd.Categorical(np.where(older, "older", "younger"), ["younger", "older"]),
        "place": pd.Categorical(rng.choice(["a", "b", "c", "d"], n), ["a", "b", "c", "d"]),
    })


@pytest.mark.parametrize("effect", [0.0, 0.6])
@pytest.mark.parametrize("kind", ["logistic", "linear"])
def test_the_adjusted_change_covers_the_truth_although_the_samples_differ(effect, kind):
    rng = np.random.default_rng(20)
    table = _cohort(rng)
    predictors = prepare(table, ["wave", "age", "place"])
    base = -0.3 + 1.2 * (table.age == "older").to_numpy() + 0.4 * (table.place == "b").to_numpy()
    eta = base + effect * (table.wave == "last").to_numpy()
    chance = stats.logistic.cdf
    truth = effect if kind == "linear" else float((chance(base + effect) - chance(base)).mean())
    inside = 0
    for _ in range(DRAWS):
        answers = (rng.random(len(table)) < chance(eta)).astype(float) if kind == "logistic" else eta + rng.normal(0, 1 + (table.age == "older"))
        found = adjusted_difference(predictors, np.asarray(answers, float), kind=kind, variable="wave", reference="first", level="last")
        inside += found.conf_low <= truth <= found.conf_high
    assert abs(inside / DRAWS - 0.95) < SLACK


def test_the_plain_change_would_miss_it():
    rng = np.random.default_rng(21)
    table = _cohort(rng, 4000)
    answers = 1.2 * (table.age == "older").to_numpy() + rng.normal(0, 1, 4000)
    change = dict(kind="linear", variable="wave", reference="first", level="last")
    plain = adjusted_difference(prepare(table, ["wave"]), answers, **change)
    adjusted = adjusted_difference(prepare(table, ["wave", "age"]), answers, **change)
    assert plain.conf_low > 0.2 and adjusted.conf_low < 0 < adjusted.conf_high


def test_the_pooled_change_covers_the_mean_of_all_authorities():
    rng = np.random.default_rng(22)
    inside = 0
    for _ in range(DRAWS):
        variances = rng.uniform(0.01, 0.03, 10)
        changes = 0.2 + rng.normal(0, 0.15, 10) + rng.normal(0, np.sqrt(variances))
        found = pool(changes, variances).mean
        inside += found.conf_low <= 0.2 <= found.conf_high
    assert abs(inside / DRAWS - 0.95) < SLACK


def test_the_interval_of_alpha_covers_it():
    rng = np.random.default_rng(23)
    # five items of equal loading 0.7: alpha is 5 x 0.49 / (1 + 4 x 0.49)
    truth, inside = 5 * 0.49 / (1 + 4 * 0.49), 0
    for _ in range(DRAWS):
        trait = rng.normal(size=(120, 1))
        items = 0.7 * trait + np.sqrt(0.51) * rng.normal(size=(120, 5))
        found = alpha(pd.DataFrame(items))
        inside += found.conf_low <= truth <= found.conf_high
    assert abs(inside / DRAWS - 0.95) < SLACK
