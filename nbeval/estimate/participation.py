"""Participation: who answered, of how many, and how well they stand for all."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nbeval.dictionary.records import Cohort
from nbeval.estimate.levels import share
from nbeval.estimate.pairs import compare_percentages, pair
from nbeval.estimate.plan import Plan
from nbeval.estimate.rows import result_rows
from nbeval.estimate.single_proportions import wilson
from nbeval.frames import Contrast, Quantity

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


def composition(plan: Plan) -> pd.DataFrame:
    """Show who answered: the share of every group level, and of the population where declared.

    Returns
    -------
    one row per wave x group x level (``percent``, of those who gave the characteristic),
    one row per later wave x group x level (``change`` in that share against the first wave), and
    one row per declared margin (``population_share``, percent).
    """
    counts = [_shares(plan, group) for group in plan.cohort.groups if group in plan.respondents]
    blocks = [block for shares in counts for block in (_levels(shares, plan), _against_first(shares, plan))]
    return pd.concat([*blocks, _population(plan)], ignore_index=True)


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


def _shares(plan: Plan, group: str) -> pd.DataFrame:
    """Count each level of a group among those who gave it, at every wave."""
    people = plan.respondents.dropna(subset=[group])
    counts = people.groupby(["wave", group], observed=False).size().rename("numerator").reset_index()
    counts = counts.astype({"wave": str, group: str, "numerator": float}).rename(columns={group: "level"})
    counts = counts[counts["wave"].isin(plan.waves)]
    asked = plan.respondents["wave"].astype(str).value_counts()
    return counts.assign(
        group=group, n_valid=counts.groupby("wave")["numerator"].transform("sum"),
        n_eligible=counts["wave"].map(asked).astype(float), squares=counts["numerator"],
    )


def _levels(shares: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """The shares of one group's levels."""
    n, of = shares["numerator"].to_numpy(), shares["n_valid"].to_numpy()
    found = wilson(n, of, plan.dictionary.programme.conf_level)
    rows = shares.assign(
        estimate=share(100 * n, of), conf_low=100 * found.conf_low, conf_high=100 * found.conf_high, unit="percent",
        conf_level=plan.dictionary.programme.conf_level, method="Wilson interval",
    )
    return result_rows(rows, cohort=plan.cohort.id, source=plan.source, quantity=Quantity.PERCENT.value)


def _against_first(shares: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """How the later waves' respondents differ from the first wave's."""
    first = shares[shares["wave"].eq(plan.waves[0])]
    pairs = pair(shares[shares["wave"].ne(plan.waves[0])], first, ["group", "level"])
    return result_rows(
        compare_percentages(pairs, plan), cohort=plan.cohort.id, source=plan.source, quantity=Quantity.CHANGE.value,
        contrast=Contrast.WAVE.value, reference=plan.waves[0],
    )


def _population(plan: Plan) -> pd.DataFrame:
    """The declared margins as shares of the population."""
    margins = pd.DataFrame([one.model_dump() for one in plan.cohort.margins])
    if margins.empty:
        return result_rows(margins)
    margins = margins.groupby(["wave", "group", "level"], sort=False)["count"].sum().reset_index()
    total = margins.groupby(["wave", "group"])["count"].transform("sum")
    rows = margins.assign(estimate=100 * margins["count"] / total, n_valid=total.astype(float), numerator=margins["count"].astype(float))
    return result_rows(
        rows, cohort=plan.cohort.id, source=plan.source, quantity=Quantity.POPULATION_SHARE.value,
        contrast=Contrast.NONE.value, unit="percent", method="as declared",
    )
