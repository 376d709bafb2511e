"""What is simulated of the rules by which reports speak: words, few authorities, comparison authorities, raking, missing answers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from studies.simulations import AUTHORITIES, LEVEL, WAVES, Trial, held, misled

from nbeval.dictionary.enums import Measure
from nbeval.estimate.comparison_groups import changes_of_authorities, difference_in_differences, of_changes
from nbeval.estimate.families import adjust, sizes, verdicts
from nbeval.estimate.glm import clustered_mean
from nbeval.estimate.missing_answers import completed, rubin
from nbeval.estimate.outcome import Outcome, wald
from nbeval.estimate.pooling import pool, risk_difference
from nbeval.estimate.proportions import chi_squared_uncorrected, newcombe
from nbeval.estimate.sampling import DomainMeans, domain_means, korn_graubard, survey_design
from nbeval.frames import Size, Verdict
from nbeval.scoring.weights import KnownMargin, rake

CLEAR = (Verdict.ROSE.value, Verdict.FELL.value)
MAYBE = (Verdict.MAY_HAVE_RISEN.value, Verdict.MAY_HAVE_FALLEN.value)
#: headline measures of the invented programme, and the smallest change that it calls meaningful, in points
HEADLINES, MEANINGFUL = 8, 5.0
IMPUTATIONS = 20


def words(draw: np.random.Generator, n: int, runs: int) -> Iterator[Trial]:
    """The words for eight headline changes: where nothing changed, and where half of them did."""
    shares = draw.uniform(0.2, 0.8, (runs, HEADLINES))
    said, _ = _said(draw, n, shares, shares)
    clear = np.isin(said, CLEAR)
    yield Trial(f"words: rose or fell, of any of {HEADLINES} headlines where none changed", "test", "cohort", clear.any(axis=1))
    yield Trial("words: rose, fell or may have, of one measure that did not change", "test", "cohort", np.isin(said, (*CLEAR, *MAYBE)).ravel())
    change = np.tile([0.12, -0.12, 0.08, -0.08, 0, 0, 0, 0], (runs, 1))
    said, _ = _said(draw, n, shares, shares + change)
    clear, false = np.isin(said, CLEAR), np.isin(said, CLEAR) & (change == 0)
    yield Trial("words: rose or fell, share of them that is wrong where half changed", "test", "cohort",
                false.sum(axis=1) / np.maximum(clear.sum(axis=1), 1))
    turned = (said == Verdict.FELL) & (change > 0) | (said == Verdict.ROSE) & (change < 0)
    yield Trial("words: rose for a fall, or fell for a rise", "test", "cohort", turned[change != 0])
    at_least = np.full((runs, HEADLINES), MEANINGFUL / 100)
    _, size = _said(draw, n, shares, shares + at_least)
    for word in (Size.AT_LEAST, Size.SMALLER):
        yield Trial(f"words: {word}, of a change that is just that", "test", "cohort", (size == word).ravel())


def _said(draw: np.random.Generator, n: int, then: NDArray, now: NDArray) -> tuple[NDArray, NDArray]:
    """The verdicts and the sizes that reports give to families of changes of the whole cohort: one row per run."""
    people = n * AUTHORITIES
    x0, x1 = draw.binomial(people, then), draw.binomial(people, now)
    found, p = newcombe(x1, people, x0, people, LEVEL), chi_squared_uncorrected(x1, people, x0, people).p_value
    numbers = [100 * part for part in (found.estimate, found.conf_low, found.conf_high)]
    return verdicts(*numbers, np.array([adjust(row) for row in p]), alpha=1 - LEVEL), sizes(*numbers, MEANINGFUL)


def few_pooled(draw: np.random.Generator, n: int, runs: int) -> Iterator[Trial]:
    """Few or many authorities, each with its own change, stand for all there could be: their mean, another one, and each of them by itself."""
    for k in (4, 8, 17):
        means, others, own = [], [], []
        for _ in range(runs):
            changes = draw.normal(0.06, 0.06, k + 1)
            then, now = draw.binomial(n, 0.4, k), draw.binomial(n, np.clip(0.4 + changes[:k], 0.01, 0.99))
            found = pool(*risk_difference(now, n, then, n), conf_level=LEVEL)
            means.append((found.mean.conf_low, found.mean.conf_high, 0.06))
            others.append((found.prediction.conf_low, found.prediction.conf_high, changes[k]))
            own += [(one.conf_low, one.conf_high, change) for one, change in zip(found.shrunken, changes, strict=False)]
        for about, rows in (("mean change of {} authorities: REML, Hartung-Knapp with its floor", means),
                            ("change in another authority, from {}: prediction interval", others),
                            ("change of one of {} authorities drawn towards their mean", own)):
            yield held(about.format(k), *np.array(rows).T, where=f"{k} authorities")


def few_clusters(draw: np.random.Generator, n: int, runs: int) -> Iterator[Trial]:
    """A change in a sample of authorities, each with its own level and its own change. A change of them all would move the estimate and its
    interval alike, so that one sample without any tries both."""
    for k in (5, 8, 20):
        cluster, last = np.repeat(np.arange(k), 2 * n), np.tile(np.repeat([False, True], n), k)
        found = []
        for _ in range(runs):
            own = draw.normal(0, 0.5, k)[cluster] + draw.normal(0, 0.3, k)[cluster] * last
            found.append(clustered_mean(6 + own + draw.normal(0, 2, len(cluster)), cluster, last, LEVEL))
        yield from _both(f"change over {k} authorities: CR2, Satterthwaite", found, f"{k} authorities")


def comparison(draw: np.random.Generator, n: int, runs: int) -> Iterator[Trial]:
    """The programme's authorities beside others, each with its own level and its own change; without the programme both change alike."""
    for own, others in ((4, 4), (8, 8), (8, 3)):
        k, alike, each = own + others, [], []
        cluster, last = np.repeat(np.arange(k), 2 * n), np.tile(np.repeat([False, True], n), k)
        place, wave, programme = cluster.astype(str), np.where(last, WAVES[1], WAVES[0]), [str(one) for one in range(own)]
        for _ in range(runs):
            answers = 6 + draw.normal(0, 0.5, k)[cluster] + (0.5 + draw.normal(0, 0.3, k)[cluster]) * last + draw.normal(0, 2, len(cluster))
            alike.append(difference_in_differences(answers, place, wave, programme=programme, waves=WAVES)[WAVES[1]])
            each.append(of_changes(changes_of_authorities(answers, place, wave, *WAVES), programme, LEVEL))
        about = f"difference in differences, {own} authorities beside {others}"
        yield from _both(f"{about}: CR2, Satterthwaite", alike, f"{k} authorities")
        yield from _both(f"{about}: Welch of their changes", each, f"{k} authorities")


def _both(about: str, found: list[Outcome], where: str) -> Iterator[Trial]:
    """The intervals and the tests of outcomes whose truth is 0."""
    low, high, p = np.array([(one.conf_low, one.conf_high, one.p_value) for one in found]).T
    yield held(about, low, high, 0.0, where=where)
    yield misled(about, p, where=where)


def raked(draw: np.random.Generator, n: int, runs: int) -> Iterator[Trial]:
    """The readier to answer are over-represented, by age and by sex; both margins of the population are known and weights are raked to them."""
    people, levels, changes = n * AUTHORITIES, [], []
    for _ in range(runs):
        first, last = (_raked_share(draw, people) for _ in WAVES)
        levels.append(korn_graubard(first.estimate, first.std_error, first.n, first.df, LEVEL)[:2])
        gap, error = float((last.estimate - first.estimate)[0]), float(np.hypot(last.std_error, first.std_error)[0])
        changes.append(wald(gap, error, LEVEL, "", df=float((last.df + first.df)[0])))
    low, high = np.array(levels).reshape(runs, 2).T
    yield held("raked percentage: errors that take in the raking, Korn-Graubard", low, high, 0.4, where="cohort")
    yield from _both("change of raked percentages: errors that take in the raking", changes, "cohort")


def _raked_share(draw: np.random.Generator, people: int) -> DomainMeans:
    """A share weighted so that the sample meets two margins; it is 0.4 in the population."""
    older, female = draw.random(people) < 0.7, draw.random(people) < 0.6
    yes = draw.random(people) < 0.2 + 0.3 * older + 0.1 * female
    table = pd.DataFrame({"age": np.where(older, "older", "younger"), "sex": np.where(female, "female", "male")})
    margins = [KnownMargin("age", table["age"], {"older": 500, "younger": 500}), KnownMargin("sex", table["sex"], {"female": 500, "male": 500})]
    before = np.ones(people)
    return domain_means(survey_design(rake(before, margins), margins=table, before=before), yes.astype(float))


def missing(draw: np.random.Generator, n: int, runs: int) -> Iterator[Trial]:
    """Headline changes with missing answers: at random given a group that is known, and because of the answer itself."""
    rows, people = [], n * AUTHORITIES
    for _ in range(runs):
        sides = {gain: _at_random(draw, people, *how) for gain, how in (("then", (0.0, 0.4, 0.05)), ("now", (0.08, 0.05, 0.4)), ("same", (0.0, 0.05, 0.4)))}
        changed, none = (_imputed(draw, sides[name], sides["then"]) for name in ("now", "same"))
        rows.append((changed.conf_low, changed.conf_high, none.p_value))
    low, high, p = np.array(rows).T
    yield held("change with missing answers imputed: Rubin's rules", low, high, 0.08, where="cohort")
    yield misled("change with missing answers imputed: Rubin's rules", p, where="cohort")
    x0, x1 = draw.binomial(people, 0.45, runs), draw.binomial(people, 0.53, runs)
    lost0, lost1 = draw.binomial(people - x0, 0.3), draw.binomial(x1, 0.3)      # who says no stays silent at first, who says yes at last
    lowest = newcombe(x1 - lost1, people, x0 + lost0, people, LEVEL)
    highest = newcombe(x1, people, x0, people, LEVEL)
    yield held("change with missing answers bounded: both bounds with their intervals", lowest.conf_low, highest.conf_high, 0.08, where="cohort")


def _at_random(draw: np.random.Generator, people: int, gain: float, first: float, second: float) -> tuple[NDArray, NDArray]:
    """Answers of two kinds of people, one of which says yes more often, and leaves the question out more or less often than the other."""
    kind = draw.random(people) < 0.5
    yes = (draw.random(people) < np.where(kind, 0.6, 0.3) + gain).astype(float)
    return np.where(draw.random(people) < np.where(kind, first, second), np.nan, yes), kind[:, None].astype(float)


def _imputed(draw: np.random.Generator, now: tuple[NDArray, NDArray], then: tuple[NDArray, NDArray]):
    """The change of two waves with missing answers imputed."""
    later, first = (completed(*side, draw, IMPUTATIONS, Measure.PERCENT) for side in (now, then))
    spread = sum(side.var(axis=1, ddof=1) / side.shape[1] for side in (later, first))
    return rubin(later.mean(axis=1) - first.mean(axis=1), spread, later.shape[1] + first.shape[1] - 2, LEVEL)
