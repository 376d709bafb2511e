"""Why there is no answer: the form stopped before, or the question was for others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from nbeval.cleaning.coding import HAS_CODE, REASON_CODE, Coded, questions
from nbeval.dictionary import LoadedInstrument
from nbeval.dictionary.enums import ItemKind, MissingReason, Role
from nbeval.dictionary.models import Routing

_NOT_ASKED, _NOT_APPLICABLE, _NOT_ANSWERED, _ABSENT = (
    REASON_CODE[reason] for reason in (
        MissingReason.NOT_ASKED, MissingReason.NOT_APPLICABLE, MissingReason.NOT_ANSWERED, MissingReason.ABSENT,
    )
)


@dataclass(frozen=True)
class Contradiction:
    """Answers to an item that the routing kept from those who gave them."""

    item: str
    wave: str
    count: int


def mark_absent(coded: Coded, forms: pd.DataFrame, instrument: LoadedInstrument) -> Coded:
    """Give the reason ``absent`` to what an unfinished form leaves blank after its last answer.

    Parameters
    ----------
    coded : Coded
        One row per form.
    forms : DataFrame
        One row per form, in the same order, with ``version`` and ``is_partial``.
    instrument : LoadedInstrument
        The order of columns.csv is the order of the questionnaire in each version.

    Returns
    -------
    Coded
        A new one. A multi-select question after the last answer with nothing chosen is absent, even
        where the export writes "no" for it.
    """
    codes, reasons = coded.codes.copy(), coded.reasons.copy()
    answered = ~np.isin(reasons, (_NOT_ASKED, _NOT_ANSWERED))
    for places in questions(coded.items).values():
        answered[:, places] &= (codes[:, places] == 1).any(axis=1)[:, None] | (reasons[:, places] != HAS_CODE)
    for version, rows in forms.reset_index(drop=True).groupby("version", sort=True).indices.items():
        rows = rows[forms["is_partial"].to_numpy()[rows]]
        order = _order(coded, instrument, version)
        last = np.where(answered[rows], order, -1).max(axis=1, initial=-1)[:, None]
        after = (order > last) & (reasons[rows] != _NOT_ASKED)
        codes[rows] = np.where(after, np.nan, codes[rows])
        reasons[rows] = np.where(after, _ABSENT, reasons[rows])
    return Coded(coded.items, codes, reasons, coded.repaired, coded.unknown, coded.unknown_cells)


def follow_routing(
    coded: Coded, forms: pd.DataFrame, instrument: LoadedInstrument,
) -> tuple[Coded, list[Contradiction]]:
    """Give the reason ``not_applicable`` where the routing kept an item from a respondent.

    Parameters
    ----------
    coded, forms
        One row per form, in one order; ``forms`` with ``wave``.
    instrument : LoadedInstrument
        Its routing; a route may name an item or a whole multi-select question, and a later item may
        depend on one that is itself routed. Several routes to one item must all be open.

    Returns
    -------
    (Coded, list of Contradiction)
        A new one, and the answers that were given all the same and are kept out.

    Notes
    -----
    A route is closed where the earlier item has another code or was itself not applicable. Where the
    earlier item has no answer for another reason, a blank is not applicable too, since the item
    is asked only of those who gave certain answers; an answer is kept.
    """
    codes, reasons = coded.codes.copy(), coded.reasons.copy()
    names = {item.item: place for place, item in enumerate(coded.items)}
    contradictions = []
    for place, item in enumerate(coded.items):
        for route in instrument.routing:
            if route.item in (item.item, item.part_of) and route.asked_if_item in names:
                closed, out = _kept_from(codes, reasons, place, names[route.asked_if_item], route)
                against = closed & (reasons[:, place] == HAS_CODE)
                if item.kind is ItemKind.OPTION:
                    against &= codes[:, place] == 1
                contradictions += _told(item.item, forms["wave"][against])
                codes[out, place] = np.nan
                reasons[out, place] = _NOT_APPLICABLE
    followed = Coded(coded.items, codes, reasons, coded.repaired, coded.unknown, coded.unknown_cells)
    return followed, contradictions


def _kept_from(
    codes: np.ndarray, reasons: np.ndarray, place: int, gate: int, route: Routing,
) -> tuple[np.ndarray, np.ndarray]:
    """Whom a route surely kept from an item, and whose answer or blank is therefore not applicable."""
    answered = reasons[:, gate] == HAS_CODE
    closed = (answered & ~np.isin(codes[:, gate], route.asked_if_codes)) | (reasons[:, gate] == _NOT_APPLICABLE)
    closed &= reasons[:, place] != _NOT_ASKED
    unknown = ~answered & ~np.isin(reasons[:, gate], (_NOT_ASKED, _ABSENT))
    return closed, closed | (unknown & (reasons[:, place] == _NOT_ANSWERED))


def _told(item: str, waves: pd.Series) -> list[Contradiction]:
    """One contradiction per wave."""
    counts = waves.value_counts().sort_index()
    return [Contradiction(item, str(wave), int(count)) for wave, count in counts.items()]


def _order(coded: Coded, instrument: LoadedInstrument, version: str) -> np.ndarray:
    """The place of each item in the questionnaire of a version; -1 where it is not in it.

    The options of one question share a place: who answers one of them has seen them all.
    """
    places: dict[str, int] = {}
    parts = {item.item: item.part_of or item.item for item in coded.items}
    for number, column in enumerate(instrument.columns_of(version)):
        if column.role in (Role.ITEM, Role.OPTIONS):
            places.setdefault(parts.get(column.item, column.item), number)
    return np.array([places.get(parts[item.item], -1) for item in coded.items])
