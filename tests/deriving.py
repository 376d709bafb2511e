"""From facts in print to what follows from them: two linear programmes for each withheld cell, written for the tests."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from nbeval.dictionary.codes import matcher
from tests.reading_published import Cell, Fact


#: before the name of an indicator that is a band of a scale
SCALE = "scale of "


class Contradiction(Exception):
    """What is in print fits no table of people."""


def intervals(facts: list[Fact], withheld: set[Cell], dictionary, authorities) -> dict[Cell, tuple[float, float]]:
    """The lowest and highest count of each withheld cell that fits everything in print."""
    item = {one.indicator: one.item or f"{SCALE}{one.indicator}" for one in dictionary.indicators if one.item or one.measure == "percent"}
    by_item: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.cell.indicator in item:
            by_item[item[fact.cell.indicator], fact.cell.wave].append(fact)
    found = {}
    for (name, wave), part in by_item.items():
        sought = sorted(cell for cell in withheld if item.get(cell.indicator) == name and cell.wave == wave)
        if sought:
            found |= _of_item(name, part, sought, dictionary, set(authorities))
    return found


def _of_item(name: str, facts: list[Fact], sought: list[Cell], dictionary, authorities: set[str]) -> dict[Cell, tuple[float, float]]:
    """One question at one wave: unknown is how many in each place gave each answer."""
    codes = _answers(name, dictionary)
    declared = {one.indicator: one for one in dictionary.indicators}
    places = sorted({tuple(cell[2:]) for cell in (*sought, *(fact.cell for fact in facts))} | {("", "", "")})
    groups = sorted({place[1] for place in places if place[1]})
    at = {place: number for number, place in enumerate([*places, *((("", group, None)) for group in groups)])}

    def row(place, weights):
        line = np.zeros(len(at) * len(codes))
        line[at[place] * len(codes):(at[place] + 1) * len(codes)] = weights
        return line

    def counted(indicator):
        if name.startswith(SCALE):
            return codes
        return matcher(declared[indicator].codes).contains(codes).astype(float)

    ones, below, most, equal = np.ones(len(codes)), [], [], []
    for fact in set(one._replace(where="") for one in facts):
        place = tuple(fact.cell[2:])
        mean = declared[fact.cell.indicator].measure == "mean"
        if fact.kind in ("share", "base"):
            if fact.kind == "share" and mean:
                continue
            line = row(place, counted(fact.cell.indicator) if fact.kind == "share" else ones)
            low, high = (line, fact.value - fact.off), (line, fact.value + fact.off)
        else:
            weights, unit = (codes, 1.0) if mean else (counted(fact.cell.indicator), 100.0)
            low = (row(place, weights - (fact.value - fact.off) / unit * ones), 0.0)
            high = (row(place, weights - (fact.value + fact.off) / unit * ones), 0.0)
        below += [-low[0], high[0]]
        most += [-low[1] + 1e-7, high[1] + 1e-7]
    for code in np.eye(len(codes)):
        if {place[0] for place in places if place[1] == ""} >= authorities | {""}:
            equal.append(row(("", "", ""), -code) + sum(row((one, "", ""), code) for one in authorities))
        equal += [row(("", "", ""), -code) + sum(row(place, code) for place in at if place[1] == group) for group in groups]
    known = dict(A_ub=csr_matrix(np.array(below)) if below else None, b_ub=most or None,
                 A_eq=csr_matrix(np.array(equal)) if equal else None, b_eq=np.zeros(len(equal)) if equal else None, method="highs")
    found = {}
    for cell in sought:
        line = row(tuple(cell[2:]), counted(cell.indicator))
        ends = [linprog(sign * line, **known) for sign in (1, -1)]
        if any(end.status == 2 for end in ends):
            raise Contradiction(f"{name}, {cell.wave}")
        low, high = (-np.inf if end.status else end.fun for end in ends)
        found[cell] = (np.ceil(low - 1e-4), np.floor(-high + 1e-4))
    return found


def _answers(name: str, dictionary) -> np.ndarray:
    """The answers that a question can have; to be in a band of a scale, or not."""
    if name.startswith(SCALE):
        return np.array([0.0, 1.0])
    for instrument in dictionary.instruments:
        for item in instrument.items:
            if item.item == name:
                codes = {float(one.code) for one in instrument.responses if one.response_set == item.response_set and one.missing is None}
                if item.lowest is not None and item.highest is not None:
                    return np.arange(item.lowest, item.highest + 1, dtype=float)
                return np.array(sorted(codes)) if codes else np.array([0.0, 1.0])
    raise KeyError(name)
