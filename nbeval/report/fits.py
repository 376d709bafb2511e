"""A fitted model of statsmodels, read for a report: its terms with intervals, and whether the people behind them may be shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from nbeval.dictionary.enums import Quantity
from nbeval.dictionary.models import Disclosure
from nbeval.errors import DisclosureError, ParameterError


@dataclass(frozen=True, repr=False)
class Fit:
    """``terms`` are name, estimate, ends of the interval and p; odds ratios where ``quantity`` says so."""

    terms: tuple[tuple[str, float, float, float, float], ...]
    quantity: Quantity
    n: int
    method: str
    outcome: str

    def __repr__(self) -> str:
        """The size alone."""
        return f"<Fit: {len(self.terms)} terms>"


def read_fit(fit: Any, policy: Disclosure, conf_level: float) -> Fit:
    """Read the results of a model that was fitted with statsmodels.

    Parameters
    ----------
    fit : what ``fit()`` returned, of a model with one outcome: OLS, WLS, GLM, Logit, Probit, Poisson
    policy : the threshold
    conf_level : of the intervals

    Returns
    -------
    Fit
        Odds ratios of a logistic model, coefficients of any other.

    Raises
    ------
    ParameterError
        It is no such object.
    DisclosureError
        Fewer people than the threshold are behind it, behind an outcome, or behind a level of a factor with or without the outcome; or it
        has as many terms as there are kinds of people, and one kind has too few: its coefficients are then a table of small cells.
    """
    model = getattr(fit, "model", None)
    needed = all(hasattr(fit, name) for name in ("params", "conf_int", "pvalues", "nobs")) and hasattr(model, "exog") and hasattr(model, "endog")
    if not needed or np.ndim(fit.params) != 1 or len(fit.params) != np.shape(model.exog)[1]:
        raise ParameterError("the model is not one that a report can show.", found=type(fit).__name__,
                             allowed="the results of a model of statsmodels with one outcome and one coefficient for each term",
                             do="fit it with statsmodels.formula.api (ols, logit, glm) and hand over what fit() returns; show others with report.table.")
    _refuse_few(np.asarray(model.endog, float), np.asarray(model.exog, float), policy)
    logistic = _is_logistic(model)
    estimates, ends = np.asarray(fit.params, float), np.asarray(fit.conf_int(alpha=1 - conf_level), float)
    if logistic:
        with np.errstate(over="ignore"):
            estimates, ends = np.exp(estimates), np.exp(ends)
    terms = zip(model.exog_names, estimates, ends[:, 0], ends[:, 1], np.asarray(fit.pvalues, float), strict=True)
    return Fit(tuple((str(name), *map(float, numbers)) for name, *numbers in terms), Quantity.ODDS_RATIO if logistic else Quantity.DIFFERENCE,
               int(fit.nobs), type(model).__name__, str(model.endog_names))


def _is_logistic(model: Any) -> bool:
    """Whether the coefficients are log odds."""
    family = getattr(model, "family", None)
    link = type(getattr(family, "link", None)).__name__.casefold()
    return type(model).__name__ == "Logit" or (type(family).__name__ == "Binomial" and link == "logit")


def _refuse_few(outcome: np.ndarray, design: np.ndarray, policy: Disclosure) -> None:
    """Refuse a model behind which, or behind a part of which, are too few people."""
    people, columns = design.shape
    if people < max(policy.threshold, policy.threshold_percent_base) or people - columns < policy.threshold:
        raise _too_few("people for the model", policy)
    happened = outcome == 1 if outcome.ndim == 1 and np.isin(outcome, (0, 1)).all() else None
    parts = [happened, ~happened] if happened is not None else []
    if any(part.sum() < policy.threshold for part in parts):
        raise _too_few("people with the outcome or without it", policy)
    kinds, of = np.unique(design, axis=0, return_inverse=True)
    groups = [design[:, place] == value for place in range(columns) if _is_indicator(design[:, place]) for value in (0, 1)]
    if len(kinds) <= columns:
        groups += [of.ravel() == kind for kind in range(len(kinds))]
    for group in groups:
        counts = [group.sum(), *((group & part).sum() for part in parts)]
        if min(counts) < policy.threshold:
            raise _too_few("people at a level of a factor" + (", with the outcome or without it" if parts else ""), policy)


def _is_indicator(column: np.ndarray) -> bool:
    """Whether a column of the design says of each person whether something holds."""
    return bool(np.isin(column, (0, 1)).all() and column.min() != column.max())


def _too_few(what: str, policy: Disclosure) -> DisclosureError:
    """The refusal of a model, without the number."""
    return DisclosureError(f"there are too few {what}.", found=f"fewer than {policy.threshold}", allowed=f"{policy.threshold} or more",
                           do="join levels, leave the term out, or fit the model on more people.")
