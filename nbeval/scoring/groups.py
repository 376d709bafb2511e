"""Groups: which level of each declared grouping a respondent belongs to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from nbeval.dictionary.codes import matcher
from nbeval.dictionary.models import GroupLevel
from nbeval.scoring.codes import placed


def add_groups(
    respondents: pd.DataFrame, answers: pd.DataFrame, groups: Mapping[str, Sequence[GroupLevel]]
) -> pd.DataFrame:
    """Give every respondent their level of each group, as one category column per group: one row per respondent.

    Missing where the item was not answered or the answer belongs to no level; levels are in the order in which they are shown.
    """
    grouped = respondents.copy()
    for name, levels in groups.items():
        codes = (
            answers.loc[answers["item"] == levels[0].item].set_index("respondent")["code"]
            .reindex(grouped["respondent"]).to_numpy(dtype=float)
        )
        found = placed(codes, [matcher(level.codes) for level in levels])
        grouped[name] = pd.Categorical.from_codes(found, categories=[level.level for level in levels])
    return grouped
