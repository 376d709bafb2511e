"""Answers to values: scores scales, derives indicators, places respondents in groups, weights them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from nbeval.dictionary import Dictionary
from nbeval.dictionary.codes import matcher
from nbeval.dictionary.enums import Measure
from nbeval.dictionary.models import Cohort, GroupLevel, Indicator
from nbeval.frames import FINDINGS, CleanedCohort, Measured, Raking, check
from nbeval.scoring.recoding import placed
from nbeval.scoring.scales import Scale, scale_items, score_answers
from nbeval.scoring.weights import Unweighted, weigh_with_gaps


def measure(cleaned: CleanedCohort, cohort: Cohort, dictionary: Dictionary) -> Measured:
    """Turn a cohort's answers into the values of its indicators, its respondents with groups and weights, and the items of its scales."""
    items = set(cleaned.answers["item"].cat.categories)
    groups = {name: levels for name, levels in dictionary.groups.items() if levels[0].item in items}
    people, gaps, raking = _weighed(add_groups(cleaned.respondents, cleaned.answers, groups), cohort)
    return Measured(
        values=derive_indicators(with_scores(cleaned.answers, dictionary), dictionary.indicators),
        respondents=people, keyed=scale_items(cleaned.answers, _asked(dictionary, items)), findings=_of_weights(gaps, dictionary.disclosure.threshold_internal), raking=raking,
    )


def _weighed(people: pd.DataFrame, cohort: Cohort) -> tuple[pd.DataFrame, tuple[Unweighted, ...], Raking | None]:
    """The respondents with their weights, what could not be weighted as declared, and what was raked to; those of comparison authorities
    stand for nobody of the programme's population and have no weights."""
    if not cohort.comparison_authorities:
        return weigh_with_gaps(people, cohort)
    weighed, gaps, raking = weigh_with_gaps(people[~people["authority"].isin(cohort.comparison_authorities)], cohort.of_programme)
    if raking is not None:
        raking = Raking(raking.levels.reindex(people.index), raking.before.reindex(people.index), raking.gaps)
    return people.join(weighed[[name for name in weighed if name not in people]]), gaps, raking


def _of_weights(gaps: Iterable[Unweighted], least: int) -> pd.DataFrame:
    """What could not be weighted as declared, as findings (``frames.FINDINGS``)."""
    rows = [{"check": "weights_made", "outcome": "warning", "source": "", "wave": one.wave, "authority": one.authority, "item": "",
             "count": one.count, "message": one.message(least), "do": "merge levels that few have, declare the people of each, or weight to fewer margins."}
            for one in gaps]
    return check(pd.DataFrame(rows, columns=list(FINDINGS.columns)).astype({name: int if name == "count" else str for name in FINDINGS.columns}),
                 FINDINGS)


def wide_values(measured: Measured, labels: Mapping[str, str]) -> pd.DataFrame:
    """Lay out the values of a cohort: one row per respondent, with ``wave``, ``authority``, its groups, ``weight`` and each indicator.
    ``labels`` are those of the indicators, for ``.attrs["labels"]``."""
    people = measured.respondents.set_index("respondent").drop(columns=["source", "person", "survey_weight"], errors="ignore")
    values = measured.values.pivot(index="respondent", columns="indicator", values="value").reindex(people.index)
    values.columns = [str(name) for name in values.columns]
    wide = pd.concat([people, values[[name for name in values if name not in people]]], axis=1)
    wide.attrs = {"labels": {name: labels[name] for name in values if name in labels}}
    return wide


def with_scores(answers: pd.DataFrame, dictionary: Dictionary) -> pd.DataFrame:
    """Add the scores of every scale whose items were asked, as further items named by the scale. One row per respondent x item or scale
    (``frames.ANSWERS``)."""
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


def derive_indicators(answers: pd.DataFrame, indicators: Iterable[Indicator]) -> pd.DataFrame:
    """Code every indicator for every respondent who has an entry for its item or scale. One row per respondent x indicator
    (``frames.VALUES``), by indicator in the order given, then as in ``answers`` (one row per respondent x item or scale). A percentage is
    1 where the answer is one of the indicator's codes and 0 where it is another valid answer, a mean or an ordered answer is the code
    itself; where there is no valid answer ``missing`` says why."""
    rows_of = _rows_by_item(answers["item"])
    blocks = [(one, rows_of[one.item or one.scale]) for one in indicators if (one.item or one.scale) in rows_of]
    lengths = [len(rows) for _, rows in blocks]
    ends = np.cumsum([0, *lengths])
    code, respondent = answers["code"].to_numpy(), answers["respondent"].to_numpy()
    coded = {name: answers[name].cat.codes.to_numpy() for name in ("wave", "authority", "missing")}
    # filled block by block: thirty million values leave no room for a copy
    filled = {name: np.empty(ends[-1], column.dtype) for name, column in (coded | {"respondent": respondent}).items()}
    value = np.empty(ends[-1])
    for (one, rows), start, end in zip(blocks, ends[:-1], ends[1:], strict=True):
        for name, column in (coded | {"respondent": respondent}).items():
            filled[name][start:end] = column[rows]
        value[start:end] = _value(code[rows], one)
    names = [one.indicator for one, _ in blocks]
    kind = np.min_scalar_type(-max(len(names), 1))
    indicator = np.repeat(np.arange(len(names), dtype=kind), lengths)
    labelled = {name: pd.Categorical.from_codes(filled[name], dtype=answers[name].dtype) for name in coded}
    return pd.DataFrame({
        "respondent": filled["respondent"], "wave": labelled["wave"], "authority": labelled["authority"],
        "indicator": pd.Categorical.from_codes(indicator, categories=names), "value": value, "missing": labelled["missing"],
    }, copy=False)


def _rows_by_item(item: pd.Series) -> Mapping[str, np.ndarray]:
    """The positions of each item's rows, found in one sort."""
    codes = item.cat.codes.to_numpy()
    order = np.argsort(codes, kind="stable")
    edges = np.searchsorted(codes[order], np.arange(len(item.cat.categories) + 1))
    return {
        name: order[edges[k]:edges[k + 1]]
        for k, name in enumerate(item.cat.categories) if edges[k + 1] > edges[k]
    }


def _value(codes: np.ndarray, indicator: Indicator) -> np.ndarray:
    """The indicator's value for each code; missing stays missing."""
    if indicator.measure is not Measure.PERCENT:
        return codes
    return np.where(np.isfinite(codes), matcher(indicator.codes).contains(codes), np.nan)


def add_groups(
    respondents: pd.DataFrame, answers: pd.DataFrame, groups: Mapping[str, Sequence[GroupLevel]]
) -> pd.DataFrame:
    """Give every respondent their level of each group, as one category column per group: one row per respondent. Missing where the item
    was not answered or the answer belongs to no level; levels are in the order in which they are shown."""
    grouped = respondents.copy()
    for name, levels in groups.items():
        codes = (
            answers.loc[answers["item"] == levels[0].item].set_index("respondent")["code"]
            .reindex(grouped["respondent"]).to_numpy(dtype=float)
        )
        found = placed(codes, [matcher(level.codes) for level in levels])
        grouped[name] = pd.Categorical.from_codes(found, categories=[level.level for level in levels])
    return grouped
