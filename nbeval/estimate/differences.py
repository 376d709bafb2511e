"""Differences: levels of a group against one another, an authority against the rest."""

from __future__ import annotations

import pandas as pd

from nbeval.estimate.pairs import difference_rows, pair
from nbeval.estimate.plan import Plan
from nbeval.estimate.rows import result_rows
from nbeval.frames import Contrast, Quantity


def group_differences(plan: Plan) -> pd.DataFrame:
    """Compare every level of a group with the group's first level, at every wave.

    Returns
    -------
    one row per indicator x wave x level but the first (``frames.RESULTS``, contrast ``level``).
    """
    blocks = []
    for group in plan.cohort.groups:
        reference = plan.dictionary.groups[group][0].level
        rows = plan.tallies[plan.tallies["group"].eq(group)]
        then = rows[rows["level"].eq(reference)]
        pairs = pair(rows[rows["level"].ne(reference)], then, ["indicator", "wave"])
        blocks.append(pairs.assign(contrast=Contrast.LEVEL.value, reference=reference))
    return _rows(blocks, plan)


def authority_against_rest(plan: Plan) -> pd.DataFrame:
    """Compare every authority with all the others of the cohort together, at every wave.

    Returns
    -------
    one row per indicator x wave x authority (``frames.RESULTS``, contrast ``rest``).
    """
    whole = plan.tallies[plan.tallies["authority"].eq("") & plan.tallies["group"].eq("")]
    one = plan.tallies[plan.tallies["authority"].ne("")]
    pairs = pair(one, whole, ["indicator", "wave"])
    others = {"n_reference": "n_valid", "numerator_reference": "numerator", "squares_reference": "squares"}
    rest = pairs.assign(**{beside: pairs[beside] - pairs[name] for beside, name in others.items()})
    return _rows([rest.assign(contrast=Contrast.REST.value, reference="")], plan)


def _rows(blocks: list[pd.DataFrame], plan: Plan) -> pd.DataFrame:
    """Rows for the differences of all pairs, none where there are none."""
    if not any(map(len, blocks)):
        return result_rows(pd.DataFrame())
    return difference_rows(pd.concat(blocks, ignore_index=True), plan, Quantity.DIFFERENCE)
