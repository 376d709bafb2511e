"""Checks of official figures: percentages against their counts, and one vintage against another."""

from __future__ import annotations

import pandas as pd

from nbeval.cleaning.findings import NOTE, PASS, WARNING, Finding, number

#: a published percentage is a whole number, so it may lie half a point from its counts
ROUNDING = 0.5
_SLACK = 1e-9
_THING = ["authority", "year", "measure"]


def check_figures(figures: pd.DataFrame) -> list[tuple[str, Finding]]:
    """Check the figures of all tables.

    Returns
    -------
    list of (name of the check, Finding)
        One finding at least for each check.
    """
    checks = (
        ("official_rounding", _rounding, "Every percentage fits its counts as far as rounding allows."),
        ("official_withheld", _withheld, "Every figure is published as a number."),
        ("official_revised", _revised, "No figure differs between vintages."),
    )
    return [(name, one) for name, find, passes in checks for one in find(figures) or [Finding(PASS, passes)]]


def off_rounding(figures: pd.DataFrame) -> pd.DataFrame:
    """The percentages that lie further from their counts than rounding explains.

    Returns
    -------
    one row per such figure, as in ``figures``.
    """
    share = 100 * figures["count"] / figures["denominator"].where(figures["denominator"] > 0)
    return figures[(share - figures["value"]).abs() > ROUNDING + _SLACK]


def _rounding(figures: pd.DataFrame) -> list[Finding]:
    """One finding per authority whose percentages do not fit."""
    return [
        Finding(WARNING, f"{number(len(rows), 'percentage does', 'percentages do')} not fit the counts beside them.",
                "look whether the counts are rounded before publication.", authority=authority, count=len(rows))
        for authority, rows in off_rounding(figures).groupby("authority", sort=True)
    ]


def _withheld(figures: pd.DataFrame) -> list[Finding]:
    """One finding per authority and symbol that stands in place of numbers."""
    marked = figures[figures["symbol"].ne("")]
    return [
        Finding(NOTE, f"{number(len(rows), 'figure')} published as the symbol '{symbol}'; kept as no number.",
                authority=authority, count=len(rows))
        for (authority, symbol), rows in marked.groupby(["authority", "symbol"], sort=True)
    ]


def _revised(figures: pd.DataFrame) -> list[Finding]:
    """One finding per authority with figures that a later vintage changed."""
    said = figures.assign(said=figures["value"].map("{:g}".format).where(figures["symbol"].eq(""), figures["symbol"]))
    readings = said.groupby(_THING, sort=True)["said"].nunique()
    changed = readings[readings > 1].reset_index()
    return [
        Finding(NOTE, f"{number(len(rows), 'figure differs', 'figures differ')} between vintages.",
                "the newest vintage is the one to use.", authority=authority, count=len(rows))
        for authority, rows in changed.groupby("authority", sort=True)
    ]
