"""Measurement: how well the scales hold together, and where answers pile up."""

from __future__ import annotations

import pandas as pd

from nbeval.dictionary.models import Scale
from nbeval.estimate.outcome import Outcome, not_estimable
from nbeval.estimate.plan import Plan
from nbeval.estimate.proportions import wilson
from nbeval.estimate.reliability import alpha, complete_answers, floor_and_ceiling, item_rest, straight_lining
from nbeval.estimate.rows import outcome_columns
from nbeval.frames import Quantity, Reason


def measurement(plan: Plan) -> pd.DataFrame:
    """Study every scale of two items or more at every wave.

    One row per scale x wave for ``alpha`` (Feldt's interval), ``floor``, ``ceiling`` and ``straight_lining`` (of those who answered every
    item), and for ``item_nonresponse`` (of those who were given any) where the scale is no indicator, which has that row of its own; and
    one row per item for ``item_rest``, with the item in ``level``. An item that runs against its scale says so in ``warning``.
    """
    present = set(plan.keyed["scale"])
    blocks = [
        _scale_at_wave(scale, wave, plan)
        for scale in plan.dictionary.scales if scale.id in present and len(scale.items) > 1
        for wave in plan.waves
    ]
    rows = [row for block in blocks for row in block]
    return plan.rows(rows)


def _scale_at_wave(scale: Scale, wave: str, plan: Plan) -> list[dict[str, object]]:
    """The rows of one scale at one wave."""
    rows = plan.keyed[plan.keyed["scale"].eq(scale.id) & plan.keyed["wave"].eq(wave)]
    items = rows.pivot(index="respondent", columns="item", values="code")
    items = items[[entry.item for entry in scale.items if entry.item in items]]
    n = len(complete_answers(items))
    place = {"indicator": scale.id, "wave": wave, "n_valid": float(n), "n_eligible": float(len(items))}
    return [
        place | _row(Quantity.ALPHA, alpha(items), "coefficient"),
        *_ends(place, items, scale, plan),
        *_gaps(place, items, plan),
        *_rests(place, items),
    ]


def _ends(place: dict, items: pd.DataFrame, scale: Scale, plan: Plan) -> list[dict[str, object]]:
    """Floor and ceiling of the scale's own range of answers."""
    ranges = [plan.dictionary.ranges[entry.item] for entry in scale.items]
    if len(set(ranges)) > 1 or any(entry.counts_when for entry in scale.items):
        return []
    low, high = floor_and_ceiling(items, lowest=ranges[0][0], highest=ranges[0][1])
    turned = {entry.item for entry in scale.items if entry.reverse}
    as_answered = items.assign(**{name: sum(ranges[0]) - items[name] for name in items if name in turned})
    return [
        place | _row(Quantity.FLOOR, low, "percent", factor=100),
        place | _row(Quantity.CEILING, high, "percent", factor=100),
        place | _row(Quantity.STRAIGHT_LINING, straight_lining(as_answered), "percent", factor=100),
    ]


def _gaps(place: dict, items: pd.DataFrame, plan: Plan) -> list[dict[str, object]]:
    """Those who left an item of the scale out, where no indicator says it."""
    if place["indicator"] in {one.indicator for one in plan.dictionary.indicators}:
        return []
    level, n = plan.conf_level, len(items)
    without = wilson(n - place["n_valid"], n, level).outcome("wilson", level) if n else not_estimable("wilson", "no valid answer")
    return [place | _row(Quantity.ITEM_NONRESPONSE, without, "percent", factor=100)]


def _rests(place: dict, items: pd.DataFrame) -> list[dict[str, object]]:
    """The correlation of each item with the rest of its scale."""
    return [
        place | _row(Quantity.ITEM_REST, found, "correlation") | {"group": "item", "level": item}
        | ({"warning": Reason.AGAINST_SCALE} if found.estimate < 0 else {})
        for item, found in item_rest(items).items()
    ]


def _row(quantity: Quantity, found: Outcome, unit: str, *, factor: float = 1.0) -> dict[str, object]:
    """One outcome as the columns of a row."""
    return {"quantity": quantity.value, "unit": unit, **outcome_columns(found, factor=factor)}
