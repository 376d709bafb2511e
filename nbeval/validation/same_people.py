"""The same people twice, and the scales they answer."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy import stats

from nbeval.estimate.matched import FEW_DISCORDANT
from nbeval.estimate.means import paired_t, standardised_change
from nbeval.estimate.proportions import mcnemar, newcombe_paired
from nbeval.estimate.reliability import alpha
from nbeval.estimate.ranks import signed_rank
from nbeval.validation.trial import LEVEL, Trial, held, misled

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
