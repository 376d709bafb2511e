"""Measurement: how well the items of a scale hang together, and how they were answered."""

from __future__ import annotations

from collections.abc import Iterator
from math import nan

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from nbeval.dictionary.models import Scale
from nbeval.estimate.means import varies
from nbeval.estimate.outcome import Outcome, not_estimable, outcome_columns
from nbeval.estimate.plan import Plan
from nbeval.estimate.proportions import wilson
from nbeval.frames import Method, Quantity, Reason


def complete_answers(items: pd.DataFrame) -> NDArray[np.float64]:
    """Give the answers of those who answered every item: one row per respondent, one column per item."""
    values = items.to_numpy(float, na_value=nan)
    return values[np.isfinite(values).all(axis=1)]


def alpha(items: pd.DataFrame, *, conf_level: float = 0.95) -> Outcome:
    """Give Cronbach's alpha with the interval of Feldt, Woodruff and Salih (Appl Psychol Meas 1987;11:93-103). Written here because
    pingouin's licence does not fit and its alpha takes pairs where answers are missing."""
    complete = complete_answers(items)
    why = _too_few(complete) or ("" if varies(complete.sum(axis=1)) else Reason.SCORE_WITHOUT_SPREAD)
    if why:
        return not_estimable(Method.ALPHA, why)
    (n, k), covariance = complete.shape, np.cov(complete, rowvar=False)
    value = float(k / (k - 1) * (1 - np.trace(covariance) / covariance.sum()))
    low, high = 1 - (1 - value) * stats.f.ppf([(1 + conf_level) / 2, (1 - conf_level) / 2], n - 1, (n - 1) * (k - 1))
    warning = "" if value >= 0 else Reason.NEGATIVE_ALPHA
    return Outcome(value, conf_low=float(low), conf_high=float(high), conf_level=conf_level, method=Method.ALPHA, warning=warning)


def item_rest(items: pd.DataFrame) -> dict[str, Outcome]:
    """Give the correlation of each item with the sum of the others, in the order of the columns."""
    complete = complete_answers(items)
    why = _too_few(complete)
    if why:
        return {name: not_estimable(Method.ALPHA, why) for name in items.columns}
    found, total = {}, complete.sum(axis=1)
    for position, name in enumerate(items.columns):
        item, rest = complete[:, position], total - complete[:, position]
        spread = varies(item) and varies(rest)
        found[name] = Outcome(float(np.corrcoef(item, rest)[0, 1]), method=Method.ALPHA) if spread else not_estimable(Method.ALPHA, Reason.NO_SPREAD)
    return found


def share_of(chosen: NDArray[np.bool_], method: Method, why: str = "") -> Outcome:
    """Give the share, 0 to 1, of respondents whose every item is ``chosen``, or say why there is none."""
    why = why or (Reason.NO_COMPLETE if len(chosen) == 0 else "")
    return not_estimable(method, why) if why else Outcome(float(chosen.all(axis=1).mean()), method=method)


def floor_and_ceiling(items: pd.DataFrame, *, lowest: float, highest: float) -> tuple[Outcome, Outcome]:
    """Give the shares, 0 to 1, whose every item is at the lowest, or at the highest, answer as declared, never as observed."""
    complete = complete_answers(items)
    return share_of(complete == lowest, Method.FLOOR), share_of(complete == highest, Method.CEILING)


def straight_lining(items: pd.DataFrame) -> Outcome:
    """Give the share, 0 to 1, who gave one and the same answer to every item, before any item is reversed."""
    complete = complete_answers(items)
    few = Reason.ONE_ITEM if len(complete) and complete.shape[1] < 2 else ""
    return share_of(complete == complete[:, :1], Method.STRAIGHT_LINING, few)


def _too_few(complete: NDArray[np.float64]) -> str:
    """Why nothing can be said of these respondents or items, or nothing."""
    if len(complete) < 2:
        return Reason.TOO_FEW_COMPLETE
    return Reason.ONE_ITEM if complete.shape[1] < 2 else ""


def measurement(plan: Plan) -> pd.DataFrame:
    """Study every scale of two items or more at every wave. One row per scale x wave for ``alpha`` (Feldt's interval), ``floor``,
    ``ceiling`` and ``straight_lining`` (of those who answered every item), and for ``item_nonresponse`` (of those who were given any)
    where the scale is no indicator, which has that row of its own; and one row per item for ``item_rest``, with the item in ``level``. An
    item that runs against its scale says so in ``warning``."""
    present = set(plan.keyed["scale"])
    scales = [scale for scale in plan.dictionary.scales if scale.id in present and len(scale.items) > 1]
    return plan.rows([row for scale in scales for wave in plan.waves for row in _scale_at_wave(scale, wave, plan)])


def _scale_at_wave(scale: Scale, wave: str, plan: Plan) -> Iterator[dict[str, object]]:
    """The rows of one scale at one wave."""
    rows = plan.keyed[plan.keyed["scale"].eq(scale.id) & plan.keyed["wave"].eq(wave)]
    items = rows.pivot(index="respondent", columns="item", values="code")
    items = items[[entry.item for entry in scale.items if entry.item in items]]
    n, complete, level = len(items), len(complete_answers(items)), plan.conf_level
    place = {"indicator": scale.id, "wave": wave, "n_valid": float(complete), "n_eligible": float(n)}

    def row(quantity: Quantity, found: Outcome, unit: str, **more: object) -> dict[str, object]:
        return place | outcome_columns(found, factor=100 if unit == "percent" else 1) | {"quantity": quantity.value, "unit": unit} | more

    yield row(Quantity.ALPHA, alpha(items, conf_level=level), "coefficient")
    ranges = [plan.dictionary.ranges[entry.item] for entry in scale.items]
    if len(set(ranges)) == 1 and not any(entry.counts_when for entry in scale.items):
        low, high = floor_and_ceiling(items, lowest=ranges[0][0], highest=ranges[0][1])
        as_answered = items.assign(**{one.item: sum(ranges[0]) - items[one.item] for one in scale.items if one.reverse and one.item in items})
        yield row(Quantity.FLOOR, low, "percent")
        yield row(Quantity.CEILING, high, "percent")
        yield row(Quantity.STRAIGHT_LINING, straight_lining(as_answered), "percent")
    if scale.id not in {one.indicator for one in plan.dictionary.indicators}:
        without = wilson(n - complete, n, level).outcome(Method.WILSON, level) if n else not_estimable(Method.WILSON, Reason.NOBODY_ASKED)
        yield row(Quantity.ITEM_NONRESPONSE, without, "percent")
    for item, found in item_rest(items).items():
        against = {"warning": Reason.AGAINST_SCALE} if found.estimate < 0 else {}
        yield row(Quantity.ITEM_REST, found, "correlation", group="item", level=item, **against)
