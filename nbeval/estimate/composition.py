"""Composition: who answered, how the waves differ in it, and how well they represent the population."""

from __future__ import annotations

from math import nan

import numpy as np
import pandas as pd

from nbeval.estimate.comparisons import compare_percentages, pair
from nbeval.estimate.contingency import cramers_v, goodness_of_fit, independence
from nbeval.estimate.levels import percentages
from nbeval.estimate.outcome import outcome_columns
from nbeval.estimate.plan import Pair, Plan, contrasted
from nbeval.estimate.sampling import rao_scott
from nbeval.estimate.weighted import sampled
from nbeval.frames import Contrast, Method, Quantity


def composition(plan: Plan) -> pd.DataFrame:
    """Show who answered: the share of every group level, and of the population where declared.

    One row per wave x group x level (``percent``, of those who gave the characteristic), one per pair of waves x group x level
    (``change``), one per declared margin (``population_share``), and rows for ``composition_test``: chi-squared of the levels between
    two waves (contrast ``wave``, Cramer's V; not in a matched design) and against the declared population
    (contrast ``population``, Cohen's w). Where weighted figures are the cohort's main ones the test between waves is Rao and Scott's, with
    strata, clusters and the weights that came with the answers, as ``crosstab`` has it: raking would make the waves alike that are compared.
    """
    counts = [_shares(plan, group) for group, waves in plan.grouped.items() if waves]
    blocks = [_population(plan)]
    for shares in counts:
        blocks += [plan.rows(percentages(shares, plan.conf_level, nobody=""), quantity=Quantity.PERCENT.value, unit="percent"), _tests(shares, plan)]
        for wave, reference in _pairs(plan, shares):
            then = shares[shares["wave"].eq(reference)]
            changes = compare_percentages(pair(shares[shares["wave"].eq(wave)], then, ["group", "level"]), plan.conf_level)
            blocks.append(plan.rows(changes, quantity=Quantity.CHANGE.value, contrast=Contrast.WAVE.value, reference=reference))
    return pd.concat(blocks, ignore_index=True)


def _pairs(plan: Plan, shares: pd.DataFrame) -> tuple[Pair, ...]:
    """The pairs of waves that have a group; none in a matched design."""
    return () if plan.matched else contrasted(tuple(wave for wave in plan.waves if shares["wave"].eq(wave).any()), plan.cohort)


def _shares(plan: Plan, group: str) -> pd.DataFrame:
    """Count each level of a group among those who gave it, at every wave that has the group."""
    people = plan.respondents.dropna(subset=[group])
    counts = people.groupby(["wave", group], observed=False).size().rename("numerator").reset_index()
    counts = counts.astype({"wave": str, group: str, "numerator": float}).rename(columns={group: "level"})
    counts = counts[counts["wave"].isin(plan.grouped[group])]
    asked = plan.respondents["wave"].astype(str).value_counts()
    return counts.assign(
        group=group, n_valid=counts.groupby("wave")["numerator"].transform("sum"),
        n_eligible=counts["wave"].map(asked).astype(float), squares=nan,
    )


def _population(plan: Plan) -> pd.DataFrame:
    """The declared margins as shares of the population."""
    margins = pd.DataFrame([one.model_dump() for one in plan.cohort.margins])
    if margins.empty:
        return plan.rows()
    margins = margins.groupby(["wave", "group", "level"], sort=False)["count"].sum().reset_index()
    total = margins.groupby(["wave", "group"])["count"].transform("sum")
    rows = margins.assign(estimate=100 * margins["count"] / total, n_valid=total.astype(float), numerator=margins["count"].astype(float))
    return plan.rows(
        rows, quantity=Quantity.POPULATION_SHARE.value, contrast=Contrast.NONE.value, unit="percent", method=Method.AS_DECLARED,
    )


def _tests(shares: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Whether the make-up of each wave differs from that of the first, and from that of the population."""
    group = str(shares["group"].iloc[0])
    counts = shares.pivot(index="wave", columns="level", values="numerator").rename_axis(columns=group)
    between = _of_sample if plan.main_weighted else _between_waves
    rows = [between(counts, *waves, plan) for waves in _pairs(plan, shares)]
    for wave in (wave for wave in plan.waves if wave in counts.index):
        margins = [one for one in plan.cohort.margins if (one.wave, one.group) == (wave, group)]
        if margins:
            found = goodness_of_fit(counts.loc[wave], [float(sum(one.count for one in margins if one.level == level)) for level in counts.columns])
            rows.append({"wave": wave, "contrast": Contrast.POPULATION.value, "n_valid": counts.loc[wave].sum(),
                         **outcome_columns(found), "method": Method.join(Method.POPULATION_FIT, Method.COHEN_W)})
    return plan.rows(rows, quantity=Quantity.COMPOSITION_TEST.value, group=group, unit="coefficient")


def _of_sample(counts: pd.DataFrame, wave: str, reference: str, plan: Plan) -> dict[str, object]:
    """The test of a later wave against an earlier one, by how people were sampled; the size is that of the weighted table."""
    people, design = plan.respondents, sampled(plan, raked=False)
    rows = people["wave"].astype(str).map({reference: 0, wave: 1}).fillna(-1).to_numpy(int)
    columns = people[counts.columns.name].cat.codes.to_numpy(int)
    test = rao_scott(design, rows, columns)
    inside = (rows >= 0) & (columns >= 0) & np.isfinite(design.weights)
    table = np.zeros((2, len(counts.columns)))
    np.add.at(table, (rows[inside], columns[inside]), design.weights[inside])
    return {
        "wave": wave, "contrast": Contrast.WAVE.value, "reference": reference, "n_valid": counts.loc[wave].sum(),
        "n_reference": counts.loc[reference].sum(), "estimate": cramers_v(table).estimate, "statistic": test.statistic, "df": test.df,
        "p_value": test.p_value, "warning": test.warning, "weighted": True, "method": Method.join(Method.WEIGHTED, Method.RAO_SCOTT),
    }


def _between_waves(counts: pd.DataFrame, wave: str, reference: str, plan: Plan) -> dict[str, object]:
    """The test of a later wave against an earlier one."""
    both = counts.loc[[reference, wave]]
    test, size = independence(both), cramers_v(both, plan.conf_level)
    return {
        "wave": wave, "contrast": Contrast.WAVE.value, "reference": reference, "n_valid": both.loc[wave].sum(),
        "n_reference": both.loc[reference].sum(), **outcome_columns(size), "statistic": test.statistic, "df": test.df,
        "p_value": test.p_value, "warning": test.warning or size.warning, "method": Method.join(Method.INDEPENDENCE, Method.CRAMERS_V),
    }
