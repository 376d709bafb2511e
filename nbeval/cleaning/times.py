"""Times of day as survey tools write them."""

from __future__ import annotations

import pandas as pd

# Day before month first: the exports are British. Month-first is taken only where day-first does not fit.
_DATES = ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d %b %Y", "%d %B %Y", "%m/%d/%Y")
_CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
_FORMATS = tuple(date + clock for date in _DATES for clock in _CLOCKS)


def read_times(texts: pd.Series) -> pd.Series:
    """Read times in ISO form or in one of the forms British exports use.

    Parameters
    ----------
    texts : pandas.Series
        Text; empty where there is no time.

    Returns
    -------
    pandas.Series
        One row per text: a time without zone, missing where there is none or it cannot be read. One form is
        taken for all texts: ISO, or the first form that reads most of them.
    """
    given = texts.fillna("").str.strip()
    given = given.where(given != "")
    distinct = pd.Series(given.dropna().unique(), dtype=object)
    best = pd.to_datetime(distinct.str.slice(0, 19), format="ISO8601", errors="coerce")
    for form in _FORMATS:
        if best.notna().all():
            break
        read = pd.to_datetime(distinct, format=form, errors="coerce")
        if read.notna().sum() > best.notna().sum():
            best = read
    known = dict(zip(distinct, best))
    return pd.to_datetime(given.map(known))
