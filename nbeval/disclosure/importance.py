"""How much is lost with a cell: the rows that would go with it, weighed by the policy's priorities."""

from __future__ import annotations

import numpy as np
import pandas as pd

from nbeval.dictionary import Dictionary
from nbeval.dictionary.models import Disclosure
from nbeval.disclosure.cells import AT_LEAST, BASE, Cells
from nbeval.errors import DictionaryError
from nbeval.frames import Contrast

#: what each part of a row is worth: the estimate, its base, the number asked
_FIELDS = {"estimate": 1.0, "n_valid": 0.5, "n_reference": 0.5, "n_eligible": 0.25}


def cell_weights(cells: Cells, results: pd.DataFrame, dictionary: Dictionary) -> np.ndarray:
    """The loss that withholding each cell would be.

    Returns
    -------
    array, one entry per cell
        The importance of all rows that show the cell; of two that are equally important the
        smaller count is a little cheaper.
    """
    importance = row_importance(results, dictionary)
    kind = cells.table["kind"].to_numpy()[cells.parts["cell"]]
    field = cells.parts["field"].map(_FIELDS).to_numpy()
    worth = np.where(kind == AT_LEAST, 1.0, np.where(kind == BASE, 0.5 * field, field))
    total = np.bincount(
        cells.parts["cell"], weights=worth * importance[cells.parts["row"]], minlength=len(cells.table))
    size = np.nan_to_num(cells.table["value"].to_numpy())
    return total + 0.1 * (1 + size / max(size.max(initial=1.0), 1.0))


def row_importance(results: pd.DataFrame, dictionary: Dictionary) -> np.ndarray:
    """How important each row is: every priority that holds for it counts twice the next one.

    Raises
    ------
    DictionaryError
        The policy names a priority that is not known.
    """
    policy: Disclosure = dictionary.disclosure
    headline = [one.indicator for one in dictionary.indicators if one.headline]
    holds = {
        "cohort": results["authority"].eq("") & results["group"].eq(""),
        "authority": results["authority"].ne("") & results["group"].eq(""),
        "group": results["group"].ne(""),
        "change": results["contrast"].eq(Contrast.WAVE),
        "headline": results["indicator"].isin(headline),
    }
    unknown = sorted(set(policy.priority) - set(holds))
    if unknown:
        raise DictionaryError(
            "the disclosure policy names a priority that is not known.", found=", ".join(unknown),
            allowed=", ".join(holds), where="disclosure.toml, priority", do="use the words allowed.",
        )
    weight = np.ones(len(results))
    for place, name in enumerate(reversed(policy.priority)):
        weight = weight + holds[name].to_numpy() * 2.0 ** place
    return np.where(results["group"].isin(policy.protected_groups), 0.5 * weight, weight)
