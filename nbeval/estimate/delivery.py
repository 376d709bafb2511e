"""What was delivered: counts of actions, visits and conditions by what is recorded of each. They count no people."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from nbeval.dictionary import Dictionary
from nbeval.dictionary.enums import FieldRole
from nbeval.dictionary.lookup import LoadedInstrument
from nbeval.dictionary.models import Choice, Cohort
from nbeval.estimate.rows import stacked
from nbeval.frames import Quantity

STATUS, INVOLVEMENT, KIND, DELIVERY, ADDRESSED = "status", "involvement", "kind", "delivery", "addressed"
#: levels of ``delivery``: what was planned and held, and who was there
PLANNED, HELD, PEOPLE, STAFF = "planned", "held", "people", "staff"


def action_results(actions: pd.DataFrame, cohort: Cohort, dictionary: Dictionary) -> pd.DataFrame:
    """Count actions by status at each review, by involvement and by cornerstone, and how many authorities address what.

    One row per count: ``indicator`` is the theme, empty for all; ``n_eligible`` is how many actions there are. A choice that was never
    made has a count of 0. Indicators that some plan addresses have the number of authorities. ``actions``: one row per action x review.
    """
    parts = []
    for instrument, rows in by_source(actions, cohort, dictionary):
        once = rows.drop_duplicates(["authority", "action"])
        parts.append(counted(rows.assign(wave=rows["occasion"], choice=rows["status"]), STATUS, instrument.chosen_by(FieldRole.STATUS)))
        for name, role in ((INVOLVEMENT, FieldRole.INVOLVEMENT), (KIND, FieldRole.KIND)):
            parts.append(counted(once.assign(wave="", choice=once[name]), name, instrument.chosen_by(role)))
        parts.append(_addressed(once))
    return stacked(parts, cohort=cohort.id, quantity=Quantity.COUNT.value, method="count")


def visit_results(visits: pd.DataFrame, cohort: Cohort, dictionary: Dictionary) -> pd.DataFrame:
    """Count visits planned and held, how they were held, and who was there; and give the days, counted from 1 January 1970.

    One row per visit x authority (and for all) x what is counted, and one per day. A count of young people is its own ``n_valid``.
    """
    parts = []
    for instrument, rows in by_source(visits, cohort, dictionary):
        held = rows[rows["held"].notna()].assign(wave="")
        parts.append(_delivered(rows))
        for name, role in ((KIND, FieldRole.KIND), (INVOLVEMENT, FieldRole.INVOLVEMENT)):
            parts.append(counted(held.assign(choice=held[name]), name, instrument.chosen_by(role)))
        parts.append(_days(rows))
    return stacked(parts, cohort=cohort.id)


def condition_results(conditions: pd.DataFrame, cohort: Cohort, dictionary: Dictionary) -> pd.DataFrame:
    """Count the authorities (or applicants) of which each choice of a condition holds.

    One row per condition x wave x choice, for all and for each authority.
    """
    parts = [
        counted(rows.assign(choice=rows["status"]), choices, instrument.chosen(choices), every_area=False)
        for instrument, of_source in by_source(conditions, cohort, dictionary)
        for choices, rows in of_source.groupby("choices", sort=False)
    ]
    return stacked(parts, cohort=cohort.id, quantity=Quantity.COUNT.value, method="count")


def by_source(table: pd.DataFrame, cohort: Cohort, dictionary: Dictionary) -> Iterator[tuple[LoadedInstrument, pd.DataFrame]]:
    """The rows of each source with the instrument that collected them."""
    declared = {one.id: one.instrument for one in cohort.sources}
    for source, rows in table.groupby("source", sort=False) if len(table) else ():
        yield dictionary.instrument(declared[source]), rows


def counted(rows: pd.DataFrame, group: str, choices: tuple[Choice, ...], *, every_area: bool = True) -> pd.DataFrame:
    """Count each choice by area, authority and occasion, and over all of each; a choice that nobody made has a count of 0.

    One row per area x authority (and for all) x occasion x choice.
    """
    given = rows[rows["choice"].ne("")]
    whole = [given, given.assign(authority="")] if given["authority"].ne("").any() else [given]
    places = pd.concat(whole, ignore_index=True)
    if every_area:
        places = pd.concat([places, places.assign(area="")], ignore_index=True)
    by = ["source", "area", "authority", "wave"]
    counts = pd.crosstab([places[name] for name in by], places["choice"]).reindex(columns=[one.code for one in choices], fill_value=0)
    long = counts.stack().rename("estimate").reset_index().rename(columns={"choice": "level"})
    totals = long.groupby(by)["estimate"].transform("sum")
    return long.assign(indicator=long["area"], group=group, n_eligible=totals, unit="count", quantity=Quantity.COUNT.value, method="count")


def _addressed(once: pd.DataFrame) -> pd.DataFrame:
    """In how many authorities, and in which, an action addresses each indicator."""
    each = once.assign(indicator=once["indicators"].str.split("; ")).explode("indicator")
    each = each[each["indicator"].fillna("").ne("")]
    own = each.groupby(["source", "authority", "indicator"], as_index=False).size().rename(columns={"size": "estimate"})
    whole = own.groupby(["source", "indicator"], as_index=False).size().rename(columns={"size": "estimate"}).assign(authority="")
    return pd.concat([own, whole], ignore_index=True).assign(
        wave="", group=ADDRESSED, level=ADDRESSED, unit="count", n_eligible=float(once["authority"].nunique()))


def _delivered(rows: pd.DataFrame) -> pd.DataFrame:
    """How many visits were planned and held, and who was there, by visit and authority."""
    counted = rows.assign(planned_count=rows["planned"].notna().astype(float), held_count=rows["held"].notna().astype(float))
    names = {"planned_count": PLANNED, "held_count": HELD, "people": PEOPLE, "staff": STAFF}
    places = pd.concat([
        counted, counted.assign(authority=""), counted.assign(area=""), counted.assign(authority="", area=""),
    ], ignore_index=True)
    sums = places.groupby(["source", "authority", "area"])[list(names)].sum(min_count=1).rename(columns=names)
    long = sums.stack().rename("estimate").reset_index().rename(columns={"level_3": "level"})
    return long.assign(
        indicator=long["area"], wave="", group=DELIVERY, unit="count", quantity=Quantity.COUNT.value, method="count",
        n_valid=long["estimate"].where(long["level"].eq(PEOPLE)))


def _days(rows: pd.DataFrame) -> pd.DataFrame:
    """The days for which visits were planned and on which they were held."""
    long = rows.melt(["source", "authority", "area"], [PLANNED, HELD], var_name="level", value_name="estimate").dropna(subset="estimate")
    return long.assign(indicator=long["area"], wave="", group=DELIVERY, unit="day", quantity=Quantity.DAY.value, method="as entered")
