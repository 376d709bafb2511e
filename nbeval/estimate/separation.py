"""Answers that a logistic model separates: where the likelihood has no maximum and a huge odds ratio would be an artefact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, sparse

NOTHING = 1e-6


@dataclass(frozen=True, eq=False)
class Separation:
    """Whether answers are separated, and which coefficients have no finite estimate.

    ``kind`` is empty, ``complete`` or ``quasi-complete``. ``infinite`` maps columns to +1 or -1; under complete separation no
    coefficient has an estimate and no direction is singled out. ``settled`` marks the rows whose answers the model would
    predict with certainty.
    """

    kind: str
    infinite: dict[str, int]
    settled: NDArray[np.bool_]

    def __bool__(self) -> bool:
        return bool(self.kind)


def find_separation(matrix: NDArray[np.float64], yes: NDArray[np.float64], n: NDArray[np.float64], columns: Sequence[str]) -> Separation:
    """Ask a linear programme whether some combination of columns splits the answers (Konis, DPhil thesis, Oxford 2007).

    ``matrix`` has one row per pattern and independent columns, the intercept among them; ``yes`` of ``n`` answered 1. The sum of the
    signed linear predictor is maximised over coefficients in a box, no respondent on the wrong side. Each distinct row and answer
    weighs once, so that rare ones are not lost beside frequent ones.
    """
    rows = np.unique(np.vstack([matrix[yes > 0], -matrix[yes < n]]), axis=0)
    given = sparse.csr_array(rows)
    found = optimize.linprog(-rows.sum(axis=0), A_ub=-given, b_ub=np.zeros(len(rows)), bounds=(-1, 1), method="highs")
    if -found.fun < NOTHING:
        return Separation("", {}, np.zeros(len(matrix), bool))
    split = optimize.linprog(np.zeros(matrix.shape[1]), A_ub=-given, b_ub=-np.ones(len(rows)), bounds=(None, None), method="highs")
    if split.status == 0:
        return Separation("complete", {}, np.ones(len(matrix), bool))
    infinite = {name: int(np.sign(value)) for name, value in zip(columns, found.x, strict=True) if abs(value) > NOTHING}
    return Separation("quasi-complete", infinite, np.abs(matrix @ found.x) > NOTHING)
