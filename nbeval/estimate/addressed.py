"""Change in what action plans addressed, against the rest: within each authority, then over authorities."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nbeval.dictionary import Dictionary
from nbeval.dictionary.enums import Direction, Measure
from nbeval.dictionary.models import Cohort, Indicator
from nbeval.estimate.families import verdicts
from nbeval.estimate.means import mean_interval
from nbeval.estimate.rows import no_results, stacked
from nbeval.frames import Contrast, Quantity

GROUP, ADDRESSED, REST = "addressed", "addressed", "rest"
#: figures are rounded, so that no authority's withheld figure can be worked out from them
DECIMALS = 1
FEWEST = 3
TOO_FEW = "not estimable: fewer than three authorities have changes of both kinds"
METHOD = "difference within authorities, then its mean over authorities with t interval"


def addressed_change(results: pd.DataFrame, actions: pd.DataFrame, cohort: Cohort, dictionary: Dictionary) -> pd.DataFrame:
    """Compare the change of addressed indicators with that of the rest.

    One row for the addressed, one for the rest, one for the difference, in percentage points, positive where things got better;
    ``n_eligible`` is the number of authorities. ``results`` are those of the survey, ``actions`` has one row per action x review.
    A question counts as addressed where any coding of it is. Each authority's mean change of the addressed less that of the rest is one
    value, and authorities count alike: that a plan chose what was worst, which tends to rise by itself, is not taken out, so the
    difference is no effect of a plan. Changes that rest on fewer people than may be shown are left out.
    """
    if actions.empty:
        return no_results()
    changes = _changes(results, dictionary)
    marks = _marked(changes, actions, dictionary)
    sides = marks.groupby(["wave", "reference", "authority", "side"])["better"].mean().unstack("side").reindex(columns=[ADDRESSED, REST])
    both = sides.dropna()
    source = str(actions["source"].iloc[0])
    parts = [_compared(rows, wave, reference, dictionary) for (wave, reference), rows in both.groupby(["wave", "reference"])]
    return stacked(parts, cohort=cohort.id, source=source, group=GROUP,
                       unit="percentage points", method=METHOD)


def questions(dictionary: Dictionary) -> dict[str, Indicator]:
    """The percentage that speaks for each item or scale: a headline one, else the first with a better direction."""
    chosen: dict[str, Indicator] = {}
    declared = [one for one in dictionary.indicators if one.measure is Measure.PERCENT and one.better is not Direction.NEITHER]
    for one in sorted(declared, key=lambda one: not one.headline):
        chosen.setdefault(one.item or one.scale, one)
    return chosen


def _changes(results: pd.DataFrame, dictionary: Dictionary) -> pd.DataFrame:
    """Every authority's change of the indicators that speak for a question, turned so that up is better."""
    speaking = {one.indicator: (question, 1.0 if one.better is Direction.HIGHER else -1.0)
                for question, one in questions(dictionary).items()}
    rows = results[results["quantity"].eq(Quantity.CHANGE.value) & results["indicator"].isin(list(speaking))
                   & results["authority"].ne("") & results["group"].eq("") & ~results["weighted"]]
    rows = rows[_safe(rows, dictionary)]
    return rows.assign(
        question=[speaking[name][0] for name in rows["indicator"]],
        better=rows["estimate"] * [speaking[name][1] for name in rows["indicator"]],
    ).dropna(subset="better")


def _safe(rows: pd.DataFrame, dictionary: Dictionary) -> pd.Series:
    """Changes of which both waves could be shown on their own account."""
    least = dictionary.disclosure.threshold
    enough = pd.Series(True, index=rows.index)
    for count, base in (("numerator", "n_valid"), ("numerator_reference", "n_reference")):
        enough &= rows[base].ge(max(least, dictionary.disclosure.threshold_percent_base))
        enough &= rows[count].ge(least) & (rows[base] - rows[count]).ge(least)
    return enough


def _marked(changes: pd.DataFrame, actions: pd.DataFrame, dictionary: Dictionary) -> pd.DataFrame:
    """The changes with their side: addressed by an action of that authority, or the rest."""
    about = {one.indicator: one.item or one.scale for one in dictionary.indicators}
    pairs = {
        (row.authority, about[name]) for row in actions.itertuples() for name in row.indicators.split("; ") if name in about
    }
    found = [pair in pairs for pair in zip(changes["authority"], changes["question"], strict=True)]
    return changes.assign(side=np.where(found, ADDRESSED, REST))


def _compared(rows: pd.DataFrame, wave: str, reference: str, dictionary: Dictionary) -> pd.DataFrame:
    """The two means and their difference over authorities."""
    if len(rows) < FEWEST:
        return pd.DataFrame([{"quantity": Quantity.DIFFERENCE.value, "wave": wave, "level": ADDRESSED, "contrast": Contrast.LEVEL.value,
                              "reference": REST, "n_eligible": float(len(rows)), "warning": TOO_FEW}])
    values = {ADDRESSED: rows[ADDRESSED], REST: rows[REST], "": rows[ADDRESSED] - rows[REST]}
    level = dictionary.programme.conf_level
    made = []
    for side, column in values.items():
        mean = float(column.mean())
        found = mean_interval(mean, float(column.std()), len(column), level)
        made.append({
            "quantity": (Quantity.CHANGE if side else Quantity.DIFFERENCE).value, "wave": wave, "level": side or ADDRESSED,
            "contrast": (Contrast.WAVE if side else Contrast.LEVEL).value, "reference": reference if side else REST,
            "estimate": mean, "conf_low": float(found.conf_low), "conf_high": float(found.conf_high), "conf_level": level,
            "n_eligible": float(len(column)),
        })
    table = pd.DataFrame(made)
    table[["estimate", "conf_low", "conf_high"]] = table[["estimate", "conf_low", "conf_high"]].round(DECIMALS)
    judged = verdicts(table["estimate"], table["conf_low"], table["conf_high"], np.nan, change=table["contrast"].eq(Contrast.WAVE.value))
    return table.assign(verdict=judged)
