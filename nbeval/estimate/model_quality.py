"""Whether a model can bear what is read from it: events per variable, collinearity, discrimination, fit."""

from __future__ import annotations

from math import nan

import numpy as np
from scipy import stats

from nbeval.estimate.model_fit import LINEAR, LOGISTIC, Fitted
from nbeval.estimate.outcome import Outcome, not_estimable


def events(fitted: Fitted) -> int:
    """Respondents with the rarer of two answers.

    Parameters
    ----------
    fitted : Fitted
        Of kind ``logistic``.

    Returns
    -------
    int
    """
    return int(min(fitted.answers.sum(), (1 - fitted.answers).sum()))


def events_per_variable(fitted: Fitted) -> Outcome:
    """Events for each coefficient besides the intercept; below about ten estimates are not to be relied on.

    Parameters
    ----------
    fitted : Fitted
        Of kind ``logistic``.

    Returns
    -------
    Outcome

    Notes
    -----
    Peduzzi et al., Journal of Clinical Epidemiology 1996;49:1373-1379. Evidence: ``regression.R``.
    """
    if fitted.p < 2:
        return not_estimable("events_per_variable", "the model has no variable")
    return Outcome(events(fitted) / (fitted.p - 1), method="events_per_variable")


def generalised_vif(fitted: Fitted) -> dict[str, tuple[Outcome, Outcome]]:
    """Variance inflation of each term, and the same to the power 1/(2 df), which compares across terms.

    Parameters
    ----------
    fitted : Fitted
        With two or more terms and no interaction.

    Returns
    -------
    dict of str to tuple of Outcome
        GVIF and its scaled form; ``df`` is the number of columns of the term.

    Notes
    -----
    Fox and Monette, Journal of the American Statistical Association 1992;87:178-183.
    Evidence: ``regression.R`` (car::vif).
    """
    terms = [":".join(term) for term in fitted.design.predictors.terms]
    why = fitted.why or ("an interaction" if any(":" in term for term in terms) else "") or ("one term only" if len(terms) < 2 else "")
    if why:
        empty = not_estimable("gvif", why)
        return {term: (empty, empty) for term in terms}
    slopes = fitted.inverse[1:, 1:]
    scale = np.sqrt(np.diag(slopes))
    correlation = slopes / np.outer(scale, scale)
    found = {}
    for term in terms:
        mine = fitted.design.columns_of(term)[1:]
        if not mine.any():
            found[term] = (not_estimable("gvif", "other terms determine it"),) * 2
            continue
        parts = [np.linalg.det(correlation[np.ix_(of, of)]) for of in (mine, ~mine)]
        value, df = float(np.prod(parts) / np.linalg.det(correlation)), int(mine.sum())
        found[term] = (Outcome(value, df=df, method="gvif"), Outcome(value ** (1 / (2 * df)), df=df, method="gvif_scaled"))
    return found


def c_statistic(fitted: Fitted) -> Outcome:
    """Chance that of two respondents with different answers the model ranks the right one higher.

    Parameters
    ----------
    fitted : Fitted
        Of kind ``logistic``.

    Returns
    -------
    Outcome

    Notes
    -----
    Evidence: ``regression.R`` (pROC::auc).
    """
    if fitted.why:
        return not_estimable("c_statistic", fitted.why)
    # predictions of respondents who are alike differ by rounding only
    ranks = stats.rankdata(np.round(fitted.means, 12))
    yes = fitted.answers == 1
    n_yes, n_no = int(yes.sum()), int((~yes).sum())
    return Outcome(float((ranks[yes].sum() - n_yes * (n_yes + 1) / 2) / (n_yes * n_no)), method="c_statistic")


def fit_statistics(fitted: Fitted) -> dict[str, Outcome]:
    """Log-likelihood, AIC and the measures of fit that belong to the kind of model.

    Parameters
    ----------
    fitted : Fitted

    Returns
    -------
    dict of str to Outcome
        ``log_likelihood`` and ``aic``; ``deviance``, ``null_deviance`` and ``mcfadden_r_squared`` of a
        logistic model; ``r_squared`` and ``sigma`` of a linear one.

    Notes
    -----
    AIC counts the residual variance of a linear model as a parameter, as R does.
    Evidence: ``regression.R``.
    """
    own = ("deviance", "null_deviance", "mcfadden_r_squared") if fitted.kind == LOGISTIC else ("r_squared", "sigma")
    names = ("log_likelihood", "aic", *own)
    if fitted.why:
        return dict.fromkeys(names, not_estimable(fitted.kind, fitted.why))
    parameters = fitted.p + (fitted.kind == LINEAR)
    values = [fitted.log_likelihood, 2 * parameters - 2 * fitted.log_likelihood]
    df = dict.fromkeys(names, nan)
    if fitted.kind == LOGISTIC:
        share = fitted.answers.mean()
        null = -2 * fitted.n * (share * np.log(share) + (1 - share) * np.log(1 - share))
        values += [-2 * fitted.log_likelihood, null, 1 + 2 * fitted.log_likelihood / null]
        df |= {"deviance": fitted.residual_df, "null_deviance": fitted.n - 1}
    else:
        squares = float(((fitted.answers - fitted.answers.mean()) ** 2).sum())
        explained = 1 - float(fitted.residuals @ fitted.residuals) / squares if squares else nan
        values += [explained, float(np.sqrt(fitted.dispersion))]
        df |= {"sigma": fitted.residual_df}
    return {name: Outcome(value, df=df[name], method=fitted.kind) for name, value in zip(names, values)}
