"""Changes of several authorities put together: fixed and random effects, heterogeneity, prediction.

The authorities of a cohort are the programme, not a sample of authorities; the random-effects mean is
therefore the inference to other authorities, and a report labels it so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isfinite, nan, sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from nbeval.errors import ParameterError
from nbeval.estimate.heterogeneity import TAU, Effects, q_profile, tau_error
from nbeval.estimate.outcome import Outcome, not_estimable
from nbeval.estimate.wald import wald

METHODS = ("fixed", "dersimonian_laird", "reml", "paule_mandel")
INFERENCES = ("normal", "hksj")


@dataclass(frozen=True)
class Pooled:
    """What several changes say together.

    ``mean`` has the interval asked for; ``prediction`` is the range in which the change of one further
    authority is expected (same inference), ``prediction_higgins`` the same with t on k - 2 df.
    ``left_out`` counts authorities whose change has no variance (all or none at both waves).
    """

    k: int
    left_out: int
    mean: Outcome
    q: Outcome
    tau_squared: Outcome
    i_squared: Outcome
    h_squared: Outcome
    hksj_scale: Outcome
    prediction: Outcome
    prediction_higgins: Outcome


def risk_difference(x_final: int, n_final: int, x_baseline: int, n_baseline: int, *, half: bool = False) -> tuple[float, float]:
    """Difference of two shares, final minus baseline, and its variance, as the pooling takes them.

    Parameters
    ----------
    x_final, n_final, x_baseline, n_baseline : int
        Counts; both bases at least one.
    half : bool
        Add one half to each cell of a table that has an empty cell.

    Returns
    -------
    tuple of float
        Difference and variance p(1-p)/n + p(1-p)/n; the variance is 0 where both shares are 0 or 1.

    Notes
    -----
    Evidence: ``meta.R`` (metafor::escalc("RD")).
    """
    cells = (x_final, n_final - x_final, x_baseline, n_baseline - x_baseline)
    add = 0.5 if half and min(cells) == 0 else 0.0
    shares = [(x + add) / (n + 2 * add) for x, n in ((x_final, n_final), (x_baseline, n_baseline))]
    bases = (n_final + 2 * add, n_baseline + 2 * add)
    variance = sum(p * (1 - p) / n for p, n in zip(shares, bases))
    return shares[0] - shares[1], variance


def pool(
    effects: ArrayLike, variances: ArrayLike, *, method: str = "reml", inference: str = "hksj", conf_level: float = 0.95,
) -> Pooled:
    """Put the changes of authorities together.

    Parameters
    ----------
    effects, variances : array-like
        One change and its variance per authority. Authorities without a positive, finite variance are
        left out and counted.
    method : str
        ``fixed``, ``dersimonian_laird``, ``reml`` or ``paule_mandel``.
    inference : str
        ``hksj`` (Hartung, Knapp, Sidik and Jonkman: t with k - 1 df) or ``normal``.
    conf_level : float
        Of every interval.

    Returns
    -------
    Pooled
        Each part an ``Outcome``; a part that cannot be estimated says why. ``i_squared`` is in percent.

    Raises
    ------
    ParameterError
        ``method`` or ``inference`` is not known.

    Notes
    -----
    With one authority there is no spread and so no random-effects mean. Where all changes are equal the
    scale of Hartung and Knapp is 0, an interval without width: not estimable rather than certain.
    Evidence: ``meta.R`` (metafor::rma, confint, predict).
    """
    _refuse_unknown(method, inference)
    y, v = np.asarray(effects, float), np.asarray(variances, float)
    usable = np.isfinite(y) & np.isfinite(v) & (v > 0)
    kept = Effects(y[usable], v[usable])
    name = f"{method}_{inference}"
    if kept.k == 0:
        return _nothing(name, int((~usable).sum()), 0, "no authority has a change with a variance")
    if kept.k == 1 and method != "fixed":
        return _nothing(name, int((~usable).sum()), 1, "one authority")
    tau = 0.0 if method == "fixed" else TAU[method](kept)
    mean, scale = _mean(kept, tau, name, inference, conf_level)
    return Pooled(
        k=kept.k, left_out=int((~usable).sum()), mean=mean, q=_q(kept),
        hksj_scale=scale, **_spread(kept, tau, method, conf_level),
        prediction=_prediction(mean, tau, conf_level),
        prediction_higgins=_higgins(kept, tau, method, conf_level),
    )


def _refuse_unknown(method: str, inference: str) -> None:
    """Stop at a method or an inference that does not exist."""
    for what, given, allowed in (("method", method, METHODS), ("inference", inference, INFERENCES)):
        if given not in allowed:
            raise ParameterError(
                f"pooling has no {what} {given!r}.", allowed=", ".join(allowed), do=f"choose one of these as {what}.",
            )


def _nothing(method: str, left_out: int, k: int, why: str) -> Pooled:
    """All parts without a number, for one reason."""
    empty = not_estimable(method, why)
    return Pooled(k, left_out, *([empty] * 8))


def _mean(e: Effects, tau: float, name: str, inference: str, level: float) -> tuple[Outcome, Outcome]:
    """The weighted mean with its interval, and the scale of Hartung and Knapp."""
    w = e.weights(tau)
    mean, error = float(np.average(e.y, weights=w)), 1 / sqrt(float(w.sum()))
    scale = float(np.sum(w * (e.y - mean) ** 2)) / (e.k - 1) if e.k > 1 else nan
    scaled = Outcome(scale, method=name) if e.k > 1 else not_estimable(name, "one authority")
    if inference == "normal":
        return wald(mean, error, level, name), scaled
    if e.k == 1:
        return not_estimable(name, "one authority"), scaled
    error *= sqrt(scale)
    if error < 1e-12:
        return not_estimable(name, "all changes are equal, so they give no standard error"), scaled
    return wald(mean, error, level, name, df=e.k - 1), scaled


def _q(e: Effects) -> Outcome:
    """Cochran's Q against no heterogeneity."""
    q = e.q(0.0) if e.k > 1 else 0.0
    return Outcome(q, df=e.k - 1, p_value=float(stats.chi2.sf(q, e.k - 1)) if e.k > 1 else nan, method="cochran",
                   warning="" if e.k > 1 else "one authority: nothing to compare")


def _spread(e: Effects, tau: float, method: str, level: float) -> dict[str, Outcome]:
    """Tau squared, I squared and H squared, with Q-profile intervals from three authorities on."""
    if e.k == 1:
        return dict.fromkeys(("tau_squared", "i_squared", "h_squared"), not_estimable(method, "one authority"))
    low, high = q_profile(e, level) if e.k > 2 else (nan, nan)
    typical = e.typical_variance
    limits = [100 * limit / (limit + typical) for limit in (low, high)]
    given = level if isfinite(high) else nan
    warning = "" if isfinite(high) else "no interval: fewer than three authorities"
    if high == 0:
        warning = "the changes differ less than chance would make them: every positive value is refused"
    return {
        "tau_squared": Outcome(tau, tau_error(e, tau, method), low, high, given, method=method, warning=warning),
        "i_squared": Outcome(100 * tau / (tau + typical), nan, limits[0], limits[1], given, method=method, warning=warning),
        "h_squared": Outcome(1 + tau / typical, method=method),
    }


def _prediction(mean: Outcome, tau: float, level: float) -> Outcome:
    """Where the change of one further authority is expected, by the inference of the mean."""
    if not isfinite(mean.estimate):
        return mean
    spread = wald(mean.estimate, sqrt(tau + mean.std_error**2), level, mean.method, df=mean.df, tested=False)
    return replace(spread, std_error=nan)


def _higgins(e: Effects, tau: float, method: str, level: float) -> Outcome:
    """The same with t on k - 2 df (Higgins, Thompson and Spiegelhalter 2009)."""
    if e.k < 3:
        return not_estimable(f"{method}_higgins", "fewer than three authorities")
    w = e.weights(tau)
    mean, error = float(np.average(e.y, weights=w)), sqrt(tau + 1 / float(w.sum()))
    return replace(wald(mean, error, level, f"{method}_higgins", df=e.k - 2, tested=False), std_error=nan)
