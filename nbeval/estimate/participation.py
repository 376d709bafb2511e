"""Participation: how many answered, and of how many."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nbeval.dictionary.models import Cohort
from nbeval.estimate.levels import share
from nbeval.estimate.plan import Plan
from nbeval.estimate.rows import result_rows
from nbeval.estimate.single_proportions import wilson
from nbeval.frames import Quantity

UNKNOWN = "not estimable: the number of people who could have answered is not declared"


def participation(plan: Plan) -> pd.DataFrame:
    """Count the forms of every wave and authority, and their share of the eligible population.

    Returns
    -------
    one row per wave x authority, and per wave for the whole cohort
        ``count`` (forms kept) and ``response_rate`` (percent of those eligible, with Wilson's
        interval); the indicator is empty: these rows are of people, not of answers.
    """
    forms = _forms(plan)
    eligible = _eligible(forms, plan.cohort)
    counts = forms.assign(estimate=forms["n_valid"], n_eligible=eligible, method="forms kept", unit="forms")
    n, of = forms["n_valid"].to_numpy(), eligible.to_numpy()
    known = np.isfinite(of) & (of > 0)
    found = wilson(n, np.where(known, of, 0), plan.dictionary.programme.conf_level)
    rates = forms.assign(
        estimate=share(100 * n, np.where(known, of, 0)), conf_low=100 * found.conf_low, conf_high=100 * found.conf_high,
        numerator=n, n_eligible=of,
        conf_level=plan.dictionary.programme.conf_level, unit="percent", method="Wilson interval",
        warning=np.where(known, "", UNKNOWN),
    )
    same = {"cohort": plan.cohort.id, "source": plan.source}
    return pd.concat([
        result_rows(counts, **same, quantity=Quantity.COUNT.value),
        result_rows(rates, **same, quantity=Quantity.RESPONSE_RATE.value),
    ], ignore_index=True)


def _forms(plan: Plan) -> pd.DataFrame:
    """Forms kept, by wave and authority, and by wave; 0 where none came."""
    waves = plan.respondents["wave"].astype(str)
    parts = [pd.DataFrame({"wave": waves, "authority": ""})]
    if plan.cohort.authorities:
        parts.append(pd.DataFrame({"wave": waves, "authority": plan.respondents["authority"].astype(str)}))
    counted = pd.concat(parts).value_counts()
    places = [(wave, authority) for authority in ("", *plan.cohort.authorities) for wave in plan.waves]
    forms = pd.DataFrame(places, columns=["wave", "authority"])
    return forms.assign(n_valid=[float(counted.get(place, 0)) for place in places])


def _eligible(forms: pd.DataFrame, cohort: Cohort) -> pd.Series:
    """How many could have answered; for the whole cohort only where every authority's is known."""
    known = {(one.wave, one.authority): float(one.count) for one in cohort.eligible}
    for wave in {one.wave for one in cohort.eligible}:
        parts = [known.get((wave, authority)) for authority in cohort.authorities]
        if (wave, "") not in known and parts and None not in parts:
            known[wave, ""] = sum(parts)
    return pd.Series([known.get(place, np.nan) for place in zip(forms["wave"], forms["authority"], strict=True)], index=forms.index, dtype=float)
