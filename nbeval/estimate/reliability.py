"""How well the items of a scale hang together.

Items come as a table with one row per respondent and one column per item; a missing answer is missing.
"""

from __future__ import annotations

from math import isfinite, nan, sqrt

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from nbeval.errors import ParameterError
from nbeval.estimate.outcome import Outcome, not_estimable
from nbeval.estimate.response_patterns import complete_answers
from nbeval.estimate.wald import wald

METHOD = "complete_cases"


def alpha(items: pd.DataFrame, *, interval: str = "feldt", conf_level: float = 0.95) -> Outcome:
    """Cronbach's alpha of the respondents who answered every item.

    Parameters
    ----------
    items : one row per respondent
        One column per item, all pointing the same way.
    interval : str
        ``feldt`` (F with n - 1 and (n - 1)(k - 1) df) or ``duhachek`` (standard error of Duhachek and
        Iacobucci, normal quantile).
    conf_level : float

    Returns
    -------
    Outcome
        Not estimable below two complete respondents or where the score has no spread.

    Raises
    ------
    ParameterError
        ``interval`` is not known.

    Notes
    -----
    Feldt, Woodruff and Salih 1987; Duhachek and Iacobucci 2004.
    Evidence: ``reliability.R`` (psych::alpha, alpha.ci).
    """
    if interval not in ("feldt", "duhachek"):
        raise ParameterError(f"alpha has no interval {interval!r}.", allowed="feldt, duhachek", do="choose one of these.")
    method = METHOD if interval == "feldt" else f"{METHOD}_duhachek"
    complete = complete_answers(items)
    why = _why_not(complete)
    if why:
        return not_estimable(method, why)
    n, k = complete.shape
    covariance = np.cov(complete, rowvar=False)
    value = _alpha(covariance)
    if interval == "duhachek":
        error = _duhachek(covariance, n)
        return wald(value, error, conf_level, method, tested=False)
    tails = stats.f.ppf([(1 + conf_level) / 2, (1 - conf_level) / 2], n - 1, (n - 1) * (k - 1))
    low, high = 1 - (1 - value) * tails
    warning = "" if value >= 0 else "alpha is negative: items point in different ways"
    return Outcome(value, nan, low, high, conf_level, method=method, warning=warning)


def alpha_pairwise(items: pd.DataFrame) -> Outcome:
    """Alpha from the covariances of each pair of items, over those who answered both.

    Parameters
    ----------
    items : one row per respondent

    Returns
    -------
    Outcome
        Without an interval: the number of respondents differs from pair to pair.

    Notes
    -----
    Evidence: ``reliability.R`` (psych::alpha with missing answers).
    """
    covariance = items.cov().to_numpy()
    if items.shape[1] < 2 or not np.isfinite(covariance).all() or covariance.sum() <= 0:
        return not_estimable("pairwise", "a pair of items has fewer than two respondents, or the score has no spread")
    return Outcome(_alpha(covariance), method="pairwise")


def alpha_standardised(items: pd.DataFrame) -> Outcome:
    """Alpha of the items brought to one spread, from their correlations.

    Parameters
    ----------
    items : one row per respondent

    Returns
    -------
    Outcome

    Notes
    -----
    Evidence: ``reliability.R`` (psych::alpha, std.alpha).
    """
    correlation = _correlation(items)
    if correlation is None:
        return not_estimable(METHOD, "an item has no spread, or fewer than two respondents answered all")
    return Outcome(_alpha(correlation), method=METHOD)


def mean_inter_item_correlation(items: pd.DataFrame) -> Outcome:
    """Mean correlation of all pairs of items.

    Parameters
    ----------
    items : one row per respondent

    Returns
    -------
    Outcome
    """
    correlation = _correlation(items)
    if correlation is None:
        return not_estimable(METHOD, "an item has no spread, or fewer than two respondents answered all")
    return Outcome(float(correlation[np.tril_indices_from(correlation, -1)].mean()), method=METHOD)


def item_rest(items: pd.DataFrame) -> dict[str, Outcome]:
    """Correlation of each item with the sum of the others.

    Parameters
    ----------
    items : one row per respondent

    Returns
    -------
    dict of str to Outcome
        One per item, in the order of the columns.

    Notes
    -----
    Evidence: ``reliability.R`` (psych::alpha, r.drop).
    """
    complete = complete_answers(items)
    why = _too_few(complete)
    if why:
        return {name: not_estimable(METHOD, why) for name in items.columns}
    total = complete.sum(axis=1)
    found = {}
    for position, name in enumerate(items.columns):
        item, rest = complete[:, position], total - complete[:, position]
        spread = np.ptp(item) > 0 and np.ptp(rest) > 0
        found[name] = Outcome(float(np.corrcoef(item, rest)[0, 1]), method=METHOD) if spread else not_estimable(METHOD, "no spread")
    return found


def alpha_without(items: pd.DataFrame) -> dict[str, Outcome]:
    """Alpha of the scale without each item in turn.

    Parameters
    ----------
    items : one row per respondent

    Returns
    -------
    dict of str to Outcome
        One per item. The respondents stay those who answered every item.

    Notes
    -----
    Evidence: ``reliability.R``.
    """
    complete = complete_answers(items)
    found = {}
    for position, name in enumerate(items.columns):
        rest = np.delete(complete, position, axis=1)
        why = _why_not(rest)
        found[name] = not_estimable(METHOD, why) if why else Outcome(_alpha(np.cov(rest, rowvar=False)), method=METHOD)
    return found


def wrong_polarity(items: pd.DataFrame) -> tuple[str, ...]:
    """Items that run against their scale: a negative correlation with the sum of the others.

    Parameters
    ----------
    items : one row per respondent
        After scoring, so that all items should point the same way.

    Returns
    -------
    tuple of str
        Names of the items, in the order of the columns.
    """
    return tuple(name for name, outcome in item_rest(items).items() if isfinite(outcome.estimate) and outcome.estimate < 0)


def _too_few(complete: NDArray[np.float64]) -> str:
    """Why nothing can be said of these respondents or items; empty where something can."""
    if len(complete) < 2:
        return "fewer than two complete respondents"
    return "fewer than two items" if complete.shape[1] < 2 else ""


def _why_not(complete: NDArray[np.float64]) -> str:
    """Why there is no alpha; empty where there is."""
    # equal answers give a spread of rounding size, so the range of the score is asked
    why = _too_few(complete)
    return why or ("the score has no spread" if np.ptp(complete.sum(axis=1)) == 0 else "")


def _alpha(covariance: NDArray[np.float64]) -> float:
    """Alpha from a matrix of covariances or correlations."""
    k = len(covariance)
    return float(k / (k - 1) * (1 - np.trace(covariance) / covariance.sum()))


def _correlation(items: pd.DataFrame) -> NDArray[np.float64] | None:
    """Correlations of complete respondents; nothing where an item has no spread."""
    complete = complete_answers(items)
    if _too_few(complete) or (np.ptp(complete, axis=0) == 0).any():
        return None
    return np.corrcoef(complete, rowvar=False)


def _duhachek(covariance: NDArray[np.float64], n: int) -> float:
    """Standard error of alpha after Duhachek and Iacobucci."""
    k, total, trace = len(covariance), covariance.sum(), np.trace(covariance)
    square = covariance @ covariance
    bracket = total * (np.trace(square) + trace**2) - 2 * trace * square.sum()
    return sqrt(max(0.0, 2 * k**2 / ((k - 1) ** 2 * total**3) * bracket) / n)
