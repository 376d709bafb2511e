"""Invented answers from 0 to 10, whose mean, spread and order are known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

SCALE = np.arange(11.0)


def chances(place: float, spread: float = 2.6) -> NDArray[np.float64]:
    """The chance of each answer: a normal distribution cut into eleven pieces, as answers pile up at the ends.

    Parameters
    ----------
    place, spread : float
        Of the normal distribution.

    Returns
    -------
    numpy.ndarray
    """
    cuts = stats.norm.cdf(np.arange(0.5, 10.5), place, spread)
    return np.diff(np.concatenate([[0.0], cuts, [1.0]]))


def drawn(draw: np.random.Generator, chance: NDArray[np.float64], shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Answers with these chances.

    Parameters
    ----------
    draw : numpy.random.Generator
    chance : numpy.ndarray
    shape : tuple of int

    Returns
    -------
    numpy.ndarray
    """
    return np.searchsorted(np.cumsum(chance)[:-1], draw.random(shape)).astype(float)


def moments(chance: NDArray[np.float64]) -> tuple[float, float]:
    """Mean and standard deviation of answers with these chances."""
    mean = float(chance @ SCALE)
    return mean, float(np.sqrt(chance @ (SCALE - mean) ** 2))


def superior(now: NDArray[np.float64], then: NDArray[np.float64]) -> float:
    """The probability that an answer of one kind is above one of the other, ties counted half."""
    return float(now @ (np.cumsum(then) - then / 2))


def counted(answers: NDArray[np.float64]) -> NDArray[np.float64]:
    """How many gave each answer: one row per run."""
    return np.stack([(answers == answer).sum(axis=1) for answer in SCALE], axis=1).astype(float)
