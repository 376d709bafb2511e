"""What models of a cohort's respondents say: the change adjusted for who answered, and what goes together with an outcome."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nbeval.dictionary.enums import Measure
from nbeval.dictionary.models import Indicator
from nbeval.estimate.glm import LINEAR, LOGISTIC, Fitted, adjusted_difference, fit, odds_ratios, prepare, standardised_difference
from nbeval.estimate.levels import unit_of
from nbeval.estimate.outcome import Outcome, not_estimable, outcome_columns
from nbeval.estimate.plan import Plan
from nbeval.frames import Contrast, Method, Quantity, Reason

#: fewer events than this for each coefficient and the model is not to be trusted (Peduzzi 1996)
EVENTS_NEEDED = 10


def adjusted_change(plan: Plan) -> pd.DataFrame:
    """Standardise the change of every indicator over the pooled sample of both waves, for the whole cohort. One row per indicator x pair
    of waves (``change_adjusted``): the average difference that a model predicts between the waves with authority and the declared covariates
    held alike, and its delta-method interval (HC1). No indicator is adjusted for a group made of its own item: the row says so. Respondents
    with a covariate missing are not in the model, nor in ``n_valid`` and ``n_reference``."""
    terms = [name for name in plan.cohort.adjust_for if name in plan.respondents]
    if not terms or not plan.every_pair:
        return plan.rows()
    answers = plan.values.pivot(index="respondent", columns="indicator", values="value").reindex(plan.respondents["respondent"])
    rows = [row for pair in plan.every_pair for row in _between(*pair, answers, terms, plan)]
    return plan.rows(rows, quantity=Quantity.CHANGE_ADJUSTED.value, contrast=Contrast.WAVE.value)


def _between(wave: str, first: str, answers: pd.DataFrame, terms: list[str], plan: Plan) -> list[dict[str, object]]:
    """The rows of one pair of waves; a covariate that only one of them has is left out."""
    both = plan.respondents["wave"].isin([first, wave]).to_numpy()
    people = plan.respondents[both]
    people = people.assign(
        wave=pd.Categorical(people["wave"].astype(str), categories=[first, wave]), authority=pd.Categorical(people["authority"].astype(str)))
    terms = [name for name in terms if people.groupby("wave", observed=False)[name].count().gt(0).all()]
    terms = [*(["authority"] if people["authority"].nunique() > 1 else []), *terms]
    prepared, now, rows = {}, people["wave"].eq(wave).to_numpy(), []
    for one in (one for one in plan.indicators() if (wave, first) in plan.contrasts[one.indicator]):
        held = tuple(name for name in terms if not plan.is_made_of(one.indicator, name))
        predictors = prepared.get(held) or prepared.setdefault(held, prepare(people, ["wave", *held]))
        given = answers.loc[both, one.indicator].to_numpy(dtype=float)
        is_percent, used = one.measure is Measure.PERCENT, predictors.complete & np.isfinite(given)
        found = not_estimable(Method.STANDARDISED_DELTA_HC1, Reason.OWN_GROUP) if not held else adjusted_difference(
            predictors, given, kind=LOGISTIC if is_percent else LINEAR, variable="wave", reference=first, level=wave, conf_level=plan.conf_level)
        own = Reason.OWN_GROUP if held != tuple(terms) else ""
        rows.append({
            "indicator": one.indicator, "wave": wave, "reference": first, "unit": unit_of(one),
            **outcome_columns(found, factor=100 if is_percent else 1), "warning": found.warning or own, "n_valid": float((used & now).sum()),
            "n_reference": float((used & ~now).sum()), "method": Method.join(f"{Method.STANDARDISED} for {', '.join(held)}", Method.DELTA_HC1),
        })
    return rows


def drivers(plan: Plan) -> pd.DataFrame:
    """Model every outcome that the cohort declares, at every wave, by logistic regression. One row per outcome x wave x level of a factor
    but its first for ``odds_ratio`` (Wald interval), and one for ``marginal_effect`` (average difference in percentage points, delta
    method). ``n_valid`` counts the respondents in the model, ``numerator`` those with the outcome. Where the factors separate the outcome
    the rows say so instead of giving a huge ratio."""
    rows = [
        row for study in plan.cohort.drivers if study.outcome in plan.declared
        for wave in plan.waves if plan.respondents["wave"].eq(wave).any()
        for row in _model(plan.declared[study.outcome], study.factors, wave, plan)
    ]
    return plan.rows(rows, contrast=Contrast.LEVEL.value)


def _model(outcome: Indicator, factors: tuple[str, ...], wave: str, plan: Plan) -> list[dict[str, object]]:
    """The rows of one model."""
    people = plan.respondents[plan.respondents["wave"].eq(wave)]
    table = _with_indicators(people, factors, plan)
    fitted = fit(prepare(table, [name for name in factors if name in table]), _values(outcome.indicator, people, plan), kind=LOGISTIC)
    place = {
        "indicator": outcome.indicator, "wave": wave, "n_valid": float(fitted.n),
        "numerator": float(fitted.design.total.sum()), "n_eligible": float(len(people)),
    }
    ratios, rows = odds_ratios(fitted, conf_level=plan.conf_level), []
    for factor in fitted.design.factors():
        first, *others = fitted.design.levels(factor)
        for level in others:
            at = place | {"group": factor, "level": level, "reference": first}
            effect = (not_estimable(Method.STANDARDISED_DELTA, fitted.why) if fitted.why
                      else standardised_difference(fitted, factor, first, level, conf_level=plan.conf_level))
            rows += [_row(at, Quantity.ODDS_RATIO, ratios[f"{factor}{level}"], fitted, "ratio", 1.0),
                     _row(at, Quantity.MARGINAL_EFFECT, effect, fitted, "percentage points", 100.0)]
    return rows


def _row(at: dict, quantity: Quantity, found: Outcome, fitted: Fitted, unit: str, factor: float) -> dict[str, object]:
    """One estimate of a model, with a warning where the model has too few events."""
    few = not found.warning and fitted.events_per_variable < EVENTS_NEEDED
    return at | outcome_columns(found, factor=factor) | {"quantity": quantity.value, "unit": unit} | ({"warning": Reason.FEW_EVENTS} if few else {})


def _with_indicators(people: pd.DataFrame, factors: tuple[str, ...], plan: Plan) -> pd.DataFrame:
    """The respondents with a yes/no factor for every indicator that is named as one."""
    known = set(plan.values["indicator"].cat.categories)
    return people.assign(**{
        name: pd.Categorical.from_codes(np.nan_to_num(_values(name, people, plan), nan=-1).astype(int), ["no", "yes"])
        for name in factors if name not in people and name in known
    })


def _values(indicator: str, people: pd.DataFrame, plan: Plan) -> np.ndarray:
    """An indicator's values beside the respondents."""
    rows = plan.values[plan.values["indicator"].eq(indicator)].set_index("respondent")["value"]
    return rows.reindex(people["respondent"]).to_numpy(dtype=float)
