"""Drivers: which circumstances go together with a headline outcome when the others are held equal."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nbeval.dictionary.models import Indicator
from nbeval.estimate.models import LOGISTIC, Fitted, fit, odds_ratios, prepare, standardised_difference
from nbeval.estimate.outcome import Outcome, not_estimable
from nbeval.estimate.plan import Plan
from nbeval.estimate.rows import outcome_columns
from nbeval.frames import Contrast, Quantity

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
