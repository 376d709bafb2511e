"""Invented people and the results of their answers, made without the stages that make real ones."""

from __future__ import annotations

from itertools import product
from types import SimpleNamespace

import numpy as np
import pandas as pd

from nbeval.dictionary.models import Cohort, Disclosure, Indicator, Item
from nbeval.frames import MISSING_COLUMNS, RESULTS

SYMBOLS = {"withheld": "[c]", "not_available": "[x]", "not_applicable": "[z]", "low": "[low]"}
WAVES = ("before", "after")


def policy(**changes) -> Disclosure:
    """A policy: threshold 10, intervals of 5."""
    fields = dict(
        threshold=10, threshold_internal=5, threshold_percent_base=10, protect_complement=True, rounding="half_up",
        protection_interval=5, symbols=SYMBOLS, symbol_meanings=SYMBOLS, source="S1",
        priority=("cohort", "change", "headline", "authority", "group"),
    )
    return Disclosure(**(fields | changes))


def indicator(name: str, item: str, codes: tuple[str, ...], measure: str = "percent", **more) -> Indicator:
    """An indicator of an item."""
    return Indicator(
        indicator=name, label=name, short=name, says=name, domain="d", item=item, measure=measure, codes=codes,
        unit="percent" if measure == "percent" else "points", better="neither", status="confirmed", source="S1", **more)


def dictionary(indicators, *, items=None, routing=(), groups=None, disclosure=None, cohorts=()):
    """A dictionary with one instrument; every item is a choice of the codes 0 to 10 unless given."""
    names = sorted({one.item for one in indicators})
    known = {"yesno": 1} | (items or {})
    records = [Item(item=name, label=name, kind="number", lowest=0, highest=known.get(name, 10), status="confirmed", source="S1")
               for name in names]
    instrument = SimpleNamespace(items=tuple(records), responses=(), routing=tuple(routing))
    return SimpleNamespace(
        cohorts=tuple(cohorts), indicators=tuple(indicators), instruments=(instrument,), scales=(), groups=groups or {}, disclosure=disclosure or policy(),
        indicator=lambda name: next(one for one in indicators if one.indicator == name),
    )


def cohort(authorities, waves=WAVES) -> Cohort:
    """A cohort of these authorities."""
    return Cohort(
        id="c", label="C", starts="2020", authorities=tuple(authorities), source="S1",
        waves=tuple({"id": wave, "label": wave} for wave in waves), groups=("g",))


def complete(rows: list[dict]) -> pd.DataFrame:
    """Rows of results with every column."""
    table = pd.DataFrame(rows)
    for name, column in RESULTS.columns.items():
        kind = str(column.dtype)
        if kind == "float64":
            table[name] = table[name].astype(float) if name in table else np.nan
        elif kind == "bool":
            table[name] = table[name].fillna(False).astype(bool) if name in table else False
        else:
            table[name] = (table[name] if name in table else pd.Series("", index=table.index)).fillna("").astype(str)
    return table[list(RESULTS.columns)]


def percent(indicator: str, count: float, base: float, eligible: float | None = None, **place) -> dict:
    """One row for a percentage."""
    row = dict(source="survey", cohort="c", indicator=indicator, quantity="percent", wave="before", numerator=count,
               n_valid=base, n_eligible=base if eligible is None else eligible, estimate=100 * count / base, unit="percent")
    return row | dict.fromkeys(MISSING_COLUMNS, 0.0) | {"missing_not_answered": row["n_eligible"] - base} | place


def people(rng, sizes: dict[str, int], groups: dict[str, list[float]], waves=WAVES) -> pd.DataFrame:
    """One row per respondent: wave, authority, a column per group (missing for some)."""
    parts = []
    for wave, (authority, size) in product(waves, sizes.items()):
        part = pd.DataFrame({"wave": wave, "authority": authority}, index=range(size))
        for name, shares in groups.items():
            levels = np.array([f"{name}{k}" for k in range(len(shares))], dtype=object)
            part[name] = rng.choice(levels, size, p=shares)
            part.loc[rng.random(size) < 0.03, name] = None
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def answers(rng, respondents: pd.DataFrame, items: dict[str, np.ndarray]) -> pd.DataFrame:
    """One column per item: codes drawn with these probabilities, three in a hundred missing."""
    drawn = {}
    for name, shares in items.items():
        codes = rng.choice(np.arange(len(shares)), len(respondents), p=shares).astype(float)
        drawn[name] = np.where(rng.random(len(respondents)) < 0.03, np.nan, codes)
    return pd.DataFrame(drawn)


def release(respondents, given, indicators, groups, *, changes: bool = True) -> pd.DataFrame:
    """Levels of every indicator by wave, authority and group level, counts of people, composition and changes."""
    from nbeval.dictionary.codes import matcher

    rows = _forms(respondents, groups)
    for one in indicators:
        value = given[one.item]
        hit = pd.Series(np.where(value.isna(), np.nan, value if one.measure == "mean" else matcher(one.codes).contains(value)))
        frame = respondents.assign(value=hit, one=1)
        for keys in [["wave"], ["wave", "authority"], *(["wave", name] for name in groups)]:
            found = frame.groupby(keys)["value"].agg(["count", "size", "sum", "mean", "std"]).reset_index()
            for row in found.itertuples(index=False):
                rows += _levels(one, dict(zip(keys, row[: len(keys)], strict=True)), row, groups)
    table = complete(rows)
    return pd.concat([table, _changes(table)], ignore_index=True) if changes else table


def _forms(respondents, groups) -> list[dict]:
    """Counts of forms and shares of group levels."""
    rows = []
    for wave, part in respondents.groupby("wave"):
        for authority, size in [("", len(part)), *part["authority"].value_counts().items()]:
            rows.append(dict(cohort="c", source="survey", quantity="count", wave=wave, authority=authority,
                             estimate=size, n_valid=size, unit="forms"))
        for name in groups:
            base = part[name].notna().sum()
            for level, size in part[name].value_counts().items():
                rows.append(dict(cohort="c", source="survey", quantity="percent", wave=wave, group=name, level=level, unit="percent",
                                 numerator=size, n_valid=base, n_eligible=len(part), estimate=100 * size / base))
    return rows


def _levels(one, keys, row, groups) -> list[dict]:
    """The row or rows of one place."""
    place = dict(wave=keys["wave"], authority=keys.get("authority", ""))
    for name in groups:
        if name in keys:
            place |= dict(group=name, level=keys[name])
    common = dict(cohort="c", source="survey", indicator=one.indicator, n_valid=row.count, n_eligible=row.size, **place)
    common |= dict.fromkeys(MISSING_COLUMNS, 0.0) | {"missing_not_answered": row.size - row.count}
    if one.measure == "mean":
        return [common | dict(quantity="mean", estimate=row.mean, unit="points"),
                common | dict(quantity="sd", estimate=row.std, unit="points")]
    return [common | dict(quantity="percent", numerator=row.sum, estimate=100 * row.mean, unit="percent",
                          conf_low=0.0, conf_high=1.0)]


def _changes(table: pd.DataFrame) -> pd.DataFrame:
    """The change of every level that both waves have."""
    level = table[table["indicator"].ne("") & table["quantity"].isin(["percent", "mean"])]
    on = ["source", "indicator", "quantity", "authority", "group", "level"]
    now, then = (level[level["wave"].eq(wave)] for wave in reversed(WAVES))
    both = now.merge(then[[*on, "numerator", "n_valid", "estimate"]], on=on, suffixes=("", "_then"), validate="one_to_one")
    both = both.assign(
        quantity="change", contrast="wave", reference=WAVES[0], estimate=both["estimate"] - both["estimate_then"],
        numerator_reference=both["numerator_then"], n_reference=both["n_valid_then"])
    return both[list(RESULTS.columns)]
