"""Attrition: in a matched design, who of the first wave did not answer again, and how they had answered."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nbeval.estimate.levels import share
from nbeval.estimate.linked import Linked, link, places
from nbeval.estimate.pairs import difference_rows, pair
from nbeval.estimate.plan import Plan, spread
from nbeval.estimate.rows import result_rows
from nbeval.estimate.single_proportions import wilson
from nbeval.estimate.tally import tally
from nbeval.frames import Contrast, Quantity

NOBODY = "not estimable: nobody of the first wave can be linked"
_LOST, _KEPT = "lost", "kept"


def attrition(plan: Plan) -> pd.DataFrame:
    """Give the share of the first wave's people who were lost, and what set them apart.

    Returns
    -------
    one row per later wave x place for ``attrition``
        Percent of those who could be linked (``n_valid``; ``n_eligible`` are all forms), Wilson's interval, and
    one row per indicator x later wave for ``difference`` (contrast ``stayed``, at the first wave; ``reference`` is the
        later wave): those who were lost minus those who stayed.
    """
    linked = [link(plan, wave) for wave in plan.later_waves]
    blocks = [block for one in linked for block in (_shares(one, plan), _set_apart(one, plan))]
    return pd.concat(blocks, ignore_index=True) if blocks else result_rows(pd.DataFrame())


def _shares(linked: Linked, plan: Plan) -> pd.DataFrame:
    """How many were lost, in every place."""
    forms = plan.respondents[plan.respondents["wave"].eq(plan.waves[0])]
    all_forms = [float(inside.sum()) for _, inside in places(forms, plan)]
    found = [(place, inside) for place, inside in places(linked.people, plan)]
    lost = ~linked.people["kept"].to_numpy(dtype=bool)
    table = pd.DataFrame([place for place, _ in found]).assign(
        wave=linked.wave, n_valid=[float(inside.sum()) for _, inside in found],
        numerator=[float((inside & lost).sum()) for _, inside in found], n_eligible=all_forms,
    )
    n, of = table["numerator"].to_numpy(), table["n_valid"].to_numpy()
    level = plan.dictionary.programme.conf_level
    interval = wilson(n, of, level)
    rows = table.assign(
        estimate=share(100 * n, of), conf_low=100 * interval.conf_low, conf_high=100 * interval.conf_high, conf_level=level,
        unit="percent", method="Wilson interval", warning=np.where(of > 0, "", NOBODY),
    )
    return result_rows(rows, cohort=plan.cohort.id, source=plan.source, quantity=Quantity.ATTRITION.value)


def _set_apart(linked: Linked, plan: Plan) -> pd.DataFrame:
    """What those who were lost had answered, minus what those who stayed had."""
    fate = linked.people.set_index("respondent")["kept"].map({True: _KEPT, False: _LOST})
    known = plan.respondents.assign(fate=pd.Categorical(plan.respondents["respondent"].map(fate), categories=[_LOST, _KEPT]))
    counted = tally(plan.values, {
        "indicator": plan.values["indicator"].cat.remove_unused_categories(), "fate": spread(plan.values, known, "fate"),
    }).assign(wave=plan.waves[0])
    lost, kept = (counted[counted["fate"].eq(name)].astype({"indicator": str}) for name in (_LOST, _KEPT))
    pairs = pair(lost, kept, ["indicator", "wave"]).assign(
        authority="", group="", level="", contrast=Contrast.STAYED.value, reference=linked.wave)
    return difference_rows(pairs, plan, Quantity.DIFFERENCE)
