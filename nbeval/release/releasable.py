"""Which estimates the reports of a cohort can show at all."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pandas as pd

from nbeval.dictionary import Dictionary
from nbeval.dictionary.models import Cohort, ExhibitRow
from nbeval.frames import Contrast, Quantity

_LEVELS = (Quantity.PERCENT.value, Quantity.MEAN.value)
_PARTS = ("source", "indicator", "quantity", "wave", "place", "group", "kind")
#: what stands beside a change in sentences and key findings
_BESIDE = (*_LEVELS, Quantity.CHANGE.value, Quantity.SMALLEST_CHANGE.value)


def released(results: pd.DataFrame, cohort: Cohort, dictionary: Dictionary) -> pd.DataFrame:
    """Keep the results that some declared exhibit of some report can show.

    Parameters
    ----------
    results : one row per estimate (``frames.RESULTS``)
    cohort, dictionary : the declarations; exhibits name indicators, quantities, groups and reports

    Returns
    -------
    one row per estimate that the release may show, in the order given.
    """
    wanted = {part for exhibit in dictionary.exhibits for part in _asked(exhibit, cohort, dictionary)}
    own = results["group"].where(results["group"].isin(dictionary.groups), "")
    compared = results["contrast"].where(results["quantity"].eq(Quantity.DIFFERENCE.value), "")
    parts = results.assign(place=results["authority"].ne(""), group=own, kind=compared)[list(_PARTS)]
    keep = [part in wanted for part in parts.itertuples(index=False, name=None)]
    beside = results["source"].isin(dictionary.disclosure.not_of_answers)
    return results[beside | pd.Series(keep, index=results.index, dtype=bool)].reset_index(drop=True)


def _asked(exhibit: ExhibitRow, cohort: Cohort, dictionary: Dictionary) -> Iterator[tuple]:
    """Everything one exhibit may ask for, as tuples of _PARTS."""
    kinds = [kind for kind in dictionary.programme.reports if kind.id in exhibit.reports]
    waves = [wave.id for wave in cohort.waves]
    if kinds and all(kind.wave == "first" for kind in kinds):
        waves = waves[:1]
    declared = [one.indicator for one in dictionary.indicators_named(exhibit.indicators)] if exhibit.indicators else []
    names = [*declared, *exhibit.indicators, ""]
    answered = [one.id for one in cohort.sources if one.id not in dictionary.disclosure.not_of_answers]
    # the figures of an indicator are of those who answered, whatever source its exhibit is of
    sources = dict.fromkeys((exhibit.source_id, *(answered if declared else ())))
    quantities = set(exhibit.quantities) | set(_BESIDE if Quantity.CHANGE.value in exhibit.quantities else _LEVELS)
    places = [False, True] if any(kind.per_authority for kind in kinds) or "authority" in exhibit.kind \
        or Quantity.RESPONSE_RATE.value in quantities else [False]
    yield from product(
        sources, names, quantities, [*waves, ""], places, ["", *exhibit.groups],
        [contrast.value for contrast in (Contrast.NONE, *_compared_with(exhibit))],
    )


def _compared_with(exhibit: ExhibitRow) -> tuple[Contrast, ...]:
    """What the differences of an exhibit are from."""
    if exhibit.kind == "standing":
        return Contrast.COMPARATOR, Contrast.REST
    if exhibit.kind == "attrition":
        return (Contrast.STAYED,)
    if exhibit.groups or exhibit.kind == "differences":
        return Contrast.LEVEL, Contrast.REST
    return (Contrast.COMPARATOR,)
