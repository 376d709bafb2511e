"""Composition: who answered, how the waves differ in it, and how well they represent the population."""

from __future__ import annotations

import pandas as pd

from nbeval.estimate.comparisons import compare_percentages, pair
from nbeval.estimate.contingency import cramers_v, goodness_of_fit, independence
from nbeval.estimate.levels import percentages
from nbeval.estimate.outcome import outcome_columns
from nbeval.estimate.plan import Plan
from nbeval.frames import Contrast, Method, Quantity


def composition(plan: Plan) -> pd.DataFrame:
    """Show who answered: the share of every group level, and of the population where declared.

    One row per wave x group x level (``percent``, of those who gave the characteristic), one per later wave x group x level (``change``
    against the first wave), one per declared margin (``population_share``), and one per wave x group for ``composition_test``: chi-squared
    of the levels against the first wave (contrast ``wave``, Cramer's V; not in a matched design) and against the declared population
    (contrast ``population``, Cohen's w).
    """
    counts = [_shares(plan, group) for group in plan.cohort.groups if group in plan.respondents]
    blocks = [_population(plan)]
    for shares in counts:
        blocks += [plan.rows(percentages(shares, plan.conf_level, nobody=""), quantity=Quantity.PERCENT.value, unit="percent"), _tests(shares, plan)]
        if not plan.matched:
            first = shares["wave"].eq(plan.first_wave)
            changes = compare_percentages(pair(shares[~first], shares[first], ["group", "level"]), plan.conf_level)
            blocks.append(plan.rows(changes, quantity=Quantity.CHANGE.value, contrast=Contrast.WAVE.value, reference=plan.first_wave))
    return pd.concat(blocks, ignore_index=True)


def _shares(plan: Plan, group: str) -> pd.DataFrame:
    """Count each level of a group among those who gave it, at every wave."""
    people = plan.respondents.dropna(subset=[group])
    counts = people.groupby(["wave", group], observed=False).size().rename("numerator").reset_index()
    counts = counts.astype({"wave": str, group: str, "numerator": float}).rename(columns={group: "level"})
    counts = counts[counts["wave"].isin(plan.waves)]
    asked = plan.respondents["wave"].astype(str).value_counts()
    return counts.assign(
        group=group, n_valid=counts.groupby("wave")["numerator"].transform("sum"),
        n_eligible=counts["wave"].map(asked).astype(float), squares=counts["numerator"],
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
    counts = shares.pivot(index="wave", columns="level", values="numerator")
    group = str(shares["group"].iloc[0])
    rows = [] if plan.matched else [_between_waves(counts, wave, plan) for wave in plan.later_waves]
    for wave in plan.waves:
        margins = [one for one in plan.cohort.margins if (one.wave, one.group) == (wave, group)]
        if margins:
            found = goodness_of_fit(counts.loc[wave], [float(sum(one.count for one in margins if one.level == level)) for level in counts.columns])
            rows.append({"wave": wave, "contrast": Contrast.POPULATION.value, "n_valid": counts.loc[wave].sum(),
                         **outcome_columns(found), "method": Method.join(Method.POPULATION_FIT, Method.COHEN_W)})
    return plan.rows(rows, quantity=Quantity.COMPOSITION_TEST.value, group=group, unit="coefficient")


def _between_waves(counts: pd.DataFrame, wave: str, plan: Plan) -> dict[str, object]:
    """The test of a later wave against the first."""
    both = counts.loc[[plan.first_wave, wave]]
    test, size = independence(both), cramers_v(both, plan.conf_level)
    return {
        "wave": wave, "contrast": Contrast.WAVE.value, "reference": plan.first_wave, "n_valid": both.loc[wave].sum(),
        "n_reference": both.loc[plan.first_wave].sum(), **outcome_columns(size), "statistic": test.statistic, "df": test.df,
        "p_value": test.p_value, "warning": test.warning or size.warning, "method": Method.join(Method.INDEPENDENCE, Method.CRAMERS_V),
    }
