"""What is simulated: samples whose truth is known, and whether each interval holds it and each test is misled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from scipy.special import expit

from nbeval.estimate.contingency import cramers_v, goodness_of_fit, independence
from nbeval.estimate.families import adjust
from nbeval.estimate.glm import LINEAR, LOGISTIC, Predictors, adjusted_difference, fit, odds_ratios, prepare, standardised_difference
from nbeval.estimate.matched import FEW_DISCORDANT
from nbeval.estimate.means import hedges_g, mean_against_fixed, mean_interval, paired_t, standardised_change, welch
from nbeval.estimate.ordinal import fit_ordinal, ordinal_odds_ratios, proportionality
from nbeval.estimate.outcome import wald
from nbeval.estimate.overlap import overlap_bounds
from nbeval.estimate.pooling import pool, risk_difference
from nbeval.estimate.proportions import (
    against_fixed_score, chi_squared_uncorrected, differences_tested, mcnemar, newcombe, newcombe_paired, wilson,
)
from nbeval.estimate.ranks import compare_counts, signed_rank
from nbeval.estimate.reliability import alpha
from nbeval.estimate.sampling import DomainMeans, domain_means, korn_graubard, survey_design

SCALE = np.arange(11.0)


def chances(place: float, spread: float = 2.6) -> NDArray[np.float64]:
    """The chance of each answer: a normal distribution cut into eleven pieces, as answers pile up at the ends."""
    cuts = stats.norm.cdf(np.arange(0.5, 10.5), place, spread)
    return np.diff(np.concatenate([[0.0], cuts, [1.0]]))


def drawn(draw: np.random.Generator, chance: NDArray[np.float64], shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Answers with these chances."""
    return np.searchsorted(np.cumsum(chance)[:-1], draw.random(shape)).astype(float)


def moments(chance: NDArray[np.float64]) -> tuple[float, float]:
    """Mean and standard deviation of answers with these chances."""
    mean = float(chance @ SCALE)
    return mean, float(np.sqrt(chance @ (SCALE - mean) ** 2))


def superior(now: NDArray[np.float64], then: NDArray[np.float64]) -> float:
    """The probability that an answer of one kind is above one of the other, ties counted half."""
    return float(now @ (np.cumsum(then) - then / 2))


def counted(answers: NDArray[np.float64]) -> NDArray[np.float64]:
    """How many gave each answer: one row per run."""
    return np.stack([(answers == answer).sum(axis=1) for answer in SCALE], axis=1).astype(float)


LEVEL = 0.95
#: authorities of the invented cohort; every one has the n of the study at every wave
AUTHORITIES = 8


@dataclass(frozen=True, eq=False)
class Trial:
    """The runs of one method: whether the interval held the truth, or whether the test was misled. ``kind`` is ``interval`` or ``test``;
    ``where`` says whose n it is: an authority's or the cohort's."""

    method: str
    kind: str
    where: str
    happened: NDArray[np.bool_]


def held(method: str, low: ArrayLike, high: ArrayLike, truth: ArrayLike, *, where: str = "authority") -> Trial:
    """Whether intervals held the truth; runs without an interval do not count."""
    low, high, truth = np.broadcast_arrays(np.asarray(low, float), np.asarray(high, float), np.asarray(truth, float))
    given = np.isfinite(low) & np.isfinite(high)
    return Trial(method, "interval", where, ((low <= truth) & (truth <= high))[given])


def misled(method: str, p_values: ArrayLike, *, where: str = "authority") -> Trial:
    """Whether tests declared something where there is nothing; runs without a test declare nothing."""
    p = np.asarray(p_values, float)
    return Trial(method, "test", where, np.nan_to_num(p, nan=1.0) <= 1 - LEVEL)


def percentages(draw: np.random.Generator, n: int, runs: int) -> Iterator[Trial]:
    """Shares from 10 to 90 percent, changes up to 20 points; the test where nothing changed."""
    then = draw.uniform(0.1, 0.9, runs)
    now = np.clip(then + draw.uniform(-0.2, 0.2, runs), 0.05, 0.95)
    x0, x1, same = draw.binomial(n, then), draw.binomial(n, now), draw.binomial(n, then)
    one, two = wilson(x0, n, LEVEL), newcombe(x1, n, x0, n, LEVEL)
    yield held("percentage: Wilson", one.conf_low, one.conf_high, then)
    yield held("change of a percentage: Newcombe", two.conf_low, two.conf_high, now - then)
    sizes = np.full(runs, n)
    yield misled("change of a percentage: chi-squared or Boschloo, by rule", differences_tested(same, sizes, x0, sizes)["p_value"])
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
        overlap_bounds(b - a, error_baseline=s, error_final=t, n_baseline=n, n_final=n, largest_overlap=n, conf_level=LEVEL).widest
        for a, s, b, t in zip(mean0, error0, mean1, error1, strict=True)
    ]
    yield held("change with unknown overlap: widest interval", [one.conf_low for one in found], [one.conf_high for one in found], 0.5)


ALIKE = 0.6


def pairs(draw: np.random.Generator, n: int, runs: int) -> Iterator[Trial]:
    """Two answers of each person, correlated, with a change and without."""
    shares, sizes, ranks, none = [], [], [], []
    for _ in range(runs):
        then, still = draw.multivariate_normal([0, 0], [[1, ALIKE], [ALIKE, 1]], n).T
        now = still + 0.3
        shares.append(_yes_or_no(then > 0, now > 0, still > 0))
        mean, size = paired_t(now, then, LEVEL), standardised_change(now, then, LEVEL)
        sizes.append((mean.conf_low, mean.conf_high, size.conf_low, size.conf_high))
        none.append(paired_t(still, then, LEVEL).p_value)
        ranks.append(signed_rank(np.round(2 * still + 5), np.round(2 * then + 5)).p_value)
    low, high, p = np.array(shares).T
    yield held("change of pairs, percentage: Newcombe", low, high, stats.norm.cdf(0.3) - 0.5)
    yield misled("change of pairs, percentage: McNemar, by rule", p)
    low, high, size_low, size_high = np.array(sizes).T
    yield held("change of pairs, mean: t interval", low, high, 0.3)
    yield held("change of pairs, standardised by the first wave", size_low, size_high, 0.3)
    yield misled("change of pairs, mean: t test", none)
    yield misled("change of pairs, ordered: signed ranks, exact", ranks)


def _yes_or_no(then: np.ndarray, now: np.ndarray, still: np.ndarray) -> tuple[float, float, float]:
    """Newcombe's interval of a change, and McNemar's p where nothing changed."""
    found = newcombe_paired(*(int(part.sum()) for part in (then & now, then & ~now, ~then & now, ~then & ~now)), LEVEL)
    lost, won = int((then & ~still).sum()), int((~then & still).sum())
    return found.conf_low, found.conf_high, mcnemar(lost, won, exact=lost + won < FEW_DISCORDANT).p_value


def scales(draw: np.random.Generator, n: int, runs: int, items: int = 4) -> Iterator[Trial]:
    """Four items that hold together as well as each other; their alpha is known."""
    found = []
    for _ in range(runs):
        answers = draw.normal(size=(n, 1)) + draw.normal(size=(n, items))
        found.append(alpha(pd.DataFrame(answers), conf_level=LEVEL))
    yield held("alpha of a scale: Feldt", [one.conf_low for one in found], [one.conf_high for one in found], items / (items + 1))


WAVES = ("first", "last")


def adjusted(draw: np.random.Generator, n: int, runs: int) -> Iterator[Trial]:
    """Changes adjusted for authority and age, where the later sample is older."""
    found: dict[str, list] = {"mean": [], "percentage": [], "no percentage": []}
    for _ in range(runs):
        people, place = _people(draw, n)
        predictors, now = prepare(people, ["wave", "authority", "age"]), people["wave"].eq(WAVES[1]).to_numpy()

        def one(name: str, answers: NDArray[np.float64], kind: str, truth: float, predictors: Predictors = predictors) -> None:
            outcome = adjusted_difference(predictors, answers, kind=kind, variable="wave", reference=WAVES[0], level=WAVES[1], conf_level=LEVEL)
            found[name].append((outcome.conf_low, outcome.conf_high, truth, outcome.p_value))

        for change, name in ((0.5, "percentage"), (0.0, "no percentage")):
            yes = draw.random(len(now)) < expit(place + change * now)
            one(name, yes.astype(float), LOGISTIC, float((expit(place + change) - expit(place)).mean()))
        one("mean", 6 + place + draw.normal(size=len(now)) * np.where(now, 2.2, 1.8), LINEAR, 0.0)
    for of, none in (("percentage", "no percentage"), ("mean", "mean")):        # a change of all means moves estimate and interval alike
        low, high, truth, _ = np.array(found[of]).T
        yield held(f"adjusted change of a {of}: delta method, HC1", low, high, truth, where="cohort")
        yield misled(f"adjusted change of a {of}: delta method, HC1", np.array(found[none])[:, 3], where="cohort")


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
    """Changes of authorities that differ from one another and from 0 only by their authority, and that do not differ at all."""
    rows = []
    for _ in range(runs):
        apart, alike = (_pool(draw, n, changes) for changes in (draw.normal(0.0, 0.06, AUTHORITIES), np.zeros(AUTHORITIES)))
        rows.append((apart.mean.p_value, alike.q.p_value))
    p, q = np.array(rows).T
    yield misled("mean change of authorities: REML, Hartung-Knapp with its floor", p, where="cohort")
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
