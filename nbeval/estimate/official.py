"""What others published of the authorities: judgements of inspectors by wave, and official figures as they are."""

from __future__ import annotations

import math

import pandas as pd

from nbeval.dictionary import Dictionary
from nbeval.dictionary.enums import FieldRole
from nbeval.dictionary.models import Cohort, Wave
from nbeval.estimate.delivery import HELD, KIND, STATUS, by_source, counted
from nbeval.estimate.rows import no_results, result_rows, stacked
from nbeval.frames import Quantity

#: the group of the days on which something was judged
JUDGED = "judged"
#: the group of official figures, whose levels are years
YEAR = "year"
AS_PUBLISHED = "as published"
PERCENT_SIGN = "%"
_EPOCH = pd.Timestamp("1970-01-01")


def judgement_results(judgements: pd.DataFrame, cohort: Cohort, dictionary: Dictionary) -> pd.DataFrame:
    """Give the last grade of every area and authority at each wave, its framework and its day, and count the grades.

    One row per area x wave x grade (and framework), for all and for each authority, and one per day; ``n_eligible`` is how many
    authorities had been judged by then. Grades are steps in an order without known distances: they are counted, and no mean is taken.
    """
    parts = []
    for instrument, rows in by_source(judgements, cohort, dictionary):
        last = _last(rows, cohort)
        if last.empty:
            continue
        for name, role, column in ((STATUS, FieldRole.STATUS, "status"), (KIND, FieldRole.KIND, "kind")):
            parts.append(counted(last.assign(choice=last[column]), name, instrument.chosen_by(role), every_area=False))
        parts.append(last[["source", "wave", "authority"]].assign(
            indicator=last["area"], estimate=last["held"], group=JUDGED, level=HELD, unit="day", quantity=Quantity.DAY.value,
            method=AS_PUBLISHED))
    return stacked(parts, cohort=cohort.id)


def official_results(figures: pd.DataFrame, cohort: Cohort) -> pd.DataFrame:
    """Take official figures over: one row per figure, ``indicator`` the measure and ``level`` the year.

    No count of people is on a row: what is public is not protected, and what the publisher withheld is missing with its symbol in
    ``warning``.
    """
    if figures.empty:
        return no_results()
    percent = figures["unit"].eq(PERCENT_SIGN)
    table = figures.assign(
        indicator=figures["measure"], level=figures["year"].astype(str), estimate=figures["value"],
        quantity=percent.map({True: Quantity.PERCENT.value, False: Quantity.MEAN.value}),
        unit=percent.map({True: "percent", False: "scale points"}),
        warning=("not estimable: published as the symbol " + figures["symbol"]).where(figures["symbol"].ne(""), ""),
    )
    return result_rows(table, cohort=cohort.id, group=YEAR, method=AS_PUBLISHED)


def _last(rows: pd.DataFrame, cohort: Cohort) -> pd.DataFrame:
    """The last judgement of each area and authority at each wave."""
    ordered = rows.sort_values("held")
    parts = [
        ordered[ordered["held"].le(_until(wave, cohort))].drop_duplicates(["authority", "area"], keep="last").assign(wave=wave.id)
        for wave in cohort.waves
    ]
    return pd.concat(parts, ignore_index=True) if parts else rows.iloc[:0].assign(wave="")


def _until(wave: Wave, cohort: Cohort) -> float:
    """The last day that counts at a wave: the day before the first one, the last day of a later one.

    Where a wave's days are not known, the cohort's own take their place: its first day, and its end.
    """
    if wave is cohort.waves[0]:
        return _day(wave.fieldwork_start or pd.Period(cohort.starts).start_time) - 1
    if wave.fieldwork_end:
        return _day(wave.fieldwork_end)
    if wave is not cohort.waves[-1]:
        return -math.inf
    return _day(pd.Period(cohort.ends).end_time.normalize()) if cohort.ends else math.inf


def _day(when: object) -> float:
    """A date in days since 1 January 1970."""
    return float((pd.Timestamp(when) - _EPOCH).days)
