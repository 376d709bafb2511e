"""Which estimates the reports of a cohort can show at all.

Disclosure control is over everything that is shown, and over no more: a number that no exhibit asks for
cannot give anybody away, and protecting it would cost numbers that are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pandas as pd

from nbeval.dictionary import Dictionary
from nbeval.dictionary.enums import Design
from nbeval.dictionary.models import Cohort, ExhibitRow
from nbeval.frames import ROLE, Contrast, Quantity
from nbeval.report.kinds import KINDS

_LEVELS = (Quantity.PERCENT, Quantity.MEAN)
#: what goes with a change in sentences and key findings
_WITH_CHANGE = (*_LEVELS, Quantity.CHANGE, Quantity.SMALLEST_CHANGE)
#: what goes with an estimate of a model, wherever that is shown
_WITH_MODEL = {Quantity.CHANGE_ADJUSTED: (Quantity.CHANGE_SAME_PEOPLE, Quantity.EVENTS_PER_VARIABLE),
               Quantity.ODDS_RATIO: (Quantity.EVENTS_PER_VARIABLE,), Quantity.MARGINAL_EFFECT: (Quantity.EVENTS_PER_VARIABLE,)}
#: what an exhibit asks for: ``of_authority`` is whether a row is on a single authority, ``against`` what a difference is from
_ASKED = ("source", "indicator", "quantity", "wave", "of_authority", "group", "against")


def releasable(results: pd.DataFrame, cohort: Cohort, dictionary: Dictionary) -> pd.DataFrame:
    """Keep the results that some declared exhibit of some report can show.

    Rows of sources that are nobody's answers all stay.
    """
    paired = set(results["indicator"][results["contrast"].eq(Contrast.PAIRS)])
    asked = {one for exhibit in dictionary.exhibits for one in _asked_by(exhibit, cohort, dictionary, paired)}
    rows = results.assign(
        of_authority=results["authority"].ne(""), group=results["group"].where(results["group"].isin([*dictionary.groups, ROLE]), ""),
        against=results["contrast"].where(results["quantity"].eq(Quantity.DIFFERENCE) | results["contrast"].eq(Contrast.PAIRS), ""),
    )[list(_ASKED)]
    keep = pd.Series([row in asked for row in rows.itertuples(index=False, name=None)], index=results.index, dtype=bool)
    return results[keep | results["source"].isin(dictionary.disclosure.not_of_answers)].reset_index(drop=True)


def _asked_by(exhibit: ExhibitRow, cohort: Cohort, dictionary: Dictionary, paired: set[str]) -> Iterator[tuple]:
    """Everything one exhibit may ask for, as tuples of ``_ASKED``; ``paired`` are the indicators that have levels of linked people."""
    kind, reports = KINDS[exhibit.kind], [one for one in dictionary.programme.reports if one.id in exhibit.reports]
    waves = [wave.id for wave in cohort.waves]
    if reports and all(one.wave == "first" for one in reports):
        waves = waves[:1]
    declared = [one.indicator for one in dictionary.indicators_named(exhibit.indicators)] if exhibit.indicators else []
    answered = [one.id for one in cohort.sources if one.id not in dictionary.disclosure.not_of_answers]
    # the figures of an indicator are of those who answered, whatever source its exhibit is of
    sources = dict.fromkeys((exhibit.source_id, *(answered if declared else ())))
    quantities = {*exhibit.quantities, *(_WITH_CHANGE if Quantity.CHANGE in exhibit.quantities else _LEVELS)}
    quantities |= {beside for one in exhibit.quantities for beside in _WITH_MODEL.get(one, ())}
    each = kind.shows_single_authorities or any(one.per_authority for one in reports) or Quantity.RESPONSE_RATE in quantities
    groups = ["", *exhibit.groups, *([ROLE] if kind.shows_comparison else [])]
    places, anything = [False, True] if each else [False], [Contrast.NONE, *kind.compares_with]
    matched = cohort.design is Design.MATCHED
    for quantity, name in product(quantities, dict.fromkeys([*declared, *exhibit.indicators, ""])):
        of_both = kind.of_change or (kind.sets_levels_beside_change and len(waves) > 1 and name in paired)
        beside_change = matched and quantity in _LEVELS and of_both
        against = [Contrast.PAIRS] if beside_change else anything
        yield from product(sources, [name], [quantity], [*waves, ""], places, groups, against)
        if beside_change and not kind.of_change and any(one.wave == "first" for one in reports):       # which knows of no pairs
            yield from product(sources, [name], [quantity], waves[:1], places, groups, anything)
