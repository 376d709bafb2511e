"""Which answers an indicator counts, laid out over the answers that its item or scale can take.

The columns of a block are *atoms*: single answers where they can be listed and something needs
them one by one (a mean), classes of answers that no indicator tells apart otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nbeval.dictionary import Dictionary
from nbeval.dictionary.codes import matcher
from nbeval.dictionary.enums import ItemKind, ScaleRule

#: an item or scale with more possible answers than this is held by classes of answers
MOST_ANSWERS = 45


@dataclass(frozen=True, eq=False)
class Coding:
    """The atoms of a block and the sets of them that cells count.

    ``sets`` maps the name of a share to a mask over the atoms; ``codes`` holds the answer of each
    atom (missing where an atom is a class); ``classes`` numbers the class of each atom.
    """

    sets: dict[str, np.ndarray]
    codes: np.ndarray
    classes: np.ndarray
    exact: bool


def coding(block: str, names: list[str], asked: list[str], sums: bool, dictionary: Dictionary) -> Coding:
    """Lay out the atoms of a block.

    Parameters
    ----------
    block : name of the block (``cells.block_of``)
    names : the shares that its cells show: indicators, or an indicator and ``floor`` or ``ceiling``
    asked : the codes that lead to routed questions
    sums : whether a sum of answers is shown, so that answers matter one by one
    """
    points, exact = _points(block, dictionary)
    if points is None:
        return _unknown(names)
    sets = {name: _mask(name, points, dictionary) for name in names}
    sets |= {codes: matcher(tuple(codes.split("; "))).contains(points) for codes in asked}
    if not sets and not sums:
        return Coding({}, np.full(1, np.nan), np.zeros(1, dtype=int), False)
    signature = np.array([mask for mask in sets.values()], dtype=int).reshape(len(sets), len(points)).T
    _, first, classes = np.unique(signature, axis=0, return_index=True, return_inverse=True)
    classes = classes.reshape(-1)
    if sums:
        keep = np.arange(len(points)) if exact else _ends(points, classes)
    else:
        keep = np.sort(first)
    codes = points[keep] if sums else np.full(len(keep), np.nan)
    return Coding({name: mask[keep] for name, mask in sets.items()}, codes, classes[keep], exact)


def _points(block: str, dictionary: Dictionary) -> tuple[np.ndarray | None, bool]:
    """Every answer that can be given, or enough points to tell the codings of it apart; and whether it is every one."""
    kind, _, name = block.partition(" ")
    if kind == "scale":
        scale = dictionary.scale(name)
        whole = scale.rule in (ScaleRule.SUM, ScaleRule.COUNT) and not scale.conversion
        if scale.conversion:
            return np.array(sorted({one.score for one in scale.conversion})), True
        return _between(scale.lowest, scale.highest, whole)
    if kind != "item":
        return None, False
    for instrument in dictionary.instruments:
        for item in instrument.items:
            if item.item != name:
                continue
            if item.kind is ItemKind.OPTION:
                return np.array([0.0, 1.0]), True
            if item.lowest is not None and item.highest is not None:     # its labels may be those of the ends alone
                return _between(item.lowest, item.highest, True)
            codes = {float(one.code) for one in instrument.responses
                     if one.response_set == item.response_set and item.response_set and one.missing is None}
            if codes:
                return np.array(sorted(codes)), True
    return None, False


def _between(lowest: float, highest: float, whole: bool) -> tuple[np.ndarray, bool]:
    """The whole numbers of a range; halves too where a score need not be whole."""
    step = 1.0 if whole else 0.5
    points = np.arange(lowest, highest + step / 2, step)
    return points, whole and len(points) <= MOST_ANSWERS


def _ends(points: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """The lowest and highest point of every class: a sum within it lies between them."""
    ends = set()
    for one in np.unique(classes):
        inside = np.flatnonzero(classes == one)
        ends |= {int(inside[0]), int(inside[-1])}
    return np.array(sorted(ends))


def _mask(name: str, points: np.ndarray, dictionary: Dictionary) -> np.ndarray:
    """The points that a share counts."""
    if name.endswith(" floor"):
        return points == points.min()
    if name.endswith(" ceiling"):
        return points == points.max()
    return matcher(dictionary.indicator(name).codes).contains(points)


def _unknown(names: list[str]) -> Coding:
    """Atoms for indicators the dictionary does not know: each may overlap with each other one."""
    count = max(len(names), 1)
    cells = np.array(np.meshgrid(*[[0, 1]] * count)).reshape(count, -1).astype(bool)
    return Coding(
        {name: cells[place] for place, name in enumerate(names)},
        np.full(cells.shape[1], np.nan), np.arange(cells.shape[1]), False,
    )
