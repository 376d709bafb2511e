"""Changes of the whole cohort as statements beyond the authorities that took part: authorities are clusters, not strata."""

from __future__ import annotations

import pandas as pd

from nbeval.dictionary.enums import Design, Measure
from nbeval.estimate.glm import clustered_mean
from nbeval.estimate.outcome import outcome_columns
from nbeval.estimate.plan import Plan
from nbeval.frames import Contrast, Quantity


def reach_beyond(results: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Where the cohort declares that its changes are stated beyond its authorities, give those of the whole cohort CR2 errors, with a t
    interval and test on Satterthwaite's degrees of freedom. One row per row of ``results``; no estimate moves."""
    if plan.cohort.inference != "beyond_authorities" or plan.cohort.design is not Design.REPEATED_CROSS_SECTIONS:
        return results
    whole = (results["quantity"].eq(Quantity.CHANGE) & results["contrast"].eq(Contrast.WAVE) & results["authority"].eq("")
             & results["group"].eq("") & results["indicator"].isin(list(plan.declared)) & ~results["weighted"] & results["estimate"].notna())
    found = results.copy()
    for place, row in results[whole].iterrows():
        here = plan.values["indicator"].eq(row["indicator"]) & plan.values["wave"].isin([row["wave"], row["reference"]])
        values = plan.values[here]
        one = clustered_mean(values["value"], values["authority"].astype(str), values["wave"].eq(row["wave"]), plan.conf_level)
        columns = outcome_columns(one, factor=100 if plan.measures[row["indicator"]] is Measure.PERCENT else 1)
        for name, value in columns.items():
            found.loc[place, name] = value
    return found
