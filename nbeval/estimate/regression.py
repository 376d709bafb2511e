"""What models of a cohort's respondents say: the change adjusted for who answered, and what goes together with an outcome."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nbeval.dictionary.enums import Measure
from nbeval.dictionary.models import Indicator
from nbeval.estimate import models
from nbeval.estimate.levels import unit_of
from nbeval.estimate.models import Fitted, LINEAR, LOGISTIC, Predictors, fit, odds_ratios, prepare, standardised_difference
from nbeval.estimate.outcome import Outcome, not_estimable, outcome_columns
from nbeval.estimate.plan import Plan
from nbeval.frames import Contrast, Quantity


def adjusted_change(plan: Plan) -> pd.DataFrame:
    """Standardise the change of every indicator over the pooled sample of both waves, for the whole cohort.

    One row per indicator x later wave (``change_adjusted``): the average difference that a model predicts between the waves with
    authority and the declared covariates held alike, and its delta-method interval (HC1). Respondents with a covariate missing are not
    in the model, nor in ``n_valid`` and ``n_reference``.
    """
    terms = [name for name in plan.cohort.adjust_for if name in plan.respondents]
    if not terms or not plan.later_waves:
        return plan.rows()
    answers = plan.values.pivot(index="respondent", columns="indicator", values="value")
    answers = answers.reindex(plan.respondents["respondent"])
    rows = [row for wave in plan.later_waves for row in _at_wave(wave, answers, terms, plan)]
    return plan.rows(rows, quantity=Quantity.CHANGE_ADJUSTED.value, contrast=Contrast.WAVE.value)


def _at_wave(wave: str, answers: pd.DataFrame, terms: list[str], plan: Plan) -> list[dict[str, object]]:
    """The rows of one later wave."""
    first = plan.first_wave
    both = plan.respondents["wave"].isin([first, wave]).to_numpy()
    people = plan.respondents[both]
    people = people.assign(
        wave=pd.Categorical(people["wave"].astype(str), categories=[first, wave]),
        authority=pd.Categorical(people["authority"].astype(str)),
    )
    places = ["authority"] if people["authority"].nunique() > 1 else []
    predictors = prepare(people, ["wave", *places, *terms])
    level = plan.conf_level
    rows = []
    for one in plan.indicators():
        given = answers.loc[both, one.indicator].to_numpy(dtype=float)
        is_percent = one.measure is Measure.PERCENT
        found: Outcome = models.adjusted_change(
            predictors, given, kind=LOGISTIC if is_percent else LINEAR, variable="wave",
            reference=first, level=wave, conf_level=level,
        )
        rows.append({
            "indicator": one.indicator, "wave": wave, "reference": first, "unit": unit_of(one),
            **outcome_columns(found, factor=100 if is_percent else 1), **_bases(predictors, given, people, wave),
            "method": f"standardised over both waves for {', '.join([*places, *terms])}; delta method, HC1",
        })
    return rows


def _bases(predictors: Predictors, given: np.ndarray, people: pd.DataFrame, wave: str) -> dict[str, float]:
    """How many respondents of each wave the model rests on."""
    used = predictors.complete & np.isfinite(given)
    now = people["wave"].eq(wave).to_numpy()
    return {"n_valid": float((used & now).sum()), "n_reference": float((used & ~now).sum())}


#: fewer events than this for each coefficient and the model is not to be trusted (Peduzzi 1996)
EVENTS_NEEDED = 10


def drivers(plan: Plan) -> pd.DataFrame:
    """Model every outcome that the cohort declares, at every wave, by logistic regression.

    One row per outcome x wave x level of a factor but its first for ``odds_ratio`` (Wald interval), and one for ``marginal_effect``
    (average difference in percentage points, delta method). ``n_valid`` counts the respondents in the model, ``numerator`` those with
    the outcome. Where the factors separate the outcome the rows say so instead of giving a huge ratio.
    """
    declared = plan.declared
    rows = [
        row for study in plan.cohort.drivers if study.outcome in declared
        for wave in plan.waves for row in _model(declared[study.outcome], study.factors, wave, plan)
    ]
    return plan.rows(rows, contrast=Contrast.LEVEL.value)


def _model(outcome: Indicator, factors: tuple[str, ...], wave: str, plan: Plan) -> list[dict[str, object]]:
    """The rows of one model."""
    people = plan.respondents[plan.respondents["wave"].eq(wave)]
    table = _with_indicators(people, factors, plan)
    given = _values(outcome.indicator, people, plan)
    fitted = fit(prepare(table, [name for name in factors if name in table]), given, kind=LOGISTIC)
    place = {
        "indicator": outcome.indicator, "wave": wave, "n_valid": float(fitted.n),
        "numerator": float(fitted.design.total.sum()), "n_eligible": float(len(people)),
    }
    ratios = odds_ratios(fitted) if not fitted.why else {}
    rows = []
    for factor in fitted.design.factors():
        levels = fitted.design.levels(factor)
        for level in levels[1:]:
            at = place | {"group": factor, "level": level, "reference": levels[0]}
            ratio = ratios.get(f"{factor}{level}", not_estimable("logistic regression, Wald", fitted.why or "determined by others"))
            effect = (not_estimable("average marginal effect", fitted.why) if fitted.why
                      else standardised_difference(fitted, factor, levels[0], level))
            rows += [_row(at, Quantity.ODDS_RATIO, ratio, fitted, "ratio", 1.0),
                     _row(at, Quantity.MARGINAL_EFFECT, effect, fitted, "percentage points", 100.0)]
    return rows


def _row(at: dict, quantity: Quantity, found: Outcome, fitted: Fitted, unit: str, factor: float) -> dict[str, object]:
    """One estimate of a model, with a warning where the model has too few events."""
    row = at | outcome_columns(found, factor=factor) | {"quantity": quantity.value, "unit": unit}
    if not found.warning and not fitted.why and fitted.events_per_variable < EVENTS_NEEDED:
        row["warning"] = f"fewer than {EVENTS_NEEDED} events for each coefficient"
    return row


def _with_indicators(people: pd.DataFrame, factors: tuple[str, ...], plan: Plan) -> pd.DataFrame:
    """The respondents with a yes/no factor for every indicator that is named as one."""
    names = [name for name in factors if name not in people]
    flags = {
        name: pd.Categorical.from_codes(np.nan_to_num(_values(name, people, plan), nan=-1).astype(int), ["no", "yes"])
        for name in names if name in set(plan.values["indicator"].cat.categories)
    }
    return people.assign(**flags)


def _values(indicator: str, people: pd.DataFrame, plan: Plan) -> np.ndarray:
    """An indicator's values beside the respondents."""
    rows = plan.values[plan.values["indicator"].eq(indicator)].set_index("respondent")["value"]
    return rows.reindex(people["respondent"]).to_numpy(dtype=float)
