"""Ordered answers: the change of their odds, where one number can stand for it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nbeval.dictionary.models import Indicator
from nbeval.estimate.models import prepare
from nbeval.estimate.ordinal import METHOD, fit_ordinal, ordinal_odds_ratios, proportionality
from nbeval.estimate.outcome import Outcome, not_estimable
from nbeval.estimate.plan import Plan, in_order
from nbeval.estimate.rows import outcome_columns, result_rows
from nbeval.frames import Contrast, Quantity

#: a score with more values than a scale from 0 to 10 is a number, not an ordered answer
MOST_ANSWERS = 11
MANY = f"more than {MOST_ANSWERS} different values: a number, not an ordered answer"
NOT_PROPORTIONAL = "the odds are not proportional: one ratio does not fit all answers, read the probability of superiority"
NOT_TESTED = "whether the odds are proportional could not be tested"


def ordered_change(plan: Plan) -> pd.DataFrame:
    """Model the change of every indicator whose answers have an order by proportional odds, for the whole cohort.

    One row per indicator x later wave for ``odds_ratio`` (of a higher answer, against the first wave; Wald interval), and one for
    ``proportionality``: the likelihood ratio test of the model, whose estimate is the statistic. Where the test refuses the model the
    odds ratio says so in ``warning``.
    """
    rows = [
        row for wave in plan.later_waves for one in in_order(plan) for row in _model(one, wave, plan)
    ]
    return result_rows(
        pd.DataFrame(rows), cohort=plan.cohort.id, source=plan.source, contrast=Contrast.WAVE.value,
        reference=plan.waves[0] if plan.waves else "",
    )


def _model(one: Indicator, wave: str, plan: Plan) -> list[dict[str, object]]:
    """The two rows of one indicator and wave."""
    first = plan.waves[0]
    given = plan.all_values[plan.all_values["indicator"].eq(one.indicator) & plan.all_values["wave"].isin([first, wave])]
    given = given.dropna(subset=["value"])
    now = given["wave"].eq(wave)
    place = {"indicator": one.indicator, "wave": wave, "n_valid": float(now.sum()), "n_reference": float((~now).sum())}
    ratio, test = _fitted(given, first, wave, plan.dictionary.programme.conf_level)
    alpha = 1 - plan.dictionary.programme.conf_level
    word = NOT_PROPORTIONAL if test.p_value <= alpha else NOT_TESTED if np.isnan(test.p_value) else ""
    return [
        place | outcome_columns(ratio) | {
            "quantity": Quantity.ODDS_RATIO.value, "unit": "ratio", "warning": ratio.warning or word,
            "method": "proportional odds, Wald"},
        place | outcome_columns(test) | {
            "quantity": Quantity.PROPORTIONALITY.value, "estimate": test.statistic, "unit": "chi-squared",
            "method": "likelihood ratio test of proportional odds"},
    ]


def _fitted(given: pd.DataFrame, first: str, wave: str, conf_level: float) -> tuple[Outcome, Outcome]:
    """The odds ratio of the wave, and the test of the model."""
    answers, coded = np.unique(given["value"].to_numpy(), return_inverse=True)
    if len(answers) > MOST_ANSWERS:
        return not_estimable(METHOD, MANY), not_estimable(METHOD, MANY)
    waves = pd.DataFrame({"wave": pd.Categorical(given["wave"].astype(str), categories=[first, wave])})
    if not waves["wave"].value_counts().gt(0).all():
        nobody = not_estimable(METHOD, "nobody answered at one of the waves")
        return nobody, nobody
    model = fit_ordinal(prepare(waves, ["wave"]), coded.astype(float), tuple(f"{answer:g}" for answer in answers))
    ratios = ordinal_odds_ratios(model, conf_level=conf_level)
    return ratios.get(f"wave{wave}", not_estimable(METHOD, model.why or "no contrast")), proportionality(model, "wave")
