"""Answers to values: scores scales, derives indicators, places respondents in groups, weights them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from nbeval.dictionary import Dictionary
from nbeval.dictionary.models import Cohort
from nbeval.frames import CleanedCohort, Measured
from nbeval.scoring.indicators import add_groups, derive_indicators
from nbeval.scoring.scales import Scale, scale_items, score_answers
from nbeval.scoring.weights import weigh


def measure(cleaned: CleanedCohort, cohort: Cohort, dictionary: Dictionary) -> Measured:
    """Turn a cohort's answers into the values of its indicators, its respondents with groups and weights, and the items of its scales."""
    items = set(cleaned.answers["item"].cat.categories)
    groups = {name: levels for name, levels in dictionary.groups.items() if levels[0].item in items}
    people = add_groups(cleaned.respondents, cleaned.answers, groups)
    return Measured(
        values=derive_indicators(with_scores(cleaned.answers, dictionary), dictionary.indicators),
        respondents=weigh(people, cohort),
        keyed=scale_items(cleaned.answers, _asked(dictionary, items)),
    )


def wide_values(measured: Measured, labels: Mapping[str, str]) -> pd.DataFrame:
    """Lay out the values of a cohort: one row per respondent, with ``wave``, ``authority``, its groups, ``weight`` and each indicator.

    ``labels`` are those of the indicators, for ``.attrs["labels"]``.
    """
    people = measured.respondents.set_index("respondent").drop(columns=["source", "person"])
    values = measured.values.pivot(index="respondent", columns="indicator", values="value").reindex(people.index)
    values.columns = [str(name) for name in values.columns]
    wide = pd.concat([people, values[[name for name in values if name not in people]]], axis=1)
    wide.attrs = {"labels": {name: labels[name] for name in values if name in labels}}
    return wide


def with_scores(answers: pd.DataFrame, dictionary: Dictionary) -> pd.DataFrame:
    """Add the scores of every scale whose items were asked, as further items named by the scale.

    One row per respondent x item or scale (``frames.ANSWERS``).
    """
    scales = _asked(dictionary, set(answers["item"].cat.categories))
    blocks = [answers, *(_as_answers(answers, scale) for scale in scales)]
    names = [*answers["item"].cat.categories, *(scale.name for scale in scales)]
    return pd.concat(
        [block.assign(item=pd.Categorical(block["item"], categories=names)) for block in blocks],
        ignore_index=True,
    )


def _asked(dictionary: Dictionary, items: set[str]) -> list[Scale]:
    """The scales of which at least one item was asked."""
    return [Scale.declared(scale, dictionary.ranges) for scale in dictionary.scales if items & {entry.item for entry in scale.items}]


def _as_answers(answers: pd.DataFrame, scale: Scale) -> pd.DataFrame:
    """The scores of one scale in the shape of answers."""
    scored = score_answers(answers, scale)
    respondents = answers.drop_duplicates("respondent")[["respondent", "wave", "authority"]]
    block = respondents.merge(scored, on="respondent", how="inner", validate="one_to_one")
    block = block.rename(columns={"score": "code"}).assign(item=scale.name)
    block["code"] = block["code"].astype(np.float64)
    return block[list(answers.columns)]
