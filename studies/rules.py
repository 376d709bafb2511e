"""What is simulated of the rules by which reports speak: words, few authorities, comparison authorities, missing answers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from studies.simulations import AUTHORITIES, LEVEL, WAVES, Trial, held, misled

from nbeval.dictionary.enums import Measure
from nbeval.estimate.comparison_groups import difference_in_differences
from nbeval.estimate.families import adjust, sizes, verdicts
from nbeval.estimate.glm import clustered_mean
from nbeval.estimate.missing_answers import completed, rubin
from nbeval.estimate.pooling import pool, risk_difference
from nbeval.estimate.proportions import chi_squared_uncorrected, newcombe
from nbeval.frames import Size, Verdict

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
    """The mean change where few or many authorities, each with its own change, stand for all there could be."""
    for k in (3, 5, 8, 20):
        rows = []
        for _ in range(runs):
            then, now = draw.binomial(n, 0.4, k), draw.binomial(n, 0.46 + draw.normal(0, 0.06, k))
            found = pool(*risk_difference(now, n, then, n), conf_level=LEVEL).mean
            rows.append((found.conf_low, found.conf_high))
        low, high = np.array(rows).T
        yield held(f"mean change of {k} authorities: REML, Hartung-Knapp", low, high, 0.06, where=f"{k} authorities")


def few_clusters(draw: np.random.Generator, n: int, runs: int) -> Iterator[Trial]:
    """A change in a sample of authorities, each with its own level and its own change."""
    for k in (5, 8, 20):
        cluster, last = np.repeat(np.arange(k), 2 * n), np.tile(np.repeat([False, True], n), k)
        rows = []
        for _ in range(runs):
            own = draw.normal(0, 0.5, k)[cluster] + draw.normal(0, 0.3, k)[cluster] * last
            still = 6 + own + draw.normal(0, 2, len(cluster))
            found, none = (clustered_mean(answers, cluster, last, LEVEL) for answers in (still + 0.4 * last, still))
            rows.append((found.conf_low, found.conf_high, none.p_value))
        low, high, p = np.array(rows).T
        yield held(f"change over {k} authorities: CR2, Satterthwaite", low, high, 0.4, where=f"{k} authorities")
        yield misled(f"change over {k} authorities: CR2, Satterthwaite", p, where=f"{k} authorities")


def comparison(draw: np.random.Generator, n: int, runs: int) -> Iterator[Trial]:
    """The programme's authorities beside others, each with its own level and its own change; without the programme both change alike."""
    for own, others in ((4, 4), (8, 4), (12, 8)):
        k, rows = own + others, []
        cluster, last = np.repeat(np.arange(k), 2 * n), np.tile(np.repeat([False, True], n), k)
        place, wave, inside = cluster.astype(str), np.where(last, WAVES[1], WAVES[0]), cluster < own
        for _ in range(runs):
            still = 6 + draw.normal(0, 0.5, k)[cluster] + (0.5 + draw.normal(0, 0.3, k)[cluster]) * last + draw.normal(0, 2, len(cluster))
            found, none = (difference_in_differences(answers, place, wave, programme=list(map(str, range(own))), waves=WAVES)[WAVES[1]]
                           for answers in (still + 0.4 * last * inside, still))
            rows.append((found.conf_low, found.conf_high, none.p_value))
        low, high, p = np.array(rows).T
        about = f"difference in differences, {own} authorities beside {others}: CR2, Satterthwaite"
        yield held(about, low, high, 0.4, where=f"{k} authorities")
        yield misled(about, p, where=f"{k} authorities")


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
