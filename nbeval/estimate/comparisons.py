"""Comparisons: two counts beside one another, and the difference between them.

Waves, levels of a group, an authority and the rest, published values, and who was lost between waves are all compared here.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from nbeval.dictionary.enums import Match, Measure
from nbeval.dictionary.models import Benchmark, Indicator
from nbeval.estimate.families import level_of_one
from nbeval.estimate.levels import NOBODY, ONE_ONLY, share, unit_of
from nbeval.estimate.means import difference, hedges_g, mean_against_fixed, moments, squares_without, welch
from nbeval.estimate.plan import PLACE, Plan
from nbeval.estimate.power import smallest_change_mean, smallest_change_percent
from nbeval.estimate.proportions import SMALLEST_EXPECTED, against_fixed_exact, against_fixed_score, differences_tested, newcombe
from nbeval.frames import Contrast, Method, Quantity, Reason

POWER = 0.80
#: the columns of a count, and those of the count that it is compared with
COUNTED = {"n_valid": "n_reference", "numerator": "numerator_reference", "squares": "squares_reference"}
_SAME_PLACE = [name for name in PLACE if name != "wave"]


# --- what is compared with what ----------------------------------------------------------------------

def change(plan: Plan) -> pd.DataFrame:
    """Estimate the change of every indicator between every two waves that are contrasted. One row per indicator x pair of waves x place:
    ``change`` with its interval and test, and for means ``effect_size`` (Hedges g). For the whole cohort and each authority also
    ``smallest_change``: what the two samples could have shown with 80 % power if nothing else of its family changed, in the unit of the change."""
    blocks = [plan.rows()]
    for wave, reference in plan.every_pair:
        pairs = wave_pairs(plan, wave, reference)
        blocks += [difference_rows(pairs, plan, Quantity.CHANGE), _detectable(pairs[pairs["group"].eq("")], plan)]
    return pd.concat(blocks, ignore_index=True)


def wave_pairs(plan: Plan, wave: str, reference: str) -> pd.DataFrame:
    """Give the counts of a wave beside those of an earlier one, for the indicators that contrast the two: one row per indicator x place,
    levels of a group only where both waves have the group."""
    mine = plan.tallies[plan.tallies["indicator"].isin([name for name, pairs in plan.contrasts.items() if (wave, reference) in pairs])]
    both = {group for group, waves in plan.grouped.items() if {wave, reference} <= set(waves)}
    mine = mine[mine["group"].isin({"", *both})]
    now, first = (mine[mine["wave"].eq(name)] for name in (wave, reference))
    return pair(now, first, _SAME_PLACE).assign(contrast=Contrast.WAVE.value, reference=reference)


#: the numbers of an estimate, without the counts that it rests on
ESTIMATED = ("estimate", "std_error", "conf_low", "conf_high", "conf_level", "statistic", "df", "p_value", "n_effective")


def leave_untested(results: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Take the numbers from every estimate of change whose question or group differs between its two waves, whatever estimated it; its
    counts stay, and ``warning`` says why. One row per row of ``results``, before families are adjusted and verdicts given."""
    place = ["indicator", "wave", "reference", "authority", "group"]
    compared = results["contrast"].isin([Contrast.WAVE.value, Contrast.COMPARISON.value])
    between = results.loc[compared, place].drop_duplicates()
    differing = {key for key in between.itertuples(index=False, name=None) if plan.comparable(*key) is Match.DIFFERS}
    if not differing:
        return results
    keys = results[place].itertuples(index=False, name=None)
    untested = compared & pd.Series([key in differing for key in keys], index=results.index)
    emptied = {name: results[name].mask(untested) for name in ESTIMATED}
    return results.assign(**emptied, method=results["method"].mask(untested, Method.NONE.value),
                          warning=results["warning"].mask(untested, Reason.NOT_COMPARABLE.not_estimable))


#: contrasts whose ``reference`` is another wave
_OF_WAVES = [Contrast.WAVE.value, Contrast.COMPARISON.value, Contrast.PAIRS.value]
#: reasons that stand, whatever was asked
_STANDING = [Reason.NOT_COMPARABLE.not_estimable, Reason.DEFINITION_DIFFERS.not_estimable]


def say_not_asked(results: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Say of every figure that is missing because a question was not asked that it was not asked, never that nobody answered: at its wave
    and place, at the wave it is contrasted with, or of those it is compared with. One row per row of ``results``."""
    if not plan.unasked:
        return results
    rows = results[results["estimate"].isna() & ~results["warning"].isin(_STANDING)]
    own = _unasked(rows, plan)
    waves, levels, rest = (rows["contrast"].isin(names) for names in (_OF_WAVES, [Contrast.LEVEL.value], [Contrast.REST.value]))
    others = rows.assign(wave=rows["wave"].mask(waves, rows["reference"]), level=rows["level"].mask(levels, rows["reference"]))
    other = _unasked(others, plan)
    alone = np.array([all((name, wave, one, "", "") in plan.unasked for one in plan.cohort.authorities if one != authority)
                      for name, wave, authority in rows[["indicator", "wave", "authority"]].itertuples(index=False, name=None)], dtype=bool)
    why = np.select(
        [own & (~waves | other), waves & (own | other), (levels & other) | (rest & alone)],
        [Reason.NOT_ASKED.not_estimable, Reason.NOT_ASKED_AT_ONE_WAVE.not_estimable, Reason.NOT_ASKED_OF_ONE.not_estimable], rows["warning"])
    return results.assign(warning=pd.Series(why, index=rows.index).reindex(results.index).fillna(results["warning"]).astype(str))


def _unasked(rows: pd.DataFrame, plan: Plan) -> np.ndarray:
    """Whether each row is of an indicator that was not asked in its place at its wave, or anywhere at it."""
    return np.array([place in plan.unasked or (*place[:2], "", "", "") in plan.unasked or (*place[:3], "", "") in plan.unasked
                     for place in rows[list(PLACE)].itertuples(index=False, name=None)], dtype=bool)


def group_differences(plan: Plan) -> pd.DataFrame:
    """Compare every level of a group with the group's first level, at every wave. One row per indicator x wave x level but the first
    (contrast ``level``)."""
    blocks = [plan.rows()]
    for group in plan.cohort.groups:
        reference = plan.dictionary.groups[group][0].level
        rows = plan.tallies[plan.tallies["group"].eq(group)]
        pairs = pair(rows[rows["level"].ne(reference)], rows[rows["level"].eq(reference)], ["indicator", "wave"])
        blocks.append(difference_rows(pairs.assign(contrast=Contrast.LEVEL.value, reference=reference), plan, Quantity.DIFFERENCE))
    return pd.concat(blocks, ignore_index=True)


def authority_against_rest(plan: Plan) -> pd.DataFrame:
    """Compare every authority with all the others of the cohort together: one row per indicator x wave x authority."""
    whole = plan.tallies[plan.tallies["authority"].eq("") & plan.tallies["group"].eq("")]
    pairs = against_rest(plan.tallies[plan.tallies["authority"].ne("")], whole, ["indicator", "wave"])
    return difference_rows(pairs.assign(contrast=Contrast.REST.value, reference=""), plan, Quantity.DIFFERENCE)


# --- counts beside one another ------------------------------------------------------------------------

def pair(now: pd.DataFrame, then: pd.DataFrame, on: Sequence[str]) -> pd.DataFrame:
    """Put the counts of ``then`` beside those of ``now``: one row per row of ``now``. ``n_reference``, ``numerator_reference`` and
    ``squares_reference`` are 0 where ``then`` has no such count."""
    paired = now.merge(then[[*on, *COUNTED]].rename(columns=COUNTED), on=list(on), how="left", validate="many_to_one")
    return paired.fillna(dict.fromkeys(COUNTED.values(), 0.0))


def against_rest(parts: pd.DataFrame, whole: pd.DataFrame, on: Sequence[str]) -> pd.DataFrame:
    """Put beside the counts of each part those of all others: the whole less the part."""
    pairs = pair(parts, whole, on)
    part, everybody = ([pairs[name] for name in names] for names in (COUNTED, COUNTED.values()))
    rest = {beside: pairs[beside] - pairs[name] for name, beside in COUNTED.items()}
    n, total, squares = everybody
    return pairs.assign(**rest | {"squares_reference": squares_without(squares, n, total, tuple(part))})


def difference_rows(pairs: pd.DataFrame, plan: Plan, quantity: Quantity) -> pd.DataFrame:
    """Complete the differences of pairs to rows of results: one row per pair, and one more per pair of means for the effect size."""
    is_mean, level = pairs["indicator"].map(plan.measures).eq(Measure.MEAN), plan.conf_level
    plain, size = compare_means(pairs[is_mean], level)
    return pd.concat([
        plan.rows(compare_percentages(pairs[~is_mean], level), quantity=quantity.value),
        plan.rows(plain.assign(unit=plain["indicator"].map(plan.units)), quantity=quantity.value),
        plan.rows(size, quantity=Quantity.EFFECT_SIZE.value),
    ], ignore_index=True)


def compare_percentages(pairs: pd.DataFrame, conf_level: float) -> pd.DataFrame:
    """Give the differences of two independent percentages, now minus then, in percentage points, one row per pair. Newcombe's interval
    (Stat Med 1998;17:873-890, method 10) and a test by rule: chi-squared without correction, or Boschloo's exact test where an expected
    count is under 5. ``method`` names both."""
    x1, n1, x0, n0 = (pairs[name].to_numpy(float) for name in ("numerator", "n_valid", "numerator_reference", "n_reference"))
    found, test, some = newcombe(x1, n1, x0, n0, conf_level), differences_tested(x1, n1, x0, n0), (n1 > 0) & (n0 > 0)
    return pairs.assign(
        estimate=share(100 * (x1 * n0 - x0 * n1), n1 * n0), conf_low=100 * found.conf_low, conf_high=100 * found.conf_high,
        conf_level=conf_level, unit="percentage points", warning=np.where(some, "", NOBODY),
        **test | {"method": np.where(some, Method.join(Method.NEWCOMBE, "") + test["method"], test["method"])},
    )


def compare_means(pairs: pd.DataFrame, conf_level: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the differences of two independent means, now minus then, with Welch's interval and test, and Hedges g beside them. One row per
    pair, twice."""
    n1, n0 = pairs["n_valid"].to_numpy(float), pairs["n_reference"].to_numpy(float)
    mean1, sd1 = moments(n1, pairs["numerator"], pairs["squares"])
    mean0, sd0 = moments(n0, pairs["numerator_reference"], pairs["squares_reference"])
    found = welch(mean1, sd1, n1, mean0, sd0, n0, conf_level)
    without = [(n1 == 0) | (n0 == 0), (n1 == 1) | (n0 == 1), np.isnan(found.std_error)]
    common = pairs.drop(columns=["numerator", "numerator_reference"]).assign(
        conf_level=conf_level, warning=np.select(without, [NOBODY, ONE_ONLY, Reason.ALL_THE_SAME], ""),
    )
    plain = common.assign(**found.columns() | {"estimate": difference(mean1, mean0)}, method=Method.WELCH)
    size = hedges_g(mean1, sd1, n1, mean0, sd0, n0, conf_level)
    return plain, common.assign(**size.columns(), method=Method.HEDGES_G, unit="standard deviations")


def _detectable(pairs: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Rows for the smallest change that the samples could have shown."""
    alpha = level_of_one(pairs, plan.dictionary, plan.conf_level)
    n0 = pairs["n_reference"].to_numpy()
    mean, sd = moments(n0, pairs["numerator_reference"], pairs["squares_reference"])
    found = [
        smallest_change_mean(s, a, b, power=POWER, alpha=level) if plan.measures[name] is Measure.MEAN
        else smallest_change_percent(p, a, b, power=POWER, alpha=level)
        for name, s, p, a, b, level in zip(pairs["indicator"], sd, mean, pairs["n_valid"], n0, alpha, strict=True)
    ]
    table = pairs.drop(columns=["numerator", "numerator_reference"]).assign(
        estimate=[one.estimate * (1 if plan.measures[name] is Measure.MEAN else 100) for name, one in zip(pairs["indicator"], found, strict=True)],
        method=[one.method for one in found], warning=[one.warning for one in found],
        unit=[unit_of(plan.declared[name]) for name in pairs["indicator"]],
    )
    return plan.rows(table, quantity=Quantity.SMALLEST_CHANGE.value)


# --- published values ---------------------------------------------------------------------------------

def benchmarks(plan: Plan) -> pd.DataFrame:
    """Put every published value beside the cohort's and its authorities' level at every wave. One row per benchmark (quantity
    ``benchmark``), and one per benchmark x wave x authority (``difference``, contrast ``comparator``): ours minus theirs. A comparator
    with its own n is a second sample (Newcombe, chi-squared or Boschloo); a value without n, or a mean, is a fixed value (one-sample
    test), said on the row; a definition that differs is never tested."""
    declared = plan.declared
    published = [one for one in plan.dictionary.benchmarks if one.indicator in declared]
    if not published:
        return plan.rows()
    ours = plan.tallies[plan.tallies["group"].eq("")].groupby("indicator", observed=True)
    blocks = [_published(published, plan)]
    for one in published:
        rows = ours.get_group(one.indicator).assign(contrast=Contrast.COMPARATOR.value, reference=one.benchmark)
        blocks.append(_beside(rows, one, declared[one.indicator], plan))
    return pd.concat(blocks, ignore_index=True)


def _published(published: list[Benchmark], plan: Plan) -> pd.DataFrame:
    """The published values themselves."""
    names = {"indicator": "indicator", "benchmark": "reference", "value": "estimate", "conf_low": "conf_low",
             "conf_high": "conf_high", "n": "n_valid", "unit": "unit"}
    table = pd.DataFrame([{column: getattr(one, name) for name, column in names.items()} for one in published])
    return plan.rows(
        table.assign(warning=[Reason.DEFINITION_DIFFERS if one.match is Match.DIFFERS else "" for one in published]),
        quantity=Quantity.BENCHMARK.value, contrast=Contrast.COMPARATOR.value, method=Method.AS_PUBLISHED,
    )


def _beside(rows: pd.DataFrame, benchmark: Benchmark, indicator: Indicator, plan: Plan) -> pd.DataFrame:
    """Ours minus one published value, in every place."""
    same = {"quantity": Quantity.DIFFERENCE.value}
    level = plan.conf_level
    if benchmark.match is Match.DIFFERS:
        table = rows[[*PLACE, "contrast", "reference", "n_valid"]]
        return plan.rows(table, **same, method=Method.NONE, warning=Reason.DEFINITION_DIFFERS.not_estimable, unit=unit_of(indicator))
    if indicator.measure is Measure.MEAN:
        return plan.rows(_mean_less_fixed(rows, benchmark.value, level), **same, unit=unit_of(indicator))
    if benchmark.n:
        hits = float(round(benchmark.value * benchmark.n / 100))
        return plan.rows(compare_percentages(rows.assign(n_reference=float(benchmark.n), numerator_reference=hits), level), **same)
    return plan.rows(_share_less_fixed(rows, benchmark.value / 100, level), **same, unit=unit_of(indicator))


def _share_less_fixed(rows: pd.DataFrame, value: float, level: float) -> pd.DataFrame:
    """Our share minus a fixed value: the score test and Wilson's interval moved by the value; the exact test and interval where fewer than
    five are expected to answer so, or otherwise."""
    few = (rows["n_valid"] * min(value, 1 - value)).lt(SMALLEST_EXPECTED)
    score = against_fixed_score(rows["numerator"], rows["n_valid"], value, level).columns(100)
    exact = against_fixed_exact(rows["numerator"].where(few, 0), rows["n_valid"].where(few, 0), value, level).columns(100)
    methods = (Method.join(Method.CLOPPER_PEARSON_LESS_FIXED, Method.EXACT_BINOMIAL), Method.join(Method.WILSON_LESS_FIXED, Method.SCORE))
    return rows.assign(
        **{name: np.where(few, exact[name], score[name]) for name in score}, conf_level=level, method=np.where(few, *methods),
        warning=np.where(rows["n_valid"] > 0, Reason.FIXED_VALUE, NOBODY),
    )


def _mean_less_fixed(rows: pd.DataFrame, value: float, level: float) -> pd.DataFrame:
    """Our mean minus a fixed value: a published mean comes without the spread that a second sample would need."""
    n = rows["n_valid"].to_numpy()
    found = mean_against_fixed(*moments(n, rows["numerator"], rows["squares"]), n, value, level)
    bounded = np.isfinite(found.conf_low)
    return rows.drop(columns="numerator").assign(
        **found.columns() | {"df": np.where(bounded, found.df, np.nan)}, conf_level=level, method=Method.ONE_SAMPLE_T,
        warning=np.select([n == 0, n == 1, ~bounded], [NOBODY, ONE_ONLY, Reason.ALL_THE_SAME], Reason.FIXED_VALUE),
    )
