"""Two samples of an authority: percentages, means, ranks, and families of tests."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nbeval.estimate.means import hedges_g, mean_against_fixed, mean_interval, welch
from nbeval.estimate.families import adjust
from nbeval.estimate.overlap import overlap_bounds
from nbeval.estimate.proportions import against_fixed_score, chi_squared_uncorrected, newcombe, test_two_proportions, wilson
from nbeval.estimate.ranks import compare_counts
from nbeval.validation.answers import SCALE, chances, counted, drawn, moments, superior
from nbeval.validation.trial import AUTHORITIES, LEVEL, Trial, held, misled


def percentages(draw: np.random.Generator, n: int, runs: int) -> Iterator[Trial]:
    """Shares from 10 to 90 percent, changes up to 20 points; the test where nothing changed."""
    then = draw.uniform(0.1, 0.9, runs)
    now = np.clip(then + draw.uniform(-0.2, 0.2, runs), 0.05, 0.95)
    x0, x1, same = draw.binomial(n, then), draw.binomial(n, now), draw.binomial(n, then)
    one, two = wilson(x0, n, LEVEL), newcombe(x1, n, x0, n, LEVEL)
    yield held("percentage: Wilson", one.conf_low, one.conf_high, then)
    yield held("change of a percentage: Newcombe", two.conf_low, two.conf_high, now - then)
    pairs, where = np.unique(np.stack([same, x0], axis=1), axis=0, return_inverse=True)
    p = np.array([test_two_proportions(int(a), n, int(b), n).p_value for a, b in pairs])
    yield misled("change of a percentage: chi-squared or Boschloo, by rule", p[where.ravel()])
    yield misled("percentage against a fixed value: score test", against_fixed_score(x0, n, then, LEVEL).p_value)


def means(draw: np.random.Generator, n: int, runs: int) -> Iterator[Trial]:
    """Answers from 0 to 10 with a moderate change, and with none."""
    before, after = chances(6.0), chances(6.8)
    (mean0, sd0), (mean1, sd1) = moments(before), moments(after)
    then, now, same = (drawn(draw, chance, (runs, n)) for chance in (before, after, before))
    of_then, of_now, of_same = ((part.mean(axis=1), part.std(axis=1, ddof=1), n) for part in (then, now, same))
    level, gap, size = mean_interval(*of_then, LEVEL), welch(*of_now, *of_then, LEVEL), hedges_g(*of_now, *of_then, LEVEL)
    yield held("mean: t interval", level.conf_low, level.conf_high, mean0)
    yield held("change of a mean: Welch", gap.conf_low, gap.conf_high, mean1 - mean0)
    yield held("effect size: Hedges g", size.conf_low, size.conf_high, (mean1 - mean0) / np.sqrt((sd1**2 + sd0**2) / 2))
    yield misled("change of a mean: Welch", welch(*of_same, *of_then, LEVEL).p_value)
    yield misled("mean against a fixed value: t test", mean_against_fixed(*of_then, mean0, LEVEL).p_value)
    ranks = compare_counts(counted(now), counted(then), SCALE, LEVEL)
    yield held("probability of superiority: DeLong, logit", ranks["conf_low"], ranks["conf_high"], superior(after, before))
    yield misled("ordered answers: Mann-Whitney", compare_counts(counted(same), counted(then), SCALE, LEVEL)["p_value"])


def families(draw: np.random.Generator, n: int, runs: int, size: int = 8) -> Iterator[Trial]:
    """Families of eight changes of the whole cohort: is anything declared where nothing changed?"""
    people = n * AUTHORITIES
    shares = draw.uniform(0.1, 0.9, (runs, size))
    x1, x0 = draw.binomial(people, shares), draw.binomial(people, shares)
    p = chi_squared_uncorrected(x1, people, x0, people).p_value
    for method, name in (("bh", "Benjamini-Hochberg"), ("holm", "Holm")):
        yield misled(f"family of {size} changes: {name}", [adjust(row, method=method).min() for row in p], where="cohort")


def same_people_unknown(draw: np.random.Generator, n: int, runs: int) -> Iterator[Trial]:
    """Half of the people answer at both waves, alike, and nobody knows: the widest interval must hold the change."""
    shared = draw.normal(size=(runs, n // 2))
    sides = []
    for place in (6.0, 6.5):
        own = np.sqrt(0.6) * shared + np.sqrt(0.4) * draw.normal(size=shared.shape)
        sides.append(place + 2 * np.concatenate([own, draw.normal(size=(runs, n - n // 2))], axis=1))
    (mean0, error0), (mean1, error1) = ((side.mean(axis=1), side.std(axis=1, ddof=1) / np.sqrt(n)) for side in sides)
    found = [
        overlap_bounds(b - a, error_baseline=s, error_final=t, n_baseline=n, n_final=n, conf_level=LEVEL).widest
        for a, s, b, t in zip(mean0, error0, mean1, error1, strict=True)
    ]
    yield held("change with unknown overlap: widest interval", [one.conf_low for one in found], [one.conf_high for one in found], 0.5)
