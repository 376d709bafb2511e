"""Random numbers that depend on names alone: what is drawn for one item does not move another."""

from __future__ import annotations

import zlib

import numpy as np


def stream(seed: int, *names: str) -> np.random.Generator:
    """The random numbers of one purpose.

    Parameters
    ----------
    seed : int
        The seed of the specimen.
    names : str
        What they are for: a wave, an item, a file.

    Returns
    -------
    numpy.random.Generator
        The same for the same seed and names, on every system.
    """
    return np.random.default_rng([seed, *(zlib.crc32(name.encode()) for name in names)])
