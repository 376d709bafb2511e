"""Answers that a model separates: where the likelihood has no maximum and a huge odds ratio would be an artefact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, sparse

from nbeval.estimate.outcome import Outcome
from nbeval.estimate.wald import wald

NOTHING = 1e-6
LARGEST_STEP = 5.0


@dataclass(frozen=True, eq=False)
class Separation:
    """Whether answers are separated, and which coefficients have no finite estimate.

    ``kind`` is empty, ``complete`` or ``quasi-complete``. ``infinite`` maps columns to +1 or -1; under
    complete separation no coefficient has an estimate and no direction is singled out. ``settled`` marks
    the respondents whose answer the model would foretell with certainty.
    """

    kind: str
    infinite: dict[str, int]
    settled: NDArray[np.bool_]

    def __bool__(self) -> bool:
        return bool(self.kind)


def find_separation(matrix: NDArray[np.float64], answers: NDArray[np.float64], columns: Sequence[str]) -> Separation:
    """Ask a linear programme whether some combination of columns splits the answers.

    Parameters
    ----------
    matrix : numpy.ndarray
        One row per respondent, independent columns, the intercept among them.
    answers : numpy.ndarray
        0 or 1.
    columns : sequence of str
        Names of the columns.

    Returns
    -------
    Separation

    Notes
    -----
    Konis, Linear programming algorithms for detecting separated data (DPhil thesis, Oxford 2007): maximise
    the sum of the signed linear predictor over coefficients in a box, no respondent on the wrong side.
    Evidence: ``separation.R`` (the same programme with lpSolve).
    """
    signed = matrix * (2 * answers - 1)[:, None]
    # respondents who are alike say the same to the programme
    patterns, counts = np.unique(signed, axis=0, return_counts=True)
    rows = sparse.csr_array(patterns)
    # each distinct pattern weighs once, so that rare ones are not lost beside frequent ones
    found = optimize.linprog(-patterns.sum(axis=0), A_ub=-rows, b_ub=np.zeros(len(patterns)), bounds=(-1, 1), method="highs")
    direction = found.x
    if -found.fun < NOTHING:
        return Separation("", {}, np.zeros(len(answers), bool))
    settled = signed @ direction > NOTHING
    nothing, apart = np.zeros(matrix.shape[1]), -np.ones(len(patterns))
    split = optimize.linprog(nothing, A_ub=-rows, b_ub=apart, bounds=(None, None), method="highs")
    if split.status == 0:
        return Separation("complete", {}, np.ones(len(answers), bool))
    infinite = {name: int(np.sign(value)) for name, value in zip(columns, direction) if abs(value) > NOTHING}
    return Separation("quasi-complete", infinite, settled)


def firth(
    matrix: NDArray[np.float64], answers: NDArray[np.float64], columns: Sequence[str], *, conf_level: float = 0.95,
) -> dict[str, Outcome]:
    """Firth's bias-reduced coefficients, which are finite where answers are separated.

    Parameters
    ----------
    matrix, answers, columns
        As in ``find_separation``.
    conf_level : float
        Of the Wald interval.

    Returns
    -------
    dict of str to Outcome
        Log odds per column.

    Notes
    -----
    Firth, Biometrika 1993;80:27-38. Scoring with shortened steps: a full step overshoots by the leverage
    where one respondent has a coefficient alone. Evidence: ``separation.R`` (equal to brglm2).
    """
    b = np.zeros(matrix.shape[1])
    for _ in range(5000):
        step, _ = _firth_step(matrix, answers, b)
        share, now = 1.0, _penalised(matrix, answers, b)
        while _penalised(matrix, answers, b + share * step) < now * (1 + 1e-12) - 1e-9 and share > 1e-6:
            share /= 2
        b = b + share * step
        if np.abs(step).max() < 1e-12:
            break
    _, covariance = _firth_step(matrix, answers, b)
    errors = np.sqrt(np.diag(covariance))
    return {name: wald(value, error, conf_level, "firth") for name, value, error in zip(columns, b, errors)}


def _chances(matrix: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Fitted probabilities."""
    return 1 / (1 + np.exp(-(matrix @ b)))


def _penalised(matrix: NDArray[np.float64], answers: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Log-likelihood plus half the log determinant of the information."""
    p = _chances(matrix, b)
    likelihood = np.log(np.where(answers == 1, p, 1 - p)).sum()
    return float(likelihood + 0.5 * np.linalg.slogdet(matrix.T @ (matrix * (p * (1 - p))[:, None]))[1])


def _firth_step(
    matrix: NDArray[np.float64], answers: NDArray[np.float64], b: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """One damped scoring step, and the inverse information where it starts."""
    p = _chances(matrix, b)
    w = p * (1 - p)
    covariance = np.linalg.inv(matrix.T @ (matrix * w[:, None]))
    leverage = ((matrix @ covariance) * matrix).sum(axis=1) * w
    step = covariance @ (matrix.T @ (answers - p + leverage * (0.5 - p)))
    return step * min(1.0, LARGEST_STEP / max(np.abs(step).max(), 1e-300)) / (1 + leverage.max()), covariance
