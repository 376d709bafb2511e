"""How the interval of a change depends on people who answered at both waves, when nobody knows how many did.

The survey is anonymous, so the waves are taken as two samples. Where some people are in both, their two
answers are correlated and the true standard error differs; these are its bounds.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from nbeval.errors import ParameterError
from nbeval.estimate.outcome import Outcome, not_estimable
from nbeval.estimate.wald import wald

METHOD = "overlap_bounds_normal"


@dataclass(frozen=True)
class OverlapBounds:
    """The change with no overlap, and at the widest and the narrowest that overlap can make its interval."""

    none: Outcome
    widest: Outcome
    narrowest: Outcome


def overlap_bounds(
    difference: float, *, error_baseline: float, error_final: float, n_baseline: int, n_final: int,
    largest_overlap: int | None = None, correlations: tuple[float, float] = (0.0, 1.0), conf_level: float = 0.95,
) -> OverlapBounds:
    """Bounds of the interval of a change over the possible overlap and correlation.

    Parameters
    ----------
    difference : float
        Final minus baseline, of means or shares.
    error_baseline, error_final : float
        Standard errors of the two means or shares.
    n_baseline, n_final : int
        Valid answers.
    largest_overlap : int, optional
        The most people who can be in both; the smaller n where it is not given. Where people stay in their
        authority it is the sum of the smaller n of each authority.
    correlations : tuple of float
        Lowest and highest correlation of one person's two answers that is thought possible.
    conf_level : float

    Returns
    -------
    OverlapBounds
        Normal intervals; not estimable where a standard error is missing or a wave has nobody.

    Raises
    ------
    ParameterError
        The correlations are not between -1 and 1 in order, or the overlap is larger than a wave.

    Notes
    -----
    With m people in both and correlation r, the variance of the difference is
    v1 + v2 - 2 m r s1 s2 / (n1 n2), where s is the standard deviation of a wave: Kish, Survey Sampling
    (1965), section 12.4. It is linear in m r, so the bounds lie at no overlap or at the largest one.
    Evidence: at full overlap with the observed correlation it is the paired standard error
    (``means.R`` paired_t).
    """
    most = min(n_baseline, n_final) if largest_overlap is None else largest_overlap
    _refuse(most, n_baseline, n_final, correlations)
    if min(n_baseline, n_final) < 1 or not (error_baseline >= 0 and error_final >= 0 and error_baseline + error_final > 0):
        nothing = not_estimable(METHOD, "a wave has no answers or no standard error")
        return OverlapBounds(nothing, nothing, nothing)
    error = {
        r: overlap_error(error_baseline, error_final, n_baseline, n_final, most, r) for r in (0.0, *correlations)
    }
    plain, low, high = (_normal(difference, error[r], conf_level) for r in (0.0, *correlations))
    return OverlapBounds(plain, widest=low if correlations[0] < 0 else plain, narrowest=high if correlations[1] > 0 else plain)


def overlap_error(
    error_baseline: float, error_final: float, n_baseline: int, n_final: int, overlap: int, correlation: float,
) -> float:
    """Standard error of a change when some people are in both waves.

    Parameters
    ----------
    error_baseline, error_final : float
        Standard errors of the two means or shares.
    n_baseline, n_final, overlap : int
        Valid answers, and people among them who are in both.
    correlation : float
        Of one person's two answers.

    Returns
    -------
    float
    """
    shared = overlap * correlation * error_baseline * error_final / sqrt(n_baseline * n_final)
    return sqrt(max(0.0, error_baseline**2 + error_final**2 - 2 * shared))


def share_correlations(share_baseline: float, share_final: float) -> tuple[float, float]:
    """The lowest and the highest correlation that two answers of yes or no with these shares can have.

    Parameters
    ----------
    share_baseline, share_final : float
        Strictly between 0 and 1.

    Returns
    -------
    tuple of float

    Raises
    ------
    ParameterError
        A share is 0 or 1: then there is nothing to correlate.

    Notes
    -----
    The bounds of Fréchet on the share who say yes twice, as phi coefficients.
    """
    p, q = share_baseline, share_final
    if not (0 < p < 1 and 0 < q < 1):
        raise ParameterError(
            "shares of 0 or 1 have no correlation.", allowed="strictly between 0 and 1",
            do="give the correlations that are thought possible.",
        )
    scale = sqrt(p * (1 - p) * q * (1 - q))
    return (max(0.0, p + q - 1) - p * q) / scale, (min(p, q) - p * q) / scale


def _refuse(most: int, n_baseline: int, n_final: int, correlations: tuple[float, float]) -> None:
    """Stop at an overlap or correlations that cannot be."""
    if not -1 <= correlations[0] <= correlations[1] <= 1:
        raise ParameterError(
            "correlations must be a lower and an upper value from -1 to 1.",
            found=f"{correlations[0]:g} and {correlations[1]:g}", do="put them in order.",
        )
    if not 0 <= most <= min(n_baseline, n_final):
        raise ParameterError(
            "more people in both waves than in one of them.", allowed="at most the smaller number of answers",
            do="lower the largest overlap.",
        )


def _normal(difference: float, error: float, level: float) -> Outcome:
    """A normal interval; a standard error of 0 is the limit of full agreement and is said."""
    warning = "" if error > 0 else "full overlap with full agreement would leave no error: a limit, not a finding"
    return wald(difference, error, level, METHOD, tested=False, warning=warning)
