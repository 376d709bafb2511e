"""Ratings: the level of every area, the gap between bodies of raters, movement, and agreement.

Within an authority there are one or two raters of a kind: their ratings are shown as they are, without test.
Across authorities an exact signed-rank test is made where there are at least ``FEWEST_PAIRS`` pairs.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from nbeval.dictionary import Dictionary
from nbeval.dictionary.lookup import LoadedInstrument
from nbeval.dictionary.models import Cohort
from nbeval.estimate.contingency import kappa
from nbeval.estimate.evidence import by_source
from nbeval.estimate.families import adjust, verdicts
from nbeval.estimate.outcome import Outcome, outcome_columns, stacked
from nbeval.estimate.ranks import signed_rank
from nbeval.frames import Contrast, Method, Quantity, Reason

#: an exact signed-rank test of fewer pairs cannot find anything at the five per cent level
FEWEST_PAIRS = 6
#: the group that rows of ratings belong to: its levels are the bodies of raters
RATERS = "raters"
UNIT = "steps of the scale"
FAMILY_OF_GAPS, FAMILY_OF_MOVEMENT = "gaps between raters", "movement of ratings"
_PLACE = ["source", "area", "raters", "authority", "wave"]


def rating_results(ratings: pd.DataFrame, cohort: Cohort, dictionary: Dictionary) -> pd.DataFrame:
    """Estimate everything that ratings (one row per rating) can show. One row per estimate (``frames.RESULTS``): means of areas by
    authority, wave and body of raters, and over the authorities (each counts alike); gaps between the first body of raters and each
    further one; changes from the first wave; weighted kappa. ``n_valid`` is the number of young people behind the row, missing where there
    are none."""
    parts = []
    for instrument, rows in by_source(ratings, cohort, dictionary):
        means = area_means(rows)
        parts += [levels(means), gaps(means, instrument), movements(means, cohort), agreement(rows, instrument, dictionary)]
    return stacked(parts, cohort=cohort.id)


def area_means(ratings: pd.DataFrame) -> pd.DataFrame:
    """Give the mean of all points and raters, one row per area x body of raters x authority x wave, and the ``people`` behind it."""
    grouped = ratings.groupby(_PLACE, sort=True, dropna=False)
    return grouped.agg(mean=("rating", "mean"), rated=("rating", "count"), people=("people", "max")).reset_index()


def levels(means: pd.DataFrame) -> pd.DataFrame:
    """Rows for the level of every area: in each authority, and their mean over authorities."""
    own = means.assign(estimate=means["mean"], n_valid=means["people"])
    return pd.concat([own, _over_authorities(own)], ignore_index=True).pipe(_described, Quantity.MEAN, Method.MEAN_RATING)


def gaps(means: pd.DataFrame, instrument: LoadedInstrument) -> pd.DataFrame:
    """Rows for the first body of raters minus each other one: one row per area x authority x wave x other body. ``level`` is the other
    body and ``reference`` the first. The row over authorities has the exact signed-rank test."""
    bodies = [one.code for one in instrument.chosen(RATERS)]
    parts = [pd.DataFrame()]
    for other in bodies[1:]:
        both = _paired(means[means["raters"].eq(bodies[0])], means[means["raters"].eq(other)], ["source", "area", "authority", "wave"])
        own = both.assign(raters=other, estimate=both["mean"] - both["mean_other"], n_valid=both[["people", "people_other"]].min(axis=1),
                          contrast=Contrast.LEVEL.value, reference=bodies[0])
        parts += [own, _tested(own, FAMILY_OF_GAPS)]
    return pd.concat(parts, ignore_index=True).pipe(_described, Quantity.DIFFERENCE, Method.RATING_DIFFERENCE)


def movements(means: pd.DataFrame, cohort: Cohort) -> pd.DataFrame:
    """Rows for each later wave minus the first, area by area, body by body."""
    waves = [wave.id for wave in cohort.waves if wave.id in set(means["wave"])]
    parts = [pd.DataFrame()]
    for later in waves[1:]:
        both = _paired(means[means["wave"].eq(later)], means[means["wave"].eq(waves[0])], ["source", "area", "raters", "authority"])
        own = both.assign(wave=later, estimate=both["mean"] - both["mean_other"], n_valid=both["people"],
                          n_reference=both["people_other"], contrast=Contrast.WAVE.value, reference=waves[0])
        parts += [own, _tested(own, FAMILY_OF_MOVEMENT)]
    return pd.concat(parts, ignore_index=True).pipe(_described, Quantity.CHANGE, Method.RATING_DIFFERENCE)


def agreement(ratings: pd.DataFrame, instrument: LoadedInstrument, dictionary: Dictionary) -> pd.DataFrame:
    """Rows for the agreement of the first body of raters with each other one, over all points of all authorities. One row per wave x other
    body of raters: weighted kappa (linear), its interval, and the number of pairs of ratings as ``n_eligible``."""
    bodies = [one.code for one in instrument.chosen(RATERS)]
    each = ratings.groupby(["source", "wave", "authority", "raters", "point"], as_index=False).agg(
        mean=("rating", "mean"), people=("people", "max")).dropna(subset="mean")
    rows = []
    for other in bodies[1:]:
        both = _paired(each[each["raters"].eq(bodies[0])], each[each["raters"].eq(other)], ["source", "wave", "authority", "point"])
        for (source, wave), pairs in both.groupby(["source", "wave"]):
            found = kappa(_table(pairs, instrument), dictionary.programme.conf_level, weights="linear")
            people = pairs.groupby("authority")["people_other"].max().sum(min_count=1)
            rows.append({"source": source, "wave": wave, "raters": other, "authority": "", "area": "", **outcome_columns(found),
                         "reference": bodies[0], "contrast": Contrast.LEVEL.value, "n_valid": people, "n_eligible": float(len(pairs)),
                         "method": Method.KAPPA_LINEAR, "warning": found.warning or Reason.CLUSTERED_RATINGS})
    return pd.DataFrame(rows).pipe(_described, Quantity.KAPPA, "") if rows else pd.DataFrame()


def _table(pairs: pd.DataFrame, instrument: LoadedInstrument) -> np.ndarray:
    """How often each pair of steps occurs; the mean of several raters counts as the nearest step."""
    lowest, highest = (int(step) for step in instrument.scale)
    size = highest - lowest + 1
    places = [np.floor(pairs[name].to_numpy() + 0.5).astype(int) - lowest for name in ("mean", "mean_other")]
    table = np.zeros((size, size))
    np.add.at(table, tuple(places), 1)
    return table


def _paired(one: pd.DataFrame, other: pd.DataFrame, on: list[str]) -> pd.DataFrame:
    """The means of two sets of rows beside one another, where both have a place."""
    kept = [*on, "mean", "people", *(name for name in ("raters", "wave") if name not in on)]
    return one[[name for name in kept if name in one]].merge(
        other[[*on, "mean", "people"]], on=on, suffixes=("", "_other"), validate="one_to_one")


def _over_authorities(rows: pd.DataFrame) -> pd.DataFrame:
    """The mean over authorities, each counted alike; people are added up."""
    by = ["source", "area", "raters", "wave"]
    given = rows[rows["authority"].ne("")].dropna(subset="estimate")
    found = given.groupby(by, as_index=False).agg(
        estimate=("estimate", "mean"), n_valid=("n_valid", lambda people: people.sum(min_count=1)), n_eligible=("estimate", "size"))
    return found.assign(authority="")


def _tested(rows: pd.DataFrame, family: str) -> pd.DataFrame:
    """The mean of differences over authorities, with the exact signed-rank test where there are pairs enough; areas are read together."""
    by, made = ["source", "area", "raters", "wave", "contrast", "reference"], []
    rows = rows if "n_reference" in rows else rows.assign(n_reference=np.nan)
    for key, part in rows.dropna(subset="estimate").groupby(by):
        values = part["estimate"].to_numpy()
        found = signed_rank(values, np.zeros(len(values))) if len(values) >= FEWEST_PAIRS else Outcome(warning=Reason.FEW_RATED_PAIRS)
        made.append(dict(zip(by, key, strict=True)) | {
            "authority": "", "estimate": float(values.mean()), "n_eligible": float(len(values)), "statistic": found.statistic,
            "p_value": found.p_value, "n_valid": part["n_valid"].sum(min_count=1), "n_reference": part["n_reference"].sum(min_count=1),
            "method": Method.join(Method.RATING_MOVEMENT, Method.SIGNED_RANK_EXACT), "warning": found.warning,
        })
    if not made:
        return pd.DataFrame()
    table = pd.DataFrame(made)
    together = table.groupby([name for name in by if name != "area"])["p_value"]
    table = table.assign(p_adjusted=together.transform(adjust), family=family)
    judged = verdicts(table["estimate"], np.nan, np.nan, table["p_adjusted"], change=family == FAMILY_OF_MOVEMENT)
    return table.assign(verdict=np.where(table["p_value"].notna(), judged, ""))


def _described(table: pd.DataFrame, quantity: Quantity, method: str) -> pd.DataFrame:
    """Rows under the names of results."""
    if table.empty:
        return table
    named = table.assign(
        indicator=table["area"], group=np.where(table["raters"].eq(""), "", RATERS), level=table["raters"],
        quantity=quantity.value, unit="" if quantity is Quantity.KAPPA else UNIT)
    named = named.reindex(columns=[*named, *({"method", "warning"} - set(named))])
    why = named["warning"].astype(object).fillna("")
    return named.assign(
        method=named["method"].astype(object).fillna(method),
        warning=why.mask(named["estimate"].isna() & why.eq(""), Reason.AREA_NOT_RATED.not_estimable))
