"""Adjusted change: what the change would be if the people of both waves were alike."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nbeval.dictionary.enums import Measure
from nbeval.estimate import models
from nbeval.estimate.levels import unit_of
from nbeval.estimate.models import LINEAR, LOGISTIC, Predictors, prepare
from nbeval.estimate.outcome import Outcome
from nbeval.estimate.plan import Plan
from nbeval.estimate.rows import outcome_columns
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
