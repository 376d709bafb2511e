"""Figures in print to results: each with all that rounding allows, compared where it may be."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import nan

import pandas as pd

from nbeval.claims.arithmetic import (
    Counts,
    PrintedComparison,
    bases_from,
    compare_printed,
    compare_with_fixed,
    counts_behind_symbol,
    counts_printed_as,
    counts_rounded,
    interval_over,
)
from nbeval.dictionary import Dictionary
from nbeval.dictionary.enums import Match, Symbol
from nbeval.dictionary.models import Benchmark, Cohort, PrintedFigure
from nbeval.estimate.outcome import gather, result_rows
from nbeval.frames import Contrast, Method, Quantity, Reason


@dataclass(frozen=True)
class _Level:
    """A printed figure with the counts that it may stand for (None where it has no base)."""

    figure: PrintedFigure
    counts: Counts | None

    @property
    def place(self) -> dict[str, str]:
        """Where its results stand."""
        one = self.figure
        return {"indicator": one.indicator, "wave": one.wave, "authority": one.authority, "group": one.group, "level": one.level}

    @property
    def testable(self) -> bool:
        """Whether it may be compared by a test."""
        return bool(self.counts and self.counts.runs and self.figure.match is not Match.DIFFERS)


def estimate_published(figures: pd.DataFrame, cohort: Cohort, dictionary: Dictionary) -> pd.DataFrame:
    """Estimate what printed figures allow.

    Rows of ``frames.RESULTS``: each figure with its widest interval and the fewest and most people it may stand for; each two waves that do
    not overlap, and each figure beside those of other people: the difference with its widest interval, the smallest and largest p, and as
    verdict whether it is decided whatever the rounding.
    """
    chosen = {one.figure: one for one in dictionary.figures}
    levels = [_level(chosen[name]) for name in figures["figure"]]
    source = str(figures["source"].iloc[0]) if len(figures) else ""
    conf_level = dictionary.programme.conf_level
    rows = [row for one in levels for row in _level_rows(one, conf_level)]
    rows += [row for pair in _changes(levels, cohort) for row in _change_rows(*pair, cohort, conf_level)]
    rows += _beside_rows(levels, dictionary, conf_level)
    same = {"cohort": cohort.id, "source": source}
    return gather([result_rows(pd.DataFrame(rows), **same)] if rows else [])


def _level(figure: PrintedFigure) -> _Level:
    """A figure with the counts that it may stand for."""
    if figure.n is None or figure.quantity is not Quantity.PERCENT:
        return _Level(figure, None)
    if figure.symbol is not None:
        return _Level(figure, counts_behind_symbol(figure.symbol, figure.n, figure.decimals))
    bases = figure.n if figure.n_rounded_to == 1 else bases_from(*counts_rounded(figure.n, figure.n_rounded_to, figure.rounding))
    return _Level(figure, counts_printed_as(figure.printed, bases, figure.rounding))


def _level_rows(level: _Level, conf_level: float) -> list[dict[str, object]]:
    """The figure itself, and the fewest and most people that it may stand for."""
    one, counts = level.figure, level.counts
    row = level.place | {
        "quantity": one.quantity.value, "estimate": nan if one.value is None else one.value, "unit": one.unit,
        "n_valid": nan if one.n is None else one.n, "method": Method.AS_PRINTED, "warning": _warning(level),
    }
    if not counts or not counts.runs:
        ends = {"conf_low": one.conf_low, "conf_high": one.conf_high, "conf_level": conf_level} if one.conf_low is not None else {}
        return [row | ends]
    low, high = interval_over(counts, conf_level)
    single = counts.lowest if counts.number == 1 else nan
    row |= {"conf_low": 100 * low, "conf_high": 100 * high, "conf_level": conf_level, "numerator": single, "method": Method.WILSON_OVER_ROUNDING}
    ends = {"unit": "people", "n_valid": one.n, "method": Method.OVER_ROUNDING}
    return [
        row, level.place | ends | {"quantity": Quantity.COUNT_LOWEST.value, "estimate": counts.lowest},
        level.place | ends | {"quantity": Quantity.COUNT_HIGHEST.value, "estimate": counts.highest},
    ]


def _why(level: _Level) -> Reason | None:
    """Why a figure has no interval; None where it has one, or is one that has none of its own."""
    one, counts = level.figure, level.counts
    if one.quantity in (Quantity.LOWEST, Quantity.HIGHEST):
        return Reason.UNNAMED_AUTHORITY
    if one.symbol:
        return Reason.SYMBOL_PRINTED
    if counts is None:
        return Reason.NO_PRINTED_BASE if one.n is None else None
    return None if counts.runs else Reason.NO_PRINTED_COUNT


def _warning(level: _Level) -> str:
    """Why a figure has no interval, in words."""
    why = _why(level)
    if why is Reason.NO_PRINTED_COUNT or (why is Reason.SYMBOL_PRINTED and level.figure.symbol in (Symbol.NOT_AVAILABLE, Symbol.NOT_APPLICABLE)):
        return why.not_estimable
    return f"no interval: {why}" if why is Reason.NO_PRINTED_BASE else why or ""


def _changes(levels: list[_Level], cohort: Cohort) -> list[tuple[_Level, _Level]]:
    """Every two waves of one indicator in one place whose numbers who answered are published."""
    order = {wave.id: place for place, wave in enumerate(cohort.waves)}
    based = sorted((one for one in levels if one.counts is not None), key=lambda one: order[one.figure.wave])
    same = ("indicator", "authority", "group", "level")
    return [
        (now, then) for then, now in combinations(based, 2)
        if all(then.place[name] == now.place[name] for name in same) and then.figure.wave != now.figure.wave
    ]


def _change_rows(now: _Level, then: _Level, cohort: Cohort, conf_level: float) -> list[dict[str, object]]:
    """The change from one printed figure to a later one."""
    overlaps = {wave.id: wave.overlaps for wave in cohort.waves}
    together = now.figure.wave in overlaps[then.figure.wave] or then.figure.wave in overlaps[now.figure.wave]
    row = now.place | {
        "quantity": Quantity.CHANGE.value, "contrast": Contrast.WAVE.value, "reference": then.figure.wave, "unit": "points",
        "n_valid": now.figure.n, "n_reference": then.figure.n,
    }
    if together or not (now.testable and then.testable):
        return [row | _untested(now.figure.value, then.figure.value, Reason.SAME_PEOPLE if together else _unfit(now, then))]
    return _compared(row, compare_printed(now.counts, then.counts, conf_level), _gap(now.figure.value, then.figure.value), conf_level)


def _beside_rows(levels: list[_Level], dictionary: Dictionary, conf_level: float) -> list[dict[str, object]]:
    """Each figure beside those of other people that it names, and their own values, each once."""
    declared = {(one.figure, one.indicator): one for one in dictionary.benchmarks if one.figure}
    figures = {one.figure: one for one in dictionary.figures}
    rows, shown = [], {}
    for level in levels:
        for name in level.figure.beside:
            other = declared.get((name, level.figure.indicator))
            if other is None:
                continue
            shown[other.benchmark] = other
            rows += _beside(level, figures[name], other, conf_level)
    return [_published(one) for one in shown.values()] + rows


def _published(benchmark: Benchmark) -> dict[str, object]:
    """The value of other people, as a row."""
    return {
        "indicator": benchmark.indicator, "quantity": Quantity.BENCHMARK.value, "contrast": Contrast.COMPARATOR.value,
        "reference": benchmark.benchmark, "estimate": benchmark.value, "conf_low": benchmark.conf_low,
        "conf_high": benchmark.conf_high, "n_valid": benchmark.n, "unit": benchmark.unit, "method": Method.AS_PUBLISHED,
    }


def _beside(level: _Level, figure: PrintedFigure, other: Benchmark, conf_level: float) -> list[dict[str, object]]:
    """One figure less one of other people."""
    row = level.place | {
        "quantity": Quantity.DIFFERENCE.value, "contrast": Contrast.COMPARATOR.value, "reference": other.benchmark,
        "unit": "points", "n_valid": nan if level.figure.n is None else level.figure.n,
        "n_reference": nan if other.n is None else other.n,
    }
    if level.counts is None or not level.testable or other.match is Match.DIFFERS or figure.printed is None:
        return [row | _untested(level.figure.value, other.value, _unfit(level))]
    theirs = _level(figure).counts
    found = compare_printed(level.counts, theirs, conf_level) if theirs and theirs.runs else \
        compare_with_fixed(level.counts, figure.printed, conf_level)
    return _compared(row, found, _gap(level.figure.value, other.value), conf_level)


def _compared(row: dict[str, object], found: PrintedComparison, gap: float, conf_level: float) -> list[dict[str, object]]:
    """A comparison as rows: itself with the largest p, then the smallest and the largest p."""
    method = "; ".join(dict.fromkeys((*found.methods, Method.OVER_ROUNDING)))
    whole = row | {
        "estimate": gap, "conf_low": 100 * found.conf_low, "conf_high": 100 * found.conf_high, "conf_level": conf_level,
        "p_value": found.p_largest, "method": method, "verdict": found.decision.value, "warning": found.warning,
    }
    ends = {"unit": "p", "method": method}
    return [
        whole, row | ends | {"quantity": Quantity.P_SMALLEST.value, "estimate": found.p_smallest},
        row | ends | {"quantity": Quantity.P_LARGEST.value, "estimate": found.p_largest},
    ]


def _untested(now: float | None, then: float | None, why: Reason) -> dict[str, object]:
    """A difference as printed, without a test."""
    return {"estimate": _gap(now, then), "method": Method.NONE, "warning": f"not tested: {why}"}


def _unfit(*levels: _Level) -> Reason:
    """Why figures are not tested: one of them has no counts, or coding or base differ."""
    return next((why for one in levels if not (one.counts and one.counts.runs) and (why := _why(one))), Reason.CODING_DIFFERS)


def _gap(now: float | None, then: float | None) -> float:
    """A difference as printed; NaN where a symbol stands in place of a figure."""
    return nan if now is None or then is None else now - then
