"""The design of a survey, and the one place that knows the survey library.

Standard errors are linearised by ``svy``, which knows strata, clusters, weights and the finite population;
intervals and degrees of freedom follow R's survey package. The library is imported where it is used: it
takes about a second.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from nbeval.errors import ParameterError


@dataclass(frozen=True, eq=False)
class SurveyDesign:
    """How respondents came into the sample. Made by ``survey_design``; one row per respondent.

    ``table`` holds weight, stratum, cluster and population sizes as the library wants them; ``used`` is
    false for respondents without a weight.
    """

    table: Any
    used: NDArray[np.bool_]
    parts: dict[str, Any]
    strata: NDArray[np.int64]
    clusters: NDArray[np.int64]
    lone_strata: int


def survey_design(
    weights: ArrayLike, *, strata: ArrayLike | None = None, clusters: ArrayLike | None = None, population: ArrayLike | None = None,
    units: ArrayLike | None = None, unit_population: ArrayLike | None = None,
) -> SurveyDesign:
    """Declare how respondents came into the sample.

    Parameters
    ----------
    weights : array-like
        One per respondent; missing where a respondent has none and is left out.
    strata, clusters : array-like, optional
        Labels. Clusters are nested in strata.
    population : array-like, optional
        Size of the respondent's stratum in the population (of its clusters, where there are clusters),
        for the finite population correction.
    units, unit_population : array-like, optional
        Second stage: labels within clusters, and the size of the cluster.

    Returns
    -------
    SurveyDesign

    Raises
    ------
    ParameterError
        A weight is not positive, or a stratum has more respondents than people.

    Notes
    -----
    A stratum with one sampled unit has no variance of its own; it is centred at the mean of all, which
    errs on the side of a wider interval (survey.lonely.psu = "adjust" in R).
    """
    import polars as pl
    import svy

    w = np.asarray(weights, float)
    used = np.isfinite(w)
    if (w[used] <= 0).any():
        raise ParameterError(
            "survey weights must be positive.", found=f"{int((w[used] <= 0).sum())} that are not",
            do="leave such respondents without a weight, or correct it.",
        )
    columns: dict[str, Any] = {"weight": w[used]}
    parts: dict[str, Any] = {"wgt": "weight"}
    stratum = _labels(strata, used)
    cluster = np.arange(int(used.sum())) if clusters is None else _nested(stratum, _labels(clusters, used))
    if strata is not None:
        columns["stratum"] = stratum.astype(str)
        parts |= {"stratum": "stratum", "singleton": "center"}
    if clusters is not None:
        columns["cluster"], parts["psu"] = cluster.astype(str), "cluster"
    if units is not None:
        columns["unit"], parts["ssu"] = _labels(units, used).astype(str), "unit"
    if population is not None:
        columns["population"], parts["pop_size"] = np.asarray(population, float)[used].round().astype(np.int64), "population"
        _refuse_more_than_all(stratum, cluster, columns["population"])
    if unit_population is not None:
        columns["unit_population"] = np.asarray(unit_population, float)[used].round().astype(np.int64)
        parts["pop_size"] = svy.PopSize("population", "unit_population")
    sampled = pd.Series(cluster).groupby(stratum).nunique()
    return SurveyDesign(pl.DataFrame(columns), used, parts, stratum, cluster, int((sampled == 1).sum()) if len(sampled) > 1 else 0)


def degrees_of_freedom(design: SurveyDesign, rows: NDArray[np.bool_]) -> int:
    """Clusters minus strata among some respondents.

    Parameters
    ----------
    design : SurveyDesign
    rows : numpy.ndarray of bool
        One per respondent with a weight.

    Returns
    -------
    int
    """
    return len(np.unique(design.clusters[rows])) - len(np.unique(design.strata[rows]))


def _labels(given: ArrayLike | None, used: NDArray[np.bool_]) -> NDArray[Any]:
    """Labels as numbers, all alike where none are given."""
    return np.zeros(int(used.sum()), np.int64) if given is None else pd.factorize(np.asarray(given, object)[used])[0]


def _nested(strata: NDArray[Any], clusters: NDArray[Any]) -> NDArray[np.int64]:
    """Clusters numbered so that a label used in two strata means two clusters."""
    return pd.DataFrame({"stratum": strata, "cluster": clusters}).groupby(["stratum", "cluster"]).ngroup().to_numpy()


def _refuse_more_than_all(strata: NDArray[Any], clusters: NDArray[Any], population: NDArray[np.int64]) -> None:
    """Stop where a stratum has more sampled units than there are."""
    table = pd.DataFrame({"stratum": strata, "cluster": clusters, "population": population})
    over = table.groupby("stratum").agg(n=("cluster", "nunique"), size=("population", "min")).query("n > size")
    if len(over):
        raise ParameterError(
            "more respondents than people in some strata.", found=f"{len(over)} strata, {int((over.n - over['size']).sum())} respondents too many",
            do="correct the eligible population of the cohort, or leave the finite population correction out.",
        )


def linearised(design: SurveyDesign, values: ArrayLike, kept: NDArray[np.bool_], labels: NDArray[Any], *, of: str = "mean") -> Any:
    """Ask the library for the estimate of each group and its linearised variance.

    Parameters
    ----------
    design : SurveyDesign
    values : array-like
        One per respondent.
    kept : numpy.ndarray of bool
        Who counts, among respondents with a weight; the others stay in the design as zeros.
    labels : numpy.ndarray
        Group of each respondent with a weight.
    of : str
        ``mean`` or ``total``.

    Returns
    -------
    svy.Estimate or None
        ``estimates`` (est, se, n, by_level) and ``covariance`` in the same order; None where nobody counts.
    """
    import polars as pl
    import svy

    if not kept.any():
        return None
    known = np.where(kept, np.asarray(values, float)[design.used], 0.0)
    table = design.table.with_columns(pl.Series("value", known), pl.Series("group", labels.tolist()), pl.Series("kept", kept))
    estimation = svy.Sample(table, svy.Design(**design.parts)).estimation
    options = {"by": "group", "where": pl.col("kept")}
    return estimation.total("value", **options) if of == "total" else estimation.mean("value", **options)
