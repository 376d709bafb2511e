"""How many digits of a number leave: rounded once, where results become released results, so that every format prints one number.

Counts of people leave whole. A percentage of counts that are printed beside it says no more than they do; what rests on the answers of
single people, or on counts that are not printed (a model, a correlation, a weighted figure, the mean of answers), leaves with few digits,
for each more would be an equation for whoever knows the rest. ``Digits`` of the policy says how many; this table says of what.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from nbeval.dictionary import Dictionary
from nbeval.dictionary.enums import Measure
from nbeval.dictionary.models import Digits
from nbeval.frames import Quantity

#: estimates that follow from the counts printed on their rows
OF_COUNTS = (
    Quantity.PERCENT, Quantity.RESPONSE_RATE, Quantity.ITEM_NONRESPONSE, Quantity.POPULATION_SHARE, Quantity.CHANGE, Quantity.DIFFERENCE,
    Quantity.FLOOR, Quantity.CEILING, Quantity.STRAIGHT_LINING, Quantity.ATTRITION, Quantity.MOVED_UP, Quantity.MOVED_DOWN, Quantity.STAYED)
#: estimates of a model, or of how answers of single people go together: no count gives them
OF_SINGLE_ANSWERS = (
    Quantity.ODDS_RATIO, Quantity.MARGINAL_EFFECT, Quantity.CHANGE_ADJUSTED, Quantity.CHANGE_IMPUTED, Quantity.ALPHA, Quantity.ITEM_REST,
    Quantity.EFFECT_SIZE, Quantity.SUPERIORITY, Quantity.RANK_BISERIAL, Quantity.PROPORTIONALITY)
#: units of which a hundred make the whole
_PERCENT = ("percent", "percentage points")
#: numbers in the unit of the estimate
_IN_ITS_UNIT = ("estimate", "conf_low", "conf_high")
_P = ("p_value", "p_adjusted")
_TESTS = ("std_error", "statistic", "df", *_P)
ROUNDED = (*_IN_ITS_UNIT, *_TESTS, "n_effective")
#: smaller than this is nothing, but for a p-value: what a machine leaves over
_NOTHING, _SMALLEST = 1e-9, 9
#: a number that rounding would put on a tie, which the next rounding decides, has so many digits more at most
_MORE = 3
#: more decimals than a number of a machine can have
_MOST = 300


def release_digits(table: pd.DataFrame, dictionary: Dictionary) -> pd.DataFrame:
    """Round the numbers of protected results to the digits that leave. One row per row of ``table``; verdicts were given before.

    No number moves across what its row says of it: a p-value above the level stays above it, an end of an interval stays on its side of 0.
    """
    alpha = 1 - dictionary.programme.conf_level
    return table.assign(**{
        name: rounded(table[name].to_numpy(), places(table, name, dictionary), above=alpha if name in _P else None) for name in ROUNDED})


def places(table: pd.DataFrame, name: str, dictionary: Dictionary) -> np.ndarray:
    """How many decimals of the numbers of a column leave, row by row: at least those that are printed; fewer than 0 where the last digits of
    a whole number do not leave either."""
    policy: Digits = dictionary.disclosure.digits
    value = np.abs(table[name].to_numpy(dtype=float))
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.floor(np.log10(np.where(value > 0, value, 1.0)))
    significant = policy.significant - 1 - np.where(np.isfinite(size), size, 0)
    significant = significant if name in _P else np.minimum(significant, _SMALLEST)
    at_least = np.maximum(significant, policy.decimals)
    if name == "n_effective":
        return np.zeros(len(table))
    if name == "df":
        return at_least
    single, weighted = table["quantity"].isin(OF_SINGLE_ANSWERS).to_numpy(), table["weighted"].to_numpy(dtype=bool)
    if name in _TESTS:
        return np.where(single | weighted | (name in _P), significant, at_least)
    shares = {one.indicator for one in dictionary.indicators if one.measure is Measure.PERCENT}
    percent = (table["unit"].isin(_PERCENT) | table["indicator"].isin(shares)).to_numpy()
    counted = table["quantity"].isin(OF_COUNTS).to_numpy() & percent
    coarse = weighted & table["std_error"].isna().to_numpy()              # its tests were kept back: it leaves as it is printed
    leave = np.select(
        [coarse, weighted & percent, weighted, single, counted, percent],
        [0, policy.weighted_percent, policy.decimals, significant, policy.percent, np.maximum(policy.percent, significant)], at_least)
    printed = {one.indicator: one.decimals for one in dictionary.indicators}
    return np.maximum(leave, table["indicator"].map(printed).fillna(-_MOST).to_numpy())


def rounded(values: np.ndarray, decimals: np.ndarray, *, above: float | None = None) -> np.ndarray:
    """Round half up to so many decimals each, such that rounding to fewer afterwards gives what rounding the value itself gives: a number
    that would come to lie on a tie of the next rounding keeps digits more. What is not nothing does not become 0, and what is ``above`` a
    limit stays above it."""
    values, decimals = np.asarray(values, dtype=float), np.minimum(decimals, _MOST).astype(int)
    found, open_ = np.full(values.shape, np.nan), np.isfinite(values)
    for more in range(_MORE + 1):
        at = np.flatnonzero(open_)
        found[at], tie = _half_up(values[at], decimals[at])
        lost = (found[at] == 0) & (np.abs(values[at]) > _NOTHING)
        lost |= False if above is None else (values[at] > above) & (found[at] <= above)
        open_[at] = tie | lost
        decimals[at] += open_[at] & (more < _MORE)
    for at in np.flatnonzero(open_):                          # so near to a tie or to a limit: the next number on its own side
        found[at] = round(found[at] + np.sign(values[at] - found[at]) * 10.0 ** -decimals[at], decimals[at])
    return found


def _half_up(values: np.ndarray, decimals: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The numbers rounded, and which of them rounding put on a tie of a rounding to fewer decimals."""
    size = np.abs(values)
    with np.errstate(over="ignore"):
        scaled = np.where(decimals >= 0, size * 10.0 ** decimals, size / 10.0 ** -decimals)
    steps = np.floor(scaled * (1 + 4e-15) + 0.5 + 1e-9)
    up = steps > scaled * (1 + 4e-15) + 1e-9
    near = np.where(decimals >= 0, steps / 10.0 ** np.maximum(decimals, 0), steps * 10.0 ** np.maximum(-decimals, 0))
    for at in np.flatnonzero(decimals > 22):                  # such powers of ten are not exact
        near[at] = float(f"{int(steps[at])}e{-decimals[at]}")
    last, place = steps.copy(), decimals.copy()
    for _ in range(int(decimals.max(initial=0))):
        ends_in_zero = (last % 10 == 0) & (place > 0) & (last > 0)
        if not ends_in_zero.any():
            break
        last, place = np.where(ends_in_zero, last / 10, last), place - ends_in_zero
    return np.where(values < 0, -near, near) + 0.0, up & (place > 0) & (last % 10 == 5)
