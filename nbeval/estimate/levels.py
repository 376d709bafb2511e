"""Levels: the percentage or the mean of every indicator, wherever it is counted, and how many answered."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nbeval.dictionary.enums import Measure
from nbeval.dictionary.models import Cohort, Indicator
from nbeval.estimate.means import mean_interval, moments
from nbeval.estimate.plan import Plan
from nbeval.estimate.proportions import wilson
from nbeval.frames import Method, Quantity, Reason

NOBODY = Reason.NOBODY.not_estimable
NOBODY_ASKED = Reason.NOBODY_ASKED.not_estimable
MORE_THAN_ELIGIBLE = Reason.MORE_THAN_ELIGIBLE.not_estimable
POPULATION_UNKNOWN = Reason.POPULATION_UNKNOWN.not_estimable
ONE_ONLY = Reason.ONE_ANSWER.not_estimable


def levels(plan: Plan) -> pd.DataFrame:
    """Estimate the level of every indicator by wave, authority and group level. One row per indicator x wave x place: percentages with
    Wilson's interval, means with their t interval and a further row for the standard deviation, in the indicator's unit. The base and
    every missing reason travel with the estimate; where nobody answered the row says so."""
    measure, level = plan.tallies["indicator"].map(plan.measures), plan.conf_level
    means, deviations = mean_levels(plan.tallies[measure.eq(Measure.MEAN)], level)
    return pd.concat([
        plan.rows(percentages(plan.tallies[measure.eq(Measure.PERCENT)], level), quantity=Quantity.PERCENT.value, unit="percent"),
        plan.rows(means.assign(unit=means["indicator"].map(plan.units)), quantity=Quantity.MEAN.value),
        plan.rows(deviations.assign(unit=deviations["indicator"].map(plan.units)), quantity=Quantity.SD.value),
    ], ignore_index=True)


def nonresponse(plan: Plan) -> pd.DataFrame:
    """Give the share without a valid answer among those who were asked: one row per indicator x wave, for the whole cohort. In percent of
    ``n_eligible``, with Wilson's interval; ``n_valid`` are those who answered, and the ``missing_`` columns hold the reasons of the
    others. Not asked and not applicable are counted, and are not in the base."""
    whole = plan.tallies[plan.tallies["authority"].eq("") & plan.tallies["group"].eq("")]
    without = whole.assign(n_valid=whole["n_eligible"], numerator=whole["n_eligible"] - whole["n_valid"])
    table = percentages(without, plan.conf_level, nobody=NOBODY_ASKED)
    return plan.rows(
        table.drop(columns="numerator").assign(n_valid=whole["n_valid"]), quantity=Quantity.ITEM_NONRESPONSE.value, unit="percent",
    )


def participation(plan: Plan) -> pd.DataFrame:
    """Count the forms of every wave and authority, and their share of the eligible population. One row per wave x authority, and per wave
    for the whole cohort, for ``count`` (forms kept) and ``response_rate`` (percent, Wilson's interval); the indicator is empty: these rows
    are of people, not of answers."""
    forms = _forms(plan)
    kept = forms["n_valid"]
    beyond = kept > forms["n_eligible"]
    beyond |= forms["authority"].eq("") & forms["wave"].isin(forms["wave"][beyond])
    known = forms.assign(numerator=kept, n_valid=forms["n_eligible"].where((forms["n_eligible"] > 0) & ~beyond, 0.0))
    unknown = np.where(beyond, MORE_THAN_ELIGIBLE, POPULATION_UNKNOWN)
    rates = percentages(known, plan.conf_level, nobody=unknown).assign(n_valid=kept)
    counts = forms.assign(estimate=kept, method=Method.FORMS_KEPT, unit="forms")
    return pd.concat([
        plan.rows(counts, quantity=Quantity.COUNT.value),
        plan.rows(rates, quantity=Quantity.RESPONSE_RATE.value, unit="percent"),
    ], ignore_index=True)


def percentages(counts: pd.DataFrame, conf_level: float, *, nobody: str | np.ndarray = NOBODY) -> pd.DataFrame:
    """Give the percentages of counts (``numerator`` of ``n_valid``) with Wilson's interval, one row per row of ``counts``. ``warning`` is
    ``nobody`` where the base is empty."""
    n, hits = counts["n_valid"].to_numpy(float), counts["numerator"].to_numpy(float)
    found = wilson(hits, n, conf_level)
    return counts.assign(
        estimate=share(100 * hits, n), conf_low=100 * found.conf_low, conf_high=100 * found.conf_high, conf_level=conf_level,
        method=Method.WILSON, warning=np.where(n > 0, "", nobody),
    )


def mean_levels(counts: pd.DataFrame, conf_level: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the means of counts (``n_valid``, ``numerator`` the sum, ``squares``) with their t interval, and the standard deviations. One
    row per row of ``counts``, twice; ``warning`` says why there is no interval."""
    n = counts["n_valid"].to_numpy(float)
    mean, sd = moments(n, counts["numerator"], counts["squares"])
    found = mean_interval(mean, sd, n, conf_level)
    spread = np.isfinite(found.std_error)
    warning = np.select([n == 0, n == 1, ~spread], [NOBODY, ONE_ONLY, Reason.ALL_THE_SAME], "")
    common = counts.drop(columns="numerator").assign(warning=warning)
    means = common.assign(
        estimate=mean, std_error=found.std_error, df=np.where(spread, found.df, np.nan), conf_low=found.conf_low,
        conf_high=found.conf_high, conf_level=conf_level, method=Method.MEAN_T,
    )
    return means, common.assign(estimate=sd, method=Method.SD)


def share(numerator: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Give numerator over base; missing where the base is empty. A percentage is ``share(100 * numerator, n)``: in this order it rounds
    half up as the fraction does."""
    return np.divide(numerator, n, out=np.full(len(n), np.nan), where=n > 0)


def unit_of(indicator: Indicator) -> str:
    """Give the unit of a difference in an indicator."""
    return "percentage points" if indicator.measure is Measure.PERCENT else indicator.unit


def _forms(plan: Plan) -> pd.DataFrame:
    """Forms kept and people eligible, by wave and authority, and by wave; 0 where none came."""
    waves = plan.respondents["wave"].astype(str)
    parts = [pd.DataFrame({"wave": waves, "authority": ""})]
    if plan.cohort.authorities:
        parts.append(pd.DataFrame({"wave": waves, "authority": plan.respondents["authority"].astype(str)}))
    counted, eligible = pd.concat(parts).value_counts(), _eligible(plan.cohort)
    places = [(wave, authority) for authority in ("", *plan.cohort.authorities) for wave in plan.waves]
    return pd.DataFrame(places, columns=["wave", "authority"]).assign(
        n_valid=[float(counted.get(place, 0)) for place in places], n_eligible=[eligible.get(place, np.nan) for place in places],
    )


def _eligible(cohort: Cohort) -> dict[tuple[str, str], float]:
    """How many could have answered; for the whole cohort only where every authority's is known."""
    known = {(one.wave, one.authority): float(one.count) for one in cohort.eligible}
    for wave in {one.wave for one in cohort.eligible}:
        parts = [known.get((wave, authority)) for authority in cohort.authorities]
        if (wave, "") not in known and parts and None not in parts:
            known[wave, ""] = sum(parts)
    return known
