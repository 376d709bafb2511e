"""The whole cohort: models over all authorities, pooled changes, weights, and who answered."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy.special import expit

from nbeval.estimate.tables import cramers_v, goodness_of_fit, independence
from nbeval.estimate.linearised import DomainMeans, domain_means, korn_graubard, survey_design
from nbeval.estimate.models import LINEAR, LOGISTIC, adjusted_change, fit, odds_ratios, prepare, standardised_difference
from nbeval.estimate.ordinal import fit_ordinal, ordinal_odds_ratios, proportionality
from nbeval.estimate.pooling import pool, risk_difference
from nbeval.estimate.outcome import wald
from nbeval.validation.trial import AUTHORITIES, LEVEL, Trial, held, misled

WAVES = ("first", "last")


def adjusted(draw: np.random.Generator, n: int, runs: int) -> Iterator[Trial]:
    """Changes adjusted for authority and age, where the later sample is older."""
    found: dict[str, list] = {"logistic": [], "linear": [], "no logistic": [], "no linear": []}
    for _ in range(runs):
        people, place = _people(draw, n)
        predictors = prepare(people, ["wave", "authority", "age"])
        now = people["wave"].eq(WAVES[1]).to_numpy()
        for change, name in ((0.5, ""), (0.0, "no ")):
            shares = expit(place + change * now)
            truth = float((expit(place + change) - expit(place)).mean())
            yes = (draw.random(len(now)) < shares).astype(float)
            score = 6 + place + change * now + draw.normal(size=len(now)) * np.where(now, 2.2, 1.8)
            for kind, given, wanted, label in ((LOGISTIC, yes, truth, "logistic"), (LINEAR, score, change, "linear")):
                one = adjusted_change(predictors, given, kind=kind, variable="wave", reference=WAVES[0], level=WAVES[1], conf_level=LEVEL)
                found[name + label].append((one.conf_low, one.conf_high, wanted, one.p_value))
    for label, of in (("logistic", "percentage"), ("linear", "mean")):
        low, high, truth, _ = np.array(found[label]).T
        yield held(f"adjusted change of a {of}: delta method, HC1", low, high, truth, where="cohort")
        yield misled(f"adjusted change of a {of}: delta method, HC1", np.array(found[f"no {label}"])[:, 3], where="cohort")


def _people(draw: np.random.Generator, n: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Respondents of both waves, and how authority and age move their answers."""
    size = 2 * AUTHORITIES * n
    wave, authority = np.repeat([0, 1], size // 2), np.tile(np.repeat(np.arange(AUTHORITIES), n), 2)
    age = (draw.random(size) < np.where(wave == 1, 0.6, 0.4)).astype(int)
    people = pd.DataFrame({
        "wave": pd.Categorical.from_codes(wave, WAVES), "age": pd.Categorical.from_codes(age, ["younger", "older"]),
        "authority": pd.Categorical.from_codes(authority, [f"a{k}" for k in range(AUTHORITIES)]),
    })
    return people, np.linspace(-0.6, 0.6, AUTHORITIES)[authority] + 0.5 * age - 0.5


def factors(draw: np.random.Generator, n: int, runs: int) -> Iterator[Trial]:
    """What goes with an outcome: four factors at one wave, one of them without any effect."""
    effects, rows, size = np.array([0.7, 0.3, -0.4, 0.0]), [], AUTHORITIES * n
    for _ in range(runs):
        codes = (draw.random((size, 4)) < 0.4).astype(int)
        place = -0.5 + codes @ effects
        people = pd.DataFrame({f"f{k}": pd.Categorical.from_codes(codes[:, k], ["no", "yes"]) for k in range(4)})
        fitted = fit(prepare(people, list(people)), (draw.random(size) < expit(place)).astype(float), kind=LOGISTIC)
        ratios, mean = odds_ratios(fitted), standardised_difference(fitted, "f0", "no", "yes")
        without = place - effects[0] * codes[:, 0]
        truth = float((expit(without + effects[0]) - expit(without)).mean())
        first, none = ratios["f0yes"], ratios["f3yes"]
        rows.append((first.conf_low, first.conf_high, mean.conf_low, mean.conf_high, truth, none.p_value))
    low, high, mean_low, mean_high, truth, p = np.array(rows).T
    yield held("factor: odds ratio, Wald", low, high, np.exp(effects[0]), where="cohort")
    yield held("factor: average marginal effect, delta method", mean_low, mean_high, truth, where="cohort")
    yield misled("factor: odds ratio, Wald", p, where="cohort")


def ordered(draw: np.random.Generator, n: int, runs: int) -> Iterator[Trial]:
    """Five ordered answers whose odds change alike, or do not change."""
    size, cuts, rows = AUTHORITIES * n, np.array([-1.5, -0.3, 0.6, 1.8]), []
    waves = prepare(pd.DataFrame({"wave": pd.Categorical.from_codes(np.repeat([0, 1], size), WAVES)}), ["wave"])
    for _ in range(runs):
        found = []
        for change in (0.4, 0.0):
            place = draw.logistic(size=2 * size) + change * np.repeat([0, 1], size)
            model = fit_ordinal(waves, np.searchsorted(cuts, place).astype(float), tuple("12345"))
            found.append((ordinal_odds_ratios(model, conf_level=LEVEL)[f"wave{WAVES[1]}"], proportionality(model, "wave")))
        (changed, test), (still, _) = found
        rows.append((changed.conf_low, changed.conf_high, still.p_value, test.p_value))
    low, high, p, test = np.array(rows).T
    yield held("ordered answers: proportional odds, Wald", low, high, np.exp(0.4), where="cohort")
    yield misled("ordered answers: proportional odds, Wald", p, where="cohort")
    yield misled("ordered answers: test of proportional odds", test, where="cohort")


def pooled(draw: np.random.Generator, n: int, runs: int) -> Iterator[Trial]:
    """Changes of authorities that differ from one another, and that do not."""
    rows = []
    for _ in range(runs):
        changes = draw.normal(0.06, 0.06, AUTHORITIES)
        apart, alike = (_pool(draw, n, change) for change in (changes, np.zeros(AUTHORITIES)))
        around_none = _pool(draw, n, changes - 0.06)
        rows.append((apart.mean.conf_low, apart.mean.conf_high, around_none.mean.p_value, alike.q.p_value))
    low, high, p, q = np.array(rows).T
    yield held("mean change of authorities: REML, Hartung-Knapp", low, high, 0.06, where="cohort")
    yield misled("mean change of authorities: REML, Hartung-Knapp", p, where="cohort")
    yield misled("heterogeneity of authorities: Cochran Q", q, where="cohort")


def _pool(draw: np.random.Generator, n: int, changes: np.ndarray):
    """The pooled change of authorities with these changes."""
    then = draw.binomial(n, 0.4, AUTHORITIES)
    now = draw.binomial(n, 0.4 + changes)
    return pool(*risk_difference(now, n, then, n), conf_level=LEVEL)


def weighted(draw: np.random.Generator, n: int, runs: int) -> Iterator[Trial]:
    """People who answer more readily answer differently; weights put their share right."""
    first, last, still = (_weighted_sample(draw, n, runs, gain) for gain in (0.0, 0.08, 0.0))
    truth = 0.4 * 0.3 + 0.6 * 0.55
    yield held("weighted percentage: Korn-Graubard", *korn_graubard(first.estimate, first.std_error, first.n, first.df, LEVEL)[:2], truth, where="cohort")
    changed, none = ([wald(gap, e, LEVEL, "", df=df) for gap, e, df in _changes(first, other)] for other in (last, still))
    yield held("weighted change: linearised, t", [one.conf_low for one in changed], [one.conf_high for one in changed], 0.08, where="cohort")
    yield misled("weighted change: linearised, t", [one.p_value for one in none], where="cohort")


def _changes(then: DomainMeans, now: DomainMeans) -> Iterator[tuple[float, float, float]]:
    """Differences of two weighted shares, their errors and degrees of freedom."""
    yield from zip(now.estimate - then.estimate, np.hypot(now.std_error, then.std_error), now.df + then.df, strict=True)


def _weighted_sample(draw: np.random.Generator, n: int, runs: int, gain: float) -> DomainMeans:
    """Weighted shares of many samples in which a readier kind of people is over-represented."""
    shape = (runs, AUTHORITIES, n)
    ready = draw.random(shape) < 0.7
    yes = (draw.random(shape) < np.where(ready, 0.3, 0.55) + gain).astype(float)
    weight = np.where(ready, 0.4 / 0.7, 0.6 / 0.3)
    stratum = np.repeat(np.arange(runs * AUTHORITIES), n)
    design = survey_design(weight.ravel(), strata=stratum)
    return domain_means(design, yes.ravel(), stratum // AUTHORITIES)


def make_up(draw: np.random.Generator, n: int, runs: int) -> Iterator[Trial]:
    """The make-up of samples in three levels: alike, and apart."""
    size, rows = AUTHORITIES * n, []
    before, after = np.array([0.3, 0.4, 0.3]), np.array([0.22, 0.4, 0.38])
    both = np.stack([before, after]) / 2
    expected = np.outer(both.sum(axis=1), both.sum(axis=0))
    truth = float(np.sqrt(((both - expected) ** 2 / expected).sum()))
    for _ in range(runs):
        then, same, now = (draw.multinomial(size, chance) for chance in (before, before, after))
        strength = cramers_v([then, now], LEVEL)
        rows.append((independence([then, same]).p_value, goodness_of_fit(then, before).p_value, strength.conf_low, strength.conf_high))
    waves, population, low, high = np.array(rows).T
    yield misled("make-up of two waves: chi-squared", waves, where="cohort")
    yield misled("make-up against the population: chi-squared", population, where="cohort")
    yield held("make-up of two waves: Cramer V", low, high, truth, where="cohort")
