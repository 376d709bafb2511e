"""Item non-response: of those who were asked, how many gave no answer that counts, and why."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nbeval.estimate.levels import share
from nbeval.estimate.plan import Plan
from nbeval.estimate.rows import result_rows
from nbeval.estimate.single_proportions import wilson
from nbeval.frames import Quantity

NOBODY_ASKED = "not estimable: nobody was asked"


def nonresponse(plan: Plan) -> pd.DataFrame:
    """Give the share without a valid answer among those who were asked, by wave.

    Returns
    -------
    one row per indicator x wave, for the whole cohort (``item_nonresponse``)
        In percent of ``n_eligible``, with Wilson's interval; ``n_valid`` are those who answered, and the
        ``missing_`` columns hold the reasons of the others. Not asked and not applicable are counted, and are
        not in the base.
    """
    whole = plan.tallies[plan.tallies["authority"].eq("") & plan.tallies["group"].eq("")]
    asked = whole["n_eligible"].to_numpy()
    without = asked - whole["n_valid"].to_numpy()
    level = plan.dictionary.programme.conf_level
    found = wilson(without, asked, level)
    table = whole.drop(columns="numerator").assign(
        estimate=share(100 * without, asked), conf_low=100 * found.conf_low, conf_high=100 * found.conf_high, conf_level=level,
        method="Wilson interval", warning=np.where(asked > 0, "", NOBODY_ASKED),
    )
    return result_rows(
        table, cohort=plan.cohort.id, source=plan.source, quantity=Quantity.ITEM_NONRESPONSE.value, unit="percent",
    )
