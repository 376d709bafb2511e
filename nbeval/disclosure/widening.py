"""There is always a safe release: where nothing less protects a block, more of it is withheld, in steps, least important first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

import numpy as np
import pandas as pd

from nbeval.dictionary import Dictionary
from nbeval.disclosure.cells import EVERYBODY, Known, blocks_of

#: source, wave and block
Name = tuple[str, str, str]


class Choice(StrEnum):
    """How the withheld cells of a block were chosen."""

    EXACT = "exact"                         # the fewest and least important that are enough
    HEURISTIC = "heuristic"
    ROUNDED = "rounding"
    GROUP = "all levels of a group"
    GROUPS = "all groups"
    AUTHORITIES = "all groups and authorities"
    BLOCK = "all of it"
    WAVE = "everything of the wave"


#: the choices that withhold more than the search for the fewest cells
BEYOND = (Choice.GROUP, Choice.GROUPS, Choice.AUTHORITIES, Choice.BLOCK, Choice.WAVE)


class Step(IntEnum):
    """How much of a block is withheld; each step holds those before it."""

    LEVELS, GROUPS, AUTHORITIES, BLOCK, WAVE = range(1, 6)


_CHOICES = dict(zip(Step, BEYOND, strict=True))


@dataclass(eq=False)
class Widening:
    """What is withheld beyond what the search for the fewest cells would withhold: how far each block has come.

    ``cells`` marks those cells over ``known``; a block moves on by a step each time that it was found wanting.
    """

    known: Known
    dictionary: Dictionary
    steps: dict[Name, Step] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.cells = np.zeros(len(self.known.table), dtype=bool)

    def widen(self, block: Name, places: Iterable[tuple[str, str]] = ()) -> bool:
        """Withhold more of a block; ``places`` are the authority and the group of what was found. False where all is withheld."""
        places = set(places)
        start = Step.LEVELS if any(group for _, group in places) else Step.GROUPS
        step = self.steps[block] + 1 if block in self.steps else start
        while step <= Step.WAVE:
            more = self._of(block, Step(step), places) & ~self.cells
            if more.any():
                self.steps[block] = Step(step)
                self.cells |= more
                return True
            step += 1
        return False

    def widen_leaks(self, leaks: pd.DataFrame) -> bool:
        """Withhold more of every block in which an attack (``attack.AUDIT``) found something. False where all of them are withheld."""
        of = blocks_of(self.dictionary, leaks.loc[leaks["kind"].eq("row"), "block"].unique())
        names = leaks["block"].where(leaks["kind"].ne("row"), leaks["block"].map(of).mask(leaks["block"].eq(""), EVERYBODY))
        found = leaks.assign(block=names.astype(str)).groupby(["source", "wave", "block"], sort=True)
        return any([self.widen(name, zip(part["authority"], part["group"], strict=True)) for name, part in found])

    def choice(self, block: Name, otherwise: Choice) -> Choice:
        """How the cells of a block were chosen."""
        return _CHOICES[self.steps[block]] if block in self.steps else otherwise

    def _of(self, block: Name, step: Step, places: set[tuple[str, str]]) -> np.ndarray:
        """The cells of a block that a step withholds."""
        table = self.known.table
        source, wave, name = block
        wave_of = (table["source"].eq(source) & table["wave"].eq(wave)).to_numpy()
        inside = wave_of & table["block"].eq(name).to_numpy()
        group, authority = table["group"].ne("").to_numpy(), table["authority"].ne("").to_numpy()
        if step is Step.LEVELS:
            in_groups = np.array([place in places for place in zip(table["authority"], table["group"], strict=True)])
            return inside & group & in_groups
        return {Step.GROUPS: inside & group, Step.AUTHORITIES: inside & (group | authority), Step.BLOCK: inside, Step.WAVE: wave_of}[step]
